"""A count of commits on standard error, for people who wait longer than a second."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from .sieve import Tally

FIRST_SECONDS = 1.0
EVERY_SECONDS = 0.25
_ERASE_LINE = "\r\x1b[K"


@contextmanager
def shown(stream: TextIO, wanted: bool = True) -> Iterator[Callable[[Tally], object]]:
    """Gives a function to call with each tally that is filled. Silent unless the stream is a
    terminal; what was shown is erased at the end."""
    tallies: list[Tally] = []
    if not wanted or not stream.isatty():
        yield tallies.append
        return
    from threading import Event, Thread

    done = Event()

    def show() -> None:
        wait = FIRST_SECONDS
        while not done.wait(wait):
            wait = EVERY_SECONDS
            number = sum(tally.others + tally.passed for tally in tallies)
            stream.write(f"{_ERASE_LINE}{number:,} commits read")
            stream.flush()
        if wait == EVERY_SECONDS:
            stream.write(_ERASE_LINE)
            stream.flush()

    thread = Thread(target=show, daemon=True)
    thread.start()
    try:
        yield tallies.append
    finally:
        done.set()
        thread.join()
