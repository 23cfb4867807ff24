"""What a disclosure consists of, whatever the framework."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from ..values import NamedTuple


class Edition(NamedTuple):
    """A rule or standard that a fragment follows: its date, its state on the day `checked`, and
    whether we only know it from documents about it."""

    title: str
    edition: str
    date: str
    status: str
    url: str
    second_hand: bool
    checked: str


class Item(NamedTuple):
    """One question: what is asked, in our words, and the answer as text and as a plain value
    (decimals as `report.json.exact` has them)."""

    id: str
    label: str
    asks: str
    answer: str
    value: Any


class Disclosure(NamedTuple):
    """A fragment. `notes` come first: what a reader must know before any figure."""

    report: str
    title: str
    editions: tuple[Edition, ...]
    notes: tuple[str, ...]
    items: tuple[Item, ...]
    not_known: tuple[str, ...]
