"""Which commits of a long history are worth decoding: raw bytes in, a few commits out.

Both engines feed it frames: a buffer and the places in it where a commit's hexadecimal name
stands, where its raw object begins, and where that ends. Only a few keys matter; where none of
them stands, nothing is copied or decoded.
"""

from __future__ import annotations

import re
from contextlib import suppress

from .history import RECORD_STEM, Period, parse_author, parse_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from typing import NamedTuple

    from .history import Commit

    Frame = tuple[bytes, int, int, int]
else:
    from .values import NamedTuple

NO_COMMIT = "not a commit object"
_LARGEST = 1 << 62
_USUAL = re.compile(
    rb"tree [0-9a-f]+\n(?:parent [0-9a-f]+\n)*author (([^\n]*)> ([0-9]{1,10}) [+-][0-9]{4})\n"
)


class Unreadable(NamedTuple):
    """An object that the history needs and that is missing or damaged."""

    sha: str
    reason: str


class Tally:
    """What was read of the period: commits that passed, and others; the first and last author
    date of all; objects that could not be read."""

    def __init__(self) -> None:
        self.others = 0
        self.passed = 0
        self.first = _LARGEST
        self.last = -_LARGEST
        self.unreadable: list[Unreadable] = []

    def note(self, others: int, first: int, last: int) -> None:
        """So many more commits that did not pass, and dates so far."""
        self.others += others
        self.first = min(self.first, first)
        self.last = max(self.last, last)


def _nobody(_: bytes) -> bool:
    return False


class Sieve(NamedTuple):
    """What to let through, of the commits in the period: messages with a record line or with one
    of the trailer keys (lower case), authors that `knows_author` takes, and named commits.

    `other` is called with the name of every commit of the period that is not let through. With
    `copies`, commits outside the period pass too if they may carry records: a record counts where
    it was first, so a copy elsewhere decides about the one in the period.
    """

    keys: tuple[bytes, ...] = ()
    knows_author: Callable[[bytes], object] = _nobody
    period: Period = Period()
    names: Container[str] = ()
    other: Callable[[str], object] | None = None
    copies: bool = False

    def pattern(self, indent: bytes) -> re.Pattern[bytes]:
        """The keys at the beginning of a line, in any case."""
        if not self.keys:
            return re.compile(b"(?!)")
        first = b"".join(sorted({key[:1] + key[:1].upper() for key in self.keys}))
        # Looking at one character first is twice as fast.
        alternatives = b"|".join(map(re.escape, self.keys))
        return re.compile(b"\n%s(?=[%s])(?i:%s)" % (indent, first, alternatives))


def sift(
    frames: Iterable[Frame],
    sieve: Sieve,
    tally: Tally,
    indent: bytes = b"",
) -> Iterator[Commit]:
    """The commits that pass, in the order of the frames. In these, every line of a message
    stands behind the indent."""
    authors: dict[bytes, bool] = {}
    period = sieve.period if sieve.period != Period() else None
    other, names, pattern = sieve.other, sieve.names, sieve.pattern(indent)
    copies = sieve.copies
    current, marks, mark = b"", iter([0]), _LARGEST
    others, first, last = 0, _LARGEST, -_LARGEST
    nuls = False
    for buffer, name, start, end in frames:
        if buffer is not current:
            # Once a buffer, as this loop runs for every commit of long histories.
            tally.note(others, first, last)
            others = 0
            current, marks = buffer, iter(_positions(buffer, pattern))
            mark = next(marks, _LARGEST)
            nuls = not indent and b"\0" in buffer
        if nuls:
            # Where git stops reading.
            nul = buffer.find(b"\0", start, end)
            end = nul if nul >= 0 else end
        while mark < start:
            mark = next(marks, _LARGEST)
        usual = _USUAL.match(buffer, start, end)
        if usual:
            line, author, digits = usual.group(1, 2, 3)
            time = int(digits)
        else:
            at = buffer.find(b"\nauthor ", start, end) + 8
            if at == 7 or buffer.find(b"\n\n", start, at) >= 0:
                tally.unreadable.append(Unreadable(_name(buffer, name), NO_COMMIT))
                continue
            stop = buffer.find(b"\n", at, end)
            line = buffer[at : stop if stop >= 0 else end]
            author, time = line.rpartition(b"> ")[0], parse_author(line)[1]
        if period and not period.holds(time, parse_author(line)[2]):
            if copies and (
                (mark < end and buffer.find(RECORD_STEM, start, end) >= 0)
                or (names and _name(buffer, name) in names)
            ):
                with suppress(ValueError):
                    yield _commit(buffer, name, start, end, indent)
            continue
        known = authors.get(author)
        if known is None:
            known = authors[author] = bool(sieve.knows_author(author + b">"))
        if time < first:
            first = time
        if time > last:
            last = time
        if known or mark < end or (names and _name(buffer, name) in names):
            try:
                commit = _commit(buffer, name, start, end, indent)
            except ValueError:
                tally.unreadable.append(Unreadable(_name(buffer, name), NO_COMMIT))
                continue
            tally.passed += 1
            yield commit
        else:
            others += 1
            if other:
                other(_name(buffer, name))
    tally.note(others, first, last)


def _commit(buffer: bytes, name: int, start: int, end: int, indent: bytes) -> Commit:
    raw = buffer[start:end]
    return parse_commit(_name(buffer, name), _unindented(raw, indent) if indent else raw)


def _name(buffer: bytes, at: int) -> str:
    """The hexadecimal name that stands here, 40 or 64 digits."""
    sha = buffer[at : at + 64]
    return (sha if sha.isalnum() else sha[:40]).decode("ascii", "replace")


def _unindented(raw: bytes, indent: bytes) -> bytes:
    header, separator, message = raw.partition(b"\n\n")
    return header + separator + message.removeprefix(indent).replace(b"\n" + indent, b"\n")


def _positions(buffer: bytes, pattern: re.Pattern[bytes]) -> list[int]:
    """Where something stands that deserves a closer look, ascending."""
    found = [match.start() for match in pattern.finditer(buffer)]
    at = buffer.find(RECORD_STEM)
    while at >= 0:
        found.append(at)
        at = buffer.find(RECORD_STEM, at + 1)
    found.sort()
    return found
