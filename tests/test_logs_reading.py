"""What the readers of logs share: times, merging, files, links, databases."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_homes import LOGS, NOW, TOOLS, TREE, Home, fixture, patient, snapshot

from commit_carbon_hook.logs import READERS, Budget, Machine, Usage, events
from commit_carbon_hook.logs.files import lines_backward, read_first_line
from commit_carbon_hook.logs.scan import MOST_TOKENS, Scan, instant, split_input, with_reasoning
from commit_carbon_hook.logs.window import Window

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
NOT_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all"
)


def new_scan(tree: str | None = None, since: float | None = None) -> Scan:
    machine = Machine({}, "/nobody", "linux", NOW)
    return Scan("claude-code", machine, Window(tree, since), patient())


# --- Times

whole_milliseconds = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(whole_milliseconds, offsets, st.sampled_from("T "))
def test_a_time_with_an_offset(moment: datetime, offset: timezone, separator: str) -> None:
    aware = moment.replace(tzinfo=offset)
    assert instant(aware.isoformat(separator)) == pytest.approx(aware.timestamp(), abs=1e-6)


@given(whole_milliseconds)
def test_a_time_without_an_offset_is_utc(moment: datetime) -> None:
    seconds = moment.replace(tzinfo=UTC).timestamp()
    for text in (moment.isoformat(), moment.isoformat() + "Z", f" {moment.isoformat()}z"):
        assert instant(text) == pytest.approx(seconds, abs=1e-6)
    assert instant(seconds) == seconds
    assert instant(round(seconds * 1000)) == pytest.approx(seconds, abs=1e-6)


@given(st.text() | st.text("0123456789-:T.Z+ ", min_size=15, max_size=32))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert isinstance(instant(text), (float, int, type(None)))


@pytest.mark.parametrize(
    "value",
    [
        "", "yesterday", "2026-09-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-09-01T24:00:00Z", "2026-09-01T10:60:00Z", "2026-09-01T10:00:61Z",
        "2026-09-01T10:00:00+25", "2026-09-01T10:00:00 UTC", "1999-12-31T23:59:59Z",
        "\uff12026-09-01T10:00:00Z", 0, -1, 5e8, 1e15, float("nan"), float("inf"), 10**400,
        True, None, [1788256800], {"seconds": 1788256800},
    ],
)  # fmt: skip
def test_no_time(value: object) -> None:
    assert instant(value) is None


def test_a_leap_day_and_a_leap_second() -> None:
    assert instant("2028-02-29T00:00:00Z") == datetime(2028, 2, 29, tzinfo=UTC).timestamp()
    assert instant("2100-02-29T00:00:00Z") is None
    assert instant("2026-12-31T23:59:60Z") == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


# --- Counts


@pytest.mark.parametrize(
    ("value", "count"),
    [
        pytest.param(7, 7, id="number"),
        pytest.param(None, 0, id="absent"),
        pytest.param(7.0, 7, id="whole-float"),
        pytest.param(MOST_TOKENS, MOST_TOKENS, id="most"),
        pytest.param(MOST_TOKENS + 1, None, id="too-many"),
        pytest.param(-1, None, id="negative"),
        pytest.param(7.5, None, id="fraction"),
        pytest.param(True, None, id="truth"),
        pytest.param("7", None, id="text"),
        pytest.param([7], None, id="list"),
        pytest.param(float("nan"), None, id="nan"),
        pytest.param(float("inf"), None, id="infinity"),
    ],
)
def test_a_count(value: object, count: int | None) -> None:
    scan = new_scan()
    assert scan.numbers({"tokens": value, "other": 1}, "tokens", "other") == (
        None if count is None else [count, 1]
    )
    assert scan.problems.counts == ({"numbers": 1} if count is None else {})


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_reasoning_counts_once(output: int, reasoning: int, prompt: int) -> None:
    inside, beside = prompt + output + reasoning, prompt + output
    assert with_reasoning(output + reasoning, reasoning, prompt, inside) == output + reasoning
    assert with_reasoning(output, reasoning, prompt, 0) == output + reasoning
    if reasoning:
        assert with_reasoning(output, reasoning, prompt, inside) == output + reasoning
        assert with_reasoning(output, reasoning, prompt, beside) in (output, output + reasoning)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_input_excludes_cached_where_it_can_contain_it(total: int, cached: int) -> None:
    fresh = split_input(total, cached)
    assert 0 <= fresh <= total
    assert fresh + cached == total or fresh == total < cached


# --- The same event, several times

versions = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 3),
        st.integers(0, 50),
        st.sampled_from(["", "claude-opus-4-6"]),
    ),
    min_size=1,
    max_size=6,
)


@given(versions, st.randoms())
def test_versions_of_an_event_merge_in_any_order(
    seen: list[tuple[int, int, int, str]], rng: Any
) -> None:
    def merged() -> Usage:
        scan = new_scan()
        for rank, output, second, model in seen:
            scan.add(("same",), NOW + second, model, (output, 1, 0), rank)
        (event,) = scan.events()
        return event

    event = merged()
    best = max((rank, output) for rank, output, *_ in seen)
    assert event.output == best[1]
    assert event.time == NOW + min(second for *version, second, _ in seen if tuple(version) == best)
    assert event.started == NOW + min(second for _, _, second, _ in seen)
    assert bool(event.model) == any(model for *_, model in seen)
    rng.shuffle(seen)
    assert merged() == event


# --- Lines, the last first

log_lines = st.lists(
    st.builds(
        lambda body, mark, size: b'{"' + body + mark + b"x" * size + b'"}',
        st.binary(max_size=20).map(lambda body: body.replace(b"\n", b"")),
        st.sampled_from([b"", b"USAGE", b"HERE", b"HERE USAGE"]),
        st.sampled_from([0, 0, 0, 5, 65_510, 65_536, 200_000]),
    ),
    max_size=12,
)


@given(log_lines, st.booleans())
def test_lines_come_backwards_and_whole(lines: list[bytes], ends: bool) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"\n".join(lines) + (b"\n" if ends else b""))
    try:
        scan = new_scan()
        found = list(lines_backward(scan, file.name, (b"USAGE", b"never"), b"HERE"))
        assert found == [line for line in reversed(lines) if b"USAGE" in line and b"HERE" in line]
        assert not scan.problems
        first = read_first_line(scan, file.name)
        complete = len(lines) > 1 or (len(lines) == 1 and ends)
        assert first == (lines[0] if complete else b"")
    finally:
        os.unlink(file.name)


def test_the_last_lines_of_a_large_file_cost_little(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for number in range(200):
            file.write(b'{"usage":%d,"%s"}\n' % (number, b"x" * 100_000))
    scan = new_scan()
    scan.budget = Budget(byte_limit=400_000, seconds=600)
    assert next(lines_backward(scan, str(path), (b'"usage"',))).startswith(b'{"usage":199')
    assert not scan.budget.exhausted


# --- Folders


@pytest.mark.parametrize(
    ("folder", "is_in"),
    [
        pytest.param("{tree}", True, id="tree"),
        pytest.param("{tree}/", True, id="slash"),
        pytest.param("{tree}/gone/src", True, id="below-and-gone"),
        pytest.param("{tree}-two", False, id="same-beginning"),
        pytest.param("{base}", False, id="above"),
        pytest.param("{base}/link-to-tree", True, id="link"),
        pytest.param("{base}/link-to-tree/src", True, id="below-a-link"),
        pytest.param("{tree}/../other", False, id="out-again"),
        pytest.param("{tree}/nested", False, id="excluded"),
        pytest.param("{base}/link-to-tree/nested", False, id="excluded-by-link"),
        pytest.param("tree", False, id="relative"),
        pytest.param("", False, id="empty"),
        pytest.param("{tree}\0", False, id="nul"),
        pytest.param("//server/tree", False, id="network"),
        pytest.param(None, False, id="none"),
        pytest.param(7, False, id="number"),
        pytest.param(["{tree}"], False, id="list"),
    ],
)
def test_a_folder_in_the_work_tree(folder: object, is_in: bool, tmp_path: Path) -> None:
    base = tmp_path.resolve()
    tree = base / "tree"
    (tree / "nested").mkdir(parents=True)
    (base / "link-to-tree").symlink_to(tree)
    window = Window(str(tree), None, [str(tree / "nested")])
    value = folder.format(tree=tree, base=base) if isinstance(folder, str) else folder
    assert window.holds(value) == is_in
    assert Window(None, None).holds(value)


@pytest.mark.parametrize("tree", ["/", "/home/dév/prøjekt", '/home/dev/a"b', "/home/dev/a\\b"])
def test_any_name_of_a_work_tree(tree: str, tmp_path: Path) -> None:
    home = Home(tmp_path, tree, "claude-code")
    usage = {"input_tokens": 1, "output_tokens": 2}
    line = {
        "timestamp": NOW,
        "cwd": tree.rstrip("/") + "/src",
        "message": {"id": "a", "usage": usage},
    }
    home.write(".claude/projects/p/s.jsonl", line)
    assert len(home.in_tree().events) == 1


# --- Links and special files


def claude_line(number: int) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": number}
    message = {"id": f"id-{number}", "usage": usage}
    return {"timestamp": NOW, "cwd": TREE, "requestId": f"r-{number}", "message": message}


@POSIX
def test_no_link_is_followed_and_no_special_file_opened(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", TREE, "claude-code")
    home.write(".claude/projects/p/s.jsonl", claude_line(1))
    projects = home.path / ".claude/projects"
    outside = Home(tmp_path / "outside", TREE, "").write("s.jsonl", claude_line(2))
    (projects / "p/file.jsonl").symlink_to(outside)
    (projects / "folder").symlink_to(outside.parent)
    (projects / "loop").symlink_to(projects)
    (projects / "p/dangling.jsonl").symlink_to(tmp_path / "nothing")
    os.mkfifo(projects / "p/pipe.jsonl")
    found = home.in_tree()
    assert [event.output for event in found.events] == [1]
    assert found.problems["claude-code"].counts == {"link": 4, "special": 1}


@POSIX
def test_the_folder_of_a_tool_may_be_a_link_but_not_what_lies_in_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", TREE, "claude-code")
    home.write("dotfiles/claude/projects/p/s.jsonl", claude_line(1))
    (home.path / ".claude").symlink_to(home.path / "dotfiles/claude")
    assert [event.output for event in home.in_tree().events] == [1]
    moved = home.path / "dotfiles/claude/projects"
    moved.rename(home.path / "elsewhere")
    moved.symlink_to(home.path / "elsewhere")
    found = home.in_tree()
    assert found.events == []
    assert found.problems["claude-code"].counts == {"link": 1}


@POSIX
@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("opencode", ".local/share/opencode/opencode.db"),
        ("copilot-cli", ".copilot/session-store.db"),
        ("roo-code", ".config/VSCodium/User/globalStorage/rooveterinaryinc.roo-cline/tasks"),
        ("gemini-cli", ".gemini/tmp"),
        ("amp", ".local/share/amp/threads"),
        ("codex-cli", ".codex/sessions"),
    ],
)
def test_no_place_may_be_a_link(tool: str, name: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    before = home.everywhere().events
    path = home.path / name
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    found = home.everywhere()
    assert len(found.events) < len(before)
    assert found.problems[tool].counts["link"] == 1


def folders_in(tool: str) -> list[str]:
    """The folders below those of a tool's own, as its fixture has them."""
    home = LOGS / tool / "home"
    places = READERS[tool].places(Machine({}, str(home), "linux", NOW), None)
    own = {Path(place[0]) for place in places} - {home}
    return sorted(
        {
            str(path.relative_to(home))
            for top in own
            for path in top.rglob("*")
            if path.is_dir() and top in path.parents
        }
    )


@POSIX
@pytest.mark.parametrize("without_databases", [False, True], ids=["", "without-databases"])
@pytest.mark.parametrize(
    ("tool", "name"),
    [pytest.param(tool, name, id=f"{tool} {name}") for tool in TOOLS for name in folders_in(tool)],
)
def test_no_folder_in_a_tools_own_may_be_a_link(
    tool: str, name: str, without_databases: bool, tmp_path: Path
) -> None:
    home = fixture(tool, tmp_path)
    if without_databases:
        for file in home.path.rglob("*.db"):
            file.unlink()
    reads = (home.in_tree, home.everywhere)
    before = [read() for read in reads]
    path = home.path / name
    path.rename(tmp_path / "moved")
    without = [read() for read in reads]
    path.symlink_to(tmp_path / "moved")
    for whole, rest, read in zip(before, without, reads, strict=True):
        found = read()
        assert found.events == rest.events
        if rest.events != whole.events:
            assert "link" in found.problems[tool].counts


@POSIX
@pytest.mark.parametrize(
    ("tool", "name", "environ"),
    [
        pytest.param("cline", ".cline", {}, id="own"),
        pytest.param("cline", ".cline/data", {"CLINE_DATA_DIR": "~/.cline/data"}, id="data"),
        pytest.param(
            "cline",
            ".cline/data/sessions",
            {"CLINE_SESSION_DATA_DIR": "~/.cline/data/sessions"},
            id="sessions",
        ),
        pytest.param("copilot-cli", ".copilot", {}, id="copilot-cli"),
        pytest.param("opencode", ".local/share/opencode", {}, id="opencode"),
        pytest.param("codex-cli", ".codex", {"CODEX_HOME": "~/.codex"}, id="codex-cli"),
    ],
)
def test_a_folder_of_the_tool_or_named_by_the_user_may_be_a_link(
    tool: str, name: str, environ: dict[str, str], tmp_path: Path
) -> None:
    home = fixture(tool, tmp_path)
    machine = home.machine(**environ)
    before = home.in_tree(machine=machine)
    (home.path / name).rename(tmp_path / "moved")
    (home.path / name).symlink_to(tmp_path / "moved")
    found = home.in_tree(machine=machine)
    assert found.events == before.events
    assert found.problems[tool].counts == before.problems[tool].counts


@POSIX
@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_no_file_beside_a_database_may_be_a_link(suffix: str, tmp_path: Path) -> None:
    home = fixture("kilo", tmp_path)
    before = home.in_tree()
    path = home.path / ".local/share/kilo/kilo.db"
    for name in ("-wal", "-shm", "-journal") if suffix == "-shm" else (suffix,):
        (tmp_path / name).write_bytes(b"\0" * 64)
    path.with_name(path.name + suffix).symlink_to(tmp_path / suffix)
    found = home.in_tree()
    assert found.events == before.events
    assert found.problems["kilo"].counts == {"link": 1}


@POSIX
def test_an_analytics_log_that_leads_out_of_the_work_tree_is_not_of_it(tmp_path: Path) -> None:
    home = fixture("aider", tmp_path)
    log = Path(home.tree, "analytics.jsonl")
    log.rename(tmp_path / "moved")
    log.symlink_to(tmp_path / "moved")
    found = home.in_tree()
    assert found.events == []
    assert found.problems["aider"].counts["link"] == 1


@POSIX
@NOT_ROOT
def test_an_unreadable_log_is_a_problem(tmp_path: Path) -> None:
    home = Home(tmp_path, TREE, "claude-code")
    home.write(".claude/projects/p/s.jsonl", claude_line(1)).chmod(0)
    assert home.in_tree().problems["claude-code"].counts == {"unreadable": 1}


@POSIX
@NOT_ROOT
@pytest.mark.parametrize("tool", TOOLS)
def test_a_folder_that_may_not_be_looked_into_is_a_problem(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    places = READERS[tool].places(home.machine(), home.tree)
    own = {Path(place[0]) for place in places}
    for folder in own:
        if folder.is_dir():
            folder.chmod(0)
    try:
        found = home.in_tree()
    finally:
        for folder in own:
            if folder.exists():
                folder.chmod(0o755)
    assert found.problems[tool].counts["unreadable"] > 0
    assert found.events == []


def test_folders_are_searched_to_a_depth(tmp_path: Path) -> None:
    home = Home(tmp_path, TREE, "claude-code")
    for depth in (1, 6, 7):
        folders = "/".join("d" * depth)
        home.write(f".claude/projects/{folders}/s.jsonl", claude_line(depth))
    assert sorted(event.output for event in home.in_tree().events) == [1, 6]


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="needs /dev/fd")
@pytest.mark.parametrize("tool", TOOLS)
def test_no_file_stays_open(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    before = os.listdir("/dev/fd")
    for limit in (10, 1000, 1 << 30):
        home.in_tree(budget=Budget(limit, 600))
    assert len(os.listdir("/dev/fd")) == len(before)


# --- Databases that a tool is writing

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
first = "SELECT session_id, time_created, data FROM message LIMIT 1"
template = connection.execute(first).fetchone()
add = "INSERT INTO message VALUES (?, ?, ?, 0, ?)"
data = template[2].replace('"output":', '"output":7')
connection.execute(add, ("written", *template[:2], data))
connection.execute(sys.argv[3])
connection.execute(add, ("not yet", *template[:2], data.replace('"output":', '"output":1')))
print("ready", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("committed", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize(
    ("journal", "begin", "before", "after"),
    [
        pytest.param("wal", "BEGIN IMMEDIATE", 1, 2, id="wal"),
        pytest.param("delete", "BEGIN IMMEDIATE", 1, 2, id="rollback"),
        pytest.param("delete", "BEGIN EXCLUSIVE", None, 2, id="locked"),
    ],
)
def test_a_database_is_read_while_its_tool_writes(
    journal: str, begin: str, before: int | None, after: int, tmp_path: Path
) -> None:
    home = fixture("opencode", tmp_path)
    path = home.path / ".local/share/opencode/opencode.db"
    known = len(home.in_tree().events)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), journal, begin],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    with writer:
        assert writer.stdout.readline() == "ready\n"
        files = snapshot(path.parent)
        found = home.in_tree()
        if before is None:
            assert found.problems["opencode"].counts["database"] == 2
        else:
            assert len(found.events) == known + before
        assert snapshot(path.parent) == files
        writer.stdin.write("commit\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "committed\n"
        files = snapshot(path.parent)
        assert len(home.in_tree().events) == known + after
        assert snapshot(path.parent) == files


def test_the_log_of_a_database_without_its_index_is_said(tmp_path: Path) -> None:
    # So it is after a crash, or in a copy: only the tool may bring the database up to date.
    home = fixture("opencode", tmp_path)
    before = home.in_tree()
    path = home.path / ".local/share/opencode/opencode.db"
    path.with_name(path.name + "-wal").write_bytes(b"\0" * 64)
    files = snapshot(path.parent)
    found = home.in_tree()
    assert found.events == before.events
    assert found.problems["opencode"].counts["database"] == 2
    assert snapshot(path.parent) == files


def test_a_database_in_a_folder_with_a_difficult_name(tmp_path: Path) -> None:
    folder = tmp_path / "a ?b#c%d é"
    folder.mkdir()
    home = fixture("kilo", folder)
    assert home.in_tree().events


def test_excluded_work_trees_may_be_many(tmp_path: Path) -> None:
    home = Home(tmp_path, TREE, "claude-code")
    home.write(".claude/projects/p/s.jsonl", claude_line(1))
    others = [f"{TREE}/trees/{number}" for number in range(500)]
    found = events(TREE, None, excluded=iter(others), tools=["claude-code"], machine=home.machine())
    assert len(found.events) == 1
