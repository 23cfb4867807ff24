"""What the hook costs: the processes it starts, the modules it imports, and no network."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from support import SCRIPTS, Repository

PROGRAM = SCRIPTS / "commit-carbon-hook"
FILE = ".git/COMMIT_EDITMSG"
FORBIDDEN = {
    "argparse", "collections", "dataclasses", "datetime", "dulwich", "enum", "functools", "hashlib",
    "json", "jsonschema", "logging", "pathlib", "re", "rich", "shutil", "signal", "socket", "ssl",
    "subprocess", "tempfile", "tomllib", "typing", "urllib",
}  # fmt: skip
GIT = {"GIT_EDITOR": ":", "GIT_AUTHOR_DATE": "@1780000000 +0000", "GIT_INDEX_FILE": ".git/index"}
REPLAY = {"GIT_EDITOR": ":"}
PRE_COMMIT = {**GIT, "PRE_COMMIT": "1", "PRE_COMMIT_COMMIT_MSG_SOURCE": "message"}
# Arguments, environment, and how many times git is started.
RUNS = {
    "message": ((FILE, "message"), GIT, 1),
    "pre-commit": ((FILE,), PRE_COMMIT, 1),
    "replay": ((FILE, "message"), REPLAY, 0),
    "replay-pre-commit": ((FILE,), {**REPLAY, "PRE_COMMIT_COMMIT_MSG_SOURCE": "message"}, 0),
    "merge": ((FILE, "merge"), REPLAY, 0),
    "template": ((FILE, "template"), {**GIT, "COMMIT_CARBON_TOOL": "codex-cli"}, 1),
    "switched-off": ((FILE, "message"), {**GIT, "COMMIT_CARBON": "0"}, 0),
}


@pytest.fixture
def staged(repository: Repository) -> Repository:
    repository.commit("initial")
    repository.write("more", "line\n" * 100)
    (repository.path / FILE).write_text("A subject\n")
    return repository


@pytest.mark.parametrize("name", RUNS)
def test_git_is_started_so_many_times(staged: Repository, tmp_path: Path, name: str) -> None:
    arguments, variables, expected = RUNS[name]
    log, wrapper = tmp_path / "log", tmp_path / "bin" / "git"
    log.touch()
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> "{log}"\nexec "{shutil.which("git")}" "$@"\n')
    wrapper.chmod(0o755)
    path = f"{wrapper.parent}:{staged.environment['PATH']}"
    staged.run(str(PROGRAM), *arguments, check=True, PATH=path, **variables)
    assert len(log.read_text().splitlines()) == expected
    recorded = "Carbon-gCO2e: " in (staged.path / FILE).read_text()
    assert recorded == bool(expected) or name == "template"


def imported(repository: Repository, *command: str, **variables: str) -> set[str]:
    """The modules that an interpreter imports."""
    python = str(SCRIPTS / "python")
    errors = repository.run(python, "-X", "importtime", *command, check=True, **variables).stderr
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", errors, re.MULTILINE))


@pytest.mark.parametrize("name", ["message", "pre-commit", "replay"])
def test_only_light_modules_are_imported(staged: Repository, name: str) -> None:
    arguments, variables, _ = RUNS[name]
    bare = imported(staged, "-c", "pass")
    mine = imported(staged, str(PROGRAM), *arguments, **variables) - bare
    assert "commit_carbon_hook.hook" in mine
    roots = {module.partition(".")[0] for module in mine}
    assert roots - set(sys.stdlib_module_names) == {"commit_carbon_hook"}
    assert not roots & FORBIDDEN
    if name == "replay":
        assert {module for module in mine if module.startswith("commit_carbon_hook.")} == {
            f"commit_carbon_hook.{part}"
            for part in ("decision", "errors", "gitdir", "hook", "invocation", "values")
        }


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("name", RUNS)
def test_no_network_call_is_made(staged: Repository, tmp_path: Path, name: str) -> None:
    arguments, variables, _ = RUNS[name]
    log = tmp_path / "trace"
    strace = ("strace", "-f", "-qq", "-o", str(log), "-e", "trace=%network")
    staged.run(*strace, str(PROGRAM), *arguments, check=True, **variables)
    assert [
        line for line in log.read_text().splitlines() if "(" in line and "SIGCHLD" not in line
    ] == []
