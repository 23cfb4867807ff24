"""Hourly intensities of the past, from a provider that the user has a key for, and kept.

A day that is over does not change: it is fetched once and stays in the user's cache.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import factors
from ..errors import CarbonError
from . import access, live
from .cache import write
from .client import RefusedError
from .providers import SECONDS_PER_DAY, SECONDS_PER_HOUR, iso, provider
from .refresh import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .providers import Provider

FOLDER = "grid-history"
# Who sells the past; that of Great Britain is free.
SOLD = ("electricitymaps", "watttime")
TIME_IS_REFUSED = (400, 404)
MAX_BYTES = 64 * 1024


def hourly(
    zone: str,
    times: Iterable[int],
    environment: Mapping[str, str],
    now: int,
    wanted: str = "",
    say: Callable[[str], object] | None = None,
) -> dict[int, float]:
    """The average intensity in gCO2e per kWh of the hours that these moments lie in, by the
    moment; a moment for which the provider has none is missing.

    Times are seconds since 1970. Raises CarbonError with one line; with `say`, that gets what
    goes wrong after the first request is sent, and the moments concerned are missing.
    """
    rows = factors.load()["zones"]
    moments = sorted(set(times))
    chosen, area = asked(zone, wanted, access.load(environment), rows)
    folder = _folder(chosen.provider, area, environment)
    by_hour: dict[int, float] = {}
    missing = []
    for day in sorted({moment // SECONDS_PER_DAY for moment in moments}):
        kept = _read(folder, day)
        if kept is None:
            missing.append(day)
        else:
            by_hour |= kept
    if missing:
        source = provider(chosen, environment)
        for first, last in windows(missing, source.most_days):
            try:
                days = list(_fetched(source, area, first, last, now))
            except CarbonError as error:
                if say is None:
                    raise
                say(str(error))
                # A time that is too long ago says nothing about the next one; all else does.
                if isinstance(error, RefusedError) and error.status in TIME_IS_REFUSED:
                    continue
                break
            for day, hours in days:
                by_hour |= hours
                if (day + 1) * SECONDS_PER_DAY < now - SECONDS_PER_DAY:
                    write(_file(folder, day), _text(hours))
    hours_of = {moment: moment // SECONDS_PER_HOUR for moment in moments}
    return {moment: by_hour[hour] for moment, hour in hours_of.items() if hour in by_hour}


def windows(days: list[int], most: int) -> Iterator[tuple[int, int]]:
    """Spans of days, both ends included, none longer than `most`, that cover ascending days."""
    first = last = days[0]
    for day in days[1:]:
        if day - first >= most:
            yield first, last
            first = day
        last = day
    yield first, last


def _fetched(
    source: Provider, area: str, first: int, last: int, now: int
) -> Iterator[tuple[int, dict[int, float]]]:
    """The days of a span and the mean of what lies in each of their hours."""
    start, end = first * SECONDS_PER_DAY, min((last + 1) * SECONDS_PER_DAY, now)
    seen: dict[int, list[float]] = {}
    for time, value in source.past(area, start, end):
        if start <= time < end:
            seen.setdefault(time // SECONDS_PER_HOUR, []).append(value)
    for day in range(first, last + 1):
        hours = range(day * 24, day * 24 + 24)
        yield day, {hour: sum(seen[hour]) / len(seen[hour]) for hour in hours if hour in seen}


def _folder(name: str, area: str, environment: Mapping[str, str]) -> str:
    cache = live.directory(environment)
    if not cache:
        raise CarbonError("no cache directory: set HOME or XDG_CACHE_HOME")
    return os.path.join(os.path.dirname(cache), FOLDER, name, area)


def _file(folder: str, day: int) -> str:
    return os.path.join(folder, iso(day * SECONDS_PER_DAY)[:10])


def _text(hours: Mapping[int, float]) -> bytes:
    return "".join(f"{hour} {value:.2f}\n" for hour, value in sorted(hours.items())).encode("ascii")


def _read(folder: str, day: int) -> dict[int, float] | None:
    """What is kept of a day, None where nothing is or it is damaged."""
    try:
        with open(_file(folder, day), "rb") as file:
            lines = file.read(MAX_BYTES).decode("ascii").splitlines()
        pairs = [line.split(" ") for line in lines]
        hours = {int(hour): float(value) for hour, value in pairs}
    except (OSError, ValueError):
        return None
    good = all(0 < value <= live.HIGHEST and hour // 24 == day for hour, value in hours.items())
    return hours if good else None
