"""Counted records: the tokens that tools logged in this work tree since the last record of it."""

from __future__ import annotations

import gc
import os
from time import time

from . import record, tables, unspent, usage, usage_store
from .completion import by_energy, placed
from .errors import CarbonError
from .estimate import energy
from .grid.live import intensity_now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import NamedTuple

    from .config import Settings
    from .estimate import Range, Tokens
    from .gitdir import GitDir
    from .logs import Usage
    from .unspent import History
    from .usage import Part
else:
    from .values import NamedTuple


class Counted(NamedTuple):
    """New records of counted tokens, one a tool, and the tools whose usage is all recorded."""

    records: tuple[record.Record, ...]
    covered: tuple[str, ...]


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
    now = time()
    try:
        state = unspent.find(top, git_dir, environment, now, history=history)
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


def _covered(state: unspent.State, tree: str) -> set[str]:
    """The tools for which no lines need to stand: all that their logs say is recorded, or what is
    unread of it is for the next commit, whichever tool that was."""
    from . import logs

    machine = logs.Machine.here()
    tools = {claim.tool for claim in state.ledger.claims if claim.record_id in state.held}
    readers = {name: logs.READERS[name] for name in tools & logs.READERS.keys()}
    recorded = {name for name, one in readers.items() if one.found(machine, tree)}
    return recorded | state.found.cut | ({tables.UNSPECIFIED} if state.found.cut else set())


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
