"""The figures behind every fragment, computed once. Pure."""

from __future__ import annotations

from ..breakdown import SHOWN, added, by_field
from ..grid.local import LOCAL_TOOLS
from ..report.contents import decimal
from ..report.units import emissions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple

    from ..breakdown import Breakdown, Kind
    from ..record import Emissions
    from ..report.contents import Report
    from ..report.provenance import Provenance
    from ..summary import Total
    from .lines import Lines
else:
    from ..values import NamedTuple

MEASURED = "measured"
TONNE_DIGITS = 15
# Grid sources of which we know the global warming potentials that are in them.
AR6_SOURCES = frozenset({"egrid-2024"})
AR6, AS_PUBLISHED = "AR6", "as published by each source"


class Facts(NamedTuple):
    """Sums of a report. *Bought* is the use of others' services, *own* what ran on machines of
    one's own; `lines` and what making the computers emitted are there only for SCI."""

    report: Report
    breakdown: Breakdown
    provenance: Provenance
    bought: Total
    own: Total
    bought_afterwards: Total
    own_afterwards: Total
    shown: Total
    gwp: str
    lines: Lines | None
    embodied: Emissions | None


def of(
    report: Report,
    breakdown: Breakdown,
    provenance: Provenance,
    lines: Lines | None = None,
    embodied: Emissions | None = None,
) -> Facts:
    """Everything that a fragment may say."""
    sources = {zone.source for zone in provenance.zones}
    return Facts(
        report,
        breakdown,
        provenance,
        _sum(breakdown.recorded, own=False),
        _sum(breakdown.recorded, own=True),
        _sum(breakdown.afterwards, own=False),
        _sum(breakdown.afterwards, own=True),
        added(total for kind, total in breakdown.recorded if kind.evidence in SHOWN),
        AR6 if sources and sources <= AR6_SOURCES else AS_PUBLISHED,
        lines,
        embodied,
    )


def is_own(kind: Kind) -> bool:
    """Whether the electricity was the user's own and no service was bought."""
    return kind.by == MEASURED or kind.tool in LOCAL_TOOLS


def _sum(cells: Iterable[tuple[Kind, Total]], own: bool) -> Total:
    return added(total for kind, total in cells if is_own(kind) == own)


def shares(facts: Facts, field: str) -> dict[str, str]:
    """Per cent of the bought central emissions by a field of the records, as decimal numbers."""
    cells = [cell for cell in facts.breakdown.recorded if not is_own(cell[0])]
    whole = facts.bought.emissions.central
    return {
        key or "not said": percent(total.emissions.central, whole)
        for key, total in sorted(by_field(cells, field))
    }


def percent(part: int, whole: int) -> str:
    """A share in per cent, with at most two decimals."""
    return decimal((2 * part * 10_000 + whole) // (2 * whole) if whole else 0, 2)


def tonnes(total: Total) -> str:
    """A range in tonnes, exactly, and again in a unit for people."""
    low, central, high = (decimal(end, TONNE_DIGITS) for end in total.emissions)
    return f"{central} tCO2e, range {low} to {high}, that is {emissions(total.emissions)}"
