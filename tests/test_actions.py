"""The GitHub Action and the GitLab component: their shell parts, run in real repositories."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from records import CO_AUTHOR, made, message
from support import Repository

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
SPEC: dict[str, Any]
JOBS: dict[str, Any]
SPEC, JOBS = yaml.safe_load_all((ROOT / "templates/commit-carbon.yml").read_text())
INPUT = re.compile(r"\$\{\{ inputs\.([a-z0-9-]+) \}\}")
INTERPOLATED = re.compile(r"\$\[\[ inputs\.([a-z0-9-]+) \]\]")
HOSTILE = [
    pytest.param("$(touch pwned)", id="substitution"),
    pytest.param("`touch pwned`", id="backticks"),
    pytest.param("x'; touch pwned; '", id="single-quotes"),
    pytest.param('x"; touch pwned; "', id="double-quotes"),
    pytest.param("x\ntouch pwned\n", id="newlines"),
    pytest.param("-x", id="option"),
    pytest.param("--output=pwned", id="our-option"),
    pytest.param("*", id="pattern"),
    pytest.param("::error::x", id="command"),
    pytest.param("${IFS}", id="variable"),
]
# What may stand in a push in the place of a commit that is there.
BEFORE = ["known", "0" * 40, "1" * 40, "$(touch pwned)", "--all", "main", "x"]
# What a repository may hold to be run in the place of Python's or our own modules.
TRAP = "open('pwned', 'w').close()\n"
GRAMS = {"low": "2.2", "central": "19.0", "high": "150.0"}


@pytest.fixture
def project(repository: Repository) -> Repository:
    """A commit without anything, one with a record, and modules that must not be imported."""
    repository.write("commit_carbon_hook/__init__.py", TRAP)
    repository.write("commit_carbon_hook/summarize.py", TRAP)
    repository.write("json.py", TRAP)
    repository.git("commit", "-qm", "initial")
    repository.commit(message("work", made(1)))
    return repository


class Outcome:
    """What a job did: exit code, output, and the files that the runner reads."""

    def __init__(self, done: subprocess.CompletedProcess[str], runner: Path) -> None:
        self.code = done.returncode
        self.stdout = done.stdout
        self.said = done.stderr
        self.summary = (runner / "summary.md").read_text()
        lines = (runner / "output").read_text().splitlines()
        self.outputs = dict(line.split("=", 1) for line in lines)


def act(
    project: Repository, runner: Path, inputs: dict[str, str], before: str = "", **variables: str
) -> Outcome:
    """Run the steps of the action as the runner does; `before` is of the event of a push."""
    values = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
    assert inputs.keys() <= values.keys()
    values.update(inputs)
    if before:
        variables["GITHUB_EVENT_NAME"] = "push"
    runner.mkdir(exist_ok=True)
    for name in ("summary.md", "output"):
        (runner / name).write_text("")
    environment = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
        "RUNNER_TEMP": str(runner),
        **variables,
    }
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        script = runner / "step.sh"
        script.write_text(step["run"])
        given = {
            name: values[found[1]] if (found := INPUT.fullmatch(value)) else before
            for name, value in step["env"].items()
        }
        done = project.run(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)),
            check=False,
            **environment,
            **given,
        )
    return Outcome(done, runner)


class TestAction:
    """action.yml."""

    def test_inputs_reach_the_shell_by_environment_only(self) -> None:
        used = set()
        for step in ACTION["runs"]["steps"]:
            assert "${{" not in step["run"]
            for value in step["env"].values():
                if value == "${{ github.event.before }}":
                    continue
                (name,) = INPUT.findall(value)
                assert INPUT.fullmatch(value)
                used.add(name)
        assert used == ACTION["inputs"].keys()
        assert "${{" not in (ROOT / "ci/action.sh").read_text()

    def test_outputs_and_the_job_summary(self, project: Repository, tmp_path: Path) -> None:
        done = act(project, tmp_path / "runner", {})
        assert (done.code, done.said) == (0, "")
        document = done.outputs.pop("summary")
        assert json.loads(Path(document).read_text())["recorded"]["records"] == 1
        assert done.outputs == {**GRAMS, "complete": "true"}
        assert set(done.outputs) | {"summary"} == set(ACTION["outputs"])
        assert done.summary.startswith("## Estimated carbon emissions of AI-assisted commits")
        assert not (project.path / "pwned").exists()
        assert project.git("status", "--porcelain") == ""

    def test_nothing_that_is_printed_is_a_command(
        self, project: Repository, tmp_path: Path
    ) -> None:
        done = act(project, tmp_path / "runner", {"revisions": "::error::x"})
        first, last = done.stdout.splitlines()
        token = first.removeprefix("::stop-commands::")
        assert re.fullmatch("[0-9a-f]{32}", token)
        assert last == f"::{token}::"

    def test_a_pull_request_is_what_it_adds(
        self, project: Repository, make_repository: Callable[..., Repository], tmp_path: Path
    ) -> None:
        clone = make_repository("clone")
        clone.git("pull", "-q", str(project.path), "main")
        clone.git("remote", "add", "origin", str(project.path))
        clone.git("fetch", "-q", "origin")
        clone.commit(message("more", made(2), made(3)))
        done = act(clone, tmp_path / "runner", {}, GITHUB_BASE_REF="main")
        assert done.outputs["central"] == "38.0"
        assert "origin/main..HEAD" in done.summary

    @pytest.mark.parametrize("trap", ["file", "tag"])
    def test_nothing_in_a_pull_request_stands_for_its_range(
        self, project: Repository, tmp_path: Path, trap: str
    ) -> None:
        summary = project.run("commit-carbon-summarize", "--format=json").stdout
        project.git("update-ref", "refs/remotes/origin/main", "HEAD")
        for name in ("origin/main..HEAD", "refs/remotes/origin/main..HEAD"):
            project.write(name, summary)
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        if trap == "tag":
            project.git("tag", "origin/main")
        done = act(project, tmp_path / "runner", {"check": "true"}, GITHUB_BASE_REF="main")
        assert done.code == 1
        assert "no record, but names a tool" in done.said

    @pytest.mark.parametrize("before", BEFORE)
    def test_a_push_is_checked_from_what_was_there(
        self, project: Repository, tmp_path: Path, before: str
    ) -> None:
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        old = project.head()
        project.commit(message("new", made(2)))
        known = before == "known"
        given = old if known else before
        done = act(project, tmp_path / "runner", {"check": "true"}, given)
        assert done.code == (not known)
        assert ("no record, but names a tool" in done.said) == (not known)
        # What the summary and the limits are about stays the whole history.
        assert done.outputs["central"] == "38.0"
        named = {"check": "true", "revisions": "HEAD"}
        assert act(project, tmp_path / "runner", named, given).code == 1
        last = {"check": "true", "revisions": "HEAD ^HEAD~1"}
        assert act(project, tmp_path / "runner", last, given).code == 0
        assert not list(tmp_path.rglob("pwned"))

    def test_an_incomplete_history_passes_no_limit(
        self, project: Repository, tmp_path: Path
    ) -> None:
        sha = project.head("HEAD~1")
        (project.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
        assert act(project, tmp_path / "runner", {}).code == 0
        done = act(project, tmp_path / "runner", {"max-gco2e": "19"})
        assert done.code == 2
        assert done.said.count("1 object cannot be read") == 1
        assert done.outputs["complete"] == "false"
        assert "lower bounds" in done.summary

    @pytest.mark.parametrize(
        ("inputs", "code", "said"),
        [
            pytest.param({"max-gco2e": "19"}, 0, "", id="allowed"),
            pytest.param({"max-gco2e": "18"}, 1, "more than 18", id="limit"),
            pytest.param({"max-gco2e": "19", "value": "high"}, 1, "(high)", id="high"),
            pytest.param({"max-per-commit": "18"}, 1, "in one commit", id="per-commit"),
            pytest.param({"check": "true"}, 1, "no record, but names a tool", id="check"),
            pytest.param({"check": "true", "revisions": "HEAD~1"}, 0, "", id="range"),
            pytest.param({"check": "true", "revisions": " "}, 1, "no record", id="blank"),
            pytest.param({"recover": "github"}, 0, "no requests of github are here", id="recover"),
            pytest.param({"since": "2001-01-01", "until": "2002-01-01"}, 0, "", id="period"),
        ],
    )
    def test_limits_and_checks(
        self,
        project: Repository,
        tmp_path: Path,
        inputs: dict[str, str],
        code: int,
        said: str,
    ) -> None:
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        done = act(project, tmp_path / "runner", inputs)
        assert done.code == code
        assert said in done.said
        assert "since" in inputs or done.outputs["central"] == "19.0"
        assert done.summary

    def test_a_shallow_clone_says_what_to_do(self, project: Repository, tmp_path: Path) -> None:
        project.git("clone", "-q", "--depth=1", f"file://{project.path}", str(tmp_path / "clone"))
        clone = Repository(tmp_path / "clone", project.environment)
        done = act(clone, tmp_path / "runner", {})
        assert done.code == 2
        assert "git fetch --unshallow" in done.said
        assert done.outputs == {}

    @pytest.mark.parametrize("value", HOSTILE)
    def test_no_input_is_code(self, project: Repository, tmp_path: Path, value: str) -> None:
        texts = dict.fromkeys(ACTION["inputs"].keys() - {"check", "path"}, value)
        for inputs in (texts, {"revisions": value}, {"path": value}, {"check": value}):
            done = act(project, tmp_path / "runner", inputs)
            assert done.code == 2
            assert done.outputs == {}
            assert "Traceback" not in done.said
            assert not list(tmp_path.rglob("pwned"))

    def test_a_python_that_is_too_old_is_named(self, project: Repository, tmp_path: Path) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        (tools / "python3").write_text(
            f'#!/bin/sh\nexec "{shutil.which("python3")}" -I -c '
            "'import sys; sys.version_info = (3, 10); sys.argv = sys.argv[3:];"
            ' exec(sys.argv.pop(0))\' "$@"\n'
        )
        (tools / "python3").chmod(0o755)
        path = f"{tools}:{project.environment['PATH']}"
        done = act(project, tmp_path / "runner", {}, PATH=path)
        assert done.code == 2
        assert "needs Python 3.11 or newer" in done.said


def run_job(project: Repository, inputs: dict[str, Any], **variables: str) -> Outcome:
    """Run the job of the component as GitLab does: inputs are put into the text of the values,
    and variables are not expanded."""
    about = SPEC["spec"]["inputs"]
    values = {name: one["default"] for name, one in about.items()}
    assert inputs.keys() <= values.keys()
    values.update(inputs)

    def put(text: str) -> str:
        def value(found: re.Match[str]) -> str:
            one = values[found[1]]
            return str(one).lower() if isinstance(one, bool) else str(one)

        return INTERPOLATED.sub(value, text)

    (job,) = JOBS.values()
    given = {
        name: put(value["value"]) if isinstance(value, dict) else value
        for name, value in job["variables"].items()
    }
    (script,) = job["script"]
    done = project.run("sh", "-c", script, check=False, **given, **variables)
    runner = project.path.parent / "gitlab"
    runner.mkdir(exist_ok=True)
    for made_, name in (("commit-carbon.env", "output"), ("commit-carbon.md", "summary.md")):
        path = project.path / made_
        (runner / name).write_text(path.read_text() if path.exists() else "")
    return Outcome(done, runner)


class TestComponent:
    """templates/commit-carbon.yml."""

    def test_inputs_reach_the_shell_as_variables_that_are_not_expanded(self) -> None:
        (name,), (job,) = JOBS, JOBS.values()
        used = set(INTERPOLATED.findall(name + job["stage"] + job["image"]))
        for value in job["variables"].values():
            if value != "0":
                assert INTERPOLATED.fullmatch(value["value"])
                assert value["expand"] is False
                used.update(INTERPOLATED.findall(value["value"]))
        assert used == SPEC["spec"]["inputs"].keys()
        assert "$[[" not in "".join(job["before_script"] + job["script"])

    def test_variables_and_artifacts(self, project: Repository) -> None:
        done = run_job(project, {})
        assert (done.code, done.said, done.stdout) == (0, "", "")
        assert done.outputs == {
            **{f"CARBON_{end.upper()}": grams for end, grams in GRAMS.items()},
            "CARBON_COMPLETE": "true",
        }
        (job,) = JOBS.values()
        for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["dotenv"]]:
            assert (project.path / path).is_file()
        assert not (project.path / "pwned").exists()

    def test_a_merge_request_is_what_it_adds(self, project: Repository) -> None:
        base = project.commit(message("more", made(2)))
        project.commit(message("most", made(3)))
        done = run_job(project, {}, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert done.outputs["CARBON_CENTRAL"] == "19.0"

    def test_nothing_in_a_merge_request_stands_for_its_range(self, project: Repository) -> None:
        summary = project.run("commit-carbon-summarize", "--format=json").stdout
        base = project.head()
        project.write(f"{base}..HEAD", summary)
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        done = run_job(project, {"check": True}, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert done.code == 1
        assert "no record, but names a tool" in done.said

    @pytest.mark.parametrize("before", BEFORE)
    def test_a_push_is_checked_from_what_was_there(self, project: Repository, before: str) -> None:
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        old = project.head()
        project.commit(message("new", made(2)))
        known = before == "known"
        given = {"CI_COMMIT_BEFORE_SHA": old if known else before}
        done = run_job(project, {"check": True}, **given)
        assert done.code == (not known)
        assert ("no record, but names a tool" in done.said) == (not known)
        assert done.outputs["CARBON_CENTRAL"] == "38.0"
        assert run_job(project, {"check": True, "revisions": "HEAD"}, **given).code == 1
        assert run_job(project, {"check": True, "revisions": "HEAD ^HEAD~1"}, **given).code == 0
        assert not list(project.path.parent.rglob("pwned"))

    def test_an_incomplete_history_passes_no_limit(self, project: Repository) -> None:
        sha = project.head("HEAD~1")
        (project.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
        assert run_job(project, {}).code == 0
        done = run_job(project, {"max-gco2e": "19"})
        assert done.code == 2
        assert done.said.count("1 object cannot be read") == 1
        assert done.outputs["CARBON_COMPLETE"] == "false"
        assert "lower bounds" in done.summary

    @pytest.mark.parametrize(
        ("inputs", "code", "said"),
        [
            pytest.param({"max-gco2e": "19"}, 0, "", id="allowed"),
            pytest.param({"max-gco2e": "19", "value": "high"}, 1, "(high)", id="high"),
            pytest.param({"max-per-commit": "18"}, 1, "in one commit", id="per-commit"),
            pytest.param({"check": True}, 1, "no record, but names a tool", id="check"),
            pytest.param({"check": True, "revisions": " "}, 1, "no record", id="blank"),
            pytest.param({"recover": "gitlab"}, 0, "no requests of gitlab are here", id="recover"),
        ],
    )
    def test_limits_and_checks(
        self, project: Repository, inputs: dict[str, Any], code: int, said: str
    ) -> None:
        project.commit(f"unrecorded\n\n{CO_AUTHOR}")
        done = run_job(project, inputs)
        assert done.code == code
        assert said in done.said
        assert done.outputs["CARBON_CENTRAL"] == "19.0"
        assert done.summary

    @pytest.mark.parametrize("value", HOSTILE)
    def test_no_input_is_code(self, project: Repository, value: str) -> None:
        names = SPEC["spec"]["inputs"].keys() - {"job-name", "stage", "image", "package"}
        for inputs in (dict.fromkeys(names, value), {"revisions": value}):
            done = run_job(project, inputs)
            assert done.code == 2
            assert "Traceback" not in done.said
            assert not list(project.path.parent.rglob("pwned"))

    @pytest.mark.parametrize("value", HOSTILE[:5])
    def test_the_package_is_one_word(self, project: Repository, value: str) -> None:
        (job,) = JOBS.values()
        (install,) = job["before_script"]
        done = project.run(
            "sh", "-c", install, check=False, CARBON_PACKAGE=value,
            PIP_NO_INDEX="1", PIP_DISABLE_PIP_VERSION_CHECK="1",
        )  # fmt: skip
        assert done.returncode != 0
        assert not list(project.path.parent.rglob("pwned"))
