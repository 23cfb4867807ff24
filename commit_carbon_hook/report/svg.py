"""The badge as a plain SVG file, without any font or picture from elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree

from ..factor_table import METHODS
from ..terminal import safe
from .contents import sentences
from .markup import element
from .units import emissions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from .contents import Report

LABEL = "AI carbon, rough estimate"
# No colour judges an amount: it only says whether all of the history is in it.
COLOURS = {True: "blue", False: "lightgrey"}
NAMESPACE = "http://www.w3.org/2000/svg"
HEIGHT, BASELINE, PADDING = 20, 14, 7
# Wide enough for a sans-serif letter of 11 pixels; `textLength` makes the text fit exactly.
LETTER = 5.9
FILL = {"label": "#444d56", "blue": "#0b5fad", "lightgrey": "#6a737d"}
LEAF = "M14 1C6 1 2 4 2 9c0 1 .2 2 .7 2.8L1 15h2l1-2c1 .6 2 .9 3 .9 5 0 7-6 7-12.9z"


def render(report: Report) -> str:
    """The picture; its title and description say all that it cannot show."""
    words = message(report)
    left, right = (round(len(text) * LETTER) for text in (LABEL, words))
    middle = left + 2 * PADDING
    width = middle + right + 2 * PADDING
    colour = FILL[COLOURS[report.complete]]
    picture = element(
        "svg",
        {
            "xmlns": NAMESPACE,
            "width": width,
            "height": HEIGHT,
            "viewBox": f"0 0 {width} {HEIGHT}",
            "role": "img",
            "aria-labelledby": "title description",
        },
        element("title", {"id": "title"}, f"{LABEL}: {words}"),
        element("desc", {"id": "description"}, safe(sentences(report))),
        _box(0, middle, FILL["label"]),
        _box(middle, width - middle, colour),
        element(
            "g",
            {
                "fill": "#fff",
                "font-family": "Verdana, DejaVu Sans, Geneva, sans-serif",
                "font-size": 11,
            },
            _text(LABEL, PADDING, left),
            _text(words, middle + PADDING, right),
        ),
    )
    return ElementTree.tostring(picture, encoding="unicode") + "\n"


def message(report: Report) -> str:
    """The right half: what was recorded, never what was estimated afterwards."""
    recorded = report.summary.recorded
    if not recorded.records:
        return "no records"
    incomplete = "" if report.complete else ", incomplete"
    return f"{emissions(recorded.emissions)}{_as_published(report)}{incomplete}"


def _as_published(report: Report) -> str:
    """How far a known mistake of a method makes the figures too high."""
    factors = [METHODS[name][8] for name, _ in report.valid_until if name in METHODS]
    most = max(factors, default=1)
    if most == 1:
        return ""
    part = "" if min(factors) == most and len(factors) == len(report.valid_until) else "in part "
    return f", {part}as published: {most:,} x too high"


def logo(report: Report) -> str:
    """A leaf, and in its description what every format must carry."""
    picture = element(
        "svg",
        {"xmlns": NAMESPACE, "viewBox": "0 0 16 16", "fill": "#fff"},
        element("desc", {}, safe(sentences(report))),
        element("path", {"d": LEAF}),
    )
    return ElementTree.tostring(picture, encoding="unicode")


def _box(x: int, width: int, colour: str) -> Element:
    return element("rect", {"x": x, "width": width, "height": HEIGHT, "fill": colour})


def _text(text: str, x: int, length: int) -> Element:
    return element("text", {"x": x, "y": BASELINE, "textLength": length}, text)
