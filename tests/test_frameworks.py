"""The real pre-commit and prek, with the README's configuration, in somebody else's repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SCRIPTS, Repository, clean_environment

PROJECT = Path(__file__).parent.parent
CONFIGURATION = """\
default_install_hook_types: [pre-commit, prepare-commit-msg, commit-msg]
default_stages: [pre-commit]
repos:
- repo: {project}
  rev: {revision}
  hooks:
  - id: commit-carbon
  - id: commit-carbon-editor
"""
RESULT = re.compile(r"^Carbon-gCO2e: low=[\d.]+ central=[\d.]+ high=[\d.]+ id=\w{10}$", re.M)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This project as a git repository with one commit, as a framework would clone it."""
    folder = tmp_path_factory.mktemp("published")
    home = folder / "home"
    home.mkdir()
    environment = clean_environment(home)
    project = folder / "project"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "__pycache__", ".*_cache", "node_modules", "dist"
    )
    shutil.copytree(PROJECT, project, ignore=ignored)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "release"]):
        subprocess.run(["git", *command], cwd=project, env=environment, check=True)
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return project, revision


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the frameworks keep the hook's environment, so that it is built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(params=["pre-commit", "prek"])
def framework(
    request: pytest.FixtureRequest,
    make_repository: Callable[..., Repository],
    published: tuple[Path, str],
    cache: Path,
) -> Repository:
    """A repository into which one of the frameworks installed the hooks of the README."""
    repository = make_repository(
        PRE_COMMIT_HOME=str(cache / "pre-commit"), PREK_HOME=str(cache / "prek")
    )
    project, revision = published
    configuration = CONFIGURATION.format(project=project, revision=revision)
    repository.write(".pre-commit-config.yaml", configuration)
    repository.git("commit", "-qm", "initial")
    repository.run(str(SCRIPTS / request.param), "install", "--install-hooks")
    return repository


def test_every_kind_of_commit_gets_its_trailers(framework: Repository) -> None:
    framework.commit("with a message", lines=100, COMMIT_CARBON_TOOL="claude-code")
    message = framework.message()
    assert message.startswith("with a message\n\nCarbon-gCO2e: ")
    assert "output=12000 input=72000 cached=1800000 by=lines" in message
    assert "tool=claude-code evidence=declared grid=US method=2" in message

    framework.git("commit", "-q", "--amend", "-m", "amended")
    assert framework.message().replace("amended", "with a message") == message

    editor = framework.path / "editor"
    editor.write_text('#!/bin/sh\n{ echo typed; cat "$1"; } > "$1.x" && mv "$1.x" "$1"\n')
    editor.chmod(0o755)
    framework.write("other", "line\n")
    framework.git("commit", "-q", "-v", GIT_EDITOR=str(editor))
    assert framework.message().startswith("typed\n\nCarbon-gCO2e: ")

    framework.write("third", "line\n")
    head = framework.head()
    quit_ = framework.run("git", "commit", "-q", check=False, GIT_EDITOR="true")
    assert quit_.returncode == 1
    assert "Aborting commit due to empty commit message" in quit_.stderr
    assert framework.head() == head

    framework.git("commit", "-q", "-m", "skipped", SKIP="commit-carbon")
    assert not RESULT.search(framework.message())

    framework.git("switch", "-qc", "topic", "HEAD~2")
    framework.write("topic", "line\n")
    framework.git("commit", "-qm", "topic")
    before = framework.message()
    framework.git("rebase", "-q", "main")
    assert framework.message() == before


def test_the_hook_stays_silent_and_needs_no_network(framework: Repository) -> None:
    framework.write("file", "line\n")
    done = framework.run(
        "git",
        "commit",
        "-m",
        "quiet",
        http_proxy="http://127.0.0.1:9",
        https_proxy="http://127.0.0.1:9",
    )
    assert "commit-carbon-hook:" not in done.stdout + done.stderr
    assert RESULT.search(framework.message())
