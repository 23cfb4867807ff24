"""Whom to ask for live values, and with which key: the environment, then the user's own file.

Never a repository: neither its configuration nor anything else in it is read here.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..config import MAX_BYTES, parse
from ..errors import CarbonError
from . import live

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDPOINTS = {
    "electricitymaps": "https://api.electricitymaps.com/v4",
    "watttime": "https://api.watttime.org",
    "gb": "https://api.carbonintensity.org.uk",
}
NAMES = {
    "electricitymaps": "Electricity Maps",
    "watttime": "WattTime",
    "gb": "GB Carbon Intensity",
}
SECRETS = {"electricitymaps": ("key",), "watttime": ("user", "password"), "gb": ()}
VARIABLE_PREFIX = "COMMIT_CARBON_"
FILE = "config.toml"
_LONGEST_SECRET = 4096


class Secret:
    """A key that shows itself nowhere but where it is asked for."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._text


class Access(NamedTuple):
    """One provider: where it is and what opens it, by the names in SECRETS."""

    provider: str
    url: str
    secrets: Mapping[str, Secret]

    @property
    def complete(self) -> bool:
        """Whether all that it asks for is there."""
        return all(self.secrets.values())


class UserAccess(NamedTuple):
    """What the user set: the providers, the zones to refresh, for how many minutes a value is
    used, and what to warn of."""

    providers: Mapping[str, Access]
    zones: tuple[str, ...]
    max_age_minutes: int
    warnings: tuple[str, ...]


def file_path(environment: Mapping[str, str]) -> str:
    """The user's own configuration file, empty where the user has no home."""
    config = environment.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(config):
        home = environment.get("HOME", "")
        config = os.path.join(home, ".config") if os.path.isabs(home) else ""
    return os.path.join(config, "commit-carbon", FILE) if config else ""


def load(environment: Mapping[str, str]) -> UserAccess:
    """Raises CarbonError naming file or variable and key, never a value."""
    path = file_path(environment)
    parsed, open_to_others = _read(path)
    tables = {}
    for name, table in parsed.items():
        if name not in (*ENDPOINTS, "live") or not isinstance(table, dict):
            known = ", ".join(f"[{key}]" for key in (*ENDPOINTS, "live"))
            raise CarbonError(f"{path}: {_printable(name)}: not a table of it: it has {known}")
        tables[name] = table
    providers = {name: _access(name, tables.get(name, {}), path, environment) for name in ENDPOINTS}
    in_file = any(key in tables.get(name, {}) for name in SECRETS for key in SECRETS[name])
    warnings = (
        (f"{path}: others on this machine can read your keys: chmod 600 it",)
        if open_to_others and in_file
        else ()
    )
    zones, max_age = _live(tables.get("live", {}), path)
    return UserAccess(providers, zones, live.minutes(environment) or max_age, warnings)


def _read(path: str) -> tuple[dict[str, object], bool]:
    """The file's tables, and whether others may read it."""
    if not path:
        return {}, False
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise CarbonError(f"{path}: not a regular file: remove it or make it one")
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return {}, False
    except OSError as error:
        raise CarbonError(f"{path}: cannot be read: {error.strerror}") from None
    return parse(content, path), bool(status.st_mode & 0o077)


def _access(
    name: str, table: dict[str, object], path: str, environment: Mapping[str, str]
) -> Access:
    keys = ("url", *SECRETS[name])
    for key in table:
        if key not in keys:
            raise CarbonError(
                f"{path}: [{name}]: {_printable(key)}: unknown key: it has {', '.join(keys)}"
            )
    values = {}
    for key in keys:
        variable = f"{VARIABLE_PREFIX}{name.upper()}_{key.upper()}"
        where, value = f"{path}: [{name}] {key}", table.get(key, "")
        if environment.get(variable):
            where, value = variable, environment[variable]
        values[key] = _text(value, where)
    url = _endpoint(values.pop("url"), name)
    return Access(name, url, {key: Secret(value) for key, value in values.items()})


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise CarbonError(f"{where}: must be a string in quotes")
    value = value.strip()
    if (
        not value.isascii()
        or not (value.isprintable() or not value)
        or len(value) > _LONGEST_SECRET
    ):
        raise CarbonError(f"{where}: must be one line of plain characters")
    return value


def _endpoint(url: str, name: str) -> str:
    """An address that may be sent a key. Raises CarbonError without showing it: it may hold one."""
    if not url:
        return ENDPOINTS[name]
    where = f"{VARIABLE_PREFIX}{name.upper()}_URL or url in [{name}]"
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username or parts.password or parts.query or parts.fragment:
        raise CarbonError(f"{where}: must be https://HOST[:PORT][/PATH], without a key in it")
    url = url.rstrip("/")
    if name == "electricitymaps" and not url.endswith(("/v3", "/v4")):
        url += "/v4"
    return url


def _live(table: dict[str, object], path: str) -> tuple[tuple[str, ...], int]:
    for key in table:
        if key not in ("zones", "max-age"):
            raise CarbonError(f"{path}: [live]: {_printable(key)}: unknown key: zones, max-age")
    zones = table.get("zones", [])
    if not isinstance(zones, list) or not all(isinstance(zone, str) for zone in zones):
        raise CarbonError(f"{path}: [live] zones: must be a list of strings")
    minutes = table.get("max-age", live.MAX_AGE_MINUTES)
    if type(minutes) is not int or not 1 <= minutes <= live.MOST_MINUTES:
        raise CarbonError(f"{path}: [live] max-age: must be 1 to {live.MOST_MINUTES} minutes")
    return tuple(zones), minutes


def _printable(name: str) -> str:
    good = name.isascii() and name.isprintable() and len(name) <= 40
    return name if good else "a key"
