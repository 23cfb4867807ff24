"""What a history cannot show: records that only other refs lead to, squash commits without the
records of what they squashed, commits that never had one, records that lost lines."""

from __future__ import annotations

from . import ai_lines, forge, history
from .reading import EVERYTHING, NOTES_REF, matching, with_note
from .terminal import decoded
from .union import Origin, Sighting, unite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from typing import NamedTuple

    from .ai_lines import AiLines
    from .elsewhere import Carrier, Elsewhere
    from .forge import Request
    from .history import Commit, Finding, Period
    from .record import Record
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


class Survey(NamedTuple):
    """What the summarized revisions say about records elsewhere: which of their ids they have,
    and which commits name their requests; the losses that show in the revisions themselves; and
    how many squash commits have no record and name no tool, so that nobody knows."""

    present: set[str]
    naming: dict[Request, list[Naming]]
    losses: list[Loss]
    silent: int


def survey(engine: Engine, tips: Tips, period: Period, away: Elsewhere, lines: AiLines) -> Survey:
    """Read the summarized revisions once. Raises CarbonError."""
    wanted = away.ids()
    requests = {forge.request_of_ref(ref) for refs in away.by_refs for ref in refs}
    notes = engine.notes(NOTES_REF)
    found = Survey(set(), {}, [], 0)
    silent = 0
    for commit in matching(engine, tips, EVERYTHING._replace(period=period)):
        finding = with_note(history.find(commit), notes.get(commit.sha))
        found.present.update(one.id for one in finding.records if one.id in wanted)
        request = forge.named(commit.message)
        if request and request in requests:
            naming = Naming(commit.sha, _target(commit), _subject(commit))
            found.naming.setdefault(request, []).append(naming)
        known = ai_lines.basis_of(commit, finding.identity, lines.by_commit.get(commit.sha))
        own = _losses(commit, finding, request, known[0].tool if known else "")
        found.losses.extend(own)
        silent += bool(request and not finding.records and not own and len(commit.parents) < 2)
    return found._replace(silent=silent)


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


def losses(away: Elsewhere, seen: Survey, recovered: Container[str]) -> list[Loss]:
    """All losses in the order of KINDS; without the records whose ids were recovered, and the
    squash commits that lost them."""
    found: list[Loss] = []
    healed: set[str] = set()
    for refs, carriers in away.by_refs.items():
        missing = missing_of(carriers, seen.present)
        naming = naming_of(refs, seen)
        if any(one.id in recovered for one in missing):
            healed.update(one.target for one in naming)
            missing = [one for one in missing if one.id not in recovered]
        if missing:
            kind = REQUEST if naming else ELSEWHERE
            first = naming[0] if naming else Naming("", "", "")
            found.append(Loss(kind, first.target, refs, tuple(missing), "", first.subject))
    found += [one for one in seen.losses if one.commit not in healed]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def missing_of(carriers: Iterable[Carrier], present: Container[str]) -> list[Record]:
    """The records of these commits that the summarized revisions lack, each once, by age."""
    by_id: dict[str, list[Sighting]] = {}
    for commit, records in carriers:
        origin = Origin(commit.time, commit.sha, 0, commit.zone, "")
        for one in records:
            if one.id not in present:
                by_id.setdefault(one.id, []).append(Sighting(one, origin))
    united = sorted((unite(those) for those in by_id.values()), key=lambda one: one.origin)
    return [one.record for one in united]


def naming_of(refs: Iterable[str], seen: Survey) -> Sequence[Naming]:
    """The commits that name the request of one of these refs."""
    found: list[Naming] = []
    for ref in refs:
        request = forge.request_of_ref(ref)
        found += seen.naming.get(request, []) if request else []
    return found
