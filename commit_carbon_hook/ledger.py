"""What was seen in a history, as rows of fixed width, so that memory does not grow with it."""

from __future__ import annotations

from itertools import groupby
from struct import Struct

from .estimate import Tokens
from .history import Period
from .record import TOKEN_BASES, Basis, Emissions, Record
from .union import Origin, Sighting, United, unite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import NamedTuple, Protocol

    class Rows(Protocol):
        """Takes rows of one width and gives them back in ascending order."""

        def append(self, row: bytes, /) -> object: ...
        def __iter__(self) -> Iterator[bytes]: ...
        def __len__(self) -> int: ...
        def close(self) -> None: ...

else:
    from .values import NamedTuple

_RECORD = Struct(">10s6QBIqh33pHI")
_CHANGE = Struct(">16s33pqqhIHI")
RECORD_BYTES = _RECORD.size
CHANGE_BYTES = _CHANGE.size
_COMMIT = Struct(">32sB")

ALWAYS = Period()
NO_EVIDENCE, AFTERWARDS, RECORDED = range(3)
UNREADABLE = -1


class Change(NamedTuple):
    """One change by a known tool without a record, and the commits that are copies of it.

    It counts for the first of them. `lines` is UNREADABLE where they cannot be counted.
    """

    lines: int
    copies: tuple[tuple[Origin, Basis], ...]


class State(NamedTuple):
    """All that a ledger of one repository holds: commits by kind, names in the order of their
    indexes, the numbers of rows, and the rows."""

    counts: Sequence[int]
    bases: Sequence[Basis]
    authors: Sequence[str]
    numbers: tuple[int, int]
    records: Iterable[bytes]
    changes: Iterable[bytes]


class Ledger:
    """Sightings in, united records and changes out. Commits that several repositories have in
    common are counted once if `shared` is true; that costs a row for every commit. Records may
    be seen outside the period; only those whose first commit is in it come out."""

    def __init__(
        self, rows: Callable[[int], Rows], shared: bool = False, period: Period = ALWAYS
    ) -> None:
        self._period = ALWAYS if period == ALWAYS else period
        self._records = rows(_RECORD.size)
        self._changes = rows(_CHANGE.size)
        self._commits = rows(_COMMIT.size) if shared else None
        self._counts = [0, 0, 0]
        # Names are kept once; a row holds their index. Index 0 stands for none.
        self._bases: dict[Basis | None, int] = {None: 0}
        self._authors: dict[str, int] = {"": 0}

    def add_commit(self, sha: str, kind: int) -> None:
        """Count a commit as NO_EVIDENCE, AFTERWARDS or RECORDED."""
        if self._commits is None:
            self._counts[kind] += 1
        else:
            self._commits.append(_COMMIT.pack(bytes.fromhex(sha), kind))

    def add_commits(self, number: int) -> None:
        """Count commits without evidence, whose names do not matter."""
        self._counts[NO_EVIDENCE] += number

    def add_record(self, record: Record, origin: Origin) -> None:
        """Note that a commit carries a record."""
        tokens = record.tokens or (0, 0, 0)
        self._records.append(
            _RECORD.pack(
                record.id.encode("ascii"),
                *record.emissions,
                *tokens,
                TOKEN_BASES.index(record.by) + 1 if record.tokens else 0,
                self._bases.setdefault(record.basis, len(self._bases)),
                origin.time,
                origin.zone,
                bytes.fromhex(origin.sha),
                origin.repository,
                self._authors.setdefault(origin.author, len(self._authors)),
            )
        )

    def add_change(self, digest: bytes, lines: int, basis: Basis, origin: Origin) -> None:
        """Note a commit by a known tool without a record. `digest` is the same 16 bytes for
        all copies of one change."""
        self._changes.append(
            _CHANGE.pack(
                digest,
                bytes.fromhex(origin.sha),
                lines,
                origin.time,
                origin.zone,
                self._bases.setdefault(basis, len(self._bases)),
                origin.repository,
                self._authors.setdefault(origin.author, len(self._authors)),
            )
        )

    def state(self) -> State:
        """What `resume` takes, while this ledger is open."""
        return State(
            self._counts,
            [basis for basis in self._bases if basis],
            [author for author in self._authors if author],
            (len(self._records), len(self._changes)),
            self._records,
            self._changes,
        )

    def resume(self, state: State) -> None:
        """Go on from a state; this ledger is new."""
        self._counts = list(state.counts)
        self._bases |= {basis: number for number, basis in enumerate(state.bases, 1)}
        self._authors |= {author: number for number, author in enumerate(state.authors, 1)}
        for row in state.records:
            self._records.append(row)
        for row in state.changes:
            self._changes.append(row)

    def close(self) -> None:
        """Let go of the rows."""
        for rows in (self._records, self._changes, self._commits):
            if rows is not None:
                rows.close()

    def counts(self) -> tuple[int, int, int]:
        """Commits without evidence, by a known tool without a record, and with a record."""
        counts = self._counts.copy()
        for _, rows in groupby(self._commits or (), lambda row: row[:-1]):
            counts[max(row[-1] for row in rows)] += 1
        return counts[0], counts[1], counts[2]

    def records(self) -> Iterator[United]:
        """Every record of the period once, in the order of the ids."""
        bases, authors = list(self._bases), list(self._authors)
        for _, rows in groupby(self._records, lambda row: row[:10]):
            first, *more = [_sighting(row, bases, authors) for row in rows]
            one = unite([first, *more]) if more else United(*first, ())
            if self._holds(one.origin):
                yield one

    def sightings(self, everywhere: bool = False) -> Iterator[Sighting]:
        """Every record as often as commits of the period carry it, in the order of the ids; with
        `everywhere` those of all commits."""
        bases, authors = list(self._bases), list(self._authors)
        for row in self._records:
            one = _sighting(row, bases, authors)
            if everywhere or self._holds(one.origin):
                yield one

    def _holds(self, origin: Origin) -> bool:
        return self._period is ALWAYS or self._period.holds(origin.time, origin.zone)

    def changes(self) -> Iterator[Change]:
        """Every change once."""
        bases, authors = list(self._bases), list(self._authors)
        for _, rows in groupby(self._changes, lambda row: row[:16]):
            copies: dict[str, tuple[Origin, Basis]] = {}
            lines = UNREADABLE
            for row in rows:
                _, sha, each, time, zone, basis, repository, author = _CHANGE.unpack(row)
                # Where it is known how many of the lines are a tool's, there are fewer.
                lines = each if lines == UNREADABLE else min(lines, each)
                origin = Origin(time, sha.hex(), repository, zone, authors[author])
                copy = (origin, bases[basis] or _NO_BASIS)
                copies[origin.sha] = min(copies.get(origin.sha, copy), copy)
            yield Change(lines, tuple(sorted(copies.values())))


_NO_BASIS = Basis("", "", "", "", "")


def _sighting(row: bytes, bases: list[Basis | None], authors: list[str]) -> Sighting:
    fields = _RECORD.unpack(row)
    record_id, low, central, high, output, fresh, cached, by, basis, time, zone, sha = fields[:12]
    record = Record(
        record_id.decode("ascii"),
        Emissions(low, central, high),
        Tokens(output, fresh, cached) if by else None,
        TOKEN_BASES[by - 1] if by else "",
        bases[basis],
    )
    return Sighting(record, Origin(time, sha.hex(), fields[12], zone, authors[fields[13]]))
