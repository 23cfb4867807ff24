"""The records of a range as one block for a squash message."""

from __future__ import annotations

import json

import pytest
from records import CO_AUTHOR, block, made, message
from support import Repository

ONE, TWO, THREE = made(1), made(2), made(3)


@pytest.fixture
def topic(repository: Repository) -> Repository:
    """A branch `topic` with two records, one of them on two commits, and one commit without."""
    repository.commit("initial", GIT_AUTHOR_DATE="@1700000000 +0000")
    repository.git("switch", "-qc", "topic")
    repository.commit(message("a", ONE), GIT_AUTHOR_DATE="@1700000001 +0000")
    repository.commit("b", GIT_AUTHOR_DATE="@1700000002 +0000")
    repository.commit(message("c", TWO, ONE), GIT_AUTHOR_DATE="@1700000003 +0000")
    return repository


def body(repository: Repository, *words: str) -> tuple[str, str, int]:
    done = repository.run("commit-carbon", "squash-body", *words, check=False)
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize("engine", ["git", "dulwich"])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["main..topic"], id="range"),
        pytest.param(["topic", "^main"], id="two-words"),
        pytest.param(["topic"], id="everything"),
    ],
)
def test_every_record_once_oldest_first(topic: Repository, engine: str, words: list[str]) -> None:
    assert body(topic, "--engine", engine, *words) == (block(ONE, TWO) + "\n", "", 0)


def test_pasted_into_the_squash_message_nothing_is_lost_or_doubled(topic: Repository) -> None:
    text, _, _ = body(topic, "main..topic")
    topic.git("switch", "-q", "main")
    topic.git("merge", "-q", "--squash", "topic")
    topic.git("commit", "-qm", f"Squashed\n\n{text}")
    for revisions in (["main"], ["main", "topic"]):
        found = json.loads(topic.run("commit-carbon-summarize", "--format=json", *revisions).stdout)
        assert found["recorded"]["records"] == 2
        assert found["recorded"]["emissions_gco2e"]["central"] == 38.0
    assert topic.run("commit-carbon", "verify").returncode == 0


def test_nothing_to_paste(topic: Repository) -> None:
    text, said, code = body(topic, "main")
    assert (text, code) == ("", 0)
    assert "no commit of the range has a record" in said


def test_of_a_conflict_the_larger_is_kept_and_both_are_named(topic: Repository) -> None:
    larger = ONE._replace(emissions=made(1, lines=1_000).emissions)
    sha = topic.commit(message("d", larger))
    text, said, code = body(topic, "main..topic")
    assert code == 0
    assert text == block(TWO, larger) + "\n"
    assert f"record {ONE.id} contradicts itself: 190 g in {sha[:12]}, 19 g in " in said


def test_what_is_no_record_is_left_out_and_named(topic: Repository) -> None:
    topic.commit(message("d", THREE) + "Carbon-gCO2e: low=\x1b[31m9 central=1 high=2 id=x")
    text, said, _ = body(topic, "main..topic")
    assert text == block(ONE, TWO, THREE) + "\n"
    assert "left out: Carbon-gCO2e: low=\\x1b[31m9" in said
    assert "\x1b" not in said


def test_a_commit_by_a_tool_without_a_record_is_named(topic: Repository) -> None:
    sha = topic.commit(f"d\n\n{CO_AUTHOR}")
    _, said, code = body(topic, "main..topic")
    assert code == 0
    assert f"{sha[:12]}: by a known tool without a record" in said


def test_records_in_notes_count(topic: Repository) -> None:
    topic.git("notes", "--ref=carbon", "add", "-m", block(THREE), "topic~1")
    text, _, _ = body(topic, "main..topic")
    assert text == block(ONE, THREE, TWO) + "\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([], "squash-body: the following arguments are required: RANGE", id="none"),
        pytest.param(["nope..topic"], "nope..topic: no such revision here", id="unknown"),
        pytest.param(["--", "--all"], "--all: not a revision", id="option"),
        pytest.param(["main..topic", "-C", "nowhere"], "nowhere: not a directory", id="place"),
    ],
)
def test_mistakes(topic: Repository, words: list[str], said: str) -> None:
    text, errors, code = body(topic, *words)
    assert (text, code) == ("", 2)
    assert errors.startswith("commit-carbon: ")
    assert said in errors
    assert errors.count("\n") == 1


def test_a_shallow_clone_is_refused(topic: Repository) -> None:
    topic.git("clone", "-q", "--depth=1", f"file://{topic.path}", "shallow")
    text, said, code = body(topic, "-C", "shallow", "HEAD")
    assert (text, code) == ("", 2)
    assert "git fetch --unshallow" in said
