"""Answers that several frameworks ask for. The wording is ours; the figures are a report's."""

from __future__ import annotations

from ..report.contents import STATEMENT, counted
from ..report.json import exact_range
from .facts import TONNE_DIGITS, tonnes
from .shape import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

CATEGORY = "Purchased goods and services"
EXCLUDED = (
    "training of the models",
    "making of servers and buildings (embodied emissions)",
    "networks between the user and the data centre",
    "the developers' own computers, offices and travel",
    "CI runs, reviews and bots that a commit sets going",
    "use of AI that never became a commit of this history",
    "water",
)


def category(facts: Facts) -> Item:
    """Where the figures belong in an inventory."""
    answer = (
        f"Scope 3, category 1 ({CATEGORY.lower()}): inference that others run for whoever uses"
        " the tools."
    )
    if facts.own.records:
        answer += (
            f" Apart from it, {counted(facts.own.records, 'record')}"
            f" {'is' if facts.own.records == 1 else 'are'} of models on machines of one's own:"
            f" {tonnes(facts.own)}. Their electricity is Scope 2, and likely in its meters"
            " already."
        )
    return Item(
        "category",
        "Scope and category",
        "to which scope and category the emissions belong",
        answer,
        {
            "scope": 3,
            "category": 1,
            "own_electricity_tco2e": exact_range(facts.own.emissions, TONNE_DIGITS),
        },
    )


def period(facts: Facts) -> Item:
    """The reporting period, by author dates."""
    report = facts.report
    if report.since or report.until:
        said = f"{report.since or 'The beginning'} to {report.until or 'the day of this report'}"
    else:
        said = "The whole history, not a financial year: give one with --since and --until"
    dates = f"; commits authored {report.first} to {report.last}" if report.first else ""
    return Item(
        "period",
        "Period",
        "the period that the figures are for",
        f"{said}{dates}. A commit belongs to its author date.",
        {
            "since": report.since or None,
            "until": report.until or None,
            "first": report.first or None,
            "last": report.last or None,
        },
    )


def gross(facts: Facts) -> Item:
    """The total, and apart from it what was estimated afterwards."""
    answer = f"{tonnes(facts.bought)}, from {counted(facts.bought.records, 'record')}."
    if facts.bought_afterwards.records:
        answer += (
            f" Not in it: {tonnes(facts.bought_afterwards)}, estimated afterwards for"
            f" {counted(facts.bought_afterwards.records, 'change')} by known AI tools without a"
            " record."
        )
    if not facts.report.complete:
        answer += " Incomplete: lower bounds."
    return Item(
        "gross_emissions",
        "Gross emissions",
        "emissions in tonnes of CO2 equivalent, before any offset",
        f"{answer} No offset or certificate is deducted.",
        {
            "tco2e": exact_range(facts.bought.emissions, TONNE_DIGITS),
            "estimated_afterwards_tco2e": exact_range(
                facts.bought_afterwards.emissions, TONNE_DIGITS
            ),
        },
    )


def boundary(facts: Facts) -> Item:
    """What the figures hold."""
    names = ", ".join(facts.report.repositories)
    return Item(
        "boundary",
        "Boundary",
        "organisational and operational boundary of the figures",
        f"Commits of {names} that the given revisions reach. Electricity of inference in data"
        " centres with their overhead (PUE inside the factors), from the prompt to the answer."
        " Whether these repositories are within the organisation's boundary is for the reporter"
        " to say.",
        {"repositories": list(facts.report.repositories), "operation": "inference"},
    )


def exclusions(_: Facts) -> Item:
    """What the figures do not hold."""
    return Item(
        "exclusions",
        "Exclusions",
        "what is left out, and why",
        f"Not in the records: {'; '.join(EXCLUDED)}. Nobody publishes them per commit, or they"
        " belong to another category. Where hardware or water is modelled from the energy, it"
        " stands apart, in no figure of the records.",
        list(EXCLUDED),
    )


def biogenic(_: Facts) -> Item:
    """Nothing is known of it."""
    return Item(
        "biogenic",
        "Biogenic CO2",
        "biogenic CO2 apart from the total",
        "Not separated: grid values give one sum of greenhouse gases. None is reported apart.",
        None,
    )


def not_known(facts: Facts) -> tuple[str, ...]:
    """What no fragment can say, most of it because nobody publishes it."""
    commits = facts.report.summary.commits
    found = [
        "Energy per token of the services: no operator of a large model publishes it with token"
        " counts.",
        "Where the data centres are: zones are the home of a provider unless somebody pinned one.",
        "Contracts of the suppliers (market-based values): not used, mostly not published.",
        "Whether the amount is material for the reporter, and the base year.",
    ]
    if commits.no_evidence:
        found.append(
            f"Whether a tool took part in {commits.no_evidence:,} of"
            f" {counted(commits.scanned, 'commit')}: nothing in them says so."
        )
    if facts.report.refused:
        verb = "was" if len(facts.report.refused) == 1 else "were"
        lines = counted(len(facts.report.refused), "damaged record line")
        found.append(f"What {lines} {verb} meant to say.")
    if facts.report.gaps:
        found.append("What the missing parts of the history hold: the figures are lower bounds.")
    return tuple(found)


STATEMENT_NOTE = f"{STATEMENT} Mostly far below what is material: say so before you print digits."
