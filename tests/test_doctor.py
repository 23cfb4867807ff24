"""What `commit-carbon doctor` says about tools and their logs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from generated_logs import stamp
from log_homes import expected, patient, recent_fixtures
from support import Repository
from usage_world import World

from commit_carbon_hook.logs import NO_COUNTS, PROBLEMS, READERS, Machine, events

LOGGED = " responses logged here in 30 days"


def doctor(repository: Repository, **variables: str) -> list[str]:
    """The findings, without their states."""
    done = repository.run("commit-carbon", "doctor", check=False, **variables)
    assert done.stderr == ""
    return [line[8:] for line in done.stdout.splitlines()]


# --- The readers, their problems and the tools that are not read


@pytest.mark.skipif(sys.platform != "linux", reason="editors keep their storage elsewhere")
def test_doctor_says_of_every_tool_what_its_reader_finds(
    make_repository: Callable[..., Repository],
) -> None:
    repository = make_repository("dev/project")
    home, tree = Path(repository.environment["HOME"]), repository.path.resolve()
    recent_fixtures(home, tree)
    now = time.time()
    machine = Machine(repository.environment, str(home), sys.platform, now)
    since = now - 30 * 86_400
    found = events(str(tree), since, machine=machine, budget=patient(), thorough=True)
    said = doctor(repository)
    for tool in READERS:
        count = len(expected(tool)["events"])
        assert sum(event.tool == tool for event in found.events) == count
        assert [line for line in said if line.startswith(f"{tool}: ")] == [
            f"{tool}: {count}{LOGGED}",
            *(f"{tool}: {n} {PROBLEMS[kind]}" for kind, n in found.problems[tool].counts.items()),
        ]
    assert sum(line.endswith(LOGGED) for line in said) == len(READERS)


@pytest.mark.parametrize("tool", NO_COUNTS)
def test_doctor_says_why_a_tool_is_not_read(tool: str, repository: Repository) -> None:
    reason = f"{tool} keeps no token counts ({NO_COUNTS[tool]}): its commits are estimated by lines"
    assert reason not in doctor(repository)
    said = doctor(repository, COMMIT_CARBON_TOOL=tool)
    assert reason in said
    assert f"COMMIT_CARBON_TOOL is set: commits of this shell are attributed to {tool}" in said
    repository.write(".commit-carbon.toml", f'tool = "{tool}"\n')
    assert reason in doctor(repository)


@pytest.mark.parametrize("tool", READERS)
def test_doctor_gives_no_reason_for_a_tool_that_is_read(tool: str, repository: Repository) -> None:
    said = doctor(repository, COMMIT_CARBON_TOOL=tool)
    assert not [line for line in said if "keeps no token counts" in line]


def test_doctor_lists_the_tools_that_are_not_read(repository: Repository) -> None:
    (line,) = [line for line in doctor(repository) if line.startswith("no token counts")]
    assert line.partition(": ")[2].split(", ") == sorted(NO_COUNTS)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        pytest.param("nope", "COMMIT_CARBON_TOOL: unknown tool 'nope'", id="unknown"),
        pytest.param("none", "COMMIT_CARBON_TOOL says that no tool takes part", id="none"),
    ],
)
def test_a_tool_without_records_is_a_problem(tool: str, said: str, hooked: Repository) -> None:
    assert hooked.run("commit-carbon", "doctor").returncode == 0
    done = hooked.run("commit-carbon", "doctor", check=False, COMMIT_CARBON_TOOL=tool)
    assert done.returncode == 1
    assert f"PROBLEM {said}" in done.stdout


# --- What is wrong with a log


def transcript(*seconds_ago: float, **changes: Any) -> str:
    """A transcript of Claude Code with responses of those times."""
    lines = []
    for number, ago in enumerate(seconds_ago):
        usage = {"input_tokens": 1, "output_tokens": 1 + number}
        line = {"timestamp": stamp(time.time() - ago), "message": {"id": number, "usage": usage}}
        lines.append(json.dumps({**line, **changes}) + "\n")
    return "".join(lines)


def linked(projects: Path) -> None:
    projects.rename(projects.parent.parent / "moved")
    projects.symlink_to(projects.parent.parent / "moved")


@pytest.mark.parametrize(
    ("content", "act", "problem"),
    [
        pytest.param("garbage\n", None, "malformed", id="garbage"),
        pytest.param(transcript(60)[:40], None, "partial", id="half-written"),
        pytest.param(transcript(60), None, "place", id="no-folder"),
        pytest.param(transcript(60, 7200, 60, cwd="/elsewhere"), None, "order", id="set-back"),
        pytest.param(
            transcript(60),
            linked,
            "link",
            marks=pytest.mark.skipif(os.name == "nt", reason="needs POSIX files"),
            id="link",
        ),
        pytest.param(
            transcript(60),
            lambda projects: projects.parent.chmod(0),
            "unreadable",
            marks=pytest.mark.skipif(
                not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all"
            ),
            id="no-permission",
        ),
    ],
)
def test_doctor_says_what_is_wrong_with_a_log(
    content: str, act: Callable[[Path], None] | None, problem: str, repository: Repository
) -> None:
    home = Path(repository.environment["HOME"])
    projects = home / ".claude" / "projects"
    (projects / "p").mkdir(parents=True)
    (projects / "p" / "s.jsonl").write_text(content)
    if act is not None:
        act(projects)
    try:
        said = doctor(repository)
    finally:
        (home / ".claude").chmod(0o755)
    assert [line for line in said if line.startswith("claude-code: ")] == [
        f"claude-code: 1 {PROBLEMS[problem]}"
    ]


def test_doctor_says_that_a_log_is_not_found_any_more(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    gone = "claude-code: has counted records here, but its log is not found"
    assert not [line for line in doctor(world.main) if line.startswith(gone)]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = doctor(world.main, HOME=str(elsewhere))
    assert [line for line in said if line.startswith(gone)] == [
        f"{gone}: its commits are estimated by lines"
    ]
