"""Open a repository with the engine that fits, and read what its commits say."""

from __future__ import annotations

import os

from . import history, identities
from .errors import CarbonError
from .git_history import GitHistory
from .git_stream import GitProgramMissing
from .sieve import Sieve, Tally
from .walk import BrokenHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from .history import Commit, Finding
    from .sieve import Unreadable
    from .walk import Engine, Tips

NOTES_REF = "refs/notes/carbon"
GIT, DULWICH = "git", "dulwich"
EVERYTHING = Sieve(knows_author=lambda _: True)


def open_engine(path: str, environment: Mapping[str, str], engine: str = "") -> Engine:
    """The engine that is asked for, else git, else dulwich where there is no git program.

    `path` is a repository or empty for the one around here. Raises CarbonError.
    """
    if path and not os.path.isdir(path):
        raise CarbonError(f"{path}: not a directory: name a repository with -C")
    if engine != DULWICH:
        try:
            return GitHistory(path, environment)
        except GitProgramMissing:
            if engine:
                raise
    from .dulwich_history import DulwichHistory

    return DulwichHistory(path, environment)


def findings(
    engine: Engine,
    revisions: Sequence[str],
    tools: bool = False,
    unreadable: list[Unreadable] | None = None,
    named: Collection[str] = (),
) -> Iterator[tuple[Commit, Finding]]:
    """Every commit that carries a record or a line that looks like one, newest first, records of
    notes included; with `tools` also every commit by a known tool, and in any case those that
    are `named`. Objects that cannot be read are added to `unreadable`. Raises CarbonError for an
    unknown revision."""
    tips = engine.tips(revisions, every_ref=False)
    notes = engine.notes(NOTES_REF)
    names = {*notes, *named}
    sieve = Sieve(names=names)
    if tools:
        sieve = Sieve(identities.trailer_keys(), identities.from_author, names=names)
    given: set[str] = set()
    for thorough in (False, True):
        tally = Tally()
        try:
            for commit in engine.commits(tips, sieve, tally, thorough):
                found = with_note(history.find(commit), notes.get(commit.sha))
                if commit.sha not in given and (any(found) or commit.sha in named):
                    given.add(commit.sha)
                    yield commit, found
        except BrokenHistory:
            continue
        if unreadable is not None:
            unreadable += tally.unreadable
        return


def matching(engine: Engine, tips: Tips, sieve: Sieve) -> Iterator[Commit]:
    """Every commit of a history that passes the sieve, once, also where the history is damaged."""
    given: set[bytes] = set()
    for thorough in (False, True):
        try:
            for commit in engine.commits(tips, sieve, Tally(), thorough):
                name = bytes.fromhex(commit.sha)
                if name not in given:
                    given.add(name)
                    yield commit
        except BrokenHistory:
            continue
        return


def with_note(found: Finding, note: bytes | None) -> Finding:
    """What a commit says, and the records that its note adds."""
    if note is None:
        return found
    records, rejected = history.find_records(b"Note\n\n" + note)
    united = found.records + [one for one in records if one not in found.records]
    return history.Finding(united, found.rejected + rejected, None if united else found.identity)
