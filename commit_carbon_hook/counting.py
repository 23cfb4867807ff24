"""Counted records: the tokens that tools logged in this work tree since the last record of it."""

from __future__ import annotations

import os
import time

from . import git, gitdir, handover, logs, record, tables, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import NamedTuple

    from .config import Settings
    from .gitdir import GitDir
    from .logs import Found, Usage
    from .usage import Claim, Part
else:
    from .values import NamedTuple

LEDGER = "usage"
KEPT_SECONDS = 45 * 86_400
MAX_LEDGER_LINES = 20_000
# Enough for what was committed, fetched or rebased since; older claims count as settled.
MAX_COMMITS = 2_000
# A log line can be written a little after the moment that it names.
LATE_SECONDS = 900
RUN_SECONDS = 7 * 86_400


class Counted(NamedTuple):
    """New records of counted tokens, one a tool, and the tools whose usage is all recorded."""

    records: tuple[record.Record, ...]
    covered: tuple[str, ...]


class Recent(NamedTuple):
    """The newest commits of all refs: their text, and the records that they carry."""

    text: bytes
    oldest: float

    def holds(self, claim: Claim) -> bool:
        """Whether a claim's record stands in history."""
        return claim.time < self.oldest or claim.record_id.encode("ascii") in self.text


def count(
    top: str,
    git_dir: GitDir,
    environment: Mapping[str, str],
    settings: Settings,
) -> Counted:
    """Claim what is unspent in this work tree's logs; the records hold once they are committed."""
    now = time.time()
    state = find(top, git_dir, environment, now)
    claims = list(state.claims)
    records = []
    for tool, parts in state.unspent.items():
        claim = usage.Claim(usage.record_id(parts), now, tool, tuple(parts))
        # An earlier claim of the same events, by a commit that did not come about.
        claims = [one for one in claims if one.record_id != claim.record_id] + [claim]
        records.append(_record(claim, state.events, settings))
    if records:
        lines = usage.dump(claims)[-MAX_LEDGER_LINES:]
        handover.store(git_dir, LEDGER, lines)
    covered = {claim.tool for claim in state.claims if state.recent.holds(claim)}
    return Counted(tuple(records), tuple(sorted(covered - set(state.unspent))))


class State(NamedTuple):
    """What is known of a work tree's usage: claims, unspent parts by tool, the events read."""

    claims: tuple[Claim, ...]
    recent: Recent
    unspent: dict[str, list[Part]]
    events: tuple[Usage, ...]
    found: Found


def find(top: str, git_dir: GitDir, environment: Mapping[str, str], now: float) -> State:
    """The usage of a work tree that no record in history has claimed."""
    tree = os.path.realpath(top)
    recent = _recent(environment)
    lines = gitdir.read(os.path.join(git_dir.join(handover.FOLDER), LEDGER)).split(b"\n")
    claims = [one for one in usage.load(lines) if one.time > now - KEPT_SECONDS]
    if claims:
        held = {claim.record_id for claim in claims if recent.holds(claim)}
        since = usage.reach(claims, held.__contains__) or 0.0
        read_since = since - LATE_SECONDS
    else:
        # A record claims a run of events, which can only be found if the whole run is read.
        since = _since_last_record(environment) or 0.0
        read_since = since - RUN_SECONDS
    found = logs.events(
        tree, max(read_since, now - KEPT_SECONDS), excluded=_other_trees(tree, git_dir)
    )
    by_tool: dict[str, list[Usage]] = {}
    for event in found.events:
        by_tool.setdefault(event.tool, []).append(event)
    recovering = not claims
    if recovering:
        claims = _recovered(by_tool, recent)
    spent = [claim for claim in claims if recent.holds(claim)]
    unspent = {}
    for tool, events in by_tool.items():
        parts = usage.unspent(events, [claim for claim in spent if claim.tool == tool])
        parts = [part for part in parts if not recovering or part.time >= since]
        if parts:
            unspent[tool] = parts
    return State(tuple(claims), recent, unspent, tuple(found.events), found)


def _recent(environment: Mapping[str, str]) -> Recent:
    text = git.newest_messages(MAX_COMMITS, environment)
    commits = text.split(b"\0")[:-1]
    oldest = float(commits[-1].partition(b"\n")[0]) if len(commits) >= MAX_COMMITS else 0.0
    return Recent(text, oldest)


def _since_last_record(environment: Mapping[str, str]) -> float | None:
    """The author date of our last recorded commit here, else of HEAD; None without a commit."""
    mine = environment.get("GIT_AUTHOR_EMAIL", "").encode("utf-8", "surrogateescape")
    newest = None
    for commit in git.history(MAX_COMMITS // 10, environment).split(b"\0")[:-1]:
        date, _, rest = commit.partition(b"\n")
        author, _, message = rest.partition(b"\n")
        newest = float(date) if newest is None else newest
        if author == mine and record.EMISSIONS_KEY in message:
            return float(date)
    return newest


def _recovered(by_tool: Mapping[str, Sequence[Usage]], recent: Recent) -> list[Claim]:
    """Without the side file, what the counted records in history claimed."""
    lines = [line.strip() for line in recent.text.split(b"\n") if b"Carbon-" in line]
    records, _ = record.parse([line for line in lines if line.startswith(record.KEYS)])
    ids: dict[str, list[str]] = {}
    for one in records:
        if one.by == "counted" and one.basis:
            ids.setdefault(one.basis.tool, []).append(one.id)
    return [
        claim
        for tool, events in by_tool.items()
        for claim in usage.recovered(events, ids.get(tool, ()), tool)
    ]


def _other_trees(tree: str, git_dir: GitDir) -> list[str]:
    """Linked work trees and submodules: what is used in them is recorded in them."""
    found = []
    folder = os.path.join(git_dir.common, "worktrees")
    try:
        for name in os.listdir(folder):
            linked = os.fsdecode(gitdir.read(os.path.join(folder, name, "gitdir")).strip())
            found.append(os.path.realpath(os.path.dirname(linked)))
    except OSError:
        pass
    for line in gitdir.read(os.path.join(tree, ".gitmodules")).split(b"\n"):
        key, equals, value = line.partition(b"=")
        if equals and key.strip() == b"path":
            found.append(os.path.realpath(os.path.join(tree, os.fsdecode(value.strip()))))
    return [other for other in found if other != tree]


def _record(claim: Claim, events: Iterable[Usage], settings: Settings) -> record.Record:
    tokens = usage.total(claim.parts)
    basis = record.printable(
        record.Basis(
            claim.tool,
            main_model(claim, events),
            "detected",
            settings.grid or tables.default_zone(claim.tool),
            settings.method,
        )
    )
    grams = tables.estimate(tokens, "counted", basis).emissions_gco2e
    return record.Record(claim.record_id, record.quantized(grams), tokens, "counted", basis)


def main_model(claim: Claim, events: Iterable[Usage]) -> str:
    """The model family that used most of the energy; a record names one."""
    names = {event.event_id: event.model for event in events}
    rules = tables.method(tables.DEFAULT_METHOD)
    energy: dict[str, float] = {}
    for part in claim.parts:
        name = names.get(part.event_id, "")
        model = tables.model(name) if name else ""
        _, energy_class = tables.role_and_class(claim.tool, model, rules.id)
        used = sum(
            count * factor.central
            for count, factor in zip(part.tokens, rules.energy[energy_class], strict=True)
        )
        energy[model] = energy.get(model, 0.0) + used
    return max(sorted(energy), key=lambda name: energy[name], default="")
