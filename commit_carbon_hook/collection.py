"""Reading repositories into a ledger: what the commits carry, and what must be estimated."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b

from . import ai_lines, history, identities
from .grid.names import fitting
from .ledger import AFTERWARDS, NO_EVIDENCE, RECORDED, Ledger
from .line_counts import LineCounts
from .reading import NOTES_REF, with_note
from .record import Basis
from .sieve import Sieve, Tally
from .spool import Spool
from .tables import default_zone
from .terminal import decoded
from .union import Origin
from .walk import BrokenHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NamedTuple

    from .ai_lines import AiLines
    from .config import Settings
    from .history import Commit, Period
    from .identities import Identity
    from .numstat import Changed
    from .sieve import Unreadable
    from .walk import Engine, Tips
else:
    from .values import NamedTuple

ALL_LINES = 1 << 62


class Source(NamedTuple):
    """One repository to read, from these tips. `settled` are commits that lost records which were
    found elsewhere, so that nothing is estimated for them; `ai_lines` are known from other
    tools."""

    name: str
    engine: Engine
    tips: Tips
    settings: Settings
    settled: frozenset[str] = frozenset()
    ai_lines: AiLines = ai_lines.NONE


class Refused(NamedTuple):
    """A line that looks like part of a record and is none, and the commit that has it."""

    sha: str
    repository: int
    line: bytes
    reason: str


class Collection(NamedTuple):
    """What was read. `first` and `last` are author dates, None without any commit."""

    ledger: Ledger
    refused: tuple[Refused, ...]
    unreadable: tuple[tuple[int, Unreadable], ...]
    first: int | None
    last: int | None


class _Candidate(NamedTuple):
    """A commit by a known tool without a record, whose lines are still to be counted; not more
    than `most` of them are by the tool."""

    origin: Origin
    basis: Basis
    person: bytes
    most: int


def collect(
    sources: Sequence[Source],
    period: Period,
    authors: bool,
    watch: Callable[[Tally], object],
    method: str = "",
) -> Collection:
    """Read every source. `authors` keeps their names, `method` replaces that of the settings for
    what is estimated afterwards; `watch` gets every tally before it grows."""

    def nothing() -> Collection:
        return Collection(Ledger(Spool, len(sources) > 1, period), (), (), None, None)

    try:
        return collect_into(nothing(), sources, period, authors, watch, method)
    except BrokenHistory:
        return collect_into(nothing(), sources, period, authors, watch, method, thorough=True)


def collect_into(
    before: Collection,
    sources: Sequence[Source],
    period: Period,
    authors: bool,
    watch: Callable[[Tally], object],
    method: str,
    thorough: bool = False,
) -> Collection:
    """The same beside what was read before, whose ledger grows. Raises BrokenHistory, half way,
    where a history is damaged and `thorough` is not set."""
    ledger, shared = before.ledger, len(sources) > 1
    refused = set(before.refused)
    unreadable = list(before.unreadable)
    dates = [date for date in (before.first, before.last) if date is not None]
    for number, source in enumerate(sources):
        tally = Tally()
        reader = _Reader(ledger, number, source, period, authors, method, refused)
        sieve = Sieve(
            identities.trailer_keys(),
            identities.from_author,
            period,
            {*reader.notes, *reader.ai_lines, *source.settled},
            (lambda sha: ledger.add_commit(sha, NO_EVIDENCE)) if shared else None,
            copies=True,
        )
        watch(tally)
        with reader.counts:
            for commit in source.engine.commits(source.tips, sieve, tally, thorough):
                reader.read(commit)
        if not shared:
            ledger.add_commits(tally.others)
        unreadable += [(number, one) for one in tally.unreadable]
        dates += [tally.first, tally.last] if tally.first <= tally.last else []
    return Collection(
        ledger,
        tuple(sorted(refused)),
        tuple(sorted(set(unreadable))),
        min(dates, default=None),
        max(dates, default=None),
    )


def origin_of(commit: Commit, repository: int, authors: bool) -> Origin:
    """Where a record was seen; `authors` keeps the author's name."""
    author = b""
    if authors:
        author = commit.author.rpartition(b"<")[0].strip() or commit.author
    name = decoded(author, commit.encoding)
    return Origin(commit.time, commit.sha, repository, commit.zone, name)


class _Reader:
    """One repository's commits into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        number: int,
        source: Source,
        period: Period,
        authors: bool,
        method: str,
        refused: set[Refused],
    ) -> None:
        self.ledger = ledger
        self.number = number
        self.engine = source.engine
        self.settings = source.settings
        self.settled = source.settled
        self.period = period
        self.authors = authors
        self.method = method or source.settings.method
        self.refused = refused
        self.counts = LineCounts(source.engine, self.note_lines)
        self.candidates: deque[_Candidate] = deque()
        self.notes = source.engine.notes(NOTES_REF)
        self.ai_lines = source.ai_lines.by_commit

    def read(self, commit: Commit) -> None:
        """Note all that a commit says."""
        found = with_note(history.find(commit), self.notes.get(commit.sha))
        origin = origin_of(commit, self.number, self.authors)
        for one in found.records:
            self.ledger.add_record(one, origin)
        if not self.period.holds(commit.time, commit.zone):
            return
        for line, reason in found.rejected:
            self.refused.add(Refused(commit.sha, self.number, line, reason))
        if found.records or commit.sha in self.settled:
            self.ledger.add_commit(commit.sha, RECORDED)
            return
        lines = self.ai_lines.get(commit.sha)
        known = ai_lines.basis_of(commit, found.identity, lines)
        if known is None:
            self.ledger.add_commit(commit.sha, NO_EVIDENCE)
            return
        self.ledger.add_commit(commit.sha, AFTERWARDS)
        person = blake2b(b"%s %d" % (commit.author, commit.time), digest_size=16).digest()
        most = lines.lines if lines else ALL_LINES
        self.candidates.append(_Candidate(origin, self._basis(*known), person, most))
        self.counts.add(commit.sha)

    def _basis(self, identity: Identity, evidence: str) -> Basis:
        grid = self.settings.grid or default_zone(identity.tool, identity.model)
        return fitting(Basis(identity.tool, identity.model, evidence, grid, self.method))

    def note_lines(self, changes: Sequence[Changed]) -> None:
        """Note the lines of commits that have no record. Copies of a change (rebased or picked)
        have its author, author date and numbers."""
        for sha, lines, digest in changes:
            origin, basis, person, most = self.candidates.popleft()
            if lines <= 0:
                person, digest = b"", bytes.fromhex(sha)
            key = blake2b(person + digest, digest_size=16).digest()
            self.ledger.add_change(key, min(lines, most), basis, origin)
