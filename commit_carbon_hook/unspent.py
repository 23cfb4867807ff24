"""The usage of a work tree that no record in history has claimed, out of logs and history."""

from __future__ import annotations

import os
import time

from . import usage, usage_store
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import NamedTuple

    from .gitdir import GitDir
    from .logs import Found
    from .usage import Claim, Commit, Ledger, Part

    History = Callable[[], list[Commit]]
else:
    from .values import NamedTuple

# A log line can be written a little after the moment that it names.
LATE_SECONDS = 300
LOG_SECONDS = 1.0
ALL_READ = float("inf")
LINED = b" by=lines "


class State(NamedTuple):
    """What is known of a work tree's usage.

    `is_changed` says whether the ledger is another one than the stored. `held` are the ids of
    records in history, `unspent` the parts that none of them has claimed, by tool; `found` is what
    was read of the logs.
    """

    ledger: Ledger
    is_changed: bool
    held: frozenset[str]
    unspent: dict[str, list[Part]]
    found: Found


def find(
    top: str,
    git_dir: GitDir,
    environment: Mapping[str, str],
    now: float,
    seconds: float = LOG_SECONDS,
    history: History | None = None,
) -> State:
    """The usage of a work tree that no record in history has claimed; writes nothing.

    It takes so many seconds at most, git not counted. Raises CarbonError if git cannot tell, or
    if that takes more of the logs than could be read in time.
    """
    answer = history or usage_store.begin_history(git_dir, environment)
    # Half of what is imported here is not needed where tokens are not counted.
    from . import logs

    begun = time.monotonic()
    tree = os.path.realpath(top)
    commits = answer()
    ledger, others = usage_store.ledgers(git_dir)
    elsewhere = {one.record_id: one for other in others for one in other.claims}
    claims = [*(ledger.claims if ledger else ()), *elsewhere.values()]
    held, is_sure = _held(claims, git_dir, commits, usage_store.NEWEST)
    if ledger is None or not is_sure:
        most = usage_store.MAX_COMMITS
        commits = usage_store.begin_history(git_dir, environment, most)()
        held, _ = _held(claims, git_dir, commits, most)

    def read(since: float) -> Found:
        excluded = usage_store.other_trees(tree, git_dir)
        budget = logs.Budget(seconds=max(0.0, seconds - (time.monotonic() - begun)))
        return logs.events(tree, since, excluded=excluded, budget=budget)

    if ledger is None:
        ledger, found = _told_by_history(git_dir, environment, now, commits, others, read)
        return _state(ledger, True, elsewhere, held, found)
    since = min(usage.reach(ledger, held) - LATE_SECONDS, ledger.unread)
    since = max(ledger.settled, since)
    found = read(since)
    unread = ALL_READ if found.complete else since
    is_changed = unread != ledger.unread
    ledger = ledger._replace(unread=unread)
    state = _state(ledger, is_changed, elsewhere, held, found)
    missed = _missed(state, elsewhere, commits)
    if missed:
        ledger = ledger._replace(claims=(*ledger.claims, *missed))
        state = _state(ledger, True, elsewhere, held, found)
    lined = [one for one in commits if one.authored >= since and LINED in one.text]
    if lined and state.unspent:
        from . import settlement

        here = usage_store.made_here(git_dir, environment)
        state = _without(state, settlement.stood_for(lined, here, now))
    return state


def _told_by_history(
    git_dir: GitDir,
    environment: Mapping[str, str],
    now: float,
    commits: Sequence[Commit],
    others: Sequence[Ledger],
    read: Callable[[float], Found],
) -> tuple[Ledger, Found]:
    """The ledger that there would be, and what was read of the logs for it."""
    from . import settlement

    mine = environment.get("GIT_AUTHOR_EMAIL", "").encode("utf-8", "surrogateescape")
    made = usage_store.made(git_dir)
    here = usage_store.made_here(git_dir, environment)
    question = settlement.Question(commits, mine, now, made, others, here)
    since = settlement.read_since(question)
    found = read(since)
    if not found.complete and settlement.has_counted(question):
        raise CarbonError("the logs could not be read in time: try again")
    ledger = settlement.ledger(question, found.events)
    return ledger._replace(unread=ALL_READ if found.complete else since), found


def _held(
    claims: Iterable[Claim], git_dir: GitDir, history: Sequence[Commit], most: int
) -> tuple[frozenset[str], bool]:
    """The records that stand in history, and whether that is sure of all older than what was read.

    Those that were seen there are. Of the others it is assumed: rather too little than twice.
    """
    texts = [*(commit.text for commit in history), usage_store.waiting_note(git_dir)]
    held = usage_store.ids(texts)
    oldest = history[-1].committed if len(history) >= most else float("-inf")
    older = [one for one in claims if one.time < oldest and one.record_id not in held]
    return held | {one.record_id for one in older}, all(one.seen for one in older)


def _missed(state: State, elsewhere: Mapping[str, Claim], history: Sequence[Commit]) -> list[Claim]:
    """Claims of records that no ledger knows: one was lost, is an old one, or was saved in vain.

    Usage from before our last record is left by such or by a commit that did not come about;
    without any, only newer records can be unknown. Raises CarbonError where what they have claimed
    may be unread.
    """
    ours = [one.time for one in state.ledger.claims if one.record_id in state.held]
    latest = max(ours, default=float("inf"))
    is_late = any(part.time <= latest for parts in state.unspent.values() for part in parts)
    known = {one.record_id for one in state.ledger.claims} | elsewhere.keys()
    newer = usage_store.ids(one.text for one in history if one.committed > latest) - known
    unknown = usage_store.ids(one.text for one in history) - known if is_late else newer
    if not unknown or not state.unspent:
        return []
    if newer and not state.found.complete:
        raise CarbonError("the logs could not be read in time: try again")
    from . import settlement

    return [
        claim
        for tool, parts in state.unspent.items()
        for claim in settlement.recovered(parts, sorted(unknown), tool)
    ]


def _state(
    ledger: Ledger,
    is_changed: bool,
    elsewhere: Mapping[str, Claim],
    held: frozenset[str],
    found: Found,
) -> State:
    claims = {**elsewhere, **{one.record_id: one for one in ledger.claims}}
    spent = [one for one in claims.values() if one.record_id in held]
    return State(ledger, is_changed, held, _unspent(found, spent, ledger.settled), found)


def _without(state: State, stood_for: float) -> State:
    """Without the usage up to a time that no record ever claimed: lines stand for that."""
    claimed = {name for one in state.ledger.claims for name in one.event_ids.split(b",")}
    unspent = {}
    for tool, parts in state.unspent.items():
        left = [
            one for one in parts if one.time > stood_for or one.event_id.encode("ascii") in claimed
        ]
        if left:
            unspent[tool] = left
    return state._replace(unspent=unspent)


def _unspent(found: Found, spent: Iterable[Claim], settled: float) -> dict[str, list[Part]]:
    by_tool = {}
    for tool in sorted({event.tool for event in found.events}):
        events = [event for event in found.events if event.tool == tool]
        parts = usage.unspent(events, [one for one in spent if one.tool == tool], settled)
        if parts:
            by_tool[tool] = parts
    return by_tool
