"""CSRD: the climate standard ESRS E1, gross Scope 3 emissions."""

from __future__ import annotations

from . import common, quality
from .shape import Disclosure, Edition, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

EDITIONS = (
    Edition(
        "ESRS E1, Commission Delegated Regulation (EU) 2023/2772",
        "ESRS 2023: E1-6, paragraph 44 (c), AR 39, AR 46",
        "2023-07-31",
        "applies to financial years before 2027; paragraphs read where EFRAG quotes them",
        "https://eur-lex.europa.eu/eli/reg_del/2023/2772/oj",
        True,
        "2026-11-23",
    ),
    Edition(
        "Revised ESRS, Commission Delegated Regulation (EU) 2026/1563",
        "ESRS 2026: the number of this requirement was not verified (E1-8 in EFRAG's draft)",
        "2026-07-03",
        "in force since 2026-11-10; mandatory for financial years from 2027-01-01, optional for"
        " 2026",
        "https://eur-lex.europa.eu/eli/reg_del/2026/1563/oj",
        True,
        "2026-11-23",
    ),
    Edition(
        "Omnibus I, Directive (EU) 2026/470",
        "who reports: more than 1,000 employees and more than EUR 450 million of net turnover",
        "2026-02-26",
        "in force since 2026-03-18",
        "https://eur-lex.europa.eu/eli/dir/2026/470/oj",
        True,
        "2026-11-23",
    ),
)
NUMBERING = (
    "E1-6 in ESRS 2023 is gross emissions; the revised standards number anew, and E1-8 of 2023 is"
    " internal carbon pricing. Name the edition with the number."
)


def disclosure(facts: Facts) -> Disclosure:
    """The fragment."""
    return Disclosure(
        "csrd",
        "CSRD, ESRS E1, gross Scope 3 emissions: use of AI tools in software development",
        EDITIONS,
        (common.STATEMENT_NOTE, NUMBERING),
        (
            common.category(facts),
            common.period(facts),
            common.gross(facts),
            quality.gwp(facts),
            quality.supplier_data(facts),
            common.boundary(facts),
            quality.method(facts),
            common.exclusions(facts),
            common.biogenic(facts),
            quality.data_quality(facts),
            quality.uncertainty(facts),
            _significance(),
        ),
        common.not_known(facts),
    )


def _significance() -> Item:
    return Item(
        "significance",
        "Significance of the category",
        "which Scope 3 categories are significant, and which are left out and why",
        "For the reporter to judge over all of category 1; this is one line in it, usually far"
        " below materiality.",
        None,
    )
