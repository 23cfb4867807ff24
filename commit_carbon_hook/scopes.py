"""Whose usage is meant: that of no record yet, of a session, of today, of a work tree, or all."""

from __future__ import annotations

import os
import time

from . import config, git, logs, unspent, usage_store
from .errors import CarbonError
from .estimate import Tokens
from .gitdir import GitDir
from .tally import Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NamedTuple

    from .config import Settings
    from .logs import Found
else:
    from .values import NamedTuple

SCOPES = ("since-record", "session", "today", "repository", "all")
# A person waits longer than a commit does.
SECONDS = 60.0
MOST_BYTES = 1 << 40


class Reading(NamedTuple):
    """The usage of a scope, and whether all of it was read."""

    scope: str
    uses: Sequence[Use]
    complete: bool


def read(scope: str, environment: Mapping[str, str], seconds: float = SECONDS) -> Reading:
    """The usage of a scope, as seen from the current folder.

    Raises CarbonError where the scope means a work tree or a session and there is none.
    """
    now = time.time()
    budget = logs.Budget(MOST_BYTES, seconds)
    machine = logs.Machine.here()
    if scope == "session":
        if not any(reader.session(machine) for reader in logs.READERS.values()):
            raise CarbonError("session: no tool has started this shell: choose another --scope")
        return _reading(scope, logs.session_events(budget=budget, machine=machine))
    if scope == "all":
        return _reading(scope, logs.all_events(None, budget=budget, machine=machine))
    if scope == "today":
        return _reading(scope, logs.all_events(_midnight(now), budget=budget, machine=machine))
    top, git_dir = place(environment)
    if scope == "repository":
        tree = os.path.realpath(top)
        excluded = usage_store.other_trees(tree, git_dir)
        found = logs.events(tree, None, excluded=excluded, budget=budget, machine=machine)
        return _reading(scope, found)
    state = unspent.find(top, git_dir, _as_author(environment), now, seconds)
    models = {event.event_id: event.model for event in state.found.events}
    uses = [
        Use(tool, models[part.event_id], part.tokens)
        for tool, parts in state.unspent.items()
        for part in parts
    ]
    return Reading(scope, uses, state.found.complete)


def _reading(scope: str, found: Found) -> Reading:
    uses = [
        Use(event.tool, event.model, Tokens(event.output, event.input, event.cached))
        for event in found.events
    ]
    return Reading(scope, uses, found.complete)


def _midnight(now: float) -> float:
    """When the local day began."""
    year, month, day, *_ = time.localtime(now)
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))


def place(environment: Mapping[str, str]) -> tuple[str, GitDir]:
    """The work tree around the current folder. Raises CarbonError where there is none."""
    questions = ("--show-toplevel", "--absolute-git-dir", "--git-common-dir")
    try:
        answer = git.run(["rev-parse", *questions], environment)
    except CarbonError as error:
        raise CarbonError(f"session: no work tree here: {error}") from None
    top, path, common = [os.fsdecode(line) for line in answer.split(b"\n")[:3]]
    return top, GitDir(path, os.path.abspath(common), frozenset())


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings of the work tree around the current folder, of the folder where there is none.

    Raises CarbonError for any fault in them.
    """
    here = folder = os.getcwd()
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return config.load(here, environment)
        folder = above
    return config.load(folder, environment)


def _as_author(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with the author's address, as git gives it to a hook."""
    if "GIT_AUTHOR_EMAIL" in environment:
        return environment
    try:
        ident = os.fsdecode(git.run(["var", "GIT_AUTHOR_IDENT"], environment))
    except CarbonError:
        return environment  # git knows no author here, so no record is of theirs
    return {**environment, "GIT_AUTHOR_EMAIL": ident.rpartition(">")[0].rpartition("<")[2]}
