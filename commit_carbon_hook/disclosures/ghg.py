"""GHG Protocol, Scope 3 Standard: what chapter 11 asks of a public report, for category 1."""

from __future__ import annotations

from . import common, quality
from .shape import Disclosure, Edition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

EDITION = Edition(
    "GHG Protocol, Corporate Value Chain (Scope 3) Accounting and Reporting Standard",
    "first edition, chapter 11",
    "2011",
    "in force; read as an extract",
    "https://ghgprotocol.org/corporate-value-chain-scope-3-standard",
    True,
    "2026-11-23",
)


def disclosure(facts: Facts) -> Disclosure:
    """The fragment."""
    return Disclosure(
        "ghg",
        "GHG Protocol Scope 3, category 1: use of AI tools in software development",
        (EDITION,),
        (common.STATEMENT_NOTE,),
        (
            common.category(facts),
            common.period(facts),
            common.gross(facts),
            common.biogenic(facts),
            common.boundary(facts),
            common.exclusions(facts),
            quality.method(facts),
            quality.gwp(facts),
            quality.supplier_data(facts),
            quality.data_quality(facts),
            quality.uncertainty(facts),
        ),
        common.not_known(facts),
    )
