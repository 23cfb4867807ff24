"""`.commit-carbon.yaml` with the fields that the Commit Carbon Specification 1.0 publishes."""

from __future__ import annotations

import json

from .. import tables
from ..breakdown import SHOWN, added, by_field
from ..errors import CarbonError
from ..factor_table import METHODS
from ..recomputation import NANO
from ..terminal import safe
from .contents import about, decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set
    from typing import Any

    from ..breakdown import Breakdown, Kind
    from ..summary import Total
    from .contents import Report

SCHEMA = "https://oss.korext.com/commit-carbon/output-schema"
EXTENSION = "commit_carbon_hook"
KILOGRAM_DIGITS = 12
# Their name for the methodology that our methods 1 and 1-as-published implement.
PUBLISHED = {"1": "1.0", "1-as-published": "1.0"}


def render(report: Report, breakdown: Breakdown, names: Mapping[str, str], generated: str) -> str:
    """The file. `names` are the tools' own names by id, `generated` a moment as in
    `2026-04-15T12:00:00Z`. Its fields hold what was recorded with evidence of a tool; records
    without evidence and estimates afterwards stand apart under `commit_carbon_hook`."""
    known = [(kind, total) for kind, total in breakdown.recorded if kind.evidence in SHOWN]
    others = [total for kind, total in breakdown.recorded if kind.evidence not in SHOWN]
    total = added(sum_ for _, sum_ in known)
    zones = sorted({kind.grid for kind, _ in known})
    commits = dict(breakdown.commits_by_tool)
    period = f"{report.since or 'the beginning'} to {report.until or 'today'}"
    document = {
        "schema": SCHEMA,
        "generated": _Number(generated),
        "methodology_version": _methodology({kind.method for kind, _ in known}),
        "repository": ", ".join(report.repositories),
        "period": period if report.since or report.until else "all",
        "region": ", ".join(zones) or "none",
        "grid_intensity_gco2e_per_kwh": _intensity(known, total),
        "total_commits": report.summary.commits.scanned,
        "total_ai_commits": breakdown.assisted_commits,
        "tools": [
            {
                "id": tool or "unknown",
                "name": names.get(tool, tool or "unknown"),
                "commits": commits.get(tool, 0),
                "emissions_kgco2e": _kilograms(sums),
            }
            for tool, sums in by_field(known, "tool")
        ],
        "total_emissions_kgco2e": _kilograms(total),
        "per_ai_commit_average_gco2e": _average(total, breakdown.assisted_commits),
        "confidence": "central",
        EXTENSION: {
            **about(report),
            "complete": report.complete,
            "recorded_without_evidence_of_a_tool": _apart(added(others)),
            "estimated_afterwards": _apart(report.summary.afterwards),
        },
    }
    return "\n".join(_lines(document, "")) + "\n"


class _Number(str):
    """A number or a moment that stands without quotes, as text that no float has touched."""

    __slots__ = ()


def _kilograms(total: Total) -> dict[str, Any]:
    low, central, high = (_Number(decimal(end, KILOGRAM_DIGITS)) for end in total.emissions)
    return {"low": low, "central": central, "high": high}


def _average(total: Total, commits: int) -> dict[str, Any]:
    ends = (_Number(decimal(end // commits if commits else 0)) for end in total.emissions)
    return dict(zip(("low", "central", "high"), ends, strict=True))


def _apart(total: Total) -> dict[str, Any]:
    return {"estimates": total.records, "emissions_kgco2e": _kilograms(total)}


def _methodology(methods: Set[str]) -> str:
    published = {PUBLISHED.get(method, "") for method in methods}
    if len(published) == 1 and "" not in published:
        return published.pop()
    return " ".join(["commit-carbon-hook", *sorted(methods)])


def _intensity(known: Sequence[tuple[Kind, Total]], total: Total) -> _Number | None:
    """The table's central value where there is one zone and one method, else the average by the
    energy; None where that is not known."""
    pairs = {(kind.grid, kind.method) for kind, _ in known}
    try:
        if len(pairs) == 1:
            zone, method = pairs.pop()
            return _Number(tables.intensity(tables.zone(zone), method).central)
    except (CarbonError, KeyError):
        pass
    exact = all(METHODS[kind.method][8] == 1 for kind, _ in known if kind.method in METHODS)
    watt_hours = total.energy_nwh.central
    if not watt_hours or total.without_energy or not exact:
        return None
    return _Number(decimal(total.emissions.central * NANO * 1_000 // watt_hours))


def _lines(value: dict[str, Any], indent: str) -> Iterator[str]:
    """Mappings, lists of mappings and scalars as YAML; all texts in double quotes, so that none
    can be anything else."""
    for key, child in value.items():
        if isinstance(child, dict):
            yield f"{indent}{key}:"
            yield from _lines(child, indent + "  ")
        elif isinstance(child, list) and child:
            yield f"{indent}{key}:"
            for item in child:
                first, *rest = _lines(item, indent + "    ")
                yield f"{indent}  - {first.lstrip()}"
                yield from rest
        else:
            yield f"{indent}{key}: {_scalar(child)}"


def _scalar(value: object) -> str:
    if isinstance(value, str) and not isinstance(value, _Number):
        return json.dumps(safe(value), ensure_ascii=False)
    return str(value) if isinstance(value, _Number) else json.dumps(value)
