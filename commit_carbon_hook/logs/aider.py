"""Aider: the analytics log, where its user asked for one; it does not say where Aider worked."""

from __future__ import annotations

import os

from .files import LogFile, lines_backward, read_whole, regular
from .places import AIDER_CONFIGURATION, aider_log
from .scan import instant
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Place
    from .scan import Scan

_KEY = "analytics-log"
_LARGEST = 1 << 18


def read(scan: Scan, places: list[Place]) -> None:
    paths = {_configured(scan, *p) if p[-1] == AIDER_CONFIGURATION else p[0] for p in places}
    for file in [file for path in sorted(paths) if path for file in regular(scan, path)]:
        # Only its own place ties a log to a work tree.
        if scan.window.tree is not None:
            if not scan.window.holds(os.path.dirname(file.path)):
                scan.problems.note("place")
                continue
            if os.path.realpath(file.path) != file.path:
                scan.problems.note("link")
                continue
        if scan.window.touched(file.mtime):
            _log(scan, file)


def _configured(scan: Scan, *place: str) -> str:
    """The log that a configuration file names, in one plain line as in Aider's own sample."""
    named = ""
    for file in regular(scan, os.path.join(*place)):
        named = _value(read_whole(scan, file.path, _LARGEST))
    return aider_log(scan.machine, scan.window.tree, named) if named else ""


def _value(configuration: bytes) -> str:
    for line in configuration.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() == _KEY and key[0] not in " #":
            value = value.strip()
            if value[:1] in ("'", '"'):
                return value[1:].partition(value[0])[0]
            return value.partition(" #")[0].strip()
    return ""


def _log(scan: Scan, file: LogFile) -> None:
    same: dict[bytes, int] = {}
    times = Times(scan.window, scan.problems)
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
        if times.passed(time):
            break
