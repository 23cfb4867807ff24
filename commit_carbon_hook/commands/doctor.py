"""Say what works in this repository, and what gets lost and why.

Exit code 1 where commits of this work tree would get no record.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .. import config, factor_table, git, gitdir, installation, logs, notes
from ..attribution import NONE, TOOL_VARIABLE, declared, detected
from ..errors import CarbonError
from ..hook import OFF
from ..invocation import AFTER, FINISH, PREPARE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GOOD, WARN, BAD = "ok", "note", "PROBLEM"
LOG_DAYS = 30
LOG_SECONDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to look."""
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings."""
    if not Path(arguments.repository).is_dir():
        raise CarbonError(f"doctor: {arguments.repository} is not a directory")
    os.chdir(arguments.repository)
    environment = dict(os.environ)
    try:
        top = os.fsdecode(git.run(["rev-parse", "--show-toplevel"], environment)).rstrip("\n")
        path = os.fsdecode(git.run(["rev-parse", "--absolute-git-dir"], environment)).rstrip("\n")
        common = os.path.realpath(git.git_path("", environment) or path)
    except CarbonError as error:
        raise CarbonError(f"doctor: no work tree here: {error}") from None
    os.chdir(top)
    findings = list(_findings(top, gitdir.GitDir(path, common, frozenset()), environment))
    for state, text in findings:
        print(f"{state:8}{text}")
    return 1 if any(state == BAD for state, _ in findings) else 0


def _findings(
    top: str, git_dir: gitdir.GitDir, environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    version = git.run(["version"], environment).decode().strip()
    yield GOOD, version
    if environment.get("COMMIT_CARBON", "").lower() in OFF:
        yield BAD, "COMMIT_CARBON switches the hook off in this shell"
    settings = config.Settings()
    try:
        settings = config.load(top, environment)
        yield GOOD, _settings_text(settings)
    except CarbonError as error:
        yield BAD, f"{error} (no commit gets a record until then)"
    yield from _stages(git_dir, environment, settings)
    yield from _tool(environment, settings)
    yield from _logs(top, git_dir, settings)
    if git.configured("core.hooksPath", {**environment, "GIT_CONFIG_NOSYSTEM": ""}):
        yield WARN, "core.hooksPath is set: only hooks in that folder run"
    yield (
        WARN,
        (
            "gemini-cli runs git without your configuration and with an empty core.hooksPath:"
            " its own commits run no hooks and get no record"
        ),
    )
    for name, method in factor_table.METHODS.items():
        if name == settings.method and expired(method[9]):
            yield WARN, f"the factors of method {name} were valid until {method[9]}: upgrade"


def _tool(environment: Mapping[str, str], settings: config.Settings) -> Iterator[tuple[str, str]]:
    """Who commits of this shell are attributed to, and why the tool's tokens are not counted."""
    seen = detected(environment)
    try:
        said = declared(environment, ())
    except CarbonError as error:
        yield BAD, f"{TOOL_VARIABLE}: {error} (no commit gets a record until then)"
        return
    tool = said.tool if said else seen or settings.tool
    if tool == NONE:
        yield BAD, f"{TOOL_VARIABLE} says that no tool takes part: no commit gets a record"
    elif said:
        yield GOOD, f"{TOOL_VARIABLE} is set: commits of this shell are attributed to {tool}"
    elif seen:
        yield GOOD, f"this shell was started by {tool}: its commits are attributed to it"
    elif tool:
        yield GOOD, f"commits without other evidence are attributed to {tool}"
    else:
        yield WARN, "no tool is detected here: such commits are recorded as unspecified (assumed)"
    for name in dict.fromkeys((tool, settings.tool)):
        if name in logs.NO_COUNTS:
            why = logs.NO_COUNTS[name]
            yield WARN, f"{name} keeps no token counts ({why}): its commits are estimated by lines"


def _logs(top: str, git_dir: gitdir.GitDir, settings: config.Settings) -> Iterator[tuple[str, str]]:
    """What the logs of this work tree hold, by tool; counts only."""
    from time import time

    from .. import unspent, usage_store

    state = GOOD if settings.tokens == "auto" else WARN
    if settings.tokens != "auto":
        yield WARN, 'tokens are estimated from lines: tokens = "auto" reads the tools\' own logs'
    tree = os.path.realpath(top)
    excluded = usage_store.other_trees(tree, git_dir)
    budget = logs.Budget(seconds=LOG_SECONDS)
    since = time() - LOG_DAYS * 86_400
    found = logs.events(tree, since, excluded=excluded, budget=budget, thorough=True)
    ledger, others = usage_store.ledgers(git_dir)
    recorded = {claim.tool for one in (ledger, *others) if one for claim in one.claims}
    machine = logs.Machine.here()
    for tool, reader in logs.READERS.items():
        events = [event for event in found.events if event.tool == tool]
        troubles = found.problems[tool].counts if tool in found.problems else {}
        if events:
            yield state, f"{tool}: {len(events):,} responses logged here in {LOG_DAYS} days"
        for kind, times in troubles.items():
            yield WARN, f"{tool}: {times:,} {logs.PROBLEMS[kind]}"
        if tool in recorded and not reader.found(machine, tree):
            yield (
                WARN,
                (
                    f"{tool}: has counted records here, but its log is not found:"
                    " its commits are estimated by lines"
                ),
            )
    if not found.complete:
        yield WARN, f"not all logs could be read in {LOG_SECONDS} seconds: there is more in them"
    if ledger and ledger.unread != unspent.ALL_READ:
        yield WARN, "the last commit could not read all logs in time: the next one reads on"
    without = ", ".join(sorted(logs.NO_COUNTS))
    yield WARN, f"no token counts on this machine, so estimated by lines: {without}"


def expired(day: str) -> bool:
    """Whether a date in ISO form has passed."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat() > day


def _settings_text(settings: config.Settings) -> str:
    chosen = ", ".join(f"{key}={value}" for key, value in settings._asdict().items() if value)
    return f"settings: {chosen}"


def _stages(
    git_dir: gitdir.GitDir, environment: Mapping[str, str], settings: config.Settings
) -> Iterator[tuple[str, str]]:
    runs = {
        stage: installation.runs(stage, git_dir, environment) for stage in (PREPARE, FINISH, AFTER)
    }
    if runs[PREPARE]:
        yield GOOD, "prepare-commit-msg: installed"
    else:
        yield (
            BAD,
            (
                "prepare-commit-msg: not installed: commits get no record: run"
                " `commit-carbon install`, or add commit-carbon to .pre-commit-config.yaml and run"
                " `pre-commit install -t prepare-commit-msg -t commit-msg`"
            ),
        )
    if settings.store == "notes":
        yield from _notes(runs[AFTER], environment)
    elif runs[FINISH]:
        yield GOOD, "commit-msg: installed"
    elif runs[PREPARE]:
        yield (
            WARN,
            (
                "commit-msg: not installed: quitting the editor without a message no longer aborts"
                " a commit, nor does an untouched template: add commit-carbon-editor"
            ),
        )


def _notes(after: bool, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if after:
        yield GOOD, "post-commit: installed: records go to refs/notes/carbon"
    else:
        yield WARN, "post-commit: not installed: a commit gets its note when the next one is made"
    if notes.REF not in git.configured("notes.rewriteRef", environment):
        yield (
            WARN,
            (
                "notes.rewriteRef is not set: rebase and amend lose the notes:"
                f" git config --add notes.rewriteRef {notes.REF}"
            ),
        )
    yield WARN, (f"notes are neither pushed nor fetched by default: git push origin {notes.REF}")
