"""Which commits of a repository have AI lines, by the notes of git-ai and Agent Trace files.

Both are written by other tools, or by anybody: they are read with limits, and a commit never
counts with more lines than it changed.
"""

from __future__ import annotations

import os
import stat

from . import history, identities, message
from .errors import CarbonError
from .reading import EVERYTHING, matching
from .sieve import Sieve
from .walk import Tips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import NamedTuple

    from .authorship import Authored, Part, Trace
    from .history import Commit, Period
    from .walk import Engine
else:
    from .values import NamedTuple

NOTES_REF = "refs/notes/ai"
MAX_NOTE_BYTES = 4 << 20
# Where the reference implementation of Agent Trace keeps its records, one JSON object a line.
FOLDER = ".agent-trace"
MAX_FILES = 100
MAX_RECORD_BYTES = 1 << 20
MAX_BYTES = 16 << 20
# A record that is written at the end of a commit may be that much later than its author date.
SAME_MOMENT_SECONDS = 60
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class AiLines(NamedTuple):
    """AI lines by commit, how many commits each source knows, and what could not be read."""

    by_commit: Mapping[str, Authored]
    noted: int
    traced: int
    problems: tuple[str, ...]


NONE = AiLines({}, 0, 0, ())


def read(engine: Engine, tips: Tips, period: Period) -> AiLines:
    """The AI lines that are known of the commits of a history and a period that have no record.
    Raises CarbonError only for the repository itself."""
    problems: list[str] = []
    noted = _noted(engine, tips, period, problems)
    traced: dict[str, Authored] = {}
    if engine.work_tree:
        traces = list(_traces(os.path.join(engine.work_tree, FOLDER), problems))
        traced = _placed(traces, engine, tips) if traces else {}
    return AiLines({**traced, **noted}, len(noted), len(traced), tuple(problems))


def _noted(engine: Engine, tips: Tips, period: Period, problems: list[str]) -> dict[str, Authored]:
    names = engine.note_names(NOTES_REF)
    if not names:
        return {}
    # Imported late, as most repositories need none of it.
    from . import authorship

    # Notes may be large, and there may be many that this history does not ask for.
    sieve = Sieve(names=names, period=period)
    wanted = [
        commit.sha
        for commit in matching(engine, tips, sieve)
        if commit.sha in names and not history.find_records(commit.message)[0]
    ]
    found: dict[str, Authored] = {}
    unreadable = 0
    contents = engine.blobs([names[sha] for sha in wanted], MAX_NOTE_BYTES)
    for sha, note in zip(wanted, contents, strict=False):
        try:
            lines = None if note is None else authorship.from_git_ai(note)
        except CarbonError:
            note = lines = None
        unreadable += note is None
        if lines:
            found[sha] = lines
    if unreadable:
        problems.append(f"{unreadable} notes in {NOTES_REF} cannot be read")
    return found


def basis_of(
    commit: Commit, identity: identities.Identity | None, lines: Authored | None
) -> tuple[identities.Identity, str] | None:
    """The tool of a commit without a record and the evidence for it: what the commit itself
    declares comes first, then what another tool noted. None where nothing says that one took
    part, or the author says that none did."""
    if identity is None and (lines is None or _declined(commit)):
        return None
    if lines is None or (identity and identity.tool not in (lines.tool, "other")):
        return (identity, "declared") if identity else None
    model = (identity.model if identity else "") or lines.model
    return identities.Identity(lines.tool, model), "declared" if identity else "detected"


def _declined(commit: Commit) -> bool:
    return any(
        key.lower() == identities.TOOL_KEY and value.strip().lower() == b"none"
        for key, value in message.trailers(commit.message, history.COMMENT_PREFIX)
    )


def _traces(folder: str, problems: list[str]) -> Iterator[Trace]:
    """All readable records in the files of a folder."""
    from . import authorship

    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            return
        names = sorted(name for name in os.listdir(folder) if name.endswith((".jsonl", ".json")))
    except OSError:
        return
    left, bad = MAX_BYTES, 0
    for name in names[:MAX_FILES]:
        content = _content(os.path.join(folder, name), left)
        if content is None:
            problems.append(f"{FOLDER}/{name} cannot be read, or is too large")
            continue
        left -= len(content)
        for line in content.split(b"\n") if name.endswith(".jsonl") else [content]:
            if len(line) > MAX_RECORD_BYTES:
                bad += 1
            elif line.strip():
                try:
                    trace = authorship.from_agent_trace(line)
                except CarbonError:
                    bad += 1
                    continue
                if trace:
                    yield trace
    if bad:
        problems.append(f"{bad} records in {FOLDER} cannot be read")
    if len(names) > MAX_FILES:
        problems.append(f"only {MAX_FILES} of {len(names)} files in {FOLDER} were read")


def _content(path: str, most: int) -> bytes | None:
    """A regular file of at most so many bytes, no link."""
    try:
        handle = os.open(path, _OPEN)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        content = file.read(most + 1)
    return content if len(content) <= most else None


def _placed(traces: Iterable[Trace], engine: Engine, tips: Tips) -> dict[str, Authored]:
    """The AI lines of the traces by commit.

    A record names the commit that has its lines. A tool that records while somebody works can
    only name the commit that the work started from: where a record is later than that commit,
    its lines are those of the next one on top of it.
    """
    from . import authorship

    by_revision: dict[str, list[Trace]] = {}
    for trace in traces:
        by_revision.setdefault(trace.revision, []).append(trace)
    times: dict[str, int] = {}
    following: dict[str, list[tuple[int, str]]] = {}
    # The whole history of the tips, so that a range gives each commit the same lines.
    for commit in matching(engine, Tips(tips.include, ()), EVERYTHING):
        if commit.sha in by_revision:
            times[commit.sha] = commit.time
        for parent in commit.parents[:1]:
            if parent in by_revision:
                following.setdefault(parent, []).append((commit.time, commit.sha))
    parts: dict[str, list[Part]] = {}
    for revision, found in by_revision.items():
        if revision in times:
            for trace in found:
                sha = _target(trace, times[revision], sorted(following.get(revision, ())))
                parts.setdefault(sha, []).extend(trace.parts)
    authored = {sha: authorship.authored(those) for sha, those in parts.items()}
    return {sha: lines for sha, lines in authored.items() if lines}


def _target(trace: Trace, committed: int, following: list[tuple[int, str]]) -> str:
    if trace.time is not None and trace.time > committed + SAME_MOMENT_SECONDS:
        for time, sha in following:
            if time >= trace.time:
                return sha
    return trace.revision
