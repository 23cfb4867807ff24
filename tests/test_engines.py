"""Two engines, one answer: git's streams and dulwich on generated histories, byte for byte."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from generated import fill
from histories import CO_AUTHOR, authored, message, record, refused, say
from support import Repository

from commit_carbon_hook.dulwich_history import DulwichHistory
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.git_history import GitHistory
from commit_carbon_hook.history import Commit
from commit_carbon_hook.identities import from_author, trailer_keys
from commit_carbon_hook.line_counts import LineCounts
from commit_carbon_hook.numstat import Changed
from commit_carbon_hook.sieve import Sieve, Tally
from commit_carbon_hook.walk import BrokenHistory, Engine

GROUPS = [
    word
    for group in ("tool", "model", "month", "author", "evidence", "grid", "repo")
    for word in ("--group-by", group)
]


def report(repository: Repository, engine: str, *arguments: str) -> str:
    command = ["commit-carbon-summarize", "--no-cache", "--format", "json", "--engine", engine]
    done = repository.run(*command, *GROUPS, *arguments, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["loose", "packed", "commit-graph", "sha256"])
def test_the_same_report(make_repository: Callable[..., Repository], seed: int, kind: str) -> None:
    options = ["--object-format=sha256"] if kind == "sha256" else []
    repository = make_repository("repository", *options)
    if kind == "loose":
        repository.git("config", "fastimport.unpackLimit", "10000")
    fill(repository, seed, 60)
    if kind == "packed":
        repository.git("gc", "-q", "--aggressive")
    if kind == "commit-graph":
        repository.git("commit-graph", "write", "--reachable")
    for arguments in (["--all"], ["b0..b1", "^v1"], ["b3...b4"]):
        assert report(repository, "git", *arguments) == report(repository, "dulwich", *arguments)


def test_generated_histories_hold_what_they_are_for(repository: Repository) -> None:
    fill(repository, 1, 60)
    document = json.loads(report(repository, "git", "--all"))
    assert min(document["commits"].values()) > 0
    assert document["rejected"]
    assert document["conflicts"]
    assert document["estimated_afterwards"]["without_lines"]
    authors = {row["key"] for row in document["groups"] if row["by"] == "author"}
    assert {"José", "Žofie", "\x1b[31mred"} <= authors
    assert int(repository.git("rev-list", "--all", "--merges", "--count"))
    assert "=>" in repository.git("log", "--all", "-M", "--numstat", "--format=")


def sifted(engine: Engine, thorough: bool = False) -> tuple[list[Commit], int]:
    tally = Tally()
    sieve = Sieve(trailer_keys(), from_author)
    commits = list(engine.commits(engine.tips([], True), sieve, tally, thorough))
    assert not tally.unreadable
    return sorted(commits), tally.others


@pytest.mark.parametrize("seed", range(3))
def test_every_way_to_read_finds_the_same_commits(repository: Repository, seed: int) -> None:
    fill(repository, seed, 80)
    git = GitHistory(str(repository.path), repository.environment)
    without_graph, others = sifted(git)
    assert others
    assert sifted(git, thorough=True)[1] == others
    dulwich = DulwichHistory(str(repository.path), repository.environment)
    embedded = sifted(dulwich)
    dulwich.close()
    repository.git("commit-graph", "write", "--reachable")
    with_graph = sifted(GitHistory(str(repository.path), repository.environment))
    assert embedded == with_graph
    stripped = [
        (
            one.sha,
            one.author,
            one.time,
            [line.rstrip(b" \t\r") for line in one.message.split(b"\n")],
        )
        for one in with_graph[0]
    ]
    # `rev-list --header` leaves out white space at line ends, and nothing else that matters.
    assert [
        (one.sha, one.author, one.time, one.message.rstrip(b"\n").split(b"\n"))
        for one in without_graph
    ] == [(*head, trimmed(lines)) for *head, lines in stripped]


def trimmed(lines: list[bytes]) -> list[bytes]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    while lines and not lines[0]:
        lines = lines[1:]
    return lines or [b""]


DATE = b"1700000000 +0000"
ODD: dict[str, tuple[bytes, bytes, bytes]] = {
    "nul-in-the-author": (b"A\0B <a@b> " + DATE, b"", b"\n"),
    "nul-in-the-date": (b"A <a@b> 17000\x0000000 +0000", b"", b"\n"),
    "nul-in-the-header": (b"A <a@b> " + DATE, b"other a\0b\n", b"\n"),
    "nul-after-the-header": (b"A <a@b> " + DATE, b"", b"\n\0"),
    "no-message": (b"A <a@b> " + DATE, b"", b"\0"),
    "blank-lines-first": (b"A <a@b> " + DATE, b"", b"\n\n \n\n"),
    "no-date": (b"A <a@b>", b"", b"\n"),
    "no-address": (b"A " + DATE, b"", b"\n"),
    "no-author": (b"", b"", b"\n"),
    "before-1970": (b"A <a@b> -5 +0000", b"", b"\n"),
    "far-date": (b"A <a@b> 99999999999999999999 +0000", b"", b"\n"),
    "far-zone": (b"A <a@b> 1700000000 +9999", b"", b"\n"),
    "no-sign": (b"A <a@b> 1700000000 0000", b"", b"\n"),
    "no-zone": (b"A <a@b> 1700000000", b"", b"\n"),
    "blanks-in-the-date": (b"A <a@b>   1700000000   +0100 ", b"", b"\n"),
    "folded-header": (b"A <a@b> " + DATE, b"mergetag x\n author <noreply@anthropic.com>\n", b"\n"),
    "second-author": (b"A <a@b> " + DATE, b"author B <noreply@anthropic.com> 1 +0000\n", b"\n"),
    "latin-1": (b"Jos\xe9 <a@b> " + DATE, b"encoding ISO-8859-1\n", b"\n"),
}  # fmt: skip


def odd_commits(repository: Repository) -> None:
    """A chain of commits that only other programs than git write, each with a record."""

    def stored(raw: bytes) -> str:
        command = ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
        done = subprocess.run(
            command,
            input=raw,
            cwd=repository.path,
            env=repository.environment,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    tree = repository.git("write-tree").strip().encode()
    name = stored(b"tree %s\nauthor A <a@b> %s\ncommitter A <a@b> %s\n\n" % (tree, DATE, DATE))
    for number, (author, more, end) in enumerate(ODD.values(), 10):
        committer = b"committer A <a@b> " + DATE
        header = b"tree %s\nparent %s\nauthor %s\n%s" % (tree, name.encode(), author, committer)
        text = message("Odd", record(str(number)), CO_AUTHOR).encode()
        name = stored(header + b"\n" + more + end + text)
    (repository.path / ".git/refs/heads/main").write_text(name + "\n")


def test_odd_commits_say_the_same(repository: Repository) -> None:
    odd_commits(repository)
    embedded = report(repository, "dulwich")
    document = json.loads(embedded)
    assert document["complete"]
    assert document["commits"]["scanned"] == len(ODD) + 1
    # Git reads a commit up to its first NUL.
    assert document["commits"]["recorded"] == len(ODD) - 5
    assert report(repository, "git") == embedded
    repository.git("commit-graph", "write", "--reachable")
    assert report(repository, "git") == embedded


REVISIONS = [
    "b1", "b1~3", "b2^0", "b3^^", "b4~2^1", "@", "HEAD~1", "v1", "v1^{}", "v1^{commit}", "v1~1",
    "refs/heads/b1", "heads/b2", "tags/v1", "b0..b1", "b1..", "..b2", "b0...b1", "...b4", "^b2",
    "b3^@", "b3^!", "b1^2", "b2^2", "b0~40", "b9", "v1^{tree}", "b1^{blob}", "HEAD^3", "b1..b9",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_revisions_mean_what_they_mean_to_git(repository: Repository, seed: int) -> None:
    fill(repository, seed, 60)
    dulwich = DulwichHistory(str(repository.path), repository.environment)
    for revision in REVISIONS:
        words = [revision, "b1"] if revision.startswith("^") else [revision]
        done = repository.run("git", "rev-list", *words, "--", check=False)
        try:
            tips = dulwich.tips(words, every_ref=False)
        except CarbonError as error:
            assert str(error).startswith(f"{revision}: ")  # noqa: PT017 - some are known
            # A tree is a revision to git, and its history is empty.
            assert done.returncode or not done.stdout
            continue
        reached = dulwich.commits(tips, Sieve(knows_author=lambda _: True), Tally())
        assert sorted(one.sha for one in reached) == sorted(done.stdout.split()), revision
    dulwich.close()


def test_a_very_long_message(repository: Repository) -> None:
    body = "word " * 400_000
    say(repository, message("Long", body, "Made-with: Cursor"))
    say(repository, message("Short"))
    for graph in (False, True):
        if graph:
            repository.git("commit-graph", "write", "--reachable")
        engine = GitHistory(str(repository.path), repository.environment)
        commits, others = sifted(engine)
        assert others == 1
        assert len(commits[0].message) > len(body)


def test_a_history_that_breaks_off_is_noticed(repository: Repository) -> None:
    for number in range(3):
        say(repository, message(f"Commit {number}", "Made-with: Cursor"), **authored(number + 1))
    name = repository.head("HEAD~1")
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    engine = GitHistory(str(repository.path), repository.environment)
    with pytest.raises(BrokenHistory):
        sifted(engine)


def test_dulwich_refuses_in_one_line(repository: Repository) -> None:
    say(repository, message("One"))
    repository.git("config", "core.repositoryformatversion", "1")
    repository.git("config", "extensions.unheardOf", "true")
    said = refused(repository, "--engine", "dulwich")
    assert "dulwich cannot read it" in said
    assert "use --engine git" in said


@pytest.mark.parametrize("engine", [GitHistory, DulwichHistory])
def test_lines_come_back_in_the_order_of_the_commits(
    repository: Repository, engine: type[GitHistory | DulwichHistory]
) -> None:
    for number in range(3):
        repository.write("file", "line\n" * (number + 1) ** 2)
        repository.git("commit", "-qm", "work")
    lines = {repository.head(f"HEAD~{2 - number}"): 2 * number + 1 for number in range(3)}
    # More than are counted at once, and than may be open.
    names = [*lines] * 3_000
    found: list[Changed] = []
    opened = engine(str(repository.path), repository.environment)
    with LineCounts(opened, found.extend) as counts:
        for name in names:
            counts.add(name)
    opened.close()
    assert [(one.sha, one.lines) for one in found] == [(name, lines[name]) for name in names]


def test_what_stops_the_counting_is_raised(repository: Repository) -> None:
    repository.write("file", "line\n")
    repository.git("commit", "-qm", "work")
    opened = GitHistory(str(repository.path), repository.environment)
    with pytest.raises(UnicodeEncodeError), LineCounts(opened, list) as counts:
        counts.add("no name: \u00e9")
