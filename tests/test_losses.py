"""What a squash loses, and what the fetched heads of requests bring back, exactly once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import CO_AUTHOR, block, made, message
from support import Repository

from commit_carbon_hook import extras, forge
from commit_carbon_hook.forge import GITHUB, GITLAB, Request

ONE, TWO, THREE, FOUR, FIVE = map(made, range(1, 6))
ENGINES = pytest.mark.parametrize("engine", ["git", "dulwich"])


def summary(repository: Repository, *words: str) -> dict[str, Any]:
    done = repository.run("commit-carbon-summarize", "--format=json", *words)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def losses(repository: Repository, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = summary(repository, "--explain-losses", *words)["losses"]["found"]
    return found


def noon(day: str) -> str:
    """When a commit of this day is made."""
    return f"{day}T12:00:00Z"


def figures(repository: Repository, *words: str) -> list[int]:
    """Numbers that periods add up: records and estimates with their nanograms, commits by kind."""
    engine, *period = words
    found = summary(repository, "--recover=github", "--engine", engine, *period)
    parts = found["recorded"], found["estimated_afterwards"]
    numbers = [
        number
        for part in parts
        for number in (part["records"], round(part["emissions_gco2e"]["central"] * 10**9))
    ]
    return [*numbers, *(found["commits"][key] for key in sorted(found["commits"]))]


def across_the_year(repository: Repository) -> tuple[str, str]:
    """A request with two records of December 2024, squashed in January 2025 without them, with
    another tool's trailer: the squash commit, and the request's first one."""
    repository.commit("initial", GIT_AUTHOR_DATE=noon("2024-12-01"))
    repository.git("switch", "-qc", "topic")
    first = repository.commit(
        message("a", ONE), GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_DATE=noon("2024-12-21")
    )
    repository.commit(message("b", TWO), GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_DATE=noon("2024-12-22"))
    repository.git("switch", "-q", "main")
    trailer = "Co-authored-by: Cursor <cursoragent@cursor.com>"
    text = f"Title (#4)\n\n{trailer}"
    return squash(repository, "topic", text, "refs/pull/4/head", day="2025-01-11"), first


def squash(
    repository: Repository, branch: str, text: str, *refs: str, day: str = "2023-11-15"
) -> str:
    """Merge a branch as a forge does: one commit with this message; the refs keep the head."""
    for ref in refs:
        repository.git("update-ref", ref, branch)
    repository.git("merge", "-q", "--squash", branch)
    repository.git("commit", "-qm", text, GIT_AUTHOR_DATE=noon(day))
    repository.git("branch", "-D", branch)
    return repository.head()


@pytest.fixture
def topic(repository: Repository) -> Repository:
    """`main` with one commit, and on top of it `topic` with two records."""
    repository.commit("initial")
    repository.git("switch", "-qc", "topic")
    repository.commit(message("a", ONE), GIT_AUTHOR_DATE="@1700000001 +0000")
    repository.commit(message("b", TWO), GIT_AUTHOR_DATE="@1700000002 +0000")
    repository.git("switch", "-q", "main")
    return repository


class TestForge:
    """Requests in names and messages."""

    @pytest.mark.parametrize(
        ("ref", "request_"),
        [
            pytest.param("refs/pull/12/head", Request(GITHUB, 12), id="github"),
            pytest.param("refs/remotes/origin/pull/12/head", Request(GITHUB, 12), id="remote"),
            pytest.param("refs/remotes/origin/pull/12", Request(GITHUB, 12), id="without-head"),
            pytest.param("refs/remotes/origin/pr/12", Request(GITHUB, 12), id="pr"),
            pytest.param(
                "refs/remotes/a/b/pull/7/head", Request(GITHUB, 7), id="remote-with-slash"
            ),
            pytest.param("refs/merge-requests/3/head", Request(GITLAB, 3), id="gitlab"),
            pytest.param(
                "refs/remotes/origin/merge-requests/3", Request(GITLAB, 3), id="gl-remote"
            ),
            pytest.param("refs/pull/12/merge", None, id="trial-merge"),
            pytest.param("refs/heads/pull/12", None, id="somebodys-branch"),
            pytest.param("refs/pull/12x/head", None, id="no-number"),
            pytest.param("refs/pull/٣/head", None, id="arabic-digits"),
            pytest.param("refs/pull/1234567890/head", None, id="too-long"),
        ],
    )
    def test_refs(self, ref: str, request_: Request | None) -> None:
        assert forge.request_of_ref(ref) == request_

    @pytest.mark.parametrize(
        ("text", "request_"),
        [
            pytest.param(b"Title (#12)\n\nbody", Request(GITHUB, 12), id="github"),
            pytest.param(b"\n\nTitle (#12) \n", Request(GITHUB, 12), id="spaces"),
            pytest.param(b'Revert "Title (#12)" (#13)', Request(GITHUB, 13), id="revert"),
            pytest.param(b'Revert "Title (#12)"', None, id="quoted"),
            pytest.param(b"Title\n\nfixes (#12)", None, id="in-the-body"),
            pytest.param(b"Title (#12) again", None, id="in-the-middle"),
            pytest.param(b"T\n\nSee merge request a/b!7\n", Request(GITLAB, 7), id="gitlab"),
            pytest.param(b"T\n\nSee merge request !7", Request(GITLAB, 7), id="gitlab-short"),
            pytest.param(b"T\n\n  See merge request a/b!7", None, id="indented"),
            pytest.param(b"T\n\nSee merge request a/b!7 or so", None, id="prose"),
            pytest.param(b"", None, id="empty"),
        ],
    )
    def test_messages(self, text: bytes, request_: Request | None) -> None:
        assert forge.named(text) == request_

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read(self, text: bytes) -> None:
        found = forge.named(b"See merge request " + text)
        assert found is None or found.forge in extras.FETCH

    def test_every_forge_that_can_be_recovered_has_its_refs(self) -> None:
        for name, command in extras.FETCH.items():
            ref = command.rpartition(":")[2].rstrip("'").replace("*", "5")
            assert forge.request_of_ref(ref) == Request(name, 5)


class TestExplainLosses:
    """`--explain-losses`: each kind, with the commits by name."""

    @ENGINES
    def test_a_squash_with_a_blank_body(self, topic: Repository, engine: str) -> None:
        sha = squash(topic, "topic", f"Title (#12)\n\n{CO_AUTHOR}", "refs/pull/12/head")
        request, commit = losses(topic, "--engine", engine)
        assert request == {
            "kind": "request",
            "repository": "repository",
            "commit": sha,
            "refs": ["refs/pull/12/head"],
            "tool": None,
            "records": [ONE.id, TWO.id],
            "emissions_gco2e": {"low": 4.4, "central": 38.0, "high": 300.0},
        }
        assert (commit["kind"], commit["commit"], commit["tool"]) == ("squash", sha, "claude-code")
        text = topic.run("commit-carbon-summarize", "--explain-losses").stdout
        assert (
            f"refs/pull/12/head: 2 records, 38.0 gCO2e (4.40 to 300), merged as {sha[:12]}" in text
        )
        assert f"{sha[:12]} claude-code: Title (#12)" in text

    @ENGINES
    def test_a_squash_that_kept_its_records_loses_nothing(
        self, topic: Repository, engine: str
    ) -> None:
        squash(topic, "topic", message("Title (#12)", ONE, TWO), "refs/pull/12/head")
        assert losses(topic, "--engine", engine) == []
        text = topic.run("commit-carbon-summarize", "--explain-losses").stdout
        assert "Losses\n  Nothing is known to be lost." in text

    def test_a_squash_that_kept_some_of_its_records(self, topic: Repository) -> None:
        sha = squash(topic, "topic", message("Title (#12)", TWO), "refs/pull/12/head")
        (request,) = losses(topic)
        assert (request["commit"], request["records"]) == (sha, [ONE.id])

    def test_gitlab_names_the_request_in_the_merge_of_the_squash_commit(
        self, topic: Repository
    ) -> None:
        topic.git("switch", "-qc", "squashed")
        sha = squash(topic, "topic", "Title", "refs/merge-requests/7/head")
        topic.git("switch", "-q", "main")
        topic.git("merge", "-q", "--no-ff", "squashed", "-m", "Merge\n\nSee merge request a/b!7")
        (request,) = losses(topic)
        assert (request["kind"], request["commit"]) == ("request", sha)

    def test_a_branch_that_no_commit_names_may_be_open(self, topic: Repository) -> None:
        topic.git("update-ref", "refs/remotes/origin/topic", "topic")
        (branch,) = losses(topic)
        assert branch["kind"] == "elsewhere"
        assert branch["commit"] is None
        assert branch["refs"] == ["refs/heads/topic", "refs/remotes/origin/topic"]

    def test_a_merged_branch_loses_nothing(self, topic: Repository) -> None:
        topic.git("merge", "-q", "--no-ff", "topic", "-m", "Merge pull request #12 from a/topic")
        topic.git("update-ref", "refs/pull/12/head", "topic")
        assert losses(topic) == []

    def test_trial_merges_tags_and_notes_are_no_branches(self, topic: Repository) -> None:
        topic.git("update-ref", "refs/pull/12/merge", "topic")
        topic.git("tag", "v1", "topic")
        topic.git("notes", "--ref=carbon", "add", "-m", block(THREE), "topic")
        topic.git("branch", "-D", "topic")
        assert losses(topic) == []

    def test_records_in_notes_count(self, topic: Repository) -> None:
        topic.git("notes", "--ref=carbon", "add", "-m", block(THREE), "topic")
        (branch,) = losses(topic)
        assert sorted(branch["records"]) == [ONE.id, TWO.id, THREE.id]

    def test_commits_that_never_had_a_record_and_lines_that_were_cut(
        self, repository: Repository
    ) -> None:
        first = repository.commit(f"by hand\n\n{CO_AUTHOR}")
        cut = repository.commit("cut\n\n" + block(ONE).split("\n")[0])
        found = losses(repository)
        assert [(one["kind"], one["commit"]) for one in found] == [
            ("unrecorded", first),
            ("cut", cut),
        ]
        assert found[1]["records"] == [ONE.id]

    @ENGINES
    def test_squash_commits_that_say_nothing_are_named(
        self, repository: Repository, engine: str
    ) -> None:
        subjects = [f"People's work \x1b[31m (#{number})" for number in range(1, 13)]
        shas = [
            repository.commit(subject, GIT_AUTHOR_DATE=f"@{1_700_000_000 + number} +0000")
            for number, subject in enumerate(subjects)
        ]
        found = summary(repository, "--explain-losses", "--engine", engine)["losses"]
        assert found["found"] == []
        assert found["silent_squash_commits"] == 12
        assert [one["commit"] for one in found["silent"]] == shas[::-1]
        assert found["silent"][0] == {
            "repository": "repository",
            "commit": shas[-1],
            "subject": r"People's work \x1b[31m (#12)",
        }
        for form in ("text", "markdown", "html"):
            text = repository.run(
                "commit-carbon-summarize", "--explain-losses", "--format", form
            ).stdout
            assert "12 squash commits have no record and name no tool" in text
            assert "\x1b" not in text
            assert [sha for sha in shas if sha[:12] in text] == shas[2:]
            assert "and 2 more" in text

    def test_one_squash_commit_that_says_nothing(self, repository: Repository) -> None:
        sha = repository.commit("People's work (#3)")
        text = repository.run("commit-carbon-summarize", "--explain-losses").stdout
        assert "  1 squash commit has no record and names no tool: nobody can say" in text
        assert f" whether it lost one\n    {sha[:12]} People's work (#3)\n" in text

    @ENGINES
    def test_of_a_request_that_is_here_somebody_knows(self, topic: Repository, engine: str) -> None:
        sha = squash(topic, "topic", "Title (#12)", "refs/pull/12/head")
        topic.git("switch", "-qc", "people")
        topic.commit("by hand")
        topic.git("switch", "-q", "main")
        squash(topic, "people", "No record was lost (#13)", "refs/pull/13/head")
        for words in ([], ["--recover=github"]):
            found = summary(topic, "--explain-losses", "--engine", engine, *words)["losses"]
            assert found["silent"] == []
            assert found["silent_squash_commits"] == 0
            lost = [] if words else [sha]
            assert [one["commit"] for one in found["found"]] == lost

    def test_what_a_range_leaves_out_is_not_lost(self, topic: Repository) -> None:
        topic.commit(message("c", THREE))
        assert losses(topic, "main..topic") == []
        (other,) = losses(topic, "topic")
        assert other["refs"] == ["refs/heads/main"]

    def test_only_the_period(self, topic: Repository) -> None:
        assert losses(topic, "--until", "2001-01-01") == []

    def test_a_subject_cannot_write_to_the_terminal(self, repository: Repository) -> None:
        repository.commit(f"\x1b[2J\u202e (#3)\n\n{CO_AUTHOR}")
        for form in ("text", "markdown"):
            text = repository.run(
                "commit-carbon-summarize", "--explain-losses", "--format", form
            ).stdout
            assert "\\x1b[2J\\u202e" in text
            assert "\x1b" not in text

    @ENGINES
    def test_a_missing_commit_on_another_branch_does_no_harm(
        self, topic: Repository, engine: str
    ) -> None:
        first = topic.head("topic~1")
        (topic.path / ".git/objects" / first[:2] / first[2:]).unlink()
        (branch,) = losses(topic, "--engine", engine)
        assert branch["records"] == [TWO.id]


class TestRecover:
    """`--recover`: what the heads of requests still have, counted once."""

    @ENGINES
    @pytest.mark.parametrize(
        ("name", "ref", "text"),
        [
            pytest.param("github", "refs/pull/12/head", "Title (#12)", id="github"),
            pytest.param("github", "refs/remotes/origin/pr/12", "Title (#12)", id="github-remote"),
            pytest.param(
                "gitlab", "refs/merge-requests/7/head", "T\n\nSee merge request a/b!7", id="gitlab"
            ),
        ],
    )
    def test_what_was_lost_counts_as_recorded(
        self, topic: Repository, engine: str, name: str, ref: str, text: str
    ) -> None:
        sha = squash(topic, "topic", f"{text}\n\n{CO_AUTHOR}", ref)
        before = summary(topic, "--engine", engine)
        assert before["commits"] == {
            "scanned": 2, "recorded": 0, "estimated_afterwards": 1, "no_evidence": 1,
        }  # fmt: skip
        found = summary(topic, "--engine", engine, "--recover", name, "--explain-losses")
        assert found["commits"] == {
            "scanned": 2, "recorded": 1, "estimated_afterwards": 0, "no_evidence": 1,
        }  # fmt: skip
        assert found["recorded"]["records"] == 2
        assert found["recorded"]["emissions_gco2e"]["central"] == 38.0
        assert found["losses"]["found"] == []
        assert found["recovered"] == {
            "forge": name,
            "records": 2,
            "records_of_other_periods": 0,
            "emissions_gco2e": {"low": 4.4, "central": 38.0, "high": 300.0},
            "requests": [
                {
                    "repository": "repository",
                    "refs": [ref],
                    "commits": [sha],
                    "records": [ONE.id, TWO.id],
                }
            ],
        }

    def test_what_the_history_has_is_not_counted_again(self, topic: Repository) -> None:
        squash(topic, "topic", message("Title (#12)", ONE), "refs/pull/12/head")
        topic.commit(message("picked", TWO))
        found = summary(topic, "--recover", "github")
        assert found["recorded"]["records"] == 2
        assert found["recovered"]["records"] == 0

    def test_what_other_commits_have_is_not_estimated_again(self, topic: Repository) -> None:
        squash(topic, "topic", f"Title (#12)\n\n{CO_AUTHOR}", "refs/pull/12/head")
        topic.commit(message("picked", ONE, TWO))
        found = summary(topic, "--recover", "github")
        assert found["recorded"]["records"] == 2
        assert found["recovered"]["records"] == 0
        assert found["estimated_afterwards"]["records"] == 0

    def test_a_request_that_no_commit_names_counts_too_and_is_said(self, topic: Repository) -> None:
        topic.git("update-ref", "refs/pull/12/head", "topic")
        found = summary(topic, "--recover", "github", "--group-by=author")
        assert found["recorded"]["records"] == 2
        assert found["commits"]["scanned"] == 1
        assert found["groups"][0]["key"] == "A U Thor"
        assert found["recovered"]["requests"][0]["commits"] == []
        text = topic.run("commit-carbon-summarize", "--recover", "github").stdout
        assert "2 of them are of requests that no commit here names" in text
        assert summary(topic, "--recover=github", "--until=2001-01-01")["recorded"]["records"] == 0

    def test_what_one_request_has_that_no_commit_names(self, topic: Repository) -> None:
        topic.git("update-ref", "refs/pull/12/head", "topic~1")
        text = topic.run("commit-carbon-summarize", "--recover", "github").stdout
        assert "1 of them is of requests that no commit here names" in text

    @ENGINES
    def test_records_belong_to_the_dates_of_their_own_commits(
        self, repository: Repository, engine: str
    ) -> None:
        """The request was written in December, and squashed by somebody else in January."""
        sha, request = across_the_year(repository)
        views = [
            summary(repository, "--recover=github", "--group-by=month", "--engine", engine, *words)
            for words in ([], ["--until=2024"], ["--since=2025"])
        ]
        whole, before, after = views
        assert [one["recorded"]["records"] for one in views] == [2, 2, 0]
        assert [one["estimated_afterwards"]["records"] for one in views] == [0, 0, 0]
        assert [one["commits"]["recorded"] for one in views] == [1, 0, 1]
        assert [row["key"] for row in whole["groups"]] == ["2024-12"]
        assert [one["recovered"]["records"] for one in views] == [2, 2, 0]
        assert [one["recovered"]["records_of_other_periods"] for one in views] == [0, 0, 2]
        assert whole["recovered"]["requests"] == before["recovered"]["requests"]
        assert before["recovered"]["requests"][0]["commits"] == [sha]
        assert after["recovered"]["requests"] == []
        authors = summary(repository, "--recover=github", "--group-by=author", "--engine", engine)
        assert [row["key"] for row in authors["groups"]] == ["Ada"]
        rows = repository.run(
            "commit-carbon-summarize", "--recover=github", "--format=csv", "--per-commit"
        ).stdout
        assert request in rows
        assert sha not in rows
        text = repository.run("commit-carbon-summarize", "--recover=github", "--until=2024").stdout
        assert f"into {sha[:12]}" in text
        text = repository.run("commit-carbon-summarize", "--recover=github", "--since=2025").stdout
        assert "Nothing: no fetched request has a record of this period" in text
        assert "2 more records of requests belong to another period" in text

    @ENGINES
    def test_losses_belong_to_the_same_dates(self, repository: Repository, engine: str) -> None:
        sha, _ = across_the_year(repository)
        before, after = (
            [(one["kind"], one["commit"]) for one in losses(repository, "--engine", engine, words)]
            for words in ("--until=2024", "--since=2025")
        )
        assert before == [("request", sha)]
        assert after == [("squash", sha)]

    @ENGINES
    def test_any_partition_adds_up_to_the_whole(self, repository: Repository, engine: str) -> None:
        """Also where the squash kept some records, and where another commit has a copy."""
        sha, request = across_the_year(repository)
        repository.git("switch", "-qc", "kept")
        first = repository.commit(message("c", THREE), GIT_AUTHOR_DATE=noon("2024-12-23"))
        repository.commit(message("d", FOUR), GIT_AUTHOR_DATE=noon("2025-01-02"))
        repository.git("switch", "-q", "main")
        squash(repository, "kept", message("Kept (#5)", FOUR), "refs/pull/5/head", day="2025-02-01")
        repository.commit(message("copied", FIVE), GIT_AUTHOR_DATE=noon("2025-02-10"))
        repository.commit(message("copy", FIVE), GIT_AUTHOR_DATE=noon("2024-12-24"))
        repository.commit(f"by a tool\n\n{CO_AUTHOR}", GIT_AUTHOR_DATE=noon("2025-01-20"))
        assert len({sha, request, first}) == 3
        whole = figures(repository, engine)
        assert whole[:2] == [5, 95_000_000_000]
        days = ("2024-12-21", "2024-12-22", "2024-12-31", "2025-01-02", "2025-01-11", "2025-02-01")
        for day in days:
            next_day = f"{day[:-2]}{int(day[-2:]) + 1:02}" if day[-2:] != "31" else "2025-01-01"
            parts = [
                figures(repository, engine, f"--until={day}"),
                figures(repository, engine, f"--since={next_day}"),
            ]
            assert [sum(both) for both in zip(*parts, strict=True)] == whole

    def test_a_squash_commit_that_forks_share_is_not_estimated(self, topic: Repository) -> None:
        squash(topic, "topic", f"Title (#12)\n\n{CO_AUTHOR}", "refs/pull/12/head")
        topic.git("clone", "-q", str(topic.path), "fork")
        for words in (["-C", ".", "-C", "fork"], ["-C", "fork", "-C", "."]):
            found = summary(topic, *words, "--recover", "github")
            assert found["recorded"]["records"] == 2
            assert found["commits"]["estimated_afterwards"] == 0
            assert found["estimated_afterwards"]["records"] == 0

    def test_requests_that_build_on_each_other_share_their_records(self, topic: Repository) -> None:
        topic.git("update-ref", "refs/pull/1/head", "topic~1")
        topic.git("update-ref", "refs/pull/2/head", "topic")
        found = summary(topic, "--recover", "github")
        assert found["recorded"]["records"] == found["recovered"]["records"] == 2

    def test_what_another_repository_has_is_not_called_recovered(self, topic: Repository) -> None:
        topic.git("clone", "-q", str(topic.path), "fork")
        topic.git("-C", "fork", "switch", "-q", "topic")
        squash(topic, "topic", "Title (#12)", "refs/pull/12/head")
        found = summary(topic, "-C", ".", "-C", "fork", "--recover", "github")
        assert found["recorded"]["records"] == 2
        assert found["recovered"]["records"] == 0

    def test_nothing_was_fetched(self, topic: Repository) -> None:
        done = topic.run("commit-carbon-summarize", "--recover", "github")
        assert "git fetch origin '+refs/pull/*/head:refs/pull/*/head'" in done.stderr
        assert "Nothing: no fetched request has a record" in done.stdout

    def test_a_copy_of_the_squash_commit_is_not_estimated_beside_it(
        self, topic: Repository
    ) -> None:
        sha = squash(topic, "topic", f"Title (#12)\n\n{CO_AUTHOR}", "refs/pull/12/head")
        topic.git("switch", "-qc", "release", "main~1")
        topic.git("cherry-pick", sha)
        found = summary(topic, "--recover", "github", "main", "release")
        assert found["commits"]["estimated_afterwards"] == 0
        assert found["recorded"]["records"] == 2


def test_what_a_report_says_of_losses_fits_the_schema(topic: Repository) -> None:
    squash(topic, "topic", f"Title (#12)\n\n{CO_AUTHOR}", "refs/pull/12/head")
    for words in (["--explain-losses"], ["--recover=github"], ["--recover=gitlab"]):
        done = topic.run("commit-carbon-summarize", "--format=json", *words)
        (topic.path / "summary.json").write_text(done.stdout)
        topic.run("commit-carbon-check", "summary.json")
