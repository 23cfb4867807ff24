"""CDP, full corporate questionnaire: the row of category 1 in the Scope 3 question."""

from __future__ import annotations

from ..report.contents import coverage
from . import common, quality
from .facts import TONNE_DIGITS, tonnes
from .shape import Disclosure, Edition, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

EDITION = Edition(
    "CDP full corporate questionnaire",
    "2026, question 7.8 (C6.5 until 2023)",
    "2026",
    "number second-hand; columns read in the guidance for C6.5 of 2022",
    "https://guidance.cdp.net",
    True,
    "2026-11-23",
)
# What the field for emissions takes, and the one for the explanation.
DIGITS, MOST = 3, 2_400
STATUS = "Relevant, calculated"


def disclosure(facts: Facts) -> Disclosure:
    """The fragment: the five columns, then what stands behind them."""
    return Disclosure(
        "cdp",
        "CDP 7.8, Scope 3: use of AI tools in software development",
        (EDITION,),
        (
            common.STATEMENT_NOTE,
            f"The row is all of category 1 ({common.CATEGORY}): add this to the rest of it.",
        ),
        (
            Item(
                "evaluation_status",
                "Column 1: evaluation status",
                "whether the category is relevant and calculated",
                f"{STATUS}, if the whole category is; else it is for the reporter to judge.",
                STATUS,
            ),
            _emissions(facts),
            Item(
                "calculation_method",
                "Column 3: emissions calculation methodology",
                "the method, from a list",
                "Average data method",
                ["Average data method"],
            ),
            quality.supplier_data(facts)._replace(
                label="Column 4: percentage calculated using data obtained from suppliers"
            ),
            _explanation(facts),
            common.category(facts),
            common.period(facts),
            common.boundary(facts),
            quality.method(facts),
            quality.gwp(facts),
            quality.data_quality(facts),
            quality.uncertainty(facts),
            common.exclusions(facts),
        ),
        common.not_known(facts),
    )


def _emissions(facts: Facts) -> Item:
    """CDP takes three decimals of a tonne; what is less than half a kilogram is 0 there."""
    field = field_text(facts.bought.emissions.central)
    answer = f"{field} (three decimals, as the field takes them). Exactly: {tonnes(facts.bought)}."
    if facts.bought_afterwards.records:
        answer += f" Estimated afterwards, not in it: {tonnes(facts.bought_afterwards)}."
    if not facts.report.complete:
        answer += " Incomplete: lower bounds."
    return Item(
        "emissions_tco2e",
        "Column 2: emissions in the reporting year, metric tons CO2e",
        "gross emissions of the category",
        answer,
        {
            "field": f"\0{field}",
            "exact": common.gross(facts).value,
        },
    )


def field_text(nanograms: int) -> str:
    """Tonnes with three decimals, rounded half up; zeros at their end too."""
    unit = 10 ** (TONNE_DIGITS - DIGITS)
    tonnes, kilograms = divmod((nanograms + unit // 2) // unit, 10**DIGITS)
    return f"{tonnes}.{kilograms:0{DIGITS}d}"


def _explanation(facts: Facts) -> Item:
    report = facts.report
    text = (
        "Emissions from the use of AI tools in software development, estimated commit by commit"
        f" from git history ({', '.join(report.repositories)[:200]}). Activity data: tokens,"
        " counted by the tools or estimated from changed lines. Factors: energy per token by class"
        " of model, location-based yearly intensity of the data centre's grid zone"
        f" ({', '.join(report.summary.zones)[:200] or 'none'}), GWP-100."
        f" Coverage: {coverage(report)}. Range, about 90 %: {tonnes(facts.bought)}."
        f" Excluded: {'; '.join(common.EXCLUDED)}. No supplier-specific data exist."
    )
    if not report.complete:
        text += " Part of the history was missing: lower bounds."
    return Item(
        "explanation",
        "Column 5: please explain",
        f"an explanation of at most {MOST:,} characters",
        text[:MOST],
        text[:MOST],
    )
