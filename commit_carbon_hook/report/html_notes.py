"""The running text of the HTML page: what did not count, what is assumed, where it comes from."""

from __future__ import annotations

from ..grid.zones import BOUNDARIES, MIXED_BOUNDARIES
from ..history import UNKNOWN
from ..record import grams_text
from ..terminal import safe
from . import contents
from .contents import (
    BOUNDARIES_KEY,
    SHA_DIGITS,
    WARNINGS_KEY,
    conflicting,
    line_text,
    not_restated,
    refused,
)
from .html_tables import code
from .markup import element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from .contents import Report
    from .provenance import MethodNote, Provenance, Source, ZoneNote

MAX_LISTED = 20
ASSUMPTIONS = (
    "Counted is the electricity of the models' inference in data centres, with all of their"
    " overhead: for whoever uses the tool, GHG Protocol Scope 3, category 1. Models on machines of"
    " your own are your Scope 2.",
    "Tokens are counted by the tool where a record says so, else estimated from changed lines."
    " Energy per token is inferred from open models and from published totals: no operator of a"
    " large model publishes it.",
    "Grid intensities are averages over a year, location-based: no certificates, no offsets. Where"
    " a data centre is, is mostly an assumption.",
    "Low and high are meant as about the 5th and the 95th percentile of what is not known. Errors"
    " are shared by all records, so lows, centrals and highs add up.",
    "Not included: training, making of hardware and buildings, networks, developers' machines, CI,"
    " water, and use of AI that never became a commit of this history.",
)


def left_out(report: Report) -> Iterator[Element]:
    """What was found and does not count, or counts once."""
    summary = report.summary
    found: list[tuple[str, list[Element]]] = []
    if report.refused:
        items = [
            element("li", {}, code(one.sha[:SHA_DIGITS]), " ", code(line_text(one.line)),
                    f": {safe(one.reason)}")
            for one in report.refused[:MAX_LISTED]
        ]  # fmt: skip
        found.append((refused(report), _bounded(items, len(report.refused))))
    if summary.conflicts:
        items = [
            element(
                "li",
                {},
                code(versions[0].record.id),
                ": ",
                ", ".join(
                    f"{grams_text(record.emissions.central)} g in {origin.sha[:SHA_DIGITS]}"
                    for record, origin in versions[:MAX_LISTED]
                ),
            )
            for versions in summary.conflicts[:MAX_LISTED]
        ]
        found.append((conflicting(report), _bounded(items, len(summary.conflicts))))
    if summary.not_restated:
        items = [
            element("li", {}, code(record.id), f" in {origin.sha[:SHA_DIGITS]}: {safe(reason)}")
            for record, origin, reason in summary.not_restated[:MAX_LISTED]
        ]
        found.append((not_restated(report), _bounded(items, len(summary.not_restated))))
    lines = contents.left_out(report)
    if found or lines:
        yield element("h2", {}, "What did not count")
    for title, items in found:
        yield element("h3", {}, title)
        yield element("ul", {}, *items)
    for line in lines:
        yield element("p", {}, line)


def sections(report: Report) -> Iterator[Element]:
    """What only some reports have."""
    for one in report.sections:
        if one.key in (BOUNDARIES_KEY, WARNINGS_KEY):
            continue  # among the assumptions, and on top
        yield element("h2", {}, safe(one.title))
        for line in one.lines:
            yield element("p", {"class": "small"}, element("bdi", {}, safe(line)))


def _bounded(items: list[Element], number: int) -> list[Element]:
    more = [element("li", {}, f"and {number - MAX_LISTED:,} more")] if number > MAX_LISTED else []
    return [*items, *more]


def assumptions(provenance: Provenance) -> Iterator[Element]:
    """What the figures are and are not, the methods and the grid zones."""
    yield element("h2", {}, "Assumptions")
    yield element("ul", {}, *(element("li", {}, line) for line in ASSUMPTIONS))
    if provenance.methods:
        yield _plain_table(
            "Methods",
            ("method", "what it is", "published, factors hold until"),
            (_method(one) for one in provenance.methods),
        )
    if provenance.zones:
        yield _plain_table(
            "Grid zones",
            ("zone", "gCO2e/kWh: low, central, high", "what it is"),
            (_zone(one) for one in provenance.zones),
        )
    kinds = {one.boundary for one in provenance.zones} & BOUNDARIES.keys()
    if len(kinds) > 1:
        text = f"The totals mix boundaries: {MIXED_BOUNDARIES}."
        yield element("p", {"class": "banner incomplete"}, text)
    if any(one.live for one in provenance.zones):
        yield element(
            "p",
            {},
            "Zones marked @live: the record was made with a value of the hour, which it does not"
            " hold; the table shows the year's.",
        )


def _method(one: MethodNote) -> tuple[Element | str, ...]:
    note = f" {one.note[0].upper()}{one.note[1:].rstrip('.')}." if one.note else ""
    days = f"{one.published}, {one.expires}" if one.published else UNKNOWN
    return code(one.id), safe(f"{one.title}.{note}"), days


def _zone(one: ZoneNote) -> tuple[Element | str, ...]:
    ends = one.intensity_gco2e_per_kwh
    methods = f"method {', '.join(one.methods)}"
    boundary = BOUNDARIES.get(one.boundary, one.boundary)
    said = ", ".join(part for part in (one.year, boundary, one.source, methods) if part)
    return (
        element("span", {}, code(one.id), f" {safe(one.name)}"),
        ", ".join(f"{end:g}" for end in ends) if ends else UNKNOWN,
        safe(said),
    )


def sources(provenance: Provenance) -> Iterator[Element]:
    """Every publication behind the methods and zones, with its licence."""
    if not provenance.sources:
        return
    yield element("h2", {}, "Sources")
    yield element(
        "p",
        {},
        "All that the methods and zones of this report rest on. Second-hand: the value was taken"
        " from a document that quotes the source.",
    )
    yield element("ul", {"class": "small"}, *(_source(one) for one in provenance.sources))


def _source(one: Source) -> Element:
    title: Element | str = safe(one.title)
    if one.url.startswith("https://"):
        title = element("a", {"href": one.url, "rel": "noreferrer"}, safe(one.title))
    how = "; second-hand" if one.second_hand else ""
    return element(
        "li",
        {},
        title,
        safe(f". {one.publisher}, {one.edition}. Licence: {one.licence}{how}. "),
        code(one.id),
    )


def _plain_table(
    title: str, heads: tuple[str, ...], rows: Iterable[tuple[Element | str, ...]]
) -> Element:
    return element(
        "table",
        {"class": "plain"},
        element("caption", {}, title),
        element(
            "thead",
            {},
            element("tr", {}, *(element("th", {"scope": "col"}, head) for head in heads)),
        ),
        element("tbody", {}, *(_plain_row(row) for row in rows)),
    )


def _plain_row(row: tuple[Element | str, ...]) -> Element:
    first, *rest = row
    cells = (element("td", {}, cell) for cell in rest)
    return element("tr", {}, element("th", {"scope": "row"}, first), *cells)
