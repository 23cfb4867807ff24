"""SEC: the climate rule of 2024, which asks for nothing that stands here."""

from __future__ import annotations

from . import common, quality
from .shape import Disclosure, Edition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

EDITIONS = (
    Edition(
        "SEC, The Enhancement and Standardization of Climate-Related Disclosures for Investors",
        "final rule",
        "2024-03-06",
        "stayed in April 2024; the SEC ended its defence on 2025-03-27",
        "https://www.sec.gov/rules-regulations/2024/03/s7-10-22",
        True,
        "2026-11-23",
    ),
    Edition(
        "SEC, Rescission of Climate-Related Disclosure Rules",
        "proposed rule, Release 33-11421, file S7-2026-19, Federal Register document 2026-11091",
        "2026-05-29",
        "comments were due 2026-08-03; whether it was adopted since is not known here",
        "https://www.federalregister.gov/d/2026-11091",
        False,
        "2026-11-23",
    ),
    Edition(
        "California, Climate Corporate Data Accountability Act (SB 253)",
        "regulation of the Air Resources Board of 2026-02-26",
        "2026-02-26",
        "asks companies with more than 1 billion USD of revenue for Scope 3 from 2027",
        "https://leginfo.legislature.ca.gov/faces/billNavClient.xhtml?bill_id=202320240SB253",
        True,
        "2026-11-23",
    ),
)
NOTES = (
    "The SEC rule of 2024 asks for no Scope 3 emissions. Use of AI services is Scope 3: the rule"
    " asks for nothing that stands here, and a filing needs none of it.",
    "What follows is voluntary information, and no claim of compliance with any SEC rule.",
    "In the United States, California's SB 253 does ask large companies for Scope 3, by the GHG"
    " Protocol: see --report ghg.",
)


def disclosure(facts: Facts) -> Disclosure:
    """The fragment."""
    return Disclosure(
        "sec",
        "SEC climate rule of 2024: no Scope 3 asked for; voluntary figures",
        EDITIONS,
        (*NOTES, common.STATEMENT_NOTE),
        (
            common.category(facts),
            common.period(facts),
            common.gross(facts),
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
