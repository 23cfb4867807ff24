"""Live carbon intensities that were fetched before: read at commit time, never fetched then.

`commit-carbon grid refresh` writes one small file per zone into the user's cache. docs/grid.md
has its format. Nothing here imports more than the hook already has.
"""

from __future__ import annotations

import os
import stat

from .. import tables
from ..errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NamedTuple

    from ..estimate import Range
else:
    from ..values import NamedTuple

SUFFIX = tables.LIVE_SUFFIX
MAX_AGE_MINUTES = 60
MOST_MINUTES = 1440
MAX_AGE_VARIABLE = "COMMIT_CARBON_MAX_AGE"
SPREAD = 0.10
"""Low and high of a live value: as much each way as the least of an annual one."""
HIGHEST = 1500.0
"""More than any power plant emits over its life for a kWh; a grid cannot have more."""
PROVIDERS = ("electricitymaps", "watttime", "gb")
BOUNDARIES = ("lifecycle", "direct")
CLOCK_SKEW_SECONDS = 300

_MAX_BYTES = 1024
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_DIGITS = "0123456789"
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-"


class Value(NamedTuple):
    """One fetched value: the average intensity of a zone, in gCO2e per kWh, and its marginal one
    where the provider gives it (None otherwise; never used for estimates). `time` is when the value
    holds, `fetched` when it was fetched, both in seconds since 1970; it may be used for
    `max_age_minutes` from then on."""

    zone: str
    gco2e_per_kwh: float
    marginal_gco2e_per_kwh: float | None
    time: int
    fetched: int
    provider: str
    area: str
    boundary: str
    estimated: bool
    max_age_minutes: int = MAX_AGE_MINUTES


def base(zone: str) -> str:
    """The zone of a record without the mark that its value was a live one."""
    return zone.removesuffix(SUFFIX)


def spread(gco2e_per_kwh: float) -> Range:
    """A live value as a range."""
    from ..estimate import Range

    return Range(gco2e_per_kwh * (1 - SPREAD), gco2e_per_kwh, gco2e_per_kwh * (1 + SPREAD))


def directory(environment: Mapping[str, str]) -> str:
    """Where the values are; empty where the user has no home."""
    cache = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(cache):
        home = environment.get("HOME", "")
        cache = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    return os.path.join(cache, "commit-carbon", "grid") if cache else ""


def path(zone: str, environment: Mapping[str, str]) -> str:
    """The file of one zone, empty where there can be none."""
    folder = directory(environment)
    good = zone and len(zone) <= 32 and not zone.strip(_NAME)
    return os.path.join(folder, zone.replace(":", "_")) if folder and good else ""


def stored(zone: str, now: int, environment: Mapping[str, str]) -> Value | None:
    """The value of a zone that is still fresh, None without one. A file that is missing, foreign,
    damaged or from the future is as good as none.

    Raises CarbonError for a variable that is no number of minutes, where there is a value.
    """
    name = path(zone, environment)
    if not name:
        return None
    try:
        descriptor = os.open(name, _OPEN)
    except OSError:
        return None
    try:
        content = b""
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            content = os.read(descriptor, _MAX_BYTES)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    try:
        value = parsed(content)
    except ValueError:
        return None
    age = now - value.fetched
    most = minutes(environment) or value.max_age_minutes
    fresh = -CLOCK_SKEW_SECONDS <= age <= most * 60
    return value if fresh and value.zone == zone else None


def minutes(environment: Mapping[str, str]) -> int:
    """For how long the environment lets a value be used, 0 if it does not say.

    Raises CarbonError for anything but 1 to MOST_MINUTES.
    """
    text = environment.get(MAX_AGE_VARIABLE, "")
    if not text:
        return 0
    if len(text) > 4 or text.strip(_DIGITS) or not 1 <= int(text) <= MOST_MINUTES:
        raise CarbonError(f"{MAX_AGE_VARIABLE}: must be 1 to {MOST_MINUTES} minutes")
    return int(text)


def intensity_now(now: int, environment: Mapping[str, str]) -> Callable[[str], Range | None]:
    """A function from a zone to its live intensity in gCO2e per kWh, None without a fresh one."""

    def of(zone: str) -> Range | None:
        value = stored(zone, now, environment)
        return spread(value.gco2e_per_kwh) if value else None

    return of


def line(value: Value) -> bytes:
    """The content of a zone's file; `parsed` is the inverse."""
    marginal = value.marginal_gco2e_per_kwh
    return (
        f"zone={value.zone} average={value.gco2e_per_kwh:.2f}"
        f" marginal={'-' if marginal is None else f'{marginal:.2f}'}"
        f" time={value.time} fetched={value.fetched} provider={value.provider}"
        f" area={value.area} boundary={value.boundary}"
        f" estimated={'yes' if value.estimated else 'no'} max-age={value.max_age_minutes}\n"
    ).encode("ascii")


def parsed(content: bytes) -> Value:
    """Raises ValueError for anything that `line` does not write."""
    text = content.decode("ascii")
    if not text.endswith("\n") or text.count("\n") != 1:
        raise ValueError("not one line")
    found = {}
    for word in text[:-1].split(" "):
        key, equals, word_value = word.partition("=")
        if not equals or key in found:
            raise ValueError("not a list of keys and values")
        found[key] = word_value
    if tuple(found) != _KEYS:
        raise ValueError("other keys than expected")
    zone, average, marginal, time, fetched, provider, area, boundary, estimated, age = (
        found.values()
    )
    known = provider in PROVIDERS and boundary in BOUNDARIES and estimated in ("yes", "no")
    if not known or zone.strip(_NAME) or area.strip(_NAME):
        raise ValueError("a name that is not known")
    return Value(
        zone,
        _number(average),
        None if marginal == "-" else _number(marginal),
        _seconds(time),
        _seconds(fetched),
        provider,
        area,
        boundary,
        estimated == "yes",
        _minutes(age),
    )


_KEYS = (
    "zone", "average", "marginal", "time", "fetched", "provider", "area", "boundary", "estimated",
    "max-age",
)  # fmt: skip


def _number(text: str) -> float:
    whole, point, fraction = text.partition(".")
    digits = whole + fraction
    if not whole or not point or len(digits) > 7 or digits.strip(_DIGITS):
        raise ValueError("not a number")
    value = float(text)
    if not 0 < value <= HIGHEST:
        raise ValueError("not an intensity")
    return value


def _minutes(text: str) -> int:
    value = _seconds(text)
    if not 1 <= value <= MOST_MINUTES:
        raise ValueError("not an age")
    return value


def _seconds(text: str) -> int:
    if not 0 < len(text) <= 11 or text.strip(_DIGITS):
        raise ValueError("not a time")
    return int(text)
