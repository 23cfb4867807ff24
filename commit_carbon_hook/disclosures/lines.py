"""How many lines the commits of a report changed: one more walk over the history."""

from __future__ import annotations

from itertools import groupby
from struct import Struct

from ..numstat import UNREADABLE
from ..sieve import Sieve, Tally
from ..walk import BrokenHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import NamedTuple

    from ..collection import Source
    from ..history import Period
    from ..ledger import Rows
else:
    from ..values import NamedTuple

_COMMIT = Struct(">32sq")


class Lines(NamedTuple):
    """Additions plus deletions of all commits, each once; `unreadable` commits are not in it."""

    changed: int
    unreadable: int


def count(
    sources: Sequence[Source],
    period: Period,
    rows: Callable[[int], Rows],
    watch: Callable[[Tally], object],
) -> Lines:
    """Count the lines of every commit of the period, a commit that several repositories have in
    common once. One process of git for each repository; `watch` gets a tally before it grows."""
    table = rows(_COMMIT.size)
    try:
        for source in sources:
            for sha, lines in _counted(source, period, watch):
                table.append(_COMMIT.pack(bytes.fromhex(sha), lines))
        changed = unreadable = 0
        for _, same in groupby(table, lambda row: row[:32]):
            lines = max(_COMMIT.unpack(row)[1] for row in same)
            changed += max(lines, 0)
            unreadable += lines == UNREADABLE
    finally:
        table.close()
    return Lines(changed, unreadable)


def _counted(
    source: Source, period: Period, watch: Callable[[Tally], object]
) -> Iterator[tuple[str, int]]:
    for thorough in (False, True):
        tally = Tally()
        watch(tally)
        sieve = Sieve(knows_author=lambda _: True, period=period)
        try:
            commits = source.engine.commits(source.tips, sieve, tally, thorough)
            for one in source.engine.changed(commit.sha for commit in commits):
                yield one.sha, one.lines
        except BrokenHistory:
            continue
        return
