"""The energy that CodeCarbon has measured since the last record of this work: each watt-hour once.

Who has taken what stands in the user's cache, one file for each emissions.csv, so that work trees
and repositories that share one do not count it twice. A claim holds while its record is in history;
where claims are lost, the times of the commits stand in for them.
"""

from __future__ import annotations

import os
from contextlib import suppress

from .. import record, usage_store
from ..errors import CarbonError
from . import cache, codecarbon_log, live
from .local import LOCAL_TOOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NamedTuple

    from ..gitdir import GitDir
    from ..usage import Commit
else:
    from ..values import NamedTuple

FILE = "emissions.csv"
FOLDER = "measured"
DIRECTORY_VARIABLE = "CODECARBON_OUTPUT_DIR"
PROJECT_VARIABLE = "CODECARBON_PROJECT_NAME"
# Before the first record: what was measured since the last commit, for a day at least.
FIRST_SECONDS = 86_400
# What was measured longer ago belongs to no commit of today.
MOST_SECONDS = 7 * 86_400
MOST_CLAIMS = 200
# Ten megawatt-hours in a week are more than a machine of one's own can use.
MOST_WATT_HOURS = 1e7
# git drops parts of seconds, and writes the commit after the hook.
LATE_SECONDS = 2
_MAX_BYTES = 64 * 1024


class Claim(NamedTuple):
    """All that was measured until a time was taken by a record of a repository."""

    record_id: str
    repository: str
    end: float


def take(
    record_id: str, top: str, git_dir: GitDir, environment: Mapping[str, str], now: float
) -> float | None:
    """Wh that were measured since the last record, claimed for this one; None without any.

    It holds once the record is committed.
    """
    csv = file(top, environment)
    if not csv:
        return None
    repository = record.identity([os.fsencode(os.path.realpath(git_dir.common))])
    path = _path(csv, environment)
    known = [one for one in claims(path) if one.record_id != record_id]
    try:
        history = usage_store.begin_history(git_dir, environment)()
    except CarbonError:
        # Without the history nobody can tell what is taken; the next commit can.
        return None
    waiting = usage_store.waiting_note(git_dir)
    author = environment.get("GIT_AUTHOR_EMAIL", "").encode("utf-8", "surrogateescape")
    start = since(history, waiting, known, repository, author, now)
    found = codecarbon_log.read(csv, start, now, environment.get(PROJECT_VARIABLE, ""))
    if not found or found > MOST_WATT_HOURS:
        return None
    if path:
        mine = Claim(record_id, repository, now)
        # What cannot be kept, history tells nearly as well.
        with suppress(CarbonError):
            cache.write(path, _text([*known[1 - MOST_CLAIMS :], mine]))
    return found


def shared(
    tokens: Mapping[str, int],
    record_id: str,
    top: str,
    git_dir: GitDir,
    environment: Mapping[str, str],
    now: float,
) -> dict[str, float]:
    """The same for several tools in one commit, each with its share by tokens; claimed for the
    record of one of them. Empty without any."""
    found = take(record_id, top, git_dir, environment, now)
    whole = sum(tokens.values())
    return {tool: found * count / whole for tool, count in tokens.items()} if found else {}


def file(top: str, environment: Mapping[str, str]) -> str:
    """The emissions.csv to read: where CodeCarbon is told to write, else in the work tree; empty
    if there is none."""
    for folder in (environment.get(DIRECTORY_VARIABLE, ""), top):
        path = os.path.join(top, folder, FILE)
        if folder and os.path.isfile(path):
            return os.path.realpath(path)
    return ""


def since(
    history: Iterable[Commit],
    waiting: bytes,
    known: Iterable[Claim],
    repository: str,
    author: bytes,
    now: float,
) -> float:
    """The time until which all is taken. `history` are the newest commits, newest first, and
    `waiting` is a note that is still to be attached. Pure."""
    commits = list(history)
    held = usage_store.ids([*(commit.text for commit in commits), waiting])
    # Whether another repository's record is in its history cannot be seen from here.
    holding = [one for one in known if one.repository != repository or one.record_id in held]
    claimed = {one.record_id for one in holding}
    ends = [one.end for one in holding]
    mine = [commit for commit in commits if commit.author == author]
    for commit in mine:
        for one in _local_records(commit.text):
            if one.id not in claimed:
                ends.append(commit.committed + LATE_SECONDS)
    if not ends:
        first = max((commit.committed for commit in mine), default=now - FIRST_SECONDS)
        ends.append(min(first, now - FIRST_SECONDS))
    return min(now, max(*ends, now - MOST_SECONDS))


def _local_records(text: bytes) -> list[record.Record]:
    if record.EMISSIONS_KEY not in text:
        return []
    lines = [line.strip() for line in text.split(b"\n")]
    found, _ = record.parse(line for line in lines if line.startswith(record.KEYS))
    return [
        one
        for one in found
        if one.by == record.MEASURED or (one.basis and one.basis.tool in LOCAL_TOOLS)
    ]


def _path(csv: str, environment: Mapping[str, str]) -> str:
    folder = live.directory(environment)
    name = record.identity([os.fsencode(csv)])
    return os.path.join(os.path.dirname(folder), FOLDER, name) if folder else ""


def claims(path: str) -> list[Claim]:
    """What is kept in a file, nothing if it is missing or damaged."""
    try:
        with open(path, "rb") as stream:
            lines = stream.read(_MAX_BYTES).decode("ascii").splitlines()
        return [Claim(one, where, float(end)) for one, where, end in map(str.split, lines)]
    except (OSError, ValueError):
        return []


def _text(kept: Iterable[Claim]) -> bytes:
    lines = [f"{one.record_id} {one.repository} {one.end!r}\n" for one in kept]
    return "".join(lines).encode("ascii")
