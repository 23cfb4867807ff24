"""Aider: the analytics log, where its user asked for one; it does not say where Aider worked."""

from __future__ import annotations

import os

from .events import Reader
from .files import LogFile, lines_backward, read_whole, single
from .scan import instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .events import Machine
    from .scan import Scan

_CONFIGURATION = ".aider.conf.yml"
_KEY = "analytics-log"
_LARGEST = 1 << 18


def places(machine: Machine) -> list[str]:
    named = machine.environ.get("AIDER_ANALYTICS_LOG", "").strip()
    return [machine.expand(named)] if named else [machine.at_home(_CONFIGURATION)]


def read(scan: Scan) -> None:
    for path in sorted(_logs(scan)):
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


def _logs(scan: Scan) -> set[str]:
    tree, home = scan.window.tree, scan.machine.home
    named = [scan.machine.environ.get("AIDER_ANALYTICS_LOG", "").strip()]
    named += [_configured(scan, base) for base in {home, tree or home}]
    # Aider takes a relative path from the folder where it was started.
    named = [scan.machine.expand(path) if path[0] == "~" else path for path in named if path]
    paths = {os.path.abspath(os.path.join(tree or home, path)) for path in named}
    return {path for path in paths if os.path.lexists(path)}


def _configured(scan: Scan, base: str) -> str:
    """The log that a configuration file names, in one plain line as in Aider's own sample."""
    path = os.path.join(base, _CONFIGURATION)
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


READER = Reader(places, read)
