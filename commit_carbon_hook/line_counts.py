"""Counting the lines of some commits while others are still read."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from .numstat import Changed
    from .walk import Engine

# Starting git costs as much as counting a few commits.
LEAST, MOST, MOST_OPEN = 128, 4_096, 8_192
PAUSE_SECONDS = 0.05
END = ""


class LineCounts:
    """Takes the names of commits one by one; `found` gets them back in batches, in their order,
    with the lines that they changed. Leaving the block waits for all of them.

    They are counted in a thread if the engine can do two things at once: commits by AI tools are
    often all among the first ones that are read.
    """

    def __init__(self, engine: Engine, found: Callable[[Sequence[Changed]], object]) -> None:
        self._engine = engine
        self._found = found
        self._open = 0
        self._names: SimpleQueue[str] = SimpleQueue()
        self._counted: SimpleQueue[Sequence[Changed] | Exception] = SimpleQueue()
        self._thread: Thread | None = None

    def __enter__(self) -> LineCounts:
        return self

    def add(self, sha: str) -> None:
        """One more commit. Raises what stopped the counting of another one."""
        self._names.put(sha)
        self._open += 1
        if not self._engine.parallel:
            if self._open == MOST:
                self._finish()
            return
        if not self._thread:
            self._thread = Thread(target=self._count_all, daemon=True)
            self._thread.start()
        while self._open > MOST_OPEN or not self._counted.empty():
            self._give()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        else:
            self._names.put(END)

    def _finish(self) -> None:
        self._names.put(END)
        if not self._thread:
            self._count_all()
        while self._open:
            self._give()

    def _give(self) -> None:
        counted = self._counted.get()
        if isinstance(counted, Exception):
            raise counted
        self._open -= len(counted)
        self._found(counted)

    def _count_all(self) -> None:
        """Count until the end: all that came meanwhile, once it is enough or no more comes for a
        moment."""
        ended = False
        while not ended:
            names = [self._names.get()]
            with suppress(Empty):
                while names[-1] != END and len(names) < MOST:
                    names.append(self._names.get(len(names) < LEAST, PAUSE_SECONDS))
            ended = names[-1] == END
            if ended:
                names.pop()
            if names:
                self._counted.put(self._count(names))

    def _count(self, names: Sequence[str]) -> Sequence[Changed] | Exception:
        try:
            return list(self._engine.changed(names))
        except Exception as error:  # it belongs to who asks for the result
            return error
