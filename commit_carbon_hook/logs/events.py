"""What every reader of a log takes and gives: usage events, a machine, a budget, problems."""

from __future__ import annotations

import os
import sys
import time as clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NamedTuple
else:
    from ..values import NamedTuple

PROBLEMS = {
    "cut": "stopped early because the time or the number of bytes allowed was used up",
    "malformed": "lines, rows or files that are not in the format of the tool",
    "partial": "last lines that were only half written",
    "numbers": "events with negative, fractional or impossibly large counts, left out",
    "time": "events without a usable time, left out",
    "clock": "events dated in the future, kept",
    "order": "logs that go back by more than 10 minutes: what follows there can be missed",
    "model": "model names that are no names, kept as unknown",
    "place": "events that do not say in which folder they happened, left out for a work tree",
    "link": "symbolic links, not followed",
    "special": "devices, pipes and other special files, not opened",
    "unreadable": "files or folders that could not be read",
    "vanished": "files that were deleted or shortened while they were read",
    "database": "databases that were busy, damaged or of an unknown shape",
    "zstd": "compressed files, unreadable without Python 3.14 or the package zstandard",
}


class Usage(NamedTuple):
    """The tokens of one model response, or of one step of a running total.

    `output` contains reasoning; `input` contains cache writes and excludes cache reads; `cached`
    is cache reads. `time` is when the counts were last seen to grow and `started` when the event
    was first seen, in seconds since 1970 UTC. An event that grows keeps its opaque `event_id`.
    """

    time: float
    tool: str
    model: str
    output: int
    input: int
    cached: int
    event_id: str
    started: float


class Machine(NamedTuple):
    """Whose logs: the environment, the home folder, `sys.platform`, and the time."""

    environ: Mapping[str, str]
    home: str
    platform: str
    now: float

    @classmethod
    def here(cls) -> Machine:
        return cls(os.environ, os.path.expanduser("~"), sys.platform, clock.time())

    def folders(self, variable: str, *default: str) -> list[str]:
        """The folder or folders, separated by commas, that a variable names; else the default."""
        named = [part.strip() for part in self.environ.get(variable, "").split(",")]
        return [self.expand(part) for part in named if part] or list(default)

    def folder(self, variable: str, default: str) -> str:
        """The one folder that a variable names, which may contain commas; else the default."""
        return self.expand(self.environ.get(variable, "").strip() or default)

    def expand(self, path: str) -> str:
        """The path with a leading `~`, absolute from the home folder."""
        if path == "~" or path.startswith(("~/", "~\\")):
            path = self.home + path[1:]
        return os.path.join(self.home, path)

    def at_home(self, *parts: str) -> str:
        return os.path.join(self.home, *parts)

    def data_folder(self, name: str) -> str:
        """The XDG data folder of a tool: those that use it, use it on every platform."""
        return os.path.join(self.environ.get("XDG_DATA_HOME") or self.at_home(".local/share"), name)


class Budget:
    """How many bytes may be read and how long it may take, over all readers together."""

    def __init__(
        self,
        byte_limit: int = 512 << 20,
        seconds: float = 1.0,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        self.bytes_left = byte_limit
        self.exhausted = False
        self._monotonic = monotonic
        self._deadline = monotonic() + seconds

    def take(self, amount: int = 0) -> bool:
        """Whether that many more bytes may be read now."""
        if amount > self.bytes_left or self._monotonic() > self._deadline:
            self.exhausted = True
        if not self.exhausted:
            self.bytes_left -= amount
        return not self.exhausted


class Problems:
    """How often each kind of problem was met: numbers only, nothing of a log's content."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(PROBLEMS, 0)

    def note(self, kind: str, times: int = 1) -> None:
        self._counts[kind] += times

    def __bool__(self) -> bool:
        return any(self._counts.values())

    @property
    def counts(self) -> dict[str, int]:
        return {kind: times for kind, times in self._counts.items() if times}
