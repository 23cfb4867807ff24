"""Records that other refs lead to and the summarized revisions do not."""

from __future__ import annotations

from . import forge, history
from .reading import EVERYTHING, NOTES_REF, matching, with_note
from .walk import Tips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import NamedTuple

    from .history import Commit
    from .record import Record
    from .walk import Engine
else:
    from .values import NamedTuple


class Carrier(NamedTuple):
    """A commit outside the summarized revisions, without its message, and its records."""

    commit: Commit
    records: tuple[Record, ...]


class Elsewhere(NamedTuple):
    """The commits with records that each ref leads to, newest first; refs with none are left
    out, and refs that lead to the same commits stand together, sorted."""

    by_refs: Mapping[tuple[str, ...], tuple[Carrier, ...]]

    def ids(self) -> set[str]:
        """The ids of all these records."""
        return {
            one.id
            for carriers in self.by_refs.values()
            for carrier in carriers
            for one in carrier.records
        }


def find(engine: Engine, tips: Tips, refs: Iterable[str]) -> Elsewhere:
    """What these refs lead to and the tips do not. Raises CarbonError."""
    heads = {ref: sha for ref, sha in engine.branches().items() if ref in set(refs)}
    others = {ref: sha for ref, sha in heads.items() if sha not in tips.include}
    parents: dict[str, tuple[str, ...]] = {}
    carriers: dict[str, Carrier] = {}
    notes = engine.notes(NOTES_REF)
    # What the revisions leave out on purpose is not lost either.
    outside = Tips(tuple(sorted({*others.values()})), (*tips.include, *tips.exclude))
    for commit in matching(engine, outside, EVERYTHING):
        parents[commit.sha] = commit.parents
        found = with_note(history.find(commit), notes.get(commit.sha))
        if found.records:
            carriers[commit.sha] = Carrier(commit._replace(message=b""), tuple(found.records))
    by_commits: dict[tuple[str, ...], list[str]] = {}
    for ref, sha in sorted(others.items()):
        with_records = tuple(name for name in _reach(sha, parents) if name in carriers)
        if with_records:
            by_commits.setdefault(with_records, []).append(ref)
    return Elsewhere(
        {
            tuple(names): tuple(carriers[sha] for sha in commits)
            for commits, names in by_commits.items()
        }
    )


def refs_of(engine: Engine, name: str = "") -> list[str]:
    """The refs of a forge's requests, or without one all refs of work, trial merges left out."""
    found = []
    for ref in engine.branches():
        request = forge.request_of_ref(ref)
        if not forge.is_trial(ref) and (not name or (request and request.forge == name)):
            found.append(ref)
    return sorted(found)


def _reach(start: str, parents: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What a commit leads to inside a part of a history."""
    pending, seen = [start], {start}
    while pending:
        sha = pending.pop()
        if sha in parents:
            yield sha
            pending += [parent for parent in parents[sha] if parent not in seen]
            seen.update(parents[sha])
