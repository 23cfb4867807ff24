"""A bar chart of carbon intensities for a terminal, in plain characters. Pure."""

from __future__ import annotations

from ..doors import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NamedTuple

    from ..estimate import Range
else:
    from ..values import NamedTuple

# Up to this many gCO2e/kWh; about a third of the world's countries each.
GREEN, YELLOW = 250.0, 500.0
_COLOURS = ("\x1b[32m", "\x1b[33m", "\x1b[31m")
_RESET = "\x1b[0m"
_LEAST_BAR = 10


class Bar(NamedTuple):
    """One line: a zone, its intensity in gCO2e per kWh, and what stands behind it."""

    zone: str
    intensity: Range
    text: str


def bars(chosen: Sequence[Bar], columns: int, colours: bool) -> Iterator[str]:
    """A line per zone, dirtiest first: `#` up to the low end, `=` to the central value, `-` to
    the high end."""
    ordered = sorted(chosen, key=lambda bar: (-bar.intensity.central, bar.zone))
    label = max(len(bar.zone) for bar in ordered)
    figure = max(len(number(bar.intensity.central)) for bar in ordered)
    text = max(len(bar.text) for bar in ordered)
    width = max(_LEAST_BAR, columns - label - figure - text - 4)
    most = max(bar.intensity.high for bar in ordered)
    for bar in ordered:
        low, central, high = [round(end / most * width) for end in bar.intensity]
        drawn = "#" * low + "=" * (central - low) + "-" * (high - central)
        line = drawn.ljust(width)
        if colours:
            line = f"{_colour(bar.intensity.central)}{line}{_RESET}"
        value = number(bar.intensity.central).rjust(figure)
        yield f"{bar.zone.ljust(label)} {value} {line} {bar.text}".rstrip()


def _colour(intensity: float) -> str:
    return _COLOURS[(intensity > GREEN) + (intensity > YELLOW)]
