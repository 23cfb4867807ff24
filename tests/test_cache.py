"""What summaries keep: the same bytes as without it, whatever happened to it or to the history."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from generated import fill
from histories import CO_AUTHOR, authored, message, record, say
from support import Repository

from commit_carbon_hook import ai_lines, cache_files, circumstances, config, reading

JSON = ("--format", "json")


@pytest.fixture
def history(repository: Repository, tmp_path: Path) -> Repository:
    """Two commits with records, one by a tool without, one by a person; a cache of its own."""
    repository.environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    say(repository, message("One", record("1")), **authored(1))
    say(repository, message("Two", record("2", central="7.5", tool="cursor")), **authored(2))
    say(repository, message("Three", CO_AUTHOR), **authored(3))
    say(repository, message("Four"), **authored(40))
    return repository


def summarized(
    repository: Repository, *arguments: str, code: int = 0, **variables: str
) -> tuple[str, str]:
    """Standard output and error of a summary."""
    command = ["commit-carbon-summarize", *arguments]
    done = repository.run(*command, check=False, **variables)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def cold(repository: Repository, *arguments: str, code: int = 0, **variables: str) -> str:
    return summarized(repository, "--no-cache", *arguments, code=code, **variables)[0]


def files(repository: Repository, kind: str = "") -> list[Path]:
    """The files of the cache."""
    top = Path(repository.environment["XDG_CACHE_HOME"], "commit-carbon", "history", kind)
    return sorted(path for path in top.rglob("*") if path.is_file())


def test_the_names_are_those_of_their_rooms() -> None:
    assert circumstances.SETTINGS_FILE == config.FILE_NAME
    assert circumstances.SETTINGS_BYTES == config.MAX_BYTES
    assert circumstances.TRACES_FOLDER == ai_lines.FOLDER
    assert circumstances.NOTES == (reading.NOTES_REF, ai_lines.NOTES_REF)


@pytest.mark.parametrize("shape", ["text", "json", "csv", "markdown", "html", "badge"])
def test_an_answer_is_given_again(history: Repository, shape: str) -> None:
    expected = cold(history, "--format", shape)
    assert not files(history)
    first = summarized(history, "--format", shape)
    assert len(files(history, "answers")) == 1
    kept = files(history, "answers")[0].stat()
    assert first == summarized(history, "--format", shape) == (expected, "")
    assert files(history, "answers")[0].stat() == kept


def test_an_answer_is_not_read_again(history: Repository) -> None:
    summarized(history, *JSON)
    marked = files(history, "answers")[0]
    content = marked.read_bytes()[: -cache_files.DIGEST_BYTES]
    cache_files.save(str(marked), [content.replace(b"scanned", b"SCANNED")], 9)
    assert "SCANNED" in summarized(history, *JSON)[0]
    assert "SCANNED" not in cold(history, *JSON)


def test_no_cache_keeps_nothing(history: Repository) -> None:
    cold(history)
    cold(history, *JSON)
    assert not files(history)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--max-gco2e", "1"), id="total"),
        pytest.param(("--max-per-commit", "10", *JSON), id="commit"),
    ],
)
def test_a_limit_that_said_no_says_it_again(history: Repository, arguments: tuple[str]) -> None:
    first = summarized(history, *arguments, code=1)
    assert first[1]
    assert files(history, "answers")
    assert summarized(history, *arguments, code=1) == first


def test_a_warning_is_given_again(history: Repository) -> None:
    first = summarized(history, "--restate", "1-as-published")
    assert "divides watt-seconds" in first[1]
    assert files(history, "answers")
    assert summarized(history, "--restate", "1-as-published") == first


def commit(history: Repository) -> None:
    say(history, message("Five", record("5", central="3")), **authored(5))


def amend(history: Repository) -> None:
    history.git("commit", "-q", "--amend", "--cleanup=verbatim", "-m", message("New", record("7")))


def drop(history: Repository) -> None:
    history.git("reset", "-q", "--hard", "HEAD~3")


def note(history: Repository) -> None:
    history.git("notes", "--ref=carbon", "add", "-m", record("8", central="2"), "HEAD")


def other_note(history: Repository) -> None:
    note(history)
    summarized(history, *JSON)
    history.git("notes", "--ref=carbon", "add", "-f", "-m", record("9", central="4"), "HEAD")


def ai_note(history: Repository) -> None:
    text = '{"files": []}'
    history.git("notes", "--ref=ai", "add", "-m", text, "HEAD")


def grid(history: Repository) -> None:
    (history.path / ".commit-carbon.toml").write_text('grid = "FR"\n')


def own_factors(history: Repository) -> None:
    (history.path / "own.json").write_text("{}")
    (history.path / ".commit-carbon.toml").write_text('factors = "own.json"\n')


def variable(history: Repository) -> None:
    history.environment["COMMIT_CARBON_GRID"] = "FR"


def orphan(history: Repository) -> None:
    history.git("checkout", "-q", "--orphan", "other")
    say(history, message("Alone", record("6")), **authored(6))


def replacement(history: Repository) -> None:
    history.git("replace", "HEAD", "HEAD~2")


def graft(history: Repository) -> None:
    (history.path / ".git" / "info" / "grafts").write_text(history.head() + "\n")


def mailmap(history: Repository) -> None:
    (history.path / ".mailmap").write_text("Else <else@example.com> <author@example.com>\n")


def branch(history: Repository) -> None:
    history.git("checkout", "-q", "-b", "topic", "HEAD~2")
    say(history, message("Topic", record("2", central="9.5", tool="cursor")), **authored(8))


def packed(history: Repository) -> None:
    history.git("repack", "-adq")
    history.git("pack-refs", "--all")
    history.git("commit-graph", "write", "--reachable")


CHANGES = [
    commit, amend, drop, note, other_note, ai_note, grid, variable, orphan, replacement, graft,
    mailmap, branch, packed,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="head"),
        pytest.param(("--all",), id="all"),
        pytest.param(("--engine", "dulwich"), id="dulwich"),
    ],
)
def test_no_answer_is_stale(
    history: Repository, change: Callable[[Repository], None], arguments: tuple[str, ...]
) -> None:
    arguments = (*JSON, *arguments, "--group-by", "author")
    summarized(history, *arguments)
    change(history)
    expected = cold(history, *arguments)
    assert summarized(history, *arguments)[0] == expected
    assert summarized(history, *arguments)[0] == expected


def test_a_project_with_factors_of_its_own_is_read_again(history: Repository) -> None:
    summarized(history)
    own_factors(history)
    before = files(history)
    summarized(history, code=2 if cold_code(history) else 0)
    assert files(history) == before


def cold_code(history: Repository) -> int:
    return history.run("commit-carbon-summarize", "--no-cache", check=False).returncode


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--since", "2023-11-02"), id="since"),
        pytest.param(("--until", "2023-11-02"), id="until"),
        pytest.param(("--until", "2023-11"), id="until-month"),
        pytest.param(("--since", "2023", "--until", "2023"), id="year"),
        pytest.param(("HEAD~1",), id="revision"),
        pytest.param(("HEAD~2..HEAD",), id="range"),
        pytest.param(("--group-by", "author"), id="groups"),
    ],
)
def test_questions_have_answers_of_their_own(
    history: Repository, arguments: tuple[str, ...]
) -> None:
    summarized(history, *JSON)
    commit(history)
    summarized(history, *JSON)
    for _ in range(2):
        assert summarized(history, *JSON, *arguments)[0] == cold(history, *JSON, *arguments)


def test_a_moving_date_is_never_kept(history: Repository) -> None:
    summarized(history, *JSON, "--since", "1 hour ago")
    summarized(history, *JSON, "--until", "2023-11-02T12:00:00Z")
    assert not files(history)


def test_only_new_commits_are_read(history: Repository) -> None:
    summarized(history, *JSON)
    ledger = files(history, "ledgers")[0]
    kept = ledger.read_bytes()
    # A ledger that says something else shows that it was used.
    forged = kept[: -cache_files.DIGEST_BYTES].replace(b"cursor", b"devin")
    header = int.from_bytes(forged[:8], "big") - 1
    cache_files.save(str(ledger), [header.to_bytes(8, "big"), forged[8:]], 9)
    commit(history)
    used = summarized(history, *JSON)[0]
    assert "devin" in used
    assert "cursor" not in used
    assert '"scanned": 5' in used


def test_an_object_that_is_gone_is_noticed(history: Repository) -> None:
    whole = summarized(history, *JSON)[0]
    sha = history.head("HEAD~1")
    place = history.path / ".git" / "objects" / sha[:2] / sha[2:]
    content = place.read_bytes()
    place.unlink()
    damaged = summarized(history, *JSON)[0]
    assert '"complete": false' in damaged
    assert damaged == cold(history, *JSON)
    place.write_bytes(content)
    assert summarized(history, *JSON)[0] == whole


def test_an_object_that_is_damaged_is_noticed(history: Repository) -> None:
    summarized(history, *JSON)
    commit(history)
    sha = history.head("HEAD~3")
    place = history.path / ".git" / "objects" / sha[:2] / sha[2:]
    place.chmod(0o644)
    place.write_bytes(place.read_bytes()[:-5])
    damaged = summarized(history, *JSON)[0]
    assert '"complete": false' in damaged
    assert damaged == cold(history, *JSON)


def truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def random_bytes(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(content))


def grown(content: bytes, _: random.Random) -> bytes:
    return content * 2


@pytest.mark.parametrize("damage", [truncated, flipped, random_bytes, grown])
@pytest.mark.parametrize("seed", range(3))
def test_damage_is_noticed(
    history: Repository, damage: Callable[[bytes, random.Random], bytes], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    expected = summarized(history, *JSON)
    for path in files(history):
        path.write_bytes(damage(path.read_bytes(), chance))
    assert summarized(history, *JSON) == expected
    commit(history)
    for path in files(history):
        path.write_bytes(damage(path.read_bytes(), chance))
    assert summarized(history, *JSON)[0] == cold(history, *JSON)


def test_a_file_under_a_wrong_name_is_not_believed(history: Repository) -> None:
    summarized(history, *JSON)
    summarized(history, "--format", "csv")
    one, other = files(history, "answers")
    one_content, other_content = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_content)
    other.write_bytes(one_content)
    assert summarized(history, *JSON)[0] == cold(history, *JSON)


@pytest.mark.parametrize("what", ["file", "link", "fifo", "folder"])
def test_a_strange_cache_does_no_harm(history: Repository, what: str, tmp_path: Path) -> None:
    expected = summarized(history, *JSON)
    for path in files(history):
        path.unlink()
        if what == "link":
            path.symlink_to("/dev/zero")
        elif what == "fifo":
            os.mkfifo(path)
        elif what == "folder":
            path.mkdir()
    if what == "file":
        top = tmp_path / "cache"
        shutil.rmtree(top)
        top.write_text("")
    assert summarized(history, *JSON) == expected


@pytest.mark.parametrize("home", ["", "relative", "/dev/null/x", "/proc/nowhere"])
def test_without_a_cache_folder_the_answer_is_the_same(history: Repository, home: str) -> None:
    expected = cold(history, *JSON)
    for _ in range(2):
        assert summarized(history, *JSON, XDG_CACHE_HOME=home, HOME=home) == (expected, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_left(history: Repository, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o500)
    expected = cold(history, *JSON)
    assert summarized(history, *JSON) == (expected, "")


def test_many_at_once_give_the_same(history: Repository) -> None:
    expected = cold(history, *JSON)
    command = ["commit-carbon-summarize", *JSON]
    for _ in range(2):
        running = [
            subprocess.Popen(
                command, cwd=history.path, env=history.environment, stdout=subprocess.PIPE
            )
            for _ in range(6)
        ]
        for one in running:
            assert one.communicate()[0].decode() == expected
            assert one.returncode == 0
    assert len(files(history, "answers")) == len(files(history, "ledgers")) == 1


def test_an_older_program_leaves_nothing_to_a_newer_one(
    history: Repository, tmp_path: Path
) -> None:
    summarized(history, *JSON)
    package = Path(config.__file__).parent
    copy = tmp_path / "newer"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, copy / "commit_carbon_hook", ignore=ignored)
    if not (package / "factors").is_dir():
        shutil.copytree(package.parent / "factors", copy / "factors")
        shutil.copytree(package.parent / "schema", copy / "schema")
    rules = copy / "commit_carbon_hook" / "report" / "contents.py"
    rules.write_text(rules.read_text().replace("Rough approximations", "Rougher approximations"))
    variables = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = history.run("python", "-m", "commit_carbon_hook.answers", *JSON, check=True, **variables)
    assert "Rougher approximations" in done.stdout
    assert len(files(history, "answers")) == len(files(history, "ledgers")) == 2


def test_old_files_make_room(tmp_path: Path) -> None:
    for number in range(9):
        cache_files.save(str(tmp_path / f"{number}"), [b"x" * number], 4)
        os.utime(tmp_path / f"{number}", (number, number))
    assert len(list(tmp_path.iterdir())) <= 5
    assert (tmp_path / "8").exists()


def test_others_cannot_read_what_is_kept(history: Repository) -> None:
    summarized(history)
    for path in files(history):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_grow(
    make_repository: Callable[..., Repository], tmp_path: Path, seed: int
) -> None:
    """Every answer on the way is that of a cold reader."""
    repository = make_repository(XDG_CACHE_HOME=str(tmp_path / "cache"))
    fill(repository, seed, 30)
    names = repository.git("rev-list", "--all", "--date-order", "--reverse").split()
    chance = random.Random(seed)  # noqa: S311
    for _ in range(6):
        for name in ("b0", "b1", "b2"):
            repository.git("update-ref", f"refs/heads/{name}", chance.choice(names))
        for arguments in ((), ("--all",), ("b0", "^b1"), ("b0...b2",)):
            words = (*JSON, "--group-by", "author", "--group-by", "month", *arguments)
            assert summarized(repository, *words)[0] == cold(repository, *words)


def test_several_repositories_have_one_answer(
    history: Repository, make_repository: Callable[..., Repository]
) -> None:
    other = make_repository("other")
    say(other, message("Elsewhere", record("3")), **authored(4))
    words = (*JSON, "-C", ".", "-C", str(other.path))
    for _ in range(2):
        assert summarized(history, *words)[0] == cold(history, *words)
    say(other, message("More", record("4")), **authored(5))
    assert summarized(history, *words)[0] == cold(history, *words)


def test_an_agent_trace_is_never_behind_an_answer(history: Repository) -> None:
    summarized(history, *JSON)
    (history.path / ".agent-trace").mkdir()
    before = files(history, "answers")
    summarized(history, *JSON)
    assert files(history, "answers") == before
