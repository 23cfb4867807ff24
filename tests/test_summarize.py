"""commit-carbon-summarize on real repositories: what is read, estimated and refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from histories import CO_AUTHOR, authored, central, message, record, refused, say, summary
from support import SCRIPTS, Repository

NONE = {"low": 0, "central": 0, "high": 0}


@pytest.fixture
def history(repository: Repository) -> Repository:
    """Four commits: two with records, one by a tool without a record, one without evidence."""
    say(repository, message("First", record("1")), **authored(1))
    repository.git("tag", "-a", "v1", "-m", "first")
    say(repository, message("Second", record("2", tool="cursor", grid="FR")), **authored(10))
    say(repository, message("Third", CO_AUTHOR), **authored(20))
    say(repository, message("Fourth"), GIT_AUTHOR_NAME="Bob", **authored(30))
    return repository


def test_coverage_and_totals(history: Repository) -> None:
    document = summary(history)
    assert document["complete"]
    assert document["commits"] == {
        "scanned": 4, "recorded": 2, "estimated_afterwards": 1, "no_evidence": 1,
    }  # fmt: skip
    assert document["recorded"]["records"] == 2
    assert central(document) == "30"
    assert document["estimated_afterwards"]["records"] == 1
    assert document["period"] == {
        "since": None, "until": None, "first": "2023-11-01", "last": "2023-11-30",
    }  # fmt: skip


def test_nothing_recorded_is_a_truthful_report(repository: Repository) -> None:
    say(repository, message("Teach claude, cursor and copilot", "no trailer here"))
    document = summary(repository)
    assert document["commits"]["no_evidence"] == 1
    assert document["recorded"]["emissions_gco2e"] == NONE
    assert document["estimated_afterwards"]["emissions_gco2e"] == NONE
    assert document["groups"] == []


def test_a_repository_without_commits(repository: Repository) -> None:
    assert summary(repository)["commits"]["scanned"] == 0
    assert summary(repository, "--all")["commits"]["scanned"] == 0


@pytest.mark.parametrize(
    ("revisions", "scanned"),
    [
        pytest.param(["HEAD"], 4, id="head"),
        pytest.param(["@"], 4, id="at"),
        pytest.param(["main~1"], 3, id="ancestor"),
        pytest.param(["main^^"], 2, id="carets"),
        pytest.param(["v1"], 1, id="annotated-tag"),
        pytest.param(["v1..HEAD"], 3, id="range"),
        pytest.param(["v1.."], 3, id="open-range"),
        pytest.param(["HEAD", "^v1"], 3, id="excluded"),
        pytest.param(["v1...main~1"], 2, id="symmetric"),
        pytest.param(["main^!"], 1, id="one-commit"),
        pytest.param(["main^@"], 3, id="parents"),
        pytest.param(["main", "main~1"], 4, id="each-once"),
        pytest.param(["--all"], 4, id="all"),
        pytest.param(["v1", "--all"], 4, id="all-and-more"),
        pytest.param(["v1^{commit}"], 1, id="peeled"),
    ],
)
@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_revisions(history: Repository, revisions: list[str], scanned: int, engine: str) -> None:
    assert summary(history, *revisions, "--engine", engine)["commits"]["scanned"] == scanned


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_abbreviated_names(history: Repository, engine: str) -> None:
    name = history.head("HEAD~2")[:8]
    assert summary(history, name, "--engine", engine)["commits"]["scanned"] == 2
    assert summary(history, f"v1-1-g{name}", "--engine", engine)["commits"]["scanned"] == 2


def test_reflogs_are_gits(history: Repository) -> None:
    assert summary(history, "HEAD@{1}")["commits"]["scanned"] == 3
    assert "use --engine git" in refused(history, "HEAD@{1}", "--engine", "dulwich")


@pytest.mark.parametrize(
    ("period", "scanned"),
    [
        pytest.param(["--since", "2023-11-10"], 3, id="since-includes-the-day"),
        pytest.param(["--until", "2023-11-10"], 2, id="until-includes-the-day"),
        pytest.param(["--since=2023-11-02", "--until=2023-11-29"], 2, id="both"),
        pytest.param(["--since", "2023-11-10T12:00:01Z"], 2, id="moment"),
        pytest.param(["--since", "@1699617600"], 3, id="seconds"),
        pytest.param(["--since", "2030-01-01"], 0, id="nothing"),
        pytest.param(["--since", "2023", "--until", "2023"], 4, id="year"),
        pytest.param(["--until", "2023-11"], 4, id="month"),
        pytest.param(["--since", "2024"], 0, id="from-a-year"),
    ],
)
@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_periods(history: Repository, period: list[str], scanned: int, engine: str) -> None:
    assert summary(history, *period, "--engine", engine)["commits"]["scanned"] == scanned


def test_what_git_calls_a_date(history: Repository) -> None:
    assert summary(history, "--since", "40 years ago")["commits"]["scanned"] == 4
    assert summary(history, "--since", "yesterday")["commits"]["scanned"] == 0
    assert "not a date" in refused(history, "--since", "tommorow")
    assert "not a date" in refused(history, "--since", "yesterday", "--engine", "dulwich")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        pytest.param(["--since="], "--since: empty: write YYYY-MM-DD", id="empty"),
        pytest.param(["--until", " "], "--until: empty: write YYYY-MM-DD", id="blank"),
        pytest.param(["--since", "2025-02-30"], "--since 2025-02-30: not a date", id="no-day"),
        pytest.param(["--until", "2025-13-01"], "--until 2025-13-01: not a date", id="no-month"),
        pytest.param(["--since", "2025-W05"], "--since 2025-W05: not a date", id="week"),
        pytest.param(["--since", "Q1 2025"], "--since Q1 2025: not a date", id="quarter"),
        pytest.param(["--since", "20250101"], "--since 20250101: not a date", id="no-dashes"),
        pytest.param(
            ["--since=2025-05-05", "--until=2025-01-01"],
            "--since 2025-05-05: later than --until 2025-01-01",
            id="turned",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_a_wrong_date_is_refused(
    history: Repository, period: list[str], said: str, engine: str
) -> None:
    assert said in refused(history, "--report", "csrd", "--engine", engine, *period)


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_the_report_shows_the_days_of_the_period(history: Repository, engine: str) -> None:
    words = ["--since", "2023-11", "--until", "2023", "--engine", engine]
    period = summary(history, *words)["period"]
    assert (period["since"], period["until"]) == ("2023-11-01", "2023-12-31")
    for form in (["--report", "csrd"], ["--format", "html"]):
        text = history.run("commit-carbon-summarize", *words, *form).stdout
        assert "2023-11-01 to 2023-12-31" in text


def test_the_report_shows_what_words_were_read_as(history: Repository) -> None:
    shown = summary(history, "--since", "40 years ago")["period"]["since"]
    year = datetime.now(UTC).year - 40
    assert shown.startswith((f"{year}-", f"{year - 1}-"))
    assert summary(history, "--since", shown)["period"]["since"] == shown


def test_the_period_is_the_author_date(repository: Repository) -> None:
    dates = {**authored(5), "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z"}
    say(repository, message("Rebased", record("1")), **dates)
    assert summary(repository, "--since", "2023-11-01")["recorded"]["records"] == 1
    assert summary(repository, "--until", "2010-01-01")["recorded"]["records"] == 0


def test_groups(history: Repository) -> None:
    groups = ("tool", "model", "month", "author", "evidence", "grid", "repo")
    arguments = [word for group in groups for word in ("--group-by", group)]
    document = summary(history, *arguments)
    keys = {
        group: {row["key"] for row in document["groups"] if row["by"] == group} for group in groups
    }
    assert keys == {
        "tool": {"claude-code", "cursor"},
        "model": {"unknown", "claude-opus"},
        "month": {"2023-11"},
        "author": {"A U Thor"},
        "evidence": {"detected", "declared"},
        "grid": {"US", "FR"},
        "repo": {"repository"},
    }
    for group in groups:
        rows = [row for row in document["groups"] if row["by"] == group]
        assert sum(row["records"] for row in rows) == 2
        late = [row["estimated_afterwards"] for row in rows]
        assert sum(row["commits"] for row in late) == 1
        assert sum(row["records"] for row in late) == 1


def test_tools_and_months_are_the_default_and_authors_are_not(history: Repository) -> None:
    assert {row["by"] for row in summary(history)["groups"]} == {"tool", "month"}
    text = history.run("commit-carbon-summarize").stdout
    assert "A U Thor" not in text
    assert "A U Thor" in history.run("commit-carbon-summarize", "--group-by", "author").stdout


def test_estimates_afterwards_are_what_the_hook_would_have_recorded(
    repository: Repository,
) -> None:
    repository.write("code", "".join(f"{number}\n" for number in range(100)))
    repository.git("commit", "-q", "-m", message("Add code", CO_AUTHOR))
    late = summary(repository)["estimated_afterwards"]
    assert str(late["energy_wh"]["central"]) == "50.4"
    said = repository.run(
        "commit-carbon", "estimate", "--tool", "claude-code", "--lines", "100", "--format", "json"
    ).stdout
    assert '"output": 12000' in said
    assert summary(repository)["recorded"]["records"] == 0


def test_what_changes_no_lines_is_not_estimated(repository: Repository) -> None:
    repository.commit("base")
    repository.git("commit", "-q", "--allow-empty", "-m", message("Empty", CO_AUTHOR))
    (repository.path / "image").write_bytes(b"\0" * 100)
    repository.git("add", "image")
    repository.git("commit", "-q", "-m", message("Binary", CO_AUTHOR))
    repository.git("mv", "file", "renamed")
    repository.git("commit", "-q", "-m", message("Rename", CO_AUTHOR))
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.write("other", "text\n")
    repository.git("commit", "-q", "-m", "side")
    repository.git("merge", "-q", "-m", message("Merge", CO_AUTHOR), "main")
    document = summary(repository)
    assert document["commits"]["estimated_afterwards"] == 4
    assert document["estimated_afterwards"]["without_lines"] == 4
    assert document["estimated_afterwards"]["records"] == 0
    assert document["estimated_afterwards"]["emissions_gco2e"] == NONE


def test_copies_of_a_change_are_estimated_once(repository: Repository) -> None:
    repository.commit("base")
    repository.git("checkout", "-q", "-b", "topic")
    repository.write("code", "one\ntwo\n")
    repository.git("commit", "-q", "-m", message("Add code", CO_AUTHOR))
    repository.git("checkout", "-q", "main")
    repository.write("other", "text\n")
    repository.git("commit", "-q", "-m", "moves main on")
    repository.git("cherry-pick", "topic")
    document = summary(repository, "--all")
    assert document["commits"]["estimated_afterwards"] == 2
    assert document["estimated_afterwards"]["records"] == 1
    assert document["estimated_afterwards"]["copies"] == 1
    tools = [row for row in document["groups"] if row["by"] == "tool"]
    assert [row["estimated_afterwards"]["commits"] for row in tools] == [2]


def test_a_record_in_the_body_is_a_record(repository: Repository) -> None:
    say(repository, message("Squash (#1)", "* one", record("1"), "---------", CO_AUTHOR))
    document = summary(repository)
    assert document["commits"]["recorded"] == 1
    assert document["commits"]["estimated_afterwards"] == 0


def test_declared_to_be_without_a_tool(repository: Repository) -> None:
    say(repository, message("By hand", f"{CO_AUTHOR}\nCarbon-Tool: none"))
    assert summary(repository)["commits"]["no_evidence"] == 1


def test_attributes_of_a_checkout_do_not_change_the_count(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write(".gitattributes", "*.lock -diff\n")
    repository.write("a.lock", "1\n2\n3\n")
    repository.git("commit", "-q", "-m", message("Lock", CO_AUTHOR))
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    here = summary(repository, "--engine", "git")
    for other in (["--engine", "dulwich"], ["-C", str(tmp_path / "bare.git")]):
        assert summary(repository, *other)["estimated_afterwards"] == here["estimated_afterwards"]


def test_restating(history: Repository) -> None:
    document = summary(history, "--restate", "1")
    assert document["restated"] == "1"
    assert [one["id"] for one in document["methods"]] == ["1"]
    published = history.run(
        "commit-carbon-summarize", "--restate", "1-as-published", "--format", "json"
    )
    assert published.stderr.count("\n") == 1
    assert "1,000 times too high" in published.stderr


def test_the_gate(history: Repository) -> None:
    assert history.run("commit-carbon-summarize", "--max-gco2e", "30").returncode == 0
    over = history.run("commit-carbon-summarize", "--max-gco2e", "29.9", check=False)
    assert over.returncode == 1
    assert over.stderr.startswith("commit-carbon-summarize: 30 gCO2e")
    assert over.stderr.endswith("is more than 29.9\n")
    assert over.stderr.count("\n") == 1
    assert over.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nope"], "nope: no such revision", id="revision"),
        pytest.param(["v1..nope"], "v1..nope: no such revision", id="range"),
        pytest.param(["HEAD^{tree}"], "HEAD^{tree}: not a commit", id="tree"),
        pytest.param(["main~99"], "main~99: ", id="no-ancestor"),
        pytest.param(["--", "--output=x"], "--output=x", id="option-injection"),
        pytest.param(["--bogus"], "unrecognized arguments: --bogus", id="option"),
        pytest.param(["--group-by", "colour"], "invalid choice: 'colour'", id="group"),
        pytest.param(["--format", "xml"], "invalid choice: 'xml'", id="format"),
        pytest.param(["--max-gco2e", "1e3"], "'1e3' is not a number of grams", id="grams"),
        pytest.param(["--restate", "9"], "unknown method '9'", id="method"),
        pytest.param(["-C", "nowhere"], "nowhere: not a directory", id="directory"),
        pytest.param(["-C", "/"], "/: not a git repository", id="no-repository"),
        pytest.param(["\x1b[31mred"], "\\x1b[31mred: no such revision", id="escape-sequence"),
        pytest.param([""], ": no such revision", id="empty"),
    ],
)
@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_mistakes(history: Repository, arguments: list[str], said: str, engine: str) -> None:
    assert said in refused(history, "--engine", engine, *arguments)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("tool = 3", ".commit-carbon.toml: tool must be a string", id="type"),
        pytest.param("colour = 'red'", ".commit-carbon.toml: colour: unknown key", id="key"),
        pytest.param("api_key = 's3cret'", "api_key: endpoints and credentials", id="secret"),
        pytest.param("tool =", ".commit-carbon.toml: not valid TOML", id="syntax"),
    ],
)
def test_faults_in_the_configuration(history: Repository, text: str, said: str) -> None:
    (history.path / ".commit-carbon.toml").write_text(text)
    line = refused(history)
    assert said in line
    assert "s3cret" not in line


def test_the_configuration_decides_method_and_zone(history: Repository) -> None:
    (history.path / ".commit-carbon.toml").write_text('grid = "FR"\nmethod = "1"\n')
    document = summary(history)
    assert [one["id"] for one in document["methods"]] == ["1", "2"]
    assert document["zones"] == ["FR", "US"]


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_a_shallow_clone_is_refused_unless_asked_for(
    history: Repository, tmp_path: Path, engine: str
) -> None:
    history.git("clone", "-q", "--depth", "2", f"file://{history.path}", str(tmp_path / "cut"))
    cut = Repository(tmp_path / "cut", history.environment)
    assert "git fetch --unshallow" in refused(cut, "--engine", engine)
    document = summary(cut, "--allow-shallow", "--engine", engine)
    assert document["commits"]["scanned"] == 2
    assert not document["complete"]
    assert [gap["kind"] for gap in document["gaps"]] == ["shallow", "files"]
    assert document["estimated_afterwards"]["unreadable"] == 1
    assert document["gaps"][1]["commits"] == [cut.head("HEAD~1")]
    assert document["gaps"][1]["reason"] == "the files of 1 commit cannot be read"
    for name in ("text", "csv", "markdown"):
        said = cut.run("commit-carbon-summarize", "--allow-shallow", "--format", name).stdout
        assert {"text": "INCOMPLETE", "csv": "false", "markdown": "Incomplete"}[name] in said


def loose(repository: Repository, name: str) -> Path:
    return repository.path / ".git/objects" / name[:2] / name[2:]


@pytest.mark.parametrize("engine", ["git", "dulwich"])
@pytest.mark.parametrize("graph", [False, True], ids=["plain", "commit-graph"])
@pytest.mark.parametrize("how", ["missing", "truncated", "garbage"])
def test_unreadable_commits_are_counted_and_named(
    history: Repository, how: str, graph: bool, engine: str
) -> None:
    if graph:
        history.git("commit-graph", "write", "--reachable")
    name = history.head("HEAD~1")
    path = loose(history, name)
    content = path.read_bytes()
    path.chmod(0o644)
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if how == "truncated" else b"garbage")
    document = summary(history, "--engine", engine)
    assert not document["complete"]
    assert [gap["object"] for gap in document["gaps"]] == [name]
    assert document["commits"]["scanned"] in (1, 3)
    for other in ("text", "markdown"):
        text = history.run("commit-carbon-summarize", "--format", other, "--engine", engine).stdout
        assert name in text


def files_of(repository: Repository, revision: str) -> list[Path]:
    """Where the blobs of a commit's changed files are."""
    raw = repository.git("diff-tree", "-r", "--root", "--no-commit-id", revision)
    return [loose(repository, line.split()[3]) for line in raw.splitlines()]


@pytest.mark.parametrize("engine", ["git", "dulwich"])
@pytest.mark.parametrize("broken", [[0], [1, 3], [2, 3], [5], [0, 1, 2, 3, 4, 5]], ids=str)
def test_unreadable_files_are_counted(
    repository: Repository, broken: list[int], engine: str
) -> None:
    for number in range(6):
        say(repository, message(f"Change {number}", CO_AUTHOR))
    for number in broken:
        for path in files_of(repository, f"HEAD~{number}"):
            path.chmod(0o644)
            path.unlink()
    document = summary(repository, "--engine", engine)
    assert document["commits"]["estimated_afterwards"] == 6
    assert document["estimated_afterwards"]["unreadable"] == len(broken)
    assert document["estimated_afterwards"]["records"] == 6 - len(broken)
    assert [gap["kind"] for gap in document["gaps"]] == ["files"]
    shas = [repository.head(f"HEAD~{number}") for number in broken]
    assert sorted(document["gaps"][0]["commits"]) == sorted(shas)


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_commits_without_their_tree_are_named(repository: Repository, engine: str) -> None:
    for number in range(12):
        say(repository, message(f"Change {number}", CO_AUTHOR), **authored(number + 1))
    revisions = [f"HEAD~{number}" for number in range(11, -1, -1)]
    shas = list(map(repository.head, revisions))
    for tree in [repository.head(f"{revision}^{{tree}}") for revision in revisions]:
        loose(repository, tree).unlink()
    (gap,) = summary(repository, "--engine", engine)["gaps"]
    assert gap == {
        "kind": "files",
        "repository": "repository",
        "object": None,
        "reason": "the files of 12 commits cannot be read",
        "commits": shas,
    }
    listed = ", ".join(sha[:12] for sha in shas[:10])
    for form in ("text", "markdown", "html", "csv"):
        said = repository.run(
            "commit-carbon-summarize", "--engine", engine, "--format", form, check=False
        ).stdout
        assert f"the files of 12 commits cannot be read: {listed} and 2 more" in said or (
            form == "csv" and "false" in said
        )


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_a_partial_clone_names_the_commits(
    history: Repository, tmp_path: Path, engine: str
) -> None:
    history.git("config", "uploadpack.allowFilter", "true")
    clone = ["clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{history.path}"]
    history.git(*clone, str(tmp_path / "partial"))
    partial = Repository(tmp_path / "partial", history.environment)
    (gap,) = summary(partial, "--engine", engine)["gaps"]
    assert gap["commits"] == [history.head("HEAD~1")]


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_records_in_notes_count(history: Repository, engine: str) -> None:
    for number, revision in ((7, "HEAD"), (8, "HEAD~1"), (1, "HEAD~2")):
        history.run(
            "git", "notes", "--ref=refs/notes/carbon", "add", "-F", "-", revision,
            stdin=record(str(number)),
        )  # fmt: skip
    document = summary(history, "--engine", engine)
    assert document["commits"]["recorded"] == 4
    assert document["recorded"]["records"] == 4
    assert document["estimated_afterwards"]["records"] == 0


def test_what_a_repository_configures_is_not_run(history: Repository, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand",
        "core.alternateRefsCommand", "diff.x.textconv", "diff.x.command", "core.editor",
    ):  # fmt: skip
        history.git("config", key, str(program))
    history.git("config", "log.showSignature", "true")
    history.git("config", "remote.origin.url", f"ext::{program}")
    history.git("config", "remote.origin.promisor", "true")
    history.git("config", "extensions.partialClone", "origin")
    (history.path / ".git/info/attributes").write_text("* diff=x\n")
    for path in files_of(history, "HEAD~1"):
        path.chmod(0o644)
        path.unlink()
    mark.unlink(missing_ok=True)
    document = summary(history, "--all")
    assert document["estimated_afterwards"]["unreadable"] == 1
    assert not mark.exists()


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_replaced_objects_and_grafts_are_not_followed(history: Repository, engine: str) -> None:
    grafted = history.head("HEAD~1")
    history.git("replace", "HEAD", "HEAD~3")
    (history.path / ".git/info/grafts").write_text(f"{grafted}\n")
    assert summary(history, "--engine", engine)["commits"]["scanned"] == 4


def test_the_named_repository_counts_and_not_the_environment(
    history: Repository, make_repository: Callable[..., Repository]
) -> None:
    other = make_repository("other")
    say(other, message("Alone"))
    variables = {"GIT_DIR": str(history.path / ".git"), "GIT_WORK_TREE": str(history.path)}
    assert summary(other, "-C", str(other.path), **variables)["commits"]["scanned"] == 1
    there = summary(other, **variables)
    assert there["commits"]["scanned"] == 4
    assert there["estimated_afterwards"]["records"] == 1


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_a_submodule(
    history: Repository, make_repository: Callable[..., Repository], engine: str
) -> None:
    outer = make_repository("outer")
    add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", str(history.path), "inner"]
    outer.git(*add)
    outer.git("commit", "-q", "-m", message("Add inner", CO_AUTHOR))
    here = summary(outer, "--engine", engine)
    assert here["commits"]["scanned"] == 1
    assert here["estimated_afterwards"]["records"] == 1
    inner = summary(outer, "-C", "inner", "--engine", engine)
    assert inner["commits"]["scanned"] == 4
    assert inner["estimated_afterwards"]["records"] == 1


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_places_to_read_from(history: Repository, tmp_path: Path, engine: str) -> None:
    history.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    (history.path / "sub").mkdir()
    history.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    places = [
        history.path / "sub",
        tmp_path / "linked",
        tmp_path / "bare.git",
        history.path / ".git",
    ]
    found = [summary(history, "-C", str(place), "--engine", engine) for place in places]
    assert [one["commits"]["scanned"] for one in found] == [4, 4, 4, 4]
    assert [one["repositories"] for one in found] == [
        ["repository"], ["linked"], ["bare"], ["repository"],
    ]  # fmt: skip


def test_without_git_dulwich_reads(history: Repository, tmp_path: Path) -> None:
    only = tmp_path / "bin"
    only.mkdir()
    for name in ("python", "python3", "commit-carbon-summarize"):
        if (SCRIPTS / name).exists():
            (only / name).symlink_to(SCRIPTS / name)
    with_git = summary(history)
    program = str(SCRIPTS / "commit-carbon-summarize")
    done = history.run(program, "--format", "json", PATH=str(only))
    assert done.stdout == history.run(program, "--format", "json").stdout
    assert with_git["commits"]["scanned"] == 4
    missing = history.run(program, "--engine", "git", check=False, PATH=str(only))
    assert missing.returncode == 2
    assert missing.stderr == "commit-carbon-summarize: no git program found: use --engine dulwich\n"


def test_a_repository_that_is_named_twice_is_read_once(history: Repository) -> None:
    (history.path / "sub").mkdir()
    twice = summary(history, "-C", ".", "-C", str(history.path), "-C", "sub")
    assert twice == summary(history)
    assert twice["repositories"] == ["repository"]


def test_one_is_not_many(repository: Repository) -> None:
    """One of each thing that a report counts."""
    say(repository, message("One", record("1")), **authored(1))
    say(repository, message("Two", record("1", central="16")), **authored(2))
    say(repository, message("Cut", record("2").split("\n")[0]), **authored(3))
    say(repository, message("False", "Carbon-gCO2e: low=.."), **authored(4))
    repository.git("commit", "-q", "--allow-empty", "-m", message("Empty", CO_AUTHOR))
    for form in ("text", "markdown", "html"):
        said = repository.run("commit-carbon-summarize", "--format", form).stdout
        assert "1 line looks like a record and is none" in said
        assert "1 record contradicts itself" in said
        assert form == "markdown" or "1 merge or commit without changed lines" in said
        assert form != "text" or "1 record does not say enough to recompute its energy" in said
        assert not re.search(r"\b1 (commits|records|lines|merges)\b", said)


def test_the_same_history_gives_the_same_bytes(history: Repository, tmp_path: Path) -> None:
    first = history.run("commit-carbon-summarize", "--all", "--format", "json").stdout
    history.git("gc", "-q")
    history.git("commit-graph", "write", "--reachable")
    shutil.copytree(history.path, tmp_path / "copy" / history.path.name)
    copy = Repository(tmp_path / "copy" / history.path.name, history.environment)
    assert copy.run("commit-carbon-summarize", "--all", "--format", "json").stdout == first


def test_nothing_is_written_to_the_repository(history: Repository) -> None:
    def files() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in history.path.rglob("*")
        }

    before = files()
    for engine in ("git", "dulwich"):
        summary(history, "--all", "--engine", engine)
    assert files() == before


MEANWHILE = """#!/bin/sh
case "$*" in
*{word}*)
    if mkdir {once}; then
        PATH={path}
        commit="git -c user.name=a -c user.email=a@example.com commit -q"
        {change}
    fi >&2
    ;;
esac
PATH={path} exec git "$@"
"""
CHANGES = {
    "commit": "$commit --allow-empty -m new",
    "amend": "$commit --allow-empty --amend -m new -m 'Made-with: Cursor'",
    "branch": "git checkout -q --orphan new; $commit -m new; git branch -q -D main",
    "repack": "git repack -adq; git commit-graph write --reachable",
    "moved": "git reset -q --hard v1; git reflog expire --expire=now --all; git gc -q",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("word", ["refs/notes/carbon", "--header", "diff-tree"])
def test_a_repository_that_changes_is_read_from_where_it_was(
    history: Repository, tmp_path: Path, change: str, word: str
) -> None:
    """A git that lets somebody else work in between: the answer is that of the beginning, and
    it is not kept for the end."""
    expected = summary(history)
    path = history.environment["PATH"]
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "git"
    once = tmp_path / "once"
    script.write_text(MEANWHILE.format(word=word, once=once, path=path, change=CHANGES[change]))
    script.chmod(0o755)
    variables = {
        "PATH": f"{tmp_path / 'bin'}:{path}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    assert summary(history, **variables) == expected
    assert once.exists()
    after = summary(history, **variables)
    assert after == summary(history, "--no-cache")
    assert (after == expected) == (change == "repack")


def test_commits_that_vanish_while_they_are_read_are_named(
    history: Repository, tmp_path: Path
) -> None:
    gone = history.head("HEAD~1")
    path = history.environment["PATH"]
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "git"
    change = f"rm -f {loose(history, gone)}"
    once = tmp_path / "once"
    script.write_text(MEANWHILE.format(word="--header", once=once, path=path, change=change))
    script.chmod(0o755)
    document = summary(history, PATH=f"{tmp_path / 'bin'}:{path}")
    assert [gap["object"] for gap in document["gaps"]] == [gone]
    assert document["commits"]["scanned"] == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("commit-carbon-summarize --max-gco2e 1", 1, id="limit"),
        pytest.param("commit-carbon-summarize --max-gco2e 1 --no-cache", 1, id="limit-cold"),
        pytest.param("commit-carbon-summarize --format csv", 0, id="summary"),
        pytest.param("commit-carbon verify", 1, id="verify"),
        pytest.param("commit-carbon-check HEAD", 1, id="check"),
    ],
)
def test_a_gate_says_no_also_where_nobody_listens(
    history: Repository, command: str, code: int
) -> None:
    say(history, message("False", record("9", central="16")))
    for _ in range(2):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            command.split(),
            cwd=history.path,
            env=history.environment,
            stdout=write,
            stderr=write,
            check=False,
        )
        os.close(write)
        assert done.returncode == code
