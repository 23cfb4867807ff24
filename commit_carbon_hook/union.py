"""Each record once: the set union over ids of all the places where records were seen.

Amend, rebase, squash, cherry-pick, merge and fork all copy records or keep them, and the union
is the same whatever they did. Pure; `unite` gives the same for any order and repetition.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple
else:
    from .values import NamedTuple


class Origin(NamedTuple):
    """A commit that carries a record; the smallest of several is the one that it counts for."""

    time: int
    sha: str
    repository: int
    zone: int
    author: str


class Sighting(NamedTuple):
    """A record and one commit that carries it."""

    record: Record
    origin: Origin


class United(NamedTuple):
    """One record as it counts, its first commit, and all its versions if they contradict."""

    record: Record
    origin: Origin
    conflict: tuple[Sighting, ...]


def unite(sightings: Iterable[Sighting]) -> United:
    """What counts of the sightings of one id.

    Of several versions, the one with the larger central value counts. A version that only
    lacks a line (servers cut long messages) contradicts none.
    """
    first: dict[Record, Origin] = {}
    for record, origin in sightings:
        if record not in first or origin < first[record]:
            first[record] = origin
    counted = max(first, key=_rank)
    others = [one for one in first if contradict(one, counted)]
    origin = min(first[one] for one in first if one not in others)
    if not others:
        return United(counted, origin, ())
    versions = sorted([counted, *others], key=_rank, reverse=True)
    return United(counted, origin, tuple(Sighting(one, first[one]) for one in versions))


def contradict(one: Record, other: Record) -> bool:
    """Whether two records with the same id cannot both be right."""
    return (
        one.emissions != other.emissions
        or _differ((one.tokens, one.by), (other.tokens, other.by))
        or _differ((one.basis, ""), (other.basis, ""))
    )


def _differ(one: tuple[object, str], other: tuple[object, str]) -> bool:
    return None not in (one[0], other[0]) and one != other


def _rank(record: Record) -> tuple[object, ...]:
    emissions, tokens, basis = record.emissions, record.tokens, record.basis
    return (
        (emissions.central, emissions.high, emissions.low),
        (tokens is not None) + (basis is not None),
        tuple(tokens or ()),
        record.by,
        tuple(basis or ()),
    )
