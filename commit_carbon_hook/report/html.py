"""One self-contained page: no script, nothing from elsewhere, and no text can become markup."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from xml.etree import ElementTree

from ..terminal import safe
from . import html_notes, html_tables
from .contents import STATEMENT, WARNINGS_KEY, counted, gap_text, without_energy
from .html_tables import code, share_bar, with_name
from .markup import element
from .style import CSS
from .units import ENERGY, MASS, fitting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from ..breakdown import Breakdown
    from ..summary import Total
    from .contents import Report
    from .provenance import Provenance

TITLE = "Estimated carbon emissions of AI-assisted commits"
MAX_LISTED = 20


def render(
    report: Report, breakdown: Breakdown, provenance: Provenance, generated: str = ""
) -> str:
    """The page. `generated` is a moment, or empty for none."""
    names = safe(", ".join(report.repositories))
    page = element(
        "html",
        {"lang": "en"},
        _head(f"{names}: {TITLE[0].lower()}{TITLE[1:]}"),
        element(
            "body",
            {},
            element("header", {}, *_introduction(report)),
            element(
                "main",
                {},
                *_totals(report),
                *_coverage(report),
                *html_tables.months(breakdown),
                *html_tables.tools(breakdown),
                *html_tables.others(report),
                *html_notes.left_out(report),
                *html_notes.sections(report),
                *html_notes.assumptions(provenance),
                *html_notes.sources(provenance),
            ),
            element("footer", {}, *_closing(report, generated)),
        ),
    )
    written = ElementTree.tostring(page, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{written}\n"


def _head(title: str) -> Element:
    allowed = b64encode(sha256(CSS.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", {}, title),
        element("style", {}, CSS),
    )


def _introduction(report: Report) -> Iterator[Element]:
    yield element("h1", {}, TITLE)
    dates = f", authored {report.first} to {report.last}" if report.first else ""
    yield element(
        "p",
        {},
        *with_name(", ".join(report.repositories)),
        " (",
        code(" ".join(report.revisions)),
        f"){dates}",
    )
    if report.since or report.until:
        since, until = safe(report.since) or "the beginning", safe(report.until) or "today"
        yield element("p", {}, f"Period: {since} to {until}, by author date.")
    yield element("p", {"class": "quiet"}, STATEMENT)
    for one in report.sections:
        if one.key == WARNINGS_KEY:
            for line in one.lines:
                yield element("p", {"class": "banner incomplete"}, f"{one.title}: {safe(line)}")
    if report.complete:
        text = "Complete: nothing of this history was missing."
        yield element("p", {"class": "banner complete"}, text)
        return
    yield element(
        "div",
        {"class": "banner incomplete"},
        element("strong", {}, "Incomplete: the figures are lower bounds."),
        element(
            "ul",
            {},
            *(element("li", {}, safe(gap_text(gap))) for gap in report.gaps[:MAX_LISTED]),
            _more(len(report.gaps)),
        ),
    )


def _more(number: int) -> Element | None:
    return element("li", {}, f"and {number - MAX_LISTED} more") if number > MAX_LISTED else None


def _totals(report: Report) -> Iterator[Element]:
    summary = report.summary
    yield element("h2", {}, "Totals")
    yield element(
        "div",
        {"class": "cards"},
        _card("Recorded in the commits", summary.recorded, "record", "card"),
        _card("Estimated afterwards", summary.afterwards, "estimate", "card late"),
    )
    yield element(
        "p",
        {"class": "small quiet"},
        "The two are never added up: a record was made with its commit, an estimate afterwards"
        " rests on the lines of a commit by a known AI tool that carries no record.",
    )
    if report.equivalent:
        from ..equivalents import sentence

        yield element("p", {}, sentence(report.equivalent))


def _card(title: str, total: Total, noun: str, kind: str) -> Element:
    mass, energy = (
        fitting(total.emissions.central, MASS),
        fitting(total.energy_nwh.central, ENERGY),
    )
    low, central, high = (mass.figure(end) for end in total.emissions)
    least, middle, most = (energy.figure(end) for end in total.energy_nwh)
    return element(
        "section",
        {"class": kind},
        element("h3", {}, title),
        element("p", {"class": "large"}, central, element("small", {}, f" {mass.name} CO2e")),
        element("p", {}, f"{low} to {high} {mass.name} CO2e"),
        element("p", {"class": "quiet"}, f"{middle} {energy.name} ({least} to {most})"),
        element("p", {"class": "quiet"}, counted(total.records, noun)),
        element(
            "p",
            {"class": "small quiet"},
            f"{without_energy(total, noun)}; not in the energy.",
        )
        if total.without_energy
        else None,
    )


def _coverage(report: Report) -> Iterator[Element]:
    commits = report.summary.commits
    yield element("h2", {}, "Coverage")
    verb = "was" if commits.scanned == 1 else "were"
    yield element("p", {}, f"{counted(commits.scanned, 'commit')} {verb} read.")
    yield from share_bar(
        commits.scanned,
        (
            ("recorded", "with a record", commits.recorded),
            (
                "afterwards",
                "by a known AI tool without one, estimated afterwards",
                commits.estimated_afterwards,
            ),
            ("nothing", "without evidence of a tool: not known", commits.no_evidence),
        ),
    )


def _closing(report: Report, generated: str) -> Iterator[Element]:
    methods = ", ".join(name for name, _ in report.valid_until) or "none"
    zones = ", ".join(report.summary.zones) or "none"
    restated = f" All records restated by method {report.restated}." if report.restated else ""
    yield element(
        "p",
        {"class": "small quiet"},
        f"Methods: {safe(methods)}; factor set {report.factor_set}; grid zones: {safe(zones)}."
        f"{safe(restated)} {STATEMENT}",
    )
    if generated:
        yield element("p", {"class": "small quiet"}, f"Generated {generated}.")
