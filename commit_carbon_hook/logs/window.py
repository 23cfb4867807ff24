"""Which events are asked for: those of one work tree, or of all, since a time."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .events import Problems

# Lines of a log are nearly, not wholly, in order: parallel sub-agents, steps of the clock.
DISORDER_S = 600.0
# A file system may keep whole or even seconds only.
MTIME_GRAIN_S = 2.0


class Window:
    """A work tree (None: every place), the work trees below it that are not meant, and a time.

    The paths are absolute and real; `since` is in seconds since 1970 UTC, None for all times. With
    `thorough`, all lines of the files are looked at, for the problems that are in them.
    """

    def __init__(
        self,
        tree: str | None,
        since: float | None,
        excluded: Iterable[str] = (),
        thorough: bool = False,
    ) -> None:
        self.tree = tree
        self.since = since
        self.thorough = thorough
        self._excluded = tuple(excluded)
        self._name = os.path.basename(tree.rstrip("/\\")) if tree else ""
        self._known: dict[str, bool] = {}

    @property
    def trace(self) -> bytes:
        """Bytes without which a line of JSON names no folder that `holds` accepts."""
        if self.thorough:
            return b""
        plain = self._name.isascii() and self._name.isprintable() and '"' not in self._name
        return self._name.encode() if plain and "\\" not in self._name and os.name != "nt" else b""

    @property
    def horizon(self) -> float:
        """Reading backwards, an event older than this ends the file."""
        if self.since is None or self.thorough:
            return float("-inf")
        return self.since - DISORDER_S

    def touched(self, mtime: float) -> bool:
        """Whether a file of that age can contain an event of the window."""
        return self.since is None or mtime >= self.since - MTIME_GRAIN_S

    def wants(self, time: float) -> bool:
        return self.since is None or time >= self.since

    def holds(self, folder: object) -> bool:
        """Whether a tool that worked in this folder worked in the work tree."""
        if self.tree is None:
            return True
        if not isinstance(folder, str) or not folder or "\0" in folder:
            return False
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._inside(folder, self.tree)
        return known

    def _inside(self, folder: str, tree: str) -> bool:
        if not os.path.isabs(folder):
            return False
        path = os.path.normpath(folder)
        if not below(path, tree):
            # A log may name the tree through a link. Only a path that could be one is looked up:
            # it may lie on a network drive, and a look-up there can hang.
            if self._name not in path or path.startswith(("\\\\", "//")):
                return False
            path = os.path.realpath(path)
        if not below(path, tree) or any(below(path, other) for other in self._excluded):
            return False
        return not _is_in_another_repository(path, tree)


class Times:
    """The times of the lines of a file, the last line first."""

    def __init__(self, window: Window, problems: Problems) -> None:
        self._horizon = window.horizon
        self._problems = problems
        self._earliest = float("inf")

    def passed(self, time: float | None) -> bool:
        """Whether what stands above a line of this time is older than the window.

        It is not where the clock was set back, which shows only if one reads on.
        """
        if time is None:
            return False
        if time < self._earliest:
            self._earliest = time
        elif time > self._earliest + DISORDER_S:
            self._problems.note("order")
            self._earliest = time
        return time < self._horizon


def _is_in_another_repository(path: str, tree: str) -> bool:
    """Whether a folder of the tree belongs to a repository inside it."""
    while len(path) > len(tree):
        if os.path.lexists(os.path.join(path, ".git")):
            return True
        path = os.path.dirname(path)
    return False


def below(path: str, tree: str) -> bool:
    """Whether a path is the tree or lies in it."""
    path, tree = os.path.normcase(path), os.path.normcase(tree)
    return path == tree or path.startswith(tree if tree.endswith(os.sep) else tree + os.sep)
