"""Counted records: the tokens that tools logged in this work tree since the last record of it."""

from __future__ import annotations

import gc
import os
import time

from . import record, tables, usage, usage_store
from .completion import by_energy, placed
from .errors import CarbonError
from .estimate import energy
from .grid.live import intensity_now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import NamedTuple

    from .config import Settings
    from .estimate import Range, Tokens
    from .gitdir import GitDir
    from .logs import Found, Usage
    from .usage import Claim, Commit, Ledger, Part

    History = Callable[[], list[Commit]]
else:
    from .values import NamedTuple

# A log line can be written a little after the moment that it names.
LATE_SECONDS = 300
LOG_SECONDS = 1.0
ALL_READ = float("inf")
LINED = b" by=lines "


class Counted(NamedTuple):
    """New records of counted tokens, one a tool, and the tools whose usage is all recorded."""

    records: tuple[record.Record, ...]
    covered: tuple[str, ...]


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


def begin(git_dir: GitDir, environment: Mapping[str, str]) -> History | None:
    """Let git list the newest commits while the rest is imported; None where it cannot start."""
    # The hook ends before there is much garbage, and looking for it takes a twentieth of its time.
    gc.disable()
    try:
        history = usage_store.begin_history(git_dir, environment)
    except CarbonError:
        return None
    from . import logs  # noqa: F401

    return history


def count(
    top: str,
    git_dir: GitDir,
    environment: Mapping[str, str],
    settings: Settings,
    history: History | None = None,
) -> Counted:
    """Claim what is unspent in this work tree's logs; the records hold once they are committed.

    `history` is what `begin` gave, if that was called.
    """
    now = time.time()
    try:
        state = find(top, git_dir, environment, now, history=history)
    except CarbonError:
        # Nobody can tell what is spent; the next commit can.
        return Counted((), ())
    claims = {one.record_id: one for one in state.ledger.claims}
    live = intensity_now(int(now), environment)
    names = {event.event_id: event.model for event in state.found.events}
    local = {
        tool: sum(usage.total(parts))
        for tool, parts in state.unspent.items()
        if all(tables.server(tool, names[part.event_id]) for part in parts)
    }
    energy_wh: Mapping[str, float] = {}
    if local:
        from .grid.measured import shared

        first = usage.record_id(state.unspent[next(iter(local))])
        energy_wh = shared(local, first, top, git_dir, environment, now)
    records = []
    for tool, parts in state.unspent.items():
        claim = usage.claim(parts, now, tool)
        model = main_model(tool, parts, state.found.events)
        zone = settings.grid or tables.default_zone(tool, model, tool in local)
        basis = record.Basis(tool, model, "detected", zone, settings.method)
        tokens = usage.total(parts)
        made = _record(claim.record_id, basis, tokens, energy_wh.get(tool), live)
        if made:
            # An earlier claim of the same events was by a commit that did not come about.
            claims.pop(claim.record_id, None)
            claims[claim.record_id] = claim
            records.append(made)
    if records or state.is_changed:
        ledger = state.ledger._replace(claims=tuple(claims.values()))
        usage_store.store(git_dir, usage.pruned(ledger, state.held, now), now)
    covered = _covered(state, os.path.realpath(top)) - state.unspent.keys()
    return Counted(tuple(records), tuple(sorted(covered)))


def _covered(state: State, tree: str) -> set[str]:
    """The tools for which no lines need to stand: all that their logs say is recorded, or what is
    unread of it is for the next commit, whichever tool that was."""
    from . import logs

    machine = logs.Machine.here()
    tools = {claim.tool for claim in state.ledger.claims if claim.record_id in state.held}
    readers = {name: logs.READERS[name] for name in tools & logs.READERS.keys()}
    recorded = {name for name, one in readers.items() if one.found(machine, tree)}
    return recorded | state.found.cut | ({tables.UNSPECIFIED} if state.found.cut else set())


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
        ledger = ledger._replace(unread=ALL_READ if found.complete else since)
        return _state(ledger, True, elsewhere, held, found)
    since = min(usage.reach(ledger, held) - LATE_SECONDS, ledger.unread)
    since = max(ledger.settled, since)
    found = read(since)
    unread = ALL_READ if found.complete else since
    is_changed = unread != ledger.unread
    ledger = ledger._replace(unread=unread)
    state = _state(ledger, is_changed, elsewhere, held, found)
    lined = [one for one in commits if one.authored >= since and LINED in one.text]
    if lined and state.unspent:
        from . import settlement

        here = usage_store.made_here(git_dir, environment)
        state = _without(state, settlement.stood_for(lined, here, now))
    missed = _missed(state, elsewhere, commits)
    if missed:
        ledger = ledger._replace(claims=(*ledger.claims, *missed))
        return _state(ledger, True, elsewhere, held, found)
    return state


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


def _record(
    record_id: str,
    basis: record.Basis,
    tokens: Tokens,
    measured_wh: float | None,
    live: Callable[[str], Range | None],
) -> record.Record | None:
    """The record of a tool's tokens or of its energy, where that was measured; None for counts
    that no commit can have."""
    try:
        if measured_wh:
            return by_energy(measured_wh, tokens, basis, record_id)
        basis, value = placed(basis, live)
        grams = record.quantized(tables.estimate(tokens, "counted", basis, value).emissions_gco2e)
    except CarbonError:
        return None
    return record.Record(record_id, grams, tokens, "counted", basis)


def main_model(tool: str, parts: Iterable[Part], events: Iterable[Usage]) -> str:
    """The model family that used most of the energy; a record names one."""
    names = {event.event_id: event.model for event in events}
    families = {name: tables.model(name) if name else "" for name in set(names.values())}
    tokens: dict[str, list[Part]] = {}
    for part in parts:
        tokens.setdefault(families[names[part.event_id]], []).append(part)
    if len(tokens) == 1:
        return next(iter(tokens))
    rules = tables.method(tables.DEFAULT_METHOD)

    def used(family: str) -> float:
        _, energy_class = tables.role_and_class(tool, family, rules.id)
        return energy(usage.total(tokens[family]), rules.energy[energy_class]).central

    return max(sorted(tokens), key=used)
