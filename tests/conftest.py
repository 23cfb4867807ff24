"""Fixtures: new repositories, with the hook installed or without."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import Repository, clean_environment

# The same examples every time, however slow the machine; `pytest --hypothesis-profile default`
# looks for new ones.
settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Repository]:
    """Make a new repository; further arguments go to `git init`."""

    def make(name: str = "repository", *arguments: str, **variables: str) -> Repository:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        environment = {**clean_environment(home), **variables}
        path = tmp_path / name
        subprocess.run(
            ["git", "init", "-q", "-b", "main", *arguments, str(path)],
            env=environment,
            check=True,
        )
        return Repository(path, environment)

    return make


@pytest.fixture
def repository(make_repository: Callable[..., Repository]) -> Repository:
    """An empty repository without hooks."""
    return make_repository()


@pytest.fixture
def hooked(repository: Repository) -> Repository:
    """A repository with one commit, and both message stages installed after it."""
    repository.commit("initial")
    repository.install()
    return repository
