"""Bars and sparklines in characters: blocks where the stream can show them, else ASCII. Pure."""

from __future__ import annotations

from ..history import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import NamedTuple
else:
    from ..values import NamedTuple

WIDTH = 12
MAX_MONTHS = 60


class Glyphs(NamedTuple):
    """`parts` are the pieces of a bar from the least to a whole one, `levels` the heights of a
    sparkline from the least to the highest."""

    parts: str
    levels: str


BLOCKS = Glyphs("▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█")
ASCII = Glyphs("#", "_.:-=+*#")


def glyphs(encoding: str | None) -> Glyphs:
    """What a stream with this encoding can show."""
    try:
        (BLOCKS.parts + BLOCKS.levels).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return BLOCKS


def bars(values: Sequence[int], chosen: Glyphs) -> tuple[str, ...]:
    """A bar for each value against the largest; none where there is nothing to compare."""
    most = max(values, default=0)
    if len(values) < 2 or not most:
        return ()
    return tuple(_bar(value, most, chosen.parts) for value in values)


def _bar(value: int, most: int, parts: str) -> str:
    """What is not nothing shows at least the smallest part."""
    steps = max((2 * value * WIDTH * len(parts) + most) // (2 * most), 1 if value else 0)
    whole, rest = divmod(steps, len(parts))
    return parts[-1] * whole + (parts[rest - 1] if rest else "")


def sparkline(months: Mapping[str, int], chosen: Glyphs) -> str:
    """The months in their order, those without anything as a gap, between the first and the last
    name; empty for less than two months. Of a long history the newest months are shown."""
    names = continuous(months)[-MAX_MONTHS:]
    most = max((months.get(name, 0) for name in names), default=0)
    if len(names) < 2 or not most:
        return ""
    top = len(chosen.levels) - 1
    drawn = "".join(
        chosen.levels[(2 * months[name] * top + most) // (2 * most)] if months.get(name) else " "
        for name in names
    )
    return f"{names[0]} {drawn} {names[-1]}"


def continuous(months: Iterable[str]) -> list[str]:
    """All months from the first to the last, also those in which nothing was recorded."""
    known = sorted(name for name in months if name != UNKNOWN)
    if not known:
        return []
    first, last = (int(name[:4]) * 12 + int(name[5:]) - 1 for name in (known[0], known[-1]))
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1)]
