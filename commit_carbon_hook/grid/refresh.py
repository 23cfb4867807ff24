"""`commit-carbon grid refresh`: the intensity of zones now, for the commits of the next hour."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

from .. import config, factors, tables, terminal
from ..doors import NO, OK, number
from ..errors import CarbonError
from . import access, live, zones
from .access import NAMES
from .cache import write
from .providers import RECENT_HOURS, SECONDS_PER_HOUR, iso, provider

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .access import Access, UserAccess
    from .zones import Row


def run(named: Sequence[str], wanted: str, environment: Mapping[str, str]) -> int:
    """Fetch and store the zones; 1 if one of them keeps its annual value. One line per zone."""
    settings = access.load(environment)
    for warning in settings.warnings:
        _say(warning)
    rows = factors.load()["zones"]
    chosen = [tables.zone(name) for name in _zones(named, settings, environment)]
    done = OK
    for zone in dict.fromkeys(chosen):
        try:
            value = fetched(zone, wanted, settings, rows, environment)
            store(value, environment)
        except CarbonError as error:
            _say(f"{zone}: {error}; its annual value stays in use")
            done = NO
        else:
            estimated = ", estimated" if value.estimated else ""
            print(
                f"{zone}: {number(value.gco2e_per_kwh)} gCO2e/kWh at {iso(value.time)}"
                f" ({zones.BOUNDARIES[value.boundary]}, {NAMES[value.provider]}"
                f" {value.area}{estimated})"
            )
    return done


def _say(line: str) -> None:
    print(terminal.safe(f"commit-carbon: grid: {line}"), file=sys.stderr)


def _zones(
    named: Sequence[str], settings: UserAccess, environment: Mapping[str, str]
) -> Iterable[str]:
    """The zones of the command line, of the user's file, or of the configuration here."""
    if named or settings.zones:
        return named or settings.zones
    with suppress(CarbonError):
        here = config.load(".", environment).grid
        if here:
            return [here]
    raise CarbonError(
        "grid: which zone? Name it, or set `grid` in .commit-carbon.toml here or `zones` under"
        f" [live] in {access.file_path(environment) or access.FILE}"
    )


def fetched(
    zone: str, wanted: str, settings: UserAccess, rows: Row, environment: Mapping[str, str]
) -> live.Value:
    """The live value of a zone. Raises CarbonError with one line."""
    chosen, area = asked(zone, wanted, settings, rows)
    now = int(time.time())
    reading = provider(chosen, environment).latest(area, now)
    if reading.average is None:
        only = number(reading.marginal or 0)
        raise CarbonError(
            f"{NAMES[chosen.provider]} gives this account the marginal value only ({only}"
            " gCO2e/kWh), which is not for estimates"
        )
    age = (now - reading.time) // SECONDS_PER_HOUR
    if not -live.CLOCK_SKEW_SECONDS <= now - reading.time <= RECENT_HOURS * SECONDS_PER_HOUR:
        when = f"{age} hours old" if age > 0 else "of the future"
        raise CarbonError(f"{NAMES[chosen.provider]} has no recent value: its newest is {when}")
    return live.Value(
        zone,
        reading.average,
        reading.marginal,
        reading.time,
        now,
        chosen.provider,
        area,
        reading.boundary,
        reading.estimated,
        settings.max_age_minutes,
    )


def asked(zone: str, wanted: str, settings: UserAccess, rows: Row) -> tuple[Access, str]:
    """Whom to ask for a zone, and what it is called there. Raises CarbonError."""
    if wanted:
        chosen = settings.providers[wanted]
        area = zones.area(zone, wanted, rows)
        if not area:
            raise CarbonError(f"{NAMES[wanted]} does not know this zone")
        if not chosen.complete:
            raise CarbonError(f"{NAMES[wanted]} needs a key: {_how(wanted)}")
        return chosen, area
    for name in ("electricitymaps", "watttime", "gb"):
        area = zones.area(zone, name, rows)
        if area and settings.providers[name].complete:
            return settings.providers[name], area
    raise CarbonError(
        f"no provider for it: set {_how('electricitymaps')}, or for {_how('watttime')}"
    )


def _how(name: str) -> str:
    variables = [
        f"{access.VARIABLE_PREFIX}{name.upper()}_{key.upper()}" for key in access.SECRETS[name]
    ]
    return f"{NAMES[name]}: {' and '.join(variables)}"


def store(value: live.Value, environment: Mapping[str, str]) -> None:
    """Put a value where the hook reads it. Raises CarbonError."""
    path = live.path(value.zone, environment)
    if not path:
        raise CarbonError("no cache directory: set HOME or XDG_CACHE_HOME")
    write(path, live.line(value))
