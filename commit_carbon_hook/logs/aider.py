"""Aider: the analytics log, where its user asked for one; it does not say where Aider worked."""

from __future__ import annotations

import os

from .files import LogFile, lines_backward, read_whole, single
from .places import AIDER_CONFIGURATION
from .scan import instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .scan import Scan

_KEY = "analytics-log"
_LARGEST = 1 << 18


def read(scan: Scan, places: list[str]) -> None:
    for path in sorted(_logs(scan, places)):
        # Only its own place ties a log to a work tree.
        if scan.window.tree is not None:
            if not scan.window.holds(os.path.dirname(path)):
                scan.problems.note("place")
                continue
            if os.path.realpath(path) != path:
                scan.problems.note("link")
                continue
        for file in single(scan, path):
            _log(scan, file)


def _logs(scan: Scan, places: list[str]) -> set[str]:
    base = scan.window.tree or scan.machine.home
    paths = set()
    for place in places:
        is_configuration = os.path.basename(place) == AIDER_CONFIGURATION
        named = _configured(scan, place) if is_configuration else place
        if named:
            named = scan.machine.expand(named) if named[0] == "~" else named
            paths.add(os.path.abspath(os.path.join(base, named)))
    return {path for path in paths if os.path.lexists(path)}


def _configured(scan: Scan, path: str) -> str:
    """The log that a configuration file names, in one plain line as in Aider's own sample."""
    if not os.path.lexists(path):
        return ""
    for line in read_whole(scan, path, _LARGEST).decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() == _KEY and key[0] not in " #":
            value = value.strip()
            if value[:1] in ("'", '"'):
                return value[1:].partition(value[0])[0]
            return value.partition(" #")[0].strip()
    return ""


def _log(scan: Scan, file: LogFile) -> None:
    same: dict[bytes, int] = {}
    for line in lines_backward(scan, file.path, (b'"message_send"',)):
        entry = scan.parse(line)
        if entry.get("event") != "message_send":
            continue
        properties = entry.get("properties")
        numbers = scan.numbers(properties, "completion_tokens", "prompt_tokens")
        time = instant(entry.get("time"))
        if numbers is not None and isinstance(properties, dict):
            # There is no id; only the sum of all costs tells two equal messages of a second apart.
            same[line] = same.get(line, 0) + 1
            identity = (line.decode("utf-8", "replace"), same[line])
            model = properties.get("main_model")
            model = "" if model == "None" else model
            scan.add(identity, time, model, (numbers[0], numbers[1], 0))
        if time is not None and time < scan.window.horizon:
            break
