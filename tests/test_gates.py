"""The gates for CI: limits of a summary, ranges that must be right, valid documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from records import CO_AUTHOR, block, made, message
from support import Repository

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
            pytest.param(["--", "--all"], "--all: not a revision", id="option"),
        ],
    )
    def test_mistakes(self, history: Repository, words: list[str], said: str) -> None:
        code, (line,) = self.check(history, *words)
        assert code == 2
        assert said in line

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
