"""Software Carbon Intensity: emissions as a rate, by three functional units."""

from __future__ import annotations

from ..record import Emissions
from ..report.contents import counted, decimal
from ..report.json import exact, exact_range
from ..report.units import MASS, emissions
from . import common, quality
from .shape import Disclosure, Edition, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..summary import Total
    from .facts import Facts

EDITIONS = (
    Edition(
        "Software Carbon Intensity (SCI) specification",
        "ISO/IEC 21031:2024; specification 1.1.0",
        "2024",
        "in force; read is the specification of the Green Software Foundation",
        "https://sci.greensoftware.foundation",
        False,
        "2026-11-23",
    ),
    Edition(
        "SCI for AI",
        "SPEC.md at 4b7c0f7: consumer boundary",
        "2026-01",
        "its units for consumers are a workflow for agents, a token for language models",
        "https://github.com/Green-Software-Foundation/sci-ai",
        False,
        "2026-11-23",
    ),
)
LINES_PER_UNIT = 1_000
KWH_DIGITS = 12
NOTES = (
    "SCI = (E x I + M) per R. The rates are the operational part, E x I, as the records have it."
    " The specification wants M in a score: it stands below, modelled, with the rate that includes"
    " it.",
    "The software whose emissions these are is the AI tool at work on the repository, not the"
    " software in the repository when it runs.",
)


def disclosure(facts: Facts) -> Disclosure:
    """The fragment; `facts.lines` must be there."""
    return Disclosure(
        "sci",
        "Software Carbon Intensity of AI-assisted development",
        EDITIONS,
        (common.STATEMENT_NOTE, *NOTES),
        (
            *_rates(facts),
            _energy(facts),
            _intensity(facts),
            _embodied(facts),
            common.period(facts),
            common.boundary(facts),
            quality.method(facts),
            quality.gwp(facts),
            quality.supplier_data(facts),
            quality.data_quality(facts),
            quality.uncertainty(facts),
            common.exclusions(facts),
        ),
        common.not_known(facts),
    )


def _rates(facts: Facts) -> tuple[Item, ...]:
    summary = facts.report.summary
    commits = summary.commits
    changed = facts.lines.changed if facts.lines else 0
    unread = facts.lines.unreadable if facts.lines else 0
    missing = (
        f" The lines of {counted(unread, 'commit')} cannot be read and are not in it."
        if unread
        else ""
    )
    return (
        _rate(
            "gco2e_per_commit",
            "R = one commit",
            f"all records / all {counted(commits.scanned, 'commit')} read, with a tool or without.",
            summary.recorded,
            commits.scanned,
        ),
        _rate(
            "gco2e_per_ai_assisted_commit",
            "R = one AI-assisted commit",
            "records with evidence of a tool (detected or declared) / the"
            f" {counted(facts.breakdown.assisted_commits, 'commit')} that they count for.",
            facts.shown,
            facts.breakdown.assisted_commits,
        ),
        _rate(
            "gco2e_per_1000_lines",
            "R = 1,000 changed lines",
            f"all records / {counted(changed, 'line')}, additions plus deletions of all commits"
            f" read; merges count none.{missing}",
            summary.recorded,
            changed,
            LINES_PER_UNIT,
        ),
        _rate(
            "gco2e_per_change_estimated_afterwards",
            "R = one change estimated afterwards",
            "changes by known AI tools without a record, kept apart from the records /"
            f" {counted(summary.afterwards.records, 'such change')}.",
            summary.afterwards,
            summary.afterwards.records,
        ),
    )


def _rate(name: str, label: str, what: str, total: Total, number: int, per: int = 1) -> Item:
    asks = "emissions per functional unit"
    if not number:
        return Item(name, label, asks, f"Not known, as there are none: {what}", None)
    ends = _per(total.emissions, number, per)
    low, central, high = (MASS[0].figure(end) for end in ends)
    answer = f"{central} gCO2e ({low} to {high}): {what}"
    value = {"gco2e": exact_range(ends), "units": exact(number * 10**9 // per)}
    return Item(name, label, asks, answer, value)


def _energy(facts: Facts) -> Item:
    recorded = facts.report.summary.recorded
    low, central, high = (decimal(end, KWH_DIGITS) for end in recorded.energy_nwh)
    left_out = (
        f" {counted(recorded.without_energy, 'record')}"
        f" {'does' if recorded.without_energy == 1 else 'do'} not say enough to recompute theirs."
        if recorded.without_energy
        else ""
    )
    return Item(
        "energy_kwh",
        "E: energy",
        "energy of the software, in kWh",
        f"{central} kWh ({low} to {high}) in the data centres, recomputed from the tokens of the"
        f" records.{left_out}",
        exact_range(recorded.energy_nwh, KWH_DIGITS),
    )


def _intensity(facts: Facts) -> Item:
    zones = [one for one in facts.provenance.zones if one.intensity_gco2e_per_kwh]
    listed = "; ".join(
        f"{one.id} (method {', '.join(one.methods)}) {one.intensity_gco2e_per_kwh.central:g}"
        for one in zones
        if one.intensity_gco2e_per_kwh
    )
    return Item(
        "intensity",
        "I: carbon intensity",
        "location-based carbon intensity of the grid, and which kind",
        f"gCO2e/kWh, average (not marginal), without certificates: {listed or 'none'}.",
        [
            {
                "zone": one.id,
                "methods": list(one.methods),
                "gco2e_per_kwh": dict(
                    zip(("low", "central", "high"), one.intensity_gco2e_per_kwh, strict=True)
                ),
                "year": one.year or None,
                "source": one.source or None,
            }
            for one in zones
            if one.intensity_gco2e_per_kwh
        ],
    )


def _embodied(facts: Facts) -> Item:
    summary = facts.report.summary
    made, commits = facts.embodied, summary.commits.scanned
    item = Item(
        "embodied",
        "M: embodied emissions",
        "emissions of making the hardware, by their share of use",
        "Not known: there is no energy to take a share by.",
        None,
    )
    if made is None or not commits:
        return item
    both = Emissions(*[a + b for a, b in zip(made, summary.recorded.emissions, strict=True)])
    return item._replace(
        answer=f"{emissions(made)}, modelled per kWh of E, as no operator publishes it for its"
        f" models (docs/method.md, Known limits). With it, R = one commit is"
        f" {emissions(_per(both, commits))}.",
        value={
            "gco2e": exact_range(made),
            "gco2e_per_commit_with_embodied": exact_range(_per(both, commits)),
        },
    )


def _per(ends: Emissions, number: int, per: int = 1) -> Emissions:
    """An amount for one of so many units, rounded half up."""
    return Emissions(*[(2 * end * per + number) // (2 * number) for end in ends])
