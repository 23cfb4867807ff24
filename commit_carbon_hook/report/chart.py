"""Bars with whiskers as SVG: lengths are percentages, so that the picture is as wide as its place
and its letters stay as they are."""

from __future__ import annotations

from ..breakdown import NOTHING
from .bars import continuous
from .contents import counted
from .markup import element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from ..record import Emissions
    from ..summary import Total
    from .units import Unit

MAX_MONTHS = 120
MAX_BAR = 8  # per cent of the picture
_PLOT, _ABOVE, _BELOW = 200, 18, 26
_LABELS = 4
_ROW = 12


def row(ends: Emissions, most: int) -> Element:
    """A lying bar for a row of a table: the central value, and a whisker from low to high."""
    low, central, high = (_percent(end, most) for end in ends)
    middle = _ROW // 2
    return element(
        "svg",
        {"class": "row", "height": _ROW, "aria-hidden": "true"},
        element("rect", {"class": "bar", "x": 0, "y": 1, "width": central, "height": _ROW - 2}),
        _line(low, middle, high, middle),
        _line(low, 3, low, _ROW - 3),
        _line(high, 3, high, _ROW - 3),
    )


def months(totals: Mapping[str, Total], unit: Unit, title: str, name: str) -> Element:
    """Standing bars, a month each, those without anything too; the newest MAX_MONTHS of them.
    `name` makes the ids of this picture different from those of others on the page."""
    names = continuous(totals)[-MAX_MONTHS:]
    step = _step(max((totals[one].emissions.high for one in names if one in totals), default=0))
    most = step * _LABELS
    described = (
        f"One bar a month from {names[0]} to {names[-1]}; its whisker reaches from low to high."
        " The table that follows holds the same figures."
    )
    return element(
        "svg",
        {
            "class": "months",
            "role": "img",
            "height": _ABOVE + _PLOT + _BELOW,
            "aria-labelledby": f"{name}-title {name}-text",
        },
        element("title", {"id": f"{name}-title"}, title),
        element("desc", {"id": f"{name}-text"}, described),
        *_grid(step, unit),
        *(
            _column(one, totals.get(one, NOTHING), at, len(names), most, unit)
            for at, one in enumerate(names)
        ),
        *_names(names),
    )


def _grid(step: int, unit: Unit) -> Iterator[Element]:
    for number in range(_LABELS + 1):
        y = _ABOVE + _PLOT - _PLOT * number // _LABELS
        yield _line("0%", y, "100%", y, "grid")
        label = f"{unit.exact(number * step)} {unit.name}" if number else "0"
        # Left of the picture, where the page leaves room.
        yield element("text", {"class": "tick", "x": -8, "y": y + 4, "text-anchor": "end"}, label)


def _column(name: str, total: Total, at: int, number: int, most: int, unit: Unit) -> Element | None:
    if not total.records:
        return None
    low, central, high = (_height(end, most) for end in total.emissions)
    place = 100 / number
    width, middle = min(0.6 * place, MAX_BAR), (at + 0.5) * place
    cap = min(0.3 * width, 1.2)
    figures = " ".join(
        f"{end} {unit.figure(value)}"
        for end, value in zip(("low", "central", "high"), total.emissions, strict=True)
    )
    records = counted(total.records, "record")
    return element(
        "g",
        {},
        element("title", {}, f"{name}: {figures} {unit.name} CO2e, {records}"),
        element(
            "rect",
            {
                "class": "bar",
                "x": f"{middle - width / 2:.3f}%",
                "y": central,
                "width": f"{width:.3f}%",
                "height": _ABOVE + _PLOT - central,
            },
        ),
        _line(f"{middle:.3f}%", low, f"{middle:.3f}%", high),
        _line(f"{middle - cap:.3f}%", high, f"{middle + cap:.3f}%", high),
        _line(f"{middle - cap:.3f}%", low, f"{middle + cap:.3f}%", low),
    )


def _names(names: Sequence[str]) -> Iterator[Element]:
    """At most three names of months: there is always room for so many."""
    last = len(names) - 1
    # Of few months, each name has room under its bar.
    shown = (
        {0: "start", last // 2: "middle", last: "end"}
        if last > 5
        else {0: "middle", last: "middle"}
    )
    for at, anchor in sorted(shown.items()):
        x = {"start": 0.0, "middle": (at + 0.5) * 100 / len(names), "end": 100.0}[anchor]
        attributes = {"class": "tick", "x": f"{x:.3f}%", "text-anchor": anchor}
        yield element("text", {**attributes, "y": _ABOVE + _PLOT + 18}, names[at])


def _step(most: int) -> int:
    """A round number of billionths of which four reach the largest."""
    size = 1
    while True:
        for digit in (1, 2, 5):
            if digit * size * _LABELS >= most:
                return digit * size
        size *= 10


def _height(value: int, most: int) -> int:
    return _ABOVE + _PLOT - (2 * value * _PLOT + most) // (2 * most)


def _percent(value: int, most: int) -> str:
    return f"{100 * value / most if most else 0:.2f}%"


def _line(x1: str, y1: int, x2: str, y2: int, kind: str = "whisker") -> Element:
    return element("line", {"class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2})
