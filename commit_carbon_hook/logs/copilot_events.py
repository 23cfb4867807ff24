"""Copilot CLI's event logs: the output of each message, and totals when a session ends."""

from __future__ import annotations

import os

from .files import LogFile, folder, lines_backward, read_first_line, read_whole, walk
from .scan import MOST_TOTAL_TOKENS, instant, split_input
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan

_MARKS = (b'"session.shutdown"', b'"outputTokens"')
_COUNTS = ("outputTokens", "inputTokens", "cacheReadTokens")
_LARGEST_WORKSPACE = 1 << 16


class Sessions:
    """The sessions that are counted already, and where each session took place."""

    def __init__(self, states: Place) -> None:
        self.counted: set[str] = set()
        self.folders: dict[object, object] = {}
        self._states = states

    def in_window(self, scan: Scan, session: str) -> bool:
        """Whether a session took place in the work tree that is asked for."""
        if not scan.asks_for(session):
            return False
        if scan.window.tree is None:
            return True
        if not self.folders.get(session):
            self.folders[session] = self._workspace(scan, session)
            if not self.folders[session]:
                scan.problems.note("place")
        return scan.window.holds(self.folders[session])

    def _workspace(self, scan: Scan, session: str) -> str:
        top = folder(scan, *self._states, session) if _is_name(session) else ""
        path = os.path.join(top, "workspace.yaml")
        if not top or not os.path.lexists(path):
            return ""
        text = read_whole(scan, path, _LARGEST_WORKSPACE).decode("utf-8", "replace")
        for line in text.splitlines():
            key, _, value = line.partition(":")
            if key == "cwd":
                return value.partition(" #")[0].strip().strip("'\"")
        return ""


def _is_name(session: str) -> bool:
    return session.replace("-", "").replace("_", "").isalnum()


def read(scan: Scan, states: Place, sessions: Sessions) -> None:
    """Add what the logs of the sessions say that are not counted yet."""
    for file in walk(scan, folder(scan, *states), ("events.jsonl",), depth=1):
        session = os.path.basename(os.path.dirname(file.path))
        if session in sessions.counted:
            continue
        if scan.window.tree is not None and not sessions.folders.get(session):
            sessions.folders[session] = _start_folder(scan, file)
        if sessions.in_window(scan, session):
            _session(scan, file, session)


def _start_folder(scan: Scan, file: LogFile) -> object:
    line = read_first_line(scan, file.path)
    data = (scan.parse(line) if line else {}).get("data")
    context = data.get("context") if isinstance(data, dict) else None
    return context.get("cwd") if isinstance(context, dict) else None


def _session(scan: Scan, file: LogFile, session: str) -> None:
    entries = []
    times = Times(scan.window, scan.problems)
    for line in lines_backward(scan, file.path, _MARKS):
        entry = scan.parse(line)
        entries.append(entry)
        is_past = times.passed(instant(entry.get("timestamp")))
        # The totals go on over the resumed parts of a session: the one before the window counts.
        if is_past and entry.get("type") == "session.shutdown":
            break
    if scan.is_cut:
        return  # a total means little without the messages and the total before it
    written: dict[str, int] = {}
    before: dict[str, list[int]] = {}
    for entry in reversed(entries):
        data = entry.get("data")
        if not isinstance(data, dict):
            continue
        if entry.get("type") == "assistant.message":
            _message(scan, entry, data, written)
        elif entry.get("type") == "session.shutdown":
            _totals(scan, session, entry, data, written, before)
            written = {}


def _message(
    scan: Scan, entry: dict[str, Any], data: dict[str, Any], written: dict[str, int]
) -> None:
    numbers = scan.numbers(data, "outputTokens")
    if numbers is not None:
        model = str(data.get("model") or "")
        written[model] = written.get(model, 0) + numbers[0]
        identity = ("message", data.get("messageId") or entry.get("id"))
        scan.add(identity, instant(entry.get("timestamp")), model, (numbers[0], 0, 0))


def _totals(
    scan: Scan,
    session: str,
    entry: dict[str, Any],
    data: dict[str, Any],
    written: dict[str, int],
    before: dict[str, list[int]],
) -> None:
    metrics = data.get("modelMetrics")
    for model, metric in metrics.items() if isinstance(metrics, dict) else ():
        usage = metric.get("usage") if isinstance(metric, dict) else None
        total = scan.numbers(usage, *_COUNTS, most=MOST_TOTAL_TOKENS)
        if total is None:
            continue
        then = before.get(model, [0, 0, 0])
        step = [now - old for now, old in zip(total, then, strict=True)]
        before[model] = total
        output, prompt, cached = step if min(step) >= 0 else total
        # The messages of this part have said their output already.
        rest = max(0, output - written.get(model, 0) - written.get("", 0))
        counts = (rest, split_input(prompt, cached), cached)
        time = entry.get("timestamp")
        scan.add(("total", session, model, time), instant(time), model, counts)
