"""What a history cannot show: records that only other refs lead to, squash commits without the
records of what they squashed, commits that never had one, records that lost lines."""

from __future__ import annotations

from . import ai_lines, forge, history
from .reading import EVERYTHING, NOTES_REF, matching, with_note
from .terminal import decoded
from .union import Origin, Sighting, unite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from typing import NamedTuple

    from .ai_lines import AiLines
    from .elsewhere import Carrier, Elsewhere
    from .forge import Request
    from .history import Commit, Finding, Period
    from .record import Record
    from .recovery import Recovery
    from .union import United
    from .walk import Engine, Tips
else:
    from .values import NamedTuple

# Kinds, in the order of a report.
REQUEST, ELSEWHERE, SQUASH, UNRECORDED, CUT = (
    "request", "elsewhere", "squash", "unrecorded", "cut",
)  # fmt: skip
KINDS = (REQUEST, ELSEWHERE, SQUASH, UNRECORDED, CUT)


class Loss(NamedTuple):
    """One loss. `commit` is a commit of the summarized revisions, or empty; `refs` lead to the
    records where these are still there; `tool` is what the commit names, `subject` its first
    line."""

    kind: str
    commit: str
    refs: tuple[str, ...]
    records: tuple[Record, ...]
    tool: str
    subject: str


class Naming(NamedTuple):
    """A commit that says which request it was made of; the records belong to `target`."""

    sha: str
    target: str
    subject: str


class Silent(NamedTuple):
    """A squash commit that has no record and names no tool, of a request that is not here."""

    commit: str
    subject: str


class Survey(NamedTuple):
    """What the summarized revisions say about records elsewhere, of whatever period: which of
    their ids they have, and which commits name their requests. And what shows in the commits of
    the period themselves, newest first: losses, and squash commits of which nobody knows."""

    present: set[str]
    naming: dict[Request, list[Naming]]
    losses: list[Loss]
    silent: list[Silent]


def survey(engine: Engine, tips: Tips, period: Period, away: Elsewhere, lines: AiLines) -> Survey:
    """Read the summarized revisions once. Raises CarbonError."""
    wanted = away.ids()
    requests = {forge.request_of_ref(ref) for refs in away.by_refs for ref in refs}
    here = {forge.request_of_ref(ref) for ref in engine.branches()}
    notes = engine.notes(NOTES_REF)
    present: set[str] = set()
    naming: dict[Request, list[tuple[int, Naming]]] = {}
    lost: list[tuple[int, Loss]] = []
    silent: list[tuple[int, Silent]] = []
    for commit in matching(engine, tips, EVERYTHING):
        finding = with_note(history.find(commit), notes.get(commit.sha))
        present.update(one.id for one in finding.records if one.id in wanted)
        request = forge.named(commit.message)
        if request and request in requests:
            one = Naming(commit.sha, _target(commit), _subject(commit))
            naming.setdefault(request, []).append((commit.time, one))
        if not period.holds(commit.time, commit.zone):
            continue
        known = ai_lines.basis_of(commit, finding.identity, lines.by_commit.get(commit.sha))
        own = _losses(commit, finding, request, known[0].tool if known else "")
        lost += [(-commit.time, one) for one in own]
        blank = not finding.records and not own and len(commit.parents) < 2
        if blank and request and request not in here:
            silent.append((-commit.time, Silent(commit.sha, _subject(commit))))
    return Survey(
        present,
        {request: [one for _, one in sorted(those)] for request, those in naming.items()},
        # In an order that no engine decides about.
        [one for _, one in sorted(lost, key=lambda pair: (pair[0], pair[1].commit))],
        [one for _, one in sorted(silent)],
    )


def _target(commit: Commit) -> str:
    """What was merged, where the commit that names a request is the merge of its squash commit."""
    return commit.parents[1] if len(commit.parents) > 1 else commit.sha


def _subject(commit: Commit) -> str:
    return decoded(forge.subject(commit.message), commit.encoding)


def _losses(commit: Commit, finding: Finding, request: Request | None, tool: str) -> list[Loss]:
    cut = tuple(one for one in finding.records if one.tokens is None or one.basis is None)
    if cut:
        return [Loss(CUT, commit.sha, (), cut, "", _subject(commit))]
    if finding.records or not tool or len(commit.parents) > 1:
        return []
    kind = SQUASH if request else UNRECORDED
    return [Loss(kind, commit.sha, (), (), tool, _subject(commit))]


def losses(away: Elsewhere, seen: Survey, recovered: Recovery, period: Period) -> list[Loss]:
    """All losses of the period in the order of KINDS; without the records that were recovered,
    and the squash commits that lost them."""
    found: list[Loss] = []
    missing = missing_of(away, seen.present)
    ids = recovered.ids()
    for refs, carriers in away.by_refs.items():
        lost = tuple(
            record
            for record, origin, _ in of(carriers, missing)
            if record.id not in ids and period.holds(origin.time, origin.zone)
        )
        if lost:
            naming = naming_of(refs, seen)
            kind = REQUEST if naming else ELSEWHERE
            first = naming[0] if naming else Naming("", "", "")
            found.append(Loss(kind, first.target, refs, lost, "", first.subject))
    found += [one for one in seen.losses if one.commit not in recovered.settled]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def missing_of(away: Elsewhere, present: Container[str]) -> dict[str, United]:
    """The records elsewhere that the summarized revisions lack, by id."""
    by_id: dict[str, list[Sighting]] = {}
    for carriers in away.by_refs.values():
        for commit, records in carriers:
            origin = Origin(commit.time, commit.sha, 0, commit.zone, "")
            for one in records:
                if one.id not in present:
                    by_id.setdefault(one.id, []).append(Sighting(one, origin))
    return {name: unite(those) for name, those in by_id.items()}


def of(carriers: Iterable[Carrier], missing: Mapping[str, United]) -> list[United]:
    """Those of the missing records that these commits carry, by age."""
    ids = {one.id for carrier in carriers for one in carrier.records}
    return sorted((missing[name] for name in ids & missing.keys()), key=lambda one: one.origin)


def naming_of(refs: Iterable[str], seen: Survey) -> Sequence[Naming]:
    """The commits that name the request of one of these refs."""
    found: list[Naming] = []
    for ref in refs:
        request = forge.request_of_ref(ref)
        found += seen.naming.get(request, []) if request else []
    return found
