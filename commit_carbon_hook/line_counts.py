"""Counting the lines of some commits while others are still read."""

from __future__ import annotations

from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .numstat import Changed
    from .walk import Engine

FIRST_BATCH, LARGEST_BATCH = 64, 8_192


class LineCounts:
    """Takes the names of commits one by one; `found` gets them back in batches, in their order,
    with the lines that they changed."""

    def __init__(self, engine: Engine, found: Callable[[Sequence[Changed]], object]) -> None:
        self._engine = engine
        self._found = found
        self._names: list[str] = []
        self._batch = FIRST_BATCH
        self._running: _Count | None = None

    def add(self, sha: str) -> None:
        """One more commit."""
        self._names.append(sha)
        if len(self._names) >= self._batch:
            self._next()
            self._batch = min(2 * self._batch, LARGEST_BATCH)

    def finish(self) -> None:
        """The last commit was added: wait for the rest."""
        self._next()
        self._next()

    def _next(self) -> None:
        """Give away what the running count found, and count what has come since."""
        if self._running:
            self._found(self._running.result())
        self._running = _Count(self._engine, self._names) if self._names else None
        self._names = []


class _Count:
    """One batch, counted in a thread if the engine can do two things at once."""

    def __init__(self, engine: Engine, names: Sequence[str]) -> None:
        self._engine = engine
        self._names = names
        self._changed: list[Changed] = []
        self._error: Exception | None = None
        self._thread = Thread(target=self._count, daemon=True) if engine.parallel else None
        if self._thread:
            self._thread.start()

    def _count(self) -> None:
        try:
            self._changed = list(self._engine.changed(self._names))
        except Exception as error:  # it belongs to who asks for the result
            self._error = error

    def result(self) -> Sequence[Changed]:
        """What was found. Raises what stopped it."""
        if self._thread:
            self._thread.join()
        else:
            self._count()
        if self._error:
            raise self._error
        return self._changed
