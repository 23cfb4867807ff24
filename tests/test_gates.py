"""The gates for CI: limits of a summary, ranges that must be right, valid documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from records import CO_AUTHOR, block, made, message
from support import SCRIPTS, Repository
from test_ai_notes import SESSION, note, record

# low=2.2 central=19 high=150 each
ONE, TWO = made(1), made(2)


@pytest.fixture
def history(repository: Repository) -> Repository:
    """Three commits: nothing, one record, and two records of which one is known already."""
    repository.commit("initial")
    repository.commit(message("a", ONE))
    repository.commit(message("b", ONE, TWO))
    return repository


class TestLimits:
    """`--max-gco2e` and `--max-per-commit` of a summary."""

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            pytest.param("--max-gco2e 38", "", id="total-just-allowed"),
            pytest.param(
                "--max-gco2e 37.9", "38 gCO2e (central) recorded is more than 37.9", id="total"
            ),
            pytest.param("--max-gco2e 38 --value central", "", id="central"),
            pytest.param("--max-gco2e 300 --value high", "", id="high-allowed"),
            pytest.param(
                "--max-gco2e 299.999999999 --value high",
                "300 gCO2e (high) recorded is more than 299.999999999",
                id="high",
            ),
            pytest.param("--max-gco2e 0", "38 gCO2e (central) recorded is more than 0", id="zero"),
            pytest.param("--max-per-commit 38", "", id="commit-just-allowed"),
            pytest.param(
                "--max-per-commit 37",
                "38 gCO2e (central) recorded in one commit is more than 37",
                id="commit",
            ),
            pytest.param(
                "--max-per-commit 149 --value high",
                "300 gCO2e (high) recorded in one commit is more than 149; 2 commits are above it",
                id="commits-by-high",
            ),
            pytest.param("--max-per-commit 10 --restate 1", "", id="restated-records-are-smaller"),
        ],
    )
    def test_one_line_says_why(self, history: Repository, words: str, reason: str) -> None:
        done = history.run("commit-carbon-summarize", *words.split(), check=False)
        assert done.returncode == bool(reason)
        assert done.stdout.endswith("certified accounting.\n")
        if reason:
            assert done.stderr.startswith("commit-carbon-summarize: ")
            assert done.stderr.endswith(f"{reason}\n")
            assert done.stderr.count("\n") == 1
        else:
            assert done.stderr == ""

    def test_the_worst_commit_is_named(self, history: Repository) -> None:
        done = history.run("commit-carbon-summarize", "--max-per-commit=1", check=False)
        assert f"commit-carbon-summarize: {history.head()[:12]}: 38 gCO2e" in done.stderr

    def test_both_limits_have_their_own_line(self, history: Repository) -> None:
        words = ("--max-per-commit=1", "--max-gco2e=1", "--format=json")
        done = history.run("commit-carbon-summarize", *words, check=False)
        assert done.returncode == 1
        assert json.loads(done.stdout)["recorded"]["records"] == 2
        assert done.stderr.count("\n") == 2

    def test_names_of_sha256_and_records_that_several_repositories_share(
        self, make_repository: Callable[..., Repository]
    ) -> None:
        repository = make_repository("long", "--object-format=sha256")
        sha = repository.commit(message("a", ONE))
        repository.git("clone", "-q", str(repository.path), "fork")
        words = ("--max-per-commit=1", "-C", ".", "-C", "fork")
        done = repository.run("commit-carbon-summarize", *words, check=False)
        said = f"{sha[:12]}: 19 gCO2e (central) recorded in one commit is more than 1\n"
        assert done.stderr == f"commit-carbon-summarize: {said}"

    def test_of_two_versions_of_a_record_the_larger_counts(self, repository: Repository) -> None:
        larger = ONE._replace(emissions=made(1, lines=1_000).emissions)
        repository.commit(message("a", ONE, larger))
        done = repository.run("commit-carbon-summarize", "--max-per-commit=189", check=False)
        assert ": 190 gCO2e (central) recorded in one commit" in done.stderr

    def test_what_is_estimated_afterwards_is_not_limited(self, repository: Repository) -> None:
        repository.commit(f"work\n\n{CO_AUTHOR}", lines=1_000)
        done = repository.run("commit-carbon-summarize", "--max-gco2e=0", "--max-per-commit=0")
        assert done.returncode == 0

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            pytest.param("--value high", "--value: goes with --max-gco2e", id="value-alone"),
            pytest.param("--max-gco2e 1e3", "'1e3' is not a number of grams", id="exponent"),
            pytest.param("--max-gco2e=-1", "'-1' is not a number of grams", id="negative"),
            pytest.param("--max-per-commit nan", "'nan' is not a number of grams", id="nan"),
            pytest.param("--max-gco2e 1 --value low", "invalid choice: 'low'", id="low"),
        ],
    )
    def test_mistakes(self, history: Repository, words: str, said: str) -> None:
        done = history.run("commit-carbon-summarize", *words.split(), check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr

    SHALLOW = ": warning: no limit is exceeded, but a shallow clone misses most of its history"
    UNREADABLE = ": no limit is exceeded, but 1 object cannot be read: complete the clone"

    @pytest.mark.parametrize(
        ("damage", "words", "code", "said"),
        [
            pytest.param("", "--max-gco2e 38", 0, "", id="complete"),
            pytest.param("shallow", "", 0, "", id="shallow-without-a-limit"),
            pytest.param("shallow", "--max-gco2e 38", 0, SHALLOW, id="shallow"),
            pytest.param("shallow", "--max-per-commit 38", 0, SHALLOW, id="shallow-per-commit"),
            pytest.param("shallow", "--max-gco2e 1", 1, "is more than 1", id="shallow-above"),
            pytest.param("object", "", 0, "", id="damage-without-a-limit"),
            pytest.param("object", "--max-gco2e 38", 2, UNREADABLE, id="damage"),
            pytest.param("object", "--max-per-commit 38", 2, UNREADABLE, id="damage-per-commit"),
            pytest.param("object", "--max-gco2e 1", 1, "is more than 1", id="damage-above"),
            pytest.param("both", "--max-gco2e 38", 2, UNREADABLE, id="both"),
            pytest.param("files", "--max-gco2e 38", 0, "", id="lines-that-no-limit-counts"),
        ],
    )
    def test_an_incomplete_history_passes_no_limit_in_silence(
        self, history: Repository, tmp_path: Path, damage: str, words: str, code: int, said: str
    ) -> None:
        place = history
        if damage in ("shallow", "both"):
            place = Repository(tmp_path / "shallow", history.environment)
            history.git("clone", "-q", "--depth=2", f"file://{history.path}", str(place.path))
        if damage == "both":
            sha = place.commit("lost")
            place.commit("on top of it")
        elif damage == "object":
            sha = history.head("HEAD~2")
        elif damage == "files":
            sha = history.commit(f"c\n\n{CO_AUTHOR}")
            sha = history.head("HEAD^{tree}")
        if damage in ("object", "both", "files"):
            (place.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
        for _ in range(2):
            given = ("--allow-shallow", *words.split()) if place != history else words.split()
            done = place.run("commit-carbon-summarize", "--format=json", *given, check=False)
            assert json.loads(done.stdout)["complete"] is (not damage)
            assert (done.returncode, done.stderr.count("\n")) == (code, bool(said))
            assert said in done.stderr

    def test_what_follows_two_dashes_is_no_option(self, history: Repository) -> None:
        done = history.run("commit-carbon-summarize", "--", "--output=made", check=False)
        assert done.returncode == 2
        assert "--output=made: not a revision" in done.stderr
        assert not (history.path / "made").exists()


class TestRange:
    """`commit-carbon-check RANGE`."""

    def check(self, repository: Repository, *words: str) -> tuple[int, list[str]]:
        done = repository.run("commit-carbon-check", *words, check=False)
        assert done.stdout == ""
        prefix = "commit-carbon-check: "
        lines = done.stderr.splitlines()
        assert all(line.startswith(prefix) for line in lines)
        return done.returncode, [line.removeprefix(prefix) for line in lines]

    def test_all_is_well(self, history: Repository) -> None:
        assert self.check(history, "HEAD") == (0, [])
        assert self.check(history, "HEAD~1..HEAD") == (0, [])

    def test_a_commit_by_a_tool_without_a_record(self, history: Repository) -> None:
        sha = history.commit(f"c\n\n{CO_AUTHOR}")
        said = f"{sha[:12]}: the commit has no record, but names a tool: claude-code"
        assert self.check(history, "HEAD~1..HEAD") == (1, [said])
        assert self.check(history, "HEAD~1") == (0, [])

    def test_a_record_in_a_note_is_enough(self, history: Repository) -> None:
        history.commit(f"c\n\n{CO_AUTHOR}")
        history.git("notes", "--ref=carbon", "add", "-m", block(made(3)))
        assert self.check(history, "HEAD") == (0, [])

    def test_people_and_merges_need_none(self, history: Repository) -> None:
        history.git("switch", "-qc", "topic", "HEAD~1")
        history.write("other", "x\n")
        history.git("commit", "-qm", "people's work")
        history.git("merge", "-q", "main", "-m", f"Merge\n\n{CO_AUTHOR}")
        assert self.check(history, "main..HEAD") == (0, [])

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            pytest.param("central=19", "central=18", "does not follow from its own lines", id="g"),
            pytest.param("output=12000", "output=9", "does not follow from its own", id="tokens"),
            pytest.param("grid=US", "grid=FR", "does not follow from its own lines", id="grid"),
            pytest.param("tool=claude-code", "tool=nope", "cannot be recomputed", id="tool"),
            pytest.param("method=2", "method=99", "cannot be recomputed", id="method"),
            pytest.param("low=2.2", "low=222", "is no record line", id="grammar"),
        ],
    )
    def test_records_that_are_not_right(
        self, history: Repository, old: str, new: str, said: str
    ) -> None:
        text = message("c", made(3))
        assert old in text
        sha = history.commit(text.replace(old, new))
        code, lines = self.check(history, "HEAD")
        assert code == 1
        assert lines[0].startswith(f"{sha[:12]}: ")
        assert any(said in line for line in lines)

    def test_a_shallow_clone_is_refused(self, history: Repository) -> None:
        history.git("clone", "-q", "--depth=1", f"file://{history.path}", "shallow")
        code, (line,) = self.check(history, "-C", "shallow", "HEAD")
        assert code == 2
        assert "git fetch --unshallow" in line

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            pytest.param(["nope"], "nope: no such revision here", id="unknown"),
            pytest.param(["--range=--all"], "--all: not a revision", id="option"),
            pytest.param(["--range="], "no such revision here", id="empty"),
            pytest.param(["--range"], "expected one argument", id="no-range"),
            pytest.param(["--all"], "unrecognized arguments: --all: see comm", id="unknown-option"),
            pytest.param(["--range=HEAD", "nope.toml"], "nope.toml: cannot be read", id="no-file"),
            pytest.param(["--", "HEAD"], "HEAD: cannot be read", id="only-files-follow-dashes"),
            pytest.param(["--", "main..HEAD"], "main..HEAD: cannot be read", id="nor-a-range"),
        ],
    )
    def test_mistakes(self, history: Repository, words: list[str], said: str) -> None:
        code, (line,) = self.check(history, *words)
        assert code == 2
        assert said in line

    @pytest.mark.parametrize(
        ("words", "file"),
        [
            pytest.param(["main..HEAD"], "main..HEAD", id="range"),
            pytest.param(["origin/main..HEAD"], "origin/main..HEAD", id="remote"),
            pytest.param(["HEAD", "^main"], "^main", id="left-out"),
            pytest.param(["HEAD"], "HEAD", id="head"),
            pytest.param(["tagged"], "tagged", id="tag"),
            pytest.param(["main..fix.json"], "fix.json", id="branch-like-a-file"),
            pytest.param(["main..fix.json"], "main..fix.json", id="range-like-a-file"),
            pytest.param(["--range=fix.json"], "fix.json", id="option"),
            pytest.param(["--range", "main", "--range", "fix.json"], "fix.json", id="options"),
            pytest.param(["main", "--range", "fix.json", "main"], "main", id="mixed"),
        ],
    )
    def test_no_file_stands_for_a_range(
        self, history: Repository, words: list[str], file: str
    ) -> None:
        summary = history.run("commit-carbon-summarize", "--format=json").stdout
        history.git("update-ref", "refs/remotes/origin/main", "HEAD")
        history.git("switch", "-qc", "fix.json")
        history.write(file, summary)
        sha = history.commit(f"c\n\n{CO_AUTHOR}")
        history.git("tag", "tagged")
        said = f"{sha[:12]}: the commit has no record, but names a tool: claude-code"
        assert self.check(history, *words) == (1, [said])

    def test_a_bare_repository_holds_a_file_like_a_revision(self, history: Repository) -> None:
        history.git("clone", "-q", "--bare", ".", "bare.git")
        assert self.check(history, "-C", "bare.git", "HEAD") == (0, [])
        assert self.check(history, "-C", "bare.git", "--range=HEAD") == (0, [])

    @pytest.mark.parametrize("name", ["HEAD", "main..HEAD", "^main", "--range=HEAD", "-x.json"])
    def test_what_follows_two_dashes_is_a_file(self, history: Repository, name: str) -> None:
        history.write(name, '{"zones": 1}')
        sha = history.commit(f"c\n\n{CO_AUTHOR}")
        said = f"{name}: zones: must be an object"
        assert self.check(history, "--", name) == (2, [said])
        history.write(name, history.run("commit-carbon-summarize", "--format=json").stdout)
        assert self.check(history, "--", name) == (0, [])
        code, (line,) = self.check(history, "--range=HEAD", "--", name)
        assert (code, line[:12]) == (1, sha[:12])

    def test_a_file_in_a_folder_above(self, history: Repository) -> None:
        (history.path / "sub").mkdir()
        history.write("a.json", '{"zones": 1}')
        said = "../a.json: zones: must be an object"
        assert self.check(history, "-C", "sub", "../a.json") == (2, [said])

    @pytest.mark.parametrize("name", ["gone.toml", "link.toml"])
    def test_a_configuration_that_is_not_there(self, history: Repository, name: str) -> None:
        (history.path / "link.toml").symlink_to("nowhere")
        said = f"{name}: cannot be read (No such file or directory)"
        assert self.check(history, name) == (2, [said])

    @pytest.mark.parametrize("words", [[], ["own.toml"], ["HEAD"]])
    def test_a_factor_file_that_is_not_there(self, history: Repository, words: list[str]) -> None:
        for name in (".commit-carbon.toml", "own.toml"):
            history.write(name, 'factors = "f.json"\n')
        name = words[0] if words == ["own.toml"] else ".commit-carbon.toml"
        said = f"{name}: factors: f.json: no such file: add it or correct the name"
        assert self.check(history, *words) == (2, [said])

    @pytest.mark.parametrize("factors", ["../f.json", "/dev/null", "a\\u0000b"])
    def test_a_factor_file_of_somebody_else(self, history: Repository, factors: str) -> None:
        history.write(".commit-carbon.toml", f'factors = "{factors}"\n')
        code, (line,) = self.check(history, "HEAD")
        assert code == 2
        assert line.startswith(".commit-carbon.toml: factors: ")
        assert line.endswith(": not a file of this repository: move it there")

    @pytest.mark.parametrize(
        ("program", "prefix"),
        [
            pytest.param("commit-carbon-check HEAD", "here: ", id="check"),
            pytest.param("commit-carbon-summarize", "here: ", id="summarize"),
            pytest.param("commit-carbon doctor", "fatal: ", id="doctor"),
            pytest.param("commit-carbon install", "fatal: ", id="install"),
            pytest.param("commit-carbon preview", "fatal: ", id="preview"),
            pytest.param("commit-carbon explain HEAD", "fatal: ", id="explain"),
        ],
    )
    def test_a_repository_of_somebody_else_can_be_trusted(
        self, history: Repository, tmp_path: Path, program: str, prefix: str
    ) -> None:
        (tmp_path / "bin").mkdir()
        script = tmp_path / "bin/git"
        path = history.environment["PATH"]
        script.write_text(
            f'#!/bin/sh\nPATH={path} GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n'
        )
        script.chmod(0o755)
        done = history.run(*program.split(), check=False, PATH=f"{tmp_path / 'bin'}:{path}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        trust = f"git config --global --add safe.directory {history.path}"
        assert done.stderr.endswith(f": run {trust}\n")
        assert f" {prefix}detected" in done.stderr
        history.run(*trust.split())
        again = history.run(*program.split(), check=False, PATH=f"{tmp_path / 'bin'}:{path}")
        assert "dubious" not in again.stderr

    def test_a_faulty_configuration_comes_first(self, history: Repository) -> None:
        (history.path / ".commit-carbon.toml").write_text('grid = "Mars"\n')
        code, (line,) = self.check(history, "HEAD")
        assert code == 2
        assert "unknown grid zone 'Mars'" in line

    def test_a_missing_object_is_no_pass(self, history: Repository) -> None:
        sha = history.head("HEAD~1")
        Path(history.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
        code, (line,) = self.check(history, "HEAD")
        assert code == 2
        assert sha in line

    @pytest.mark.parametrize("git", [True, False], ids=["git", "dulwich"])
    def test_ai_lines_that_other_tools_noted(self, history: Repository, git: bool) -> None:
        path = history.environment["PATH"] if git else str(SCRIPTS)
        sha = history.commit("c", lines=20)
        text = note(f"file\n  {SESSION}::t_1 1-10")
        history.git("notes", "--ref=ai", "add", "-m", text)
        history.git("notes", "--ref=ai", "add", "-m", text, "HEAD~1")
        said = f"{sha[:12]}: the commit has no record, but its AI lines were noted: claude-code"
        for word in ("HEAD", "HEAD~1..HEAD"):
            done = history.run("commit-carbon-check", word, check=False, PATH=path)
            assert (done.returncode, done.stderr) == (1, f"commit-carbon-check: {said}\n")
        assert self.check(history, "HEAD~1") == (0, [])

    def test_ai_lines_in_a_file_of_traces(self, history: Repository) -> None:
        sha = history.commit("c", lines=20)
        (history.path / ".agent-trace").mkdir()
        (history.path / ".agent-trace/a.json").write_text(record(sha, (1, 10)))
        said = f"{sha[:12]}: the commit has no record, but its AI lines were noted: claude-code"
        assert self.check(history, "HEAD") == (1, [said])

    def test_who_declares_no_tool_needs_no_record(self, history: Repository) -> None:
        history.commit("c\n\nCarbon-Tool: none", lines=20)
        history.git("notes", "--ref=ai", "add", "-m", note(f"file\n  {SESSION}::t_1 1-10"))
        assert self.check(history, "HEAD") == (0, [])

    def test_notes_that_cannot_be_read_are_named(self, history: Repository) -> None:
        history.git("notes", "--ref=ai", "add", "-m", "prose")
        history.commit("c")
        history.git("notes", "--ref=ai", "add", "-m", "prose")
        assert self.check(history, "HEAD") == (0, ["1 notes in refs/notes/ai cannot be read"])


class TestSummaries:
    """A committed summary is checked against its schema."""

    def test_what_we_write_is_valid(self, history: Repository) -> None:
        text = history.run("commit-carbon-summarize", "--format=json").stdout
        history.write("carbon.json", text)
        assert history.run("commit-carbon-check", "carbon.json").stderr == ""

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            pytest.param(
                '"complete": true', '"complete": 1', "complete: must be true or", id="type"
            ),
            pytest.param('"schema_version": 1', '"schema_version": 2', "schema_version", id="new"),
            pytest.param('"records": 2', '"records": -2', "records: must be at least 0", id="less"),
            pytest.param('"records": 2', '"records": NaN', "NaN is not a number", id="nan"),
            pytest.param(
                '"records": 2', f'"records": {"1" * 5_000}', "a number of 5000 digits", id="digits"
            ),
            pytest.param('"statement"', '"s3cr3t"', '"statement" is missing', id="missing"),
            pytest.param('"zones"', '"complete"', '"complete" stands twice', id="twice"),
        ],
    )
    def test_what_was_changed_by_hand(
        self, history: Repository, old: str, new: str, said: str
    ) -> None:
        text = history.run("commit-carbon-summarize", "--format=json").stdout
        assert old in text
        history.write("carbon.json", text.replace(old, new))
        done = history.run("commit-carbon-check", "carbon.json", check=False)
        assert done.returncode == 2
        assert done.stderr.startswith("commit-carbon-check: carbon.json: ")
        assert said in done.stderr
        assert "sys." not in done.stderr
