"""Answers about how good the figures are: method, data, warming potentials, uncertainty."""

from __future__ import annotations

from ..factor_table import WARNINGS
from ..grid.zones import BOUNDARIES, MIXED_BOUNDARIES
from ..report.contents import coverage
from .facts import AR6, AR6_SOURCES, shares
from .shape import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

# The sources of the methods that come with this program.
OUR_METHODS = ("method-2", "korext-1.0")


def method(facts: Facts) -> Item:
    """How the figures come about."""
    report = facts.report
    names = [f"{one.id} ({one.title})" for one in facts.provenance.methods]
    warnings = "".join(
        f" Warning: {WARNINGS[one.id]}." for one in facts.provenance.methods if one.id in WARNINGS
    )
    answer = (
        "Average-data method: tokens x Wh per 1,000 tokens x gCO2e per kWh of the data centre's"
        f" grid zone, location-based, yearly averages. Methods: {'; '.join(names) or 'none'}."
        f" Factor set {report.factor_set}; grid zones {', '.join(report.summary.zones) or 'none'}."
        f"{warnings}"
    )
    return Item(
        "method",
        "Method",
        "calculation method, factors and their sources",
        answer,
        {
            "kind": "average-data",
            "grid_basis": "location-based",
            "methods": [name for name, _ in report.valid_until],
            "factor_set": report.factor_set,
            "zones": list(report.summary.zones),
            "sources": [one.id for one in facts.provenance.sources],
        },
    )


def supplier_data(facts: Facts) -> Item:
    """Nobody of those who run large models publishes what it would take; what a project's own
    methods rest on, we do not know."""
    own = own_methods(facts)
    answer = (
        "0 %: no factor here comes from the supplier of a service that was used. Token counts from"
        " a tool's own log are activity data of the user."
    )
    if own:
        answer = (
            f"Not known: {', '.join(own)} are methods of this project's own; with our methods it is"
            " 0 %."
        )
    return Item(
        "supplier_data_percent",
        "Share of supplier data",
        "share of the emissions that is calculated with data obtained from suppliers",
        answer,
        None if own else 0,
    )


def own_methods(facts: Facts) -> list[str]:
    """Methods that are none of ours."""
    return [one.id for one in facts.provenance.methods if one.source not in OUR_METHODS]


def data_quality(facts: Facts) -> Item:
    """Which part of the figures rests on what."""
    tokens, evidence = shares(facts, "by"), shares(facts, "evidence")
    commits = facts.report.summary.commits
    kinds = sorted({one.boundary for one in facts.provenance.zones if one.boundary})
    years = sorted({one.year for one in facts.provenance.zones if one.year})
    second = sum(one.second_hand for one in facts.provenance.sources)
    mixed = f" The boundaries differ: {MIXED_BOUNDARIES}." if len(kinds) > 1 else ""
    boundary = ", ".join(BOUNDARIES.get(kind, kind) for kind in kinds)
    answer = (
        f"Coverage: {coverage(facts.report)}. Share of the emissions by how tokens are known:"
        f" {_listed(tokens)}; by evidence that a tool took part: {_listed(evidence)}. Grid values"
        f" of {', '.join(years) or 'no year'} ({boundary or 'none'}); {second} of"
        f" {len(facts.provenance.sources)} sources are second-hand.{mixed}"
        " Energy per token is modelled, not measured at the supplier."
    )
    return Item(
        "data_quality",
        "Data quality",
        "quality of activity data and factors",
        answer,
        {
            "commits": commits._asdict(),
            "percent_by_token_basis": {key: f"\0{share}" for key, share in tokens.items()},
            "percent_by_evidence": {key: f"\0{share}" for key, share in evidence.items()},
            "grid_years": years,
            "grid_boundaries": kinds,
            "sources_second_hand": second,
        },
    )


def _listed(parts: dict[str, str]) -> str:
    return ", ".join(f"{key} {share} %" for key, share in parts.items()) or "none"


def gwp(facts: Facts) -> Item:
    """Which global warming potentials are in the grid values."""
    if facts.gwp == AR6:
        answer = "GWP-100 of the IPCC's sixth assessment report (AR6), in all grid values used."
    else:
        some = any(one.source in AR6_SOURCES for one in facts.provenance.zones)
        answer = "GWP-100. Which assessment report the grid sources used is not said where we read"
        answer += " them" + (", but for eGRID 2024: AR6." if some else ".")
    return Item(
        "gwp",
        "Global warming potentials",
        "the set of global warming potentials in the figures",
        answer,
        {"horizon_years": 100, "set": facts.gwp},
    )


def uncertainty(facts: Facts) -> Item:
    """What low and high mean."""
    low, central, high = facts.bought.emissions
    spread = ""
    if low:
        spread = f" Here low is 1/{central / low:.3g} and high {high / central:.3g} times central."
    return Item(
        "uncertainty",
        "Uncertainty",
        "uncertainty of the figures",
        "Low and high are meant as about the 5th and the 95th percentile of what is not known:"
        " tokens, energy per token, grid of the data centre, combined in log space within a"
        f" record. Errors are shared by all records, so their lows and highs add up.{spread}"
        " Not in the range: errors of the model itself, and what is excluded.",
        {
            "interval_percent": 90,
            "within_a_record": "root of the sum of squares of the logarithmic distances",
            "between_records": "fully correlated: lows, centrals and highs add up",
        },
    )
