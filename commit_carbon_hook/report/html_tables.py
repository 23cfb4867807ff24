"""The tables and pictures of the HTML page."""

from __future__ import annotations

from ..breakdown import by_field
from ..history import UNKNOWN
from ..terminal import safe, shortened
from . import chart
from .bars import continuous
from .markup import element
from .text import share
from .units import ENERGY, MASS, fitting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from ..breakdown import Breakdown
    from ..summary import Total
    from .contents import Report

    Rows = Sequence[tuple[str, Total]]

MAX_NAME = 80
_SHARE_HEIGHT = 16


def with_name(name: str) -> list[Element]:
    """A name that others chose, in a direction of its own."""
    return [element("bdi", {}, shortened(safe(name), MAX_NAME))]


def code(text: str) -> Element:
    """Text that others chose, as it stands."""
    return element("code", {}, element("bdi", {}, shortened(safe(text), MAX_NAME)))


def share_bar(whole: int, parts: Sequence[tuple[str, str, int]]) -> Iterator[Element]:
    """Parts of a whole as one bar, and a list that says the same in words."""
    at = 0
    boxes = []
    for kind, _, number in parts:
        if number:
            x, width = (f"{100 * value / whole:.3f}%" for value in (at, number))
            boxes.append(
                element(
                    "rect",
                    {"class": kind, "x": x, "y": 0, "width": width, "height": _SHARE_HEIGHT},
                )
            )
        at += number
    if boxes:
        yield element(
            "svg", {"class": "share", "height": _SHARE_HEIGHT, "aria-hidden": "true"}, *boxes
        )
    yield element(
        "ul",
        {"class": "legend"},
        *(
            element(
                "li",
                {},
                element("span", {"class": f"swatch {kind}", "aria-hidden": "true"}),
                f"{number:,} {name} ({share(number, whole)})",
            )
            for kind, name, number in parts
        ),
    )


def months(breakdown: Breakdown) -> Iterator[Element]:
    """Bars with whiskers, and the same figures as tables."""
    if breakdown.recorded_months or breakdown.afterwards_months:
        yield element("h2", {}, "Months")
    for name, title, rows in (
        ("recorded", "Recorded by month", breakdown.recorded_months),
        ("afterwards", "Estimated afterwards by month", breakdown.afterwards_months),
    ):
        totals = {key: total for key, total in rows if key != UNKNOWN}
        if totals:
            unit = fitting(max(total.emissions.high for total in totals.values()), MASS)
            caption = f"{title}, {unit.name} CO2e: central value, and whisker from low to high."
            if len(continuous(totals)) > chart.MAX_MONTHS:
                caption += f" The newest {chart.MAX_MONTHS} months."
            yield element(
                "figure",
                {"class": "late" if name == "afterwards" else "bars"},
                element("figcaption", {}, caption),
                element("div", {"class": "plot"}, chart.months(totals, unit, title, name)),
            )
        if rows:
            yield table(title, "month", rows, late=name == "afterwards", bars=False)


def tools(breakdown: Breakdown) -> Iterator[Element]:
    """What was recorded by tool and by evidence, and what was estimated afterwards."""
    if breakdown.recorded or breakdown.afterwards:
        yield element("h2", {}, "Tools")
    if breakdown.recorded:
        yield table("Recorded by tool", "tool", by_field(breakdown.recorded, "tool"))
        evidence = by_field(breakdown.recorded, "evidence")
        yield table("Recorded by evidence that a tool took part", "evidence", evidence)
    if breakdown.afterwards:
        rows = by_field(breakdown.afterwards, "tool")
        yield table("Estimated afterwards by tool", "tool", rows, late=True)


def others(report: Report) -> Iterator[Element]:
    """The groups that were asked for and are not on the page anyhow."""
    groups = report.summary.groups
    shown = ("tool", "month", "evidence")
    asked = [by for by in dict.fromkeys(group.by for group in groups) if by not in shown]
    if asked:
        yield element("h2", {}, "Groups")
    for by in asked:
        rows = [group for group in groups if group.by == by]
        recorded = [(group.key, group.recorded) for group in rows if group.recorded.records]
        late = [(group.key, group.afterwards) for group in rows if group.afterwards.records]
        if recorded:
            yield table(f"Recorded by {by}", by, recorded)
        if late:
            yield table(f"Estimated afterwards by {by}", by, late, late=True)


def table(title: str, by: str, rows: Rows, late: bool = False, bars: bool = True) -> Element:
    """One row a name, with a bar under it; figures in one unit, which the head names."""
    mass = fitting(max(total.emissions.central for _, total in rows), MASS)
    energy = fitting(max(total.energy_nwh.central for _, total in rows), ENERGY)
    most = max(total.emissions.high for _, total in rows)
    heads = (by, "estimates" if late else "records", mass.name, f"{mass.name}, range", energy.name)
    return element(
        "table",
        {"class": "late" if late else "bars"},
        element("caption", {}, f"{title}, CO2e"),
        element(
            "thead",
            {},
            element(
                "tr",
                {},
                *(
                    element("th", {"scope": "col", **({"class": "figure"} if at else {})}, head)
                    for at, head in enumerate(heads)
                ),
            ),
        ),
        element(
            "tbody",
            {},
            *(
                element(
                    "tr",
                    {},
                    element(
                        "th",
                        {"scope": "row"},
                        *with_name(name or UNKNOWN),
                        chart.row(total.emissions, most) if bars else None,
                    ),
                    *_cells(total, mass.figure, energy.figure),
                )
                for name, total in rows
            ),
        ),
    )


def _cells(
    total: Total, mass: Callable[[int], str], energy: Callable[[int], str]
) -> Iterator[Element]:
    low, central, high = (mass(end) for end in total.emissions)
    known = total.without_energy < total.records
    for text in (
        f"{total.records:,}",
        central,
        f"{low} to {high}",
        energy(total.energy_nwh.central) if known else UNKNOWN,
    ):
        yield element("td", {"class": "figure"}, text)
