"""Copilot CLI: the usage rows of its session store, or its telemetry file, and its event logs."""

from __future__ import annotations

import os

from .scan import instant, split_input
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .copilot_events import Sessions
    from .places import Place
    from .scan import Scan

_TABLE = "assistant_usage_events"
_COUNTS = ("output_tokens", "input_tokens", "cache_read_tokens")
_ROW_BYTES = 128


def read(scan: Scan, places: list[Place]) -> None:
    # One request may stand in all three. The store holds most and holds it at once; event logs
    # are for the sessions that it does not know, telemetry for the versions that had no store.
    from . import copilot_events, copilot_telemetry
    from .copilot_events import Sessions

    place, states, *telemetry = places
    store = os.path.join(*place)
    sessions = Sessions(states)
    has_store = os.path.lexists(store) and _read_store(scan, store, sessions)
    if has_store is None:
        return
    if not has_store and copilot_telemetry.exists(scan, telemetry):
        copilot_telemetry.read(scan, telemetry, sessions)
    else:
        copilot_events.read(scan, states, sessions)


def _read_store(scan: Scan, path: str, sessions: Sessions) -> bool | None:
    """Add the rows of the store. False if it keeps none, None if it cannot be read now."""
    from .database import columns, reading

    with reading(scan, path, untouched=True) as connection:
        if connection is None:
            return None
        names = columns(connection, _TABLE)
        if not {"id", "session_id", "model", "created_at", *_COUNTS} <= names:
            return False
        known = connection.execute(f"SELECT DISTINCT session_id FROM {_TABLE}")  # noqa: S608
        sessions.counted.update(str(row[0]) for row in known)
        if columns(connection, "sessions") >= {"id", "cwd"}:
            sessions.folders.update(connection.execute("SELECT id, cwd FROM sessions"))
        other = "copilot_usage_model"
        model = f"coalesce({other}, model)" if other in names else "model"
        query = f"SELECT id, session_id, created_at, {model}, {', '.join(_COUNTS)} FROM {_TABLE}"  # noqa: S608
        # The ids grow with time; the newest come first.
        times = Times(scan.window, scan.problems)
        for row in connection.execute(f"{query} ORDER BY id DESC"):
            time = instant(row[2])
            if not scan.take(_ROW_BYTES) or times.passed(time):
                break
            _add(scan, sessions, row, time)
        return True
    return None


def _add(scan: Scan, sessions: Sessions, row: tuple[object, ...], time: float | None) -> None:
    number, session, created, model, *values = row
    if not sessions.in_window(scan, str(session)):
        return
    counts = scan.numbers(dict(zip(_COUNTS, values, strict=True)), *_COUNTS)
    if counts is not None:
        output, prompt, cached = counts
        identity = ("row", session, number, created)
        scan.add(identity, time, model, (output, split_input(prompt, cached), cached))
