"""Energy that CodeCarbon measured on this machine, out of its emissions.csv.

A run writes a row when it ends and, if it is told to, others in between; each holds the energy
since the run began. So the energy of a window is the difference of the run's curve at its ends.
"""

from __future__ import annotations

import csv
import math
import os
import stat
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ..estimate import WATT_HOURS_PER_KILOWATT_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_BYTES = 8 * 1024 * 1024
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
COLUMNS = ("timestamp", "run_id", "duration", "energy_consumed")
_LONGEST_RUN_SECONDS = 10 * 366 * 86_400


class Point(NamedTuple):
    """A row: when it was written, for how long the run had been going, and its energy in Wh."""

    run: str
    time: float
    duration: float
    energy_wh: float


def read(path: str, start: float, end: float, project: str = "") -> float | None:
    """Wh that were measured in a window of seconds since 1970, None where no run touches it.

    `project` is CodeCarbon's project name, all if empty. A file that is missing, not a file,
    larger than MAX_BYTES or of another form has no run.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return energy_wh(points(content.decode("utf-8", "replace").splitlines(), project), start, end)


def points(lines: Iterable[str], project: str = "") -> Iterator[Point]:
    """The rows of an emissions.csv that can be used; times without a zone are of this machine."""
    rows = csv.DictReader(lines)
    try:
        for row in rows:
            point = _point(row, project)
            if point:
                yield point
    except csv.Error:
        return


def _point(row: dict[str, str], project: str) -> Point | None:
    if any(row.get(column) in (None, "") for column in COLUMNS):
        return None
    if project and row.get("project_name") != project:
        return None
    try:
        time = datetime.fromisoformat(row["timestamp"]).timestamp()
        duration, kilowatt_hours = float(row["duration"]), float(row["energy_consumed"])
    except (ValueError, OverflowError, OSError):
        return None
    good = math.isfinite(kilowatt_hours) and kilowatt_hours >= 0
    if not good or not 0 < duration <= _LONGEST_RUN_SECONDS:
        return None
    energy = kilowatt_hours * WATT_HOURS_PER_KILOWATT_HOUR
    return Point(row["run_id"], time, duration, energy)


def energy_wh(measured: Iterable[Point], start: float, end: float) -> float | None:
    """Wh of all runs in a window; a part of a run by its share in time. Pure."""
    runs: dict[str, list[Point]] = {}
    for point in measured:
        runs.setdefault(point.run, []).append(point)
    total: float | None = None
    for rows in runs.values():
        curve = _curve(rows)
        if curve[0][0] < end and curve[-1][0] > start:
            total = (total or 0.0) + _at(curve, end) - _at(curve, start)
    return total


def _curve(rows: Sequence[Point]) -> list[tuple[float, float]]:
    """Time and energy so far, from the beginning of the run; never falling."""
    ordered = sorted(rows, key=lambda point: (point.time, point.energy_wh))
    last = ordered[-1]
    curve = [(last.time - last.duration, 0.0)]
    for point in ordered:
        time, energy = curve[-1]
        if point.time > time:
            curve.append((point.time, max(energy, point.energy_wh)))
    return curve


def _at(curve: Sequence[tuple[float, float]], time: float) -> float:
    before = curve[0]
    for point in curve:
        if point[0] >= time:
            width = point[0] - before[0]
            share = (time - before[0]) / width if width > 0 else 0.0
            return before[1] + (point[1] - before[1]) * max(0.0, share)
        before = point
    return before[1]
