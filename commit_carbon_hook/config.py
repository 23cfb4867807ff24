"""Settings: flags, then COMMIT_CARBON_* variables, then .commit-carbon.toml in the repository."""

from __future__ import annotations

import os
import stat

from . import tables
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

FILE_NAME = ".commit-carbon.toml"
VARIABLE_PREFIX = "COMMIT_CARBON_"
# tomllib takes quadratic time for dotted keys, so the size is capped before parsing.
MAX_BYTES = 4 * 1024
NONE = "none"
LINES = "lines"
TOKENS_VARIABLE = VARIABLE_PREFIX + "TOKENS"
CHOICES = {
    "tokens": (LINES, "auto"),
    "unattributed": ("record", "skip"),
    "store": ("message", "notes"),
}
KEYS = ("tool", "method", "grid", *CHOICES)
FACTORS = "factors"
EXTRAS_KEY = "extras"
EXTRAS = ("water", "embodied")
FILE_KEYS = (*KEYS, FACTORS, EXTRAS_KEY)
_SECRET = ("key", "secret", "password", "credential", "auth", "url", "endpoint", "host", "proxy")


class Settings(NamedTuple):
    """What a user decided; an empty tool or grid is one that nobody named."""

    tool: str = ""
    method: str = tables.DEFAULT_METHOD
    grid: str = ""
    tokens: str = "lines"
    unattributed: str = "record"
    store: str = "message"
    factors: str = ""
    extras: str = ""


def extra_names(names: object, where: str = "") -> str:
    """What a summary shows beside its totals: a list of names, as one text with commas. Raises
    CarbonError."""
    if not isinstance(names, list) or not all(name in EXTRAS for name in names):
        what = ", ".join(EXTRAS)
        if where:
            raise CarbonError(f"{where}: {EXTRAS_KEY} must be a list of strings out of: {what}")
        raise CarbonError(f"must be names out of: {what}")
    return ",".join(dict.fromkeys(names))


def checked(key: str, value: object, where: str) -> str:
    """One setting in its canonical spelling. Raises CarbonError naming place and key."""
    if not isinstance(value, str):
        raise CarbonError(f"{where}: {key} must be a string in quotes")
    try:
        if key == "tool":
            return NONE if value.strip().lower() == NONE else tables.tool(value)
        if key == "grid":
            return tables.zone(value)
        if key == "method":
            tables.method(value)
            return value
    except CarbonError as error:
        raise CarbonError(f"{where}: {key}: {error}") from None
    if value not in CHOICES[key]:
        raise CarbonError(f"{where}: {key} must be {' or '.join(CHOICES[key])}")
    return value


def read_file(directory: str, name: str = FILE_NAME) -> dict[str, object]:
    """The parsed .commit-carbon.toml of a work tree, empty if it has none.

    Raises CarbonError for a file that cannot be read as TOML.
    """
    path = os.path.join(directory, name)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CarbonError(f"{name}: not a regular file: remove it or make it one")
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CarbonError(f"{name}: cannot be read: {error.strerror}") from None
    return parse(content, name)


def parse(content: bytes, where: str = FILE_NAME) -> dict[str, object]:
    """TOML bytes to keys and values. Raises CarbonError naming the place."""
    if len(content) > MAX_BYTES:
        raise CarbonError(f"{where}: larger than {MAX_BYTES // 1024} KiB: shorten it")
    import tomllib  # a sixth of the hook's time, paid only where there is a file

    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise CarbonError(f"{where}: not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        position = str(error).partition("(")[2].rstrip(")")
        place = f" ({position})" if position else ""
        raise CarbonError(f"{where}: not valid TOML{place}: correct the syntax") from None


def validated(parsed: Mapping[str, object], where: str = FILE_NAME) -> dict[str, str]:
    """All keys of a configuration, checked. Values of unknown keys are never echoed."""
    settings = {}
    for key, value in parsed.items():
        if key == FACTORS and isinstance(value, str):
            continue
        if key == EXTRAS_KEY:
            settings[key] = extra_names(value, where)
            continue
        name = key if key.isascii() and key.isprintable() and len(key) <= 40 else "a key"
        if key in KEYS:
            settings[key] = checked(key, value, where)
        elif any(word in key.lower() for word in _SECRET):
            raise CarbonError(
                f"{where}: {name}: endpoints and credentials may not stand in a repository:"
                " remove it and set it in the environment"
            )
        else:
            raise CarbonError(
                f"{where}: {name}: unknown key: known keys are {', '.join(FILE_KEYS)}"
            )
    return settings


def load(
    directory: str,
    environment: Mapping[str, str],
    flags: Mapping[str, str] | None = None,
    name: str = FILE_NAME,
) -> Settings:
    """The settings in force in a work tree. Raises CarbonError for any fault in any of them."""
    parsed = read_file(directory, name)
    if isinstance(parsed.get(FACTORS), str):
        from . import custom_factors

        custom_factors.join(directory, str(parsed[FACTORS]))
    settings = validated(parsed, name)
    for key in KEYS:
        variable = VARIABLE_PREFIX + key.upper()
        # A tool in the environment is evidence for this commit, so attribution reads it.
        if key != "tool" and environment.get(variable):
            settings[key] = checked(key, environment[variable], variable)
    for key, value in (flags or {}).items():
        settings[key] = checked(key, value, f"--{key}")
    if environment.get(TOKENS_VARIABLE) == LINES:
        # A flag may be what a repository says; whether logs are read, their owner decides.
        settings["tokens"] = LINES
    if isinstance(parsed.get(FACTORS), str):
        settings[FACTORS] = os.path.join(directory, str(parsed[FACTORS]))
    return Settings(**settings)
