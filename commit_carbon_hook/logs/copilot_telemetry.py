"""Copilot CLI's OpenTelemetry file: one span per model call, where its user asked for one."""

from __future__ import annotations

import os

from .files import folder, lines_backward, single, walk
from .scan import instant, split_input
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .copilot_events import Sessions
    from .places import Place
    from .scan import Scan

_OUTPUT, _INPUT = "gen_ai.usage.output_tokens", "gen_ai.usage.input_tokens"
_CACHED = "gen_ai.usage.cache_read.input_tokens"


def exists(scan: Scan, telemetry: list[Place]) -> bool:
    """Whether there is such a file, however old."""
    place, *named = telemetry
    if any(os.path.lexists(path) for (path,) in named):
        return True
    top = folder(scan, *place)
    return bool(top and os.listdir(top))


def read(scan: Scan, telemetry: list[Place], sessions: Sessions) -> None:
    """Add the model calls of the window."""
    place, *named = telemetry
    files = walk(scan, folder(scan, *place), (".jsonl",), depth=1)
    for (path,) in named:
        files += single(scan, path)
    for path in {os.path.realpath(file.path) for file in files}:
        times = Times(scan.window, scan.problems)
        for line in lines_backward(scan, path, (b"gen_ai.usage.",)):
            entry = scan.parse(line)
            time = _time(entry.get("endTime"))
            _add(scan, entry, sessions, time)
            if times.passed(time):
                break


def _add(scan: Scan, entry: dict[str, Any], sessions: Sessions, time: float | None) -> None:
    attributes = entry.get("attributes")
    # The span of an agent sums up those of its calls.
    if not isinstance(attributes, dict) or attributes.get("gen_ai.operation.name") != "chat":
        return
    if not sessions.in_window(scan, str(attributes.get("gen_ai.conversation.id") or "")):
        return
    counts = scan.numbers(attributes, _OUTPUT, _INPUT, _CACHED)
    if counts is not None:
        output, prompt, cached = counts
        model = attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model")
        context = entry.get("spanContext")
        context = context if isinstance(context, dict) else entry
        identity = ("span", context.get("traceId"), context.get("spanId"))
        scan.add(identity, time, model, (output, split_input(prompt, cached), cached))


def _time(value: object) -> float | None:
    # OpenTelemetry's JavaScript library writes [seconds, nanoseconds].
    if not isinstance(value, list):
        return instant(value)
    seconds = instant(value[0]) if len(value) == 2 else None
    if seconds is None or not isinstance(value[1], int) or not 0 <= value[1] < 10**9:
        return seconds
    return seconds + value[1] / 1e9
