"""One thing that people know, to compare an amount of grams with. Pure."""

from __future__ import annotations

from .doors import number
from .recomputation import NANO
from .record import Emissions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from .values import NamedTuple

# The larger thing first; no trees, which mean nothing for grams.
PREFERRED = ("car-km", "phone-charge")
LEAST = 0.01


class Equivalent(NamedTuple):
    """How often a thing goes into an amount, in billionths; its factor, its year and source."""

    id: str
    name: str
    times_nano: Emissions
    value: float
    unit: str
    source: str
    edition: str


def chosen(emissions: Emissions, data: dict[str, dict[str, Any]]) -> Equivalent | None:
    """The first preferred thing that the central value holds at least once, else the smallest;
    None where there is nothing to compare. `data` is what `factors.load` gives."""
    if not emissions.central:
        return None
    rows = data["equivalents"]
    fitting = [one for one in PREFERRED if emissions.central >= rows[one]["value"] * NANO]
    name = fitting[0] if fitting else PREFERRED[-1]
    row = rows[name]
    # Our own conversions name what they were converted from.
    source = data["sources"][row.get("derived_from", [row["source"]])[0]]
    unit_nano = round(row["value"] * NANO)
    return Equivalent(
        name,
        row["name"],
        Emissions(*[end * NANO // unit_nano for end in emissions]),
        row["value"],
        row["unit"],
        f"{source['publisher']}, {source['title']}",
        source.get("edition", str(source["year"])),
    )


def sentence(one: Equivalent) -> str:
    """The one line that a report may print."""
    low, central, high = (_times(end) for end in one.times_nano)
    return (
        f"For scale: what was recorded is as much as {central} ({low} to {high}) times one"
        f" {one.name}, at {one.value:g} {one.unit} ({one.source}, {one.edition})."
    )


def _times(nano: int) -> str:
    return number(nano / NANO) if nano >= LEAST * NANO else f"<{LEAST}"
