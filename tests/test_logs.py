"""Every reader against its fixture, and what holds for all of them."""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from generated_logs import BEGIN, TREE, Generated, claude_home, codex_home, stamp
from log_homes import NOW, TOOLS, Home, expected, fixture, patient, rows, snapshot

from commit_carbon_hook.logs import (
    NO_COUNTS,
    PROBLEMS,
    READERS,
    Budget,
    Machine,
    Usage,
    all_events,
    events,
    session_events,
)
from commit_carbon_hook.logs.scan import Scan
from commit_carbon_hook.logs.window import Window

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "logs.md").read_text()

each_tool = pytest.mark.parametrize("tool", TOOLS)


# --- The fixtures


@each_tool
def test_events_of_a_work_tree(tool: str, tmp_path: Path) -> None:
    found = fixture(tool, tmp_path).in_tree()
    wanted = expected(tool)
    assert rows(found) == sorted(tuple(event.values()) for event in wanted["events"])
    assert found.problems[tool].counts == wanted["problems"]
    assert found.complete


@each_tool
def test_events_of_all_places(tool: str, tmp_path: Path) -> None:
    found = fixture(tool, tmp_path).everywhere()
    assert len(found.events) == expected(tool)["everywhere"]
    assert {event.tool for event in found.events} == {tool}


@each_tool
def test_events_since_a_time_are_those_of_all_times_from_then_on(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    all_times = home.in_tree().events
    for since in {event.time for event in all_times}:
        wanted = [event for event in all_times if event.time >= since]
        assert home.in_tree(since).events == wanted


@each_tool
def test_a_log_that_was_not_touched_is_not_read(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    found = home.in_tree(NOW + 60)
    assert found.events == []
    assert not set(found.problems[tool].counts) & {"malformed", "partial", "numbers", "model"}


@each_tool
def test_reading_leaves_no_trace(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    before = snapshot(tmp_path)
    home.in_tree()
    home.everywhere()
    assert snapshot(tmp_path) == before


@each_tool
def test_an_event_id_is_opaque_stable_and_the_same_for_all_places(
    tool: str, tmp_path: Path
) -> None:
    home = fixture(tool, tmp_path)
    ids = [event.event_id for event in home.in_tree().events]
    assert all(re.fullmatch(r"[0-9a-f]{24}", event_id) for event_id in ids)
    assert len(set(ids)) == len(ids)
    if tool != "aider":
        assert set(ids) <= {event.event_id for event in home.everywhere().events}


@each_tool
def test_its_places_are_named(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    places = [os.path.join(*p) for p in READERS[tool].places(home.machine(), home.tree)]
    assert all(os.path.isabs(place) for place in places)
    assert any(os.path.exists(place) for place in places)


@each_tool
def test_no_home_is_no_problem(tool: str, tmp_path: Path) -> None:
    found = Home(tmp_path / "nobody", TREE, tool).in_tree()
    assert found.events == []
    assert not found.problems[tool]
    assert found.complete


@each_tool
def test_a_reader_finds_nothing_where_no_place_is(tool: str, tmp_path: Path) -> None:
    # So none of them needs to be imported to know that.
    home = Home(tmp_path / "nobody", TREE, tool)
    scan = Scan(tool, home.machine(), Window(TREE, None), patient())
    READERS[tool].read(scan, READERS[tool].places(home.machine(), TREE))
    assert scan.events() == []
    assert not scan.problems


# --- One session

SESSIONS = {
    "claude-code": (
        "5e551011-0000-4000-8000-000000000001",
        [7, 8, 11, 21, 23, 33, 120, 300, 412],
    ),
    "codex-cli": ("0199aaaa-0000-7000-8000-00000000000a", [2, 10, 10, 20, 25, 50, 70]),
    "gemini-cli": ("aaaa1111-full", [8, 10, 30, 150]),
    "copilot-cli": ("c1", [50, 100]),
    "cline": ("1788256800000_aaaaa", [7, 30, 50]),
    "roo-code": ("0198-roo-1", [50, 60]),
    "qwen-code": ("q1", [7]),
    "amp": ("T-aaaa", [178]),
}


def of_session(home: Home, session: str) -> list[int]:
    """The output of the events of a session and its sub-agents."""
    variable = READERS[home.tool].session_variables[0]
    found = session_events(budget=patient(), machine=home.machine(**{variable: session}))
    assert found.complete
    assert {event.tool for event in found.events} <= {home.tool}
    return sorted(event.output for event in found.events)


@pytest.mark.parametrize("tool", SESSIONS)
def test_events_of_a_session(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    session, outputs = SESSIONS[tool]
    assert of_session(home, session) == outputs
    assert set(outputs) <= {event.output for event in home.everywhere().events}
    assert of_session(home, "another") == []


def test_every_tool_that_names_its_session_is_asked() -> None:
    assert SESSIONS.keys() == {name for name, reader in READERS.items() if reader.session_variables}


def test_sub_agents_of_a_session_lay_beside_its_transcript(tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/mine.jsonl", answer(1, 1, BEGIN))
    home.write(".claude/projects/p/agent-1.jsonl", {**answer(2, 2, BEGIN), "sessionId": "mine"})
    home.write(".claude/projects/p/agent-2.jsonl", {**answer(3, 3, BEGIN), "sessionId": "other"})
    home.write(".claude/projects/p/other.jsonl", {**answer(4, 4, BEGIN), "sessionId": "other"})
    assert of_session(home, "mine") == [1, 2]


# --- The registry, the fixtures and the page agree


def test_every_reader_has_a_fixture_and_a_section() -> None:
    sections = re.findall(r"^### `([a-z-]+)`", PAGE, re.M)
    assert sections == list(READERS)
    assert sorted(READERS) == TOOLS


def test_every_tool_is_read_or_it_is_said_why_not() -> None:
    tools = json.loads((ROOT / "factors" / "tools.json").read_text())["tools"]
    assert READERS.keys() | NO_COUNTS.keys() == tools.keys() - {"other", "unspecified"}
    assert not READERS.keys() & NO_COUNTS.keys()


@pytest.mark.parametrize(
    "table", [pytest.param(NO_COUNTS, id="tools"), pytest.param(PROBLEMS, id="problems")]
)
def test_the_page_has_the_table(table: dict[str, str]) -> None:
    for name, text in table.items():
        assert f"| `{name}` | {text} |" in PAGE


def test_the_page_names_every_variable() -> None:
    for tool, reader in READERS.items():
        section = PAGE.split(f"### `{tool}`")[1].split("\n### ")[0]
        for name in reader.session_variables:
            assert f"`{name}`" in section


# --- Other places


MOVED = [
    ("claude-code", {"CLAUDE_CONFIG_DIR": "{home}/one, {home}/two/projects"},
     {".claude": "one", ".config/claude": "two"}),
    ("claude-code", {"XDG_CONFIG_HOME": "{home}/xdg"}, {".config": "xdg"}),
    ("codex-cli", {"CODEX_HOME": "{home}/with,comma"}, {".codex": "with,comma"}),
    ("codex-cli", {"CODEX_HOME": "~/dot"}, {".codex": "dot"}),
    ("gemini-cli", {"GEMINI_CLI_HOME": "{home}/g"}, {".gemini": "g/.gemini"}),
    ("copilot-cli", {"COPILOT_HOME": "{home}/c"}, {".copilot": "c"}),
    ("opencode", {"XDG_DATA_HOME": "{home}/x"}, {".local/share": "x"}),
    ("kilo", {"XDG_DATA_HOME": "{home}/x"}, {".local/share": "x"}),
    ("kilo", {"KILO_DB": "{home}/k.db"}, {".local/share/kilo/kilo.db": "k.db"}),
    ("kilo", {"XDG_CONFIG_HOME": "{home}/x"}, {".config": "x"}),
    ("cline", {"CLINE_DIR": "{home}/c"}, {".cline": "c"}),
    ("cline", {"CLINE_DATA_DIR": "{home}/c"}, {".cline/data": "c"}),
    ("cline", {"CLINE_SESSION_DATA_DIR": "{home}/c"}, {".cline/data/sessions": "c"}),
    ("roo-code", {"XDG_CONFIG_HOME": "{home}/x"}, {".config": "x"}),
    ("qwen-code", {"QWEN_HOME": "{home}/q"}, {".qwen": "q"}),
    ("qwen-code", {"QWEN_RUNTIME_DIR": "{home}/q"}, {".qwen": "q"}),
    ("aider", {"AIDER_ANALYTICS_LOG": "{home}/../project/x.log"},
     {"../project/analytics.jsonl": "../project/x.log"}),
    ("aider", {"AIDER_ANALYTICS_LOG": "x.log"}, {"../project/analytics.jsonl": "../project/x.log"}),
    ("amp", {"XDG_DATA_HOME": "{home}/x"}, {".local/share": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "environ", "moves"),
    MOVED,
    ids=[f"{tool} {name}={value}" for tool, env, _ in MOVED for name, value in env.items()],
)
def test_a_variable_moves_the_logs(
    tool: str, environ: dict[str, str], moves: dict[str, str], tmp_path: Path
) -> None:
    home = fixture(tool, tmp_path)
    before = rows(home.in_tree())
    for old, new in moves.items():
        target = home.path / new
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(home.path / old, target)
    assert rows(home.in_tree()) != before
    variables = {name: value.format(home=home.path) for name, value in environ.items()}
    assert rows(home.in_tree(machine=home.machine(**variables))) == before


@pytest.mark.parametrize("tool", ["cline", "roo-code", "kilo"])
@pytest.mark.parametrize(
    ("platform", "base", "environ"),
    [
        pytest.param("darwin", "Library/Application Support", {}, id="macos"),
        pytest.param("win32", "AppData/Roaming", {}, id="windows"),
        pytest.param("win32", "Roaming", {"APPDATA": "{home}/Roaming"}, id="windows-appdata"),
    ],
)
def test_editors_keep_their_storage_elsewhere_on_other_platforms(
    tool: str, platform: str, base: str, environ: dict[str, str], tmp_path: Path
) -> None:
    home = fixture(tool, tmp_path)
    before = rows(home.in_tree())
    (home.path / base).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(home.path / ".config", home.path / base)
    variables = {name: value.format(home=home.path) for name, value in environ.items()}
    assert rows(home.in_tree(machine=home.machine(platform, **variables))) == before


# --- Laws over many generated events


GENERATED = [
    pytest.param("claude-code", claude_home, id="claude-code"),
    pytest.param("codex-cli", codex_home, id="codex-cli"),
]


@pytest.mark.parametrize(("tool", "fill"), GENERATED)
def test_a_window_shows_what_all_times_show_from_then_on(
    tool: str, fill: Callable[[Path, int, int, int], Generated], tmp_path: Path
) -> None:
    generated = fill(tmp_path, 7, 12, 25)
    home = Home(tmp_path, TREE, tool)
    for read in (home.in_tree, home.everywhere):
        all_times = read().events
        assert len(all_times) > 50
        for step in range(20):
            since = BEGIN + (generated.end - BEGIN) * step / 19
            assert read(since).events == [event for event in all_times if event.time >= since]


@pytest.mark.parametrize(("tool", "fill"), GENERATED)
def test_what_has_been_seen_stays_when_the_log_goes_on(
    tool: str, fill: Callable[[Path, int, int, int], Generated], tmp_path: Path
) -> None:
    fill(tmp_path, 8, 4, 25)
    home = Home(tmp_path, TREE, tool)
    final = {event.event_id: event for event in home.everywhere().events}
    for path in sorted(tmp_path.rglob("*.jsonl")):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3])
    seen = home.everywhere().events
    assert seen
    for event in seen:
        assert final[event.event_id][3:6] >= event[3:6]
        assert final[event.event_id].started == event.started


# --- A log that goes on while it is read


def answer(number: int, output: int, time: float, cwd: str = TREE, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": output}
    message = {"id": f"msg_01Answer0000000000{number:03d}", "model": "claude-opus-4-6"}
    return {
        "type": "assistant",
        "timestamp": stamp(time),
        "cwd": cwd,
        "requestId": f"req_{number}",
        "message": {**message, "usage": usage},
        **more,
    }


def claude(tmp_path: Path) -> Home:
    return Home(tmp_path, TREE, "claude-code")


def test_an_answer_that_grows_keeps_its_id(tmp_path: Path) -> None:
    home = claude(tmp_path)
    lines = [answer(1, 5, BEGIN), answer(1, 70, BEGIN + 2), answer(1, 70, BEGIN + 3)]
    home.write(".claude/projects/p/s.jsonl", lines[0])
    (early,) = home.in_tree().events
    home.write(".claude/projects/p/s.jsonl", *lines)
    (late,) = home.in_tree(BEGIN + 1).events
    assert late == early._replace(output=70, time=BEGIN + 2)
    assert (early.started, late.started) == (BEGIN, BEGIN)


def test_a_half_written_line_counts_once_it_is_whole(tmp_path: Path) -> None:
    home = claude(tmp_path)
    whole = json.dumps(answer(2, 20, BEGIN + 9))
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, BEGIN), unfinished=whole[:-30])
    first = home.in_tree()
    assert [event.output for event in first.events] == [10]
    assert first.problems["claude-code"].counts == {"partial": 1}
    # A last line without its line end is whole, too.
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, BEGIN), unfinished=whole)
    second = home.in_tree()
    assert [event.output for event in second.events] == [10, 20]
    assert not second.problems["claude-code"]


def clock_that(time: int, act: Callable[[], object]) -> Callable[[], float]:
    """A clock that stands still, and does something when it is looked at for the nth time."""
    looks = itertools.count(1)

    def clock() -> float:
        if next(looks) == time:
            act()
        return 0.0

    return clock


def test_a_log_deleted_meanwhile_costs_only_itself(tmp_path: Path) -> None:
    home = claude(tmp_path)
    kept = home.write(".claude/projects/p/kept.jsonl", answer(1, 10, BEGIN))
    gone = home.write(".claude/projects/p/gone.jsonl", answer(2, 20, BEGIN))
    os.utime(kept, (NOW + 1, NOW + 1))

    # The time is asked for before each step of reading; the fourth finds both files listed.
    clock = clock_that(4, gone.unlink)
    found = home.in_tree(budget=Budget(monotonic=clock))
    assert [event.output for event in found.events] == [10]
    assert found.problems["claude-code"].counts == {"vanished": 1}
    assert found.complete


def test_a_log_shortened_meanwhile_is_survived(tmp_path: Path) -> None:
    home = claude(tmp_path)
    lines = [answer(number, 10, BEGIN + number) for number in range(1000)]
    path = home.write(".claude/projects/p/s.jsonl", *lines)

    clock = clock_that(5, lambda: os.truncate(path, 5000))
    found = home.in_tree(budget=Budget(monotonic=clock))
    assert 0 < len(found.events) < 1000
    assert found.problems["claude-code"].counts["vanished"] == 1


def test_a_time_in_the_future_is_kept_and_said(tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, NOW + 60), answer(2, 20, NOW + 3600))
    found = home.in_tree()
    assert len(found.events) == 2
    assert found.problems["claude-code"].counts == {"clock": 1}


def test_a_clock_that_was_set_back_hides_nothing_within_a_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    home = claude(tmp_path)
    times = [BEGIN, BEGIN - 600, BEGIN + 60]
    home.write(".claude/projects/p/s.jsonl", *[answer(n, 10 + n, t) for n, t in enumerate(times)])
    assert [event.output for event in home.in_tree(BEGIN).events] == [10, 12]


SET_BACK = [
    pytest.param([0, 3600, 0, 3600], 1, id="one-hour"),
    pytest.param([0, 3600, 0, 60, 120, 3600], 1, id="many-lines"),
    pytest.param([0, 3600, 0, 3600, 1800, 3600], 2, id="twice"),
    pytest.param([60 * 86_400, 0, 60 * 86_400], 1, id="before-the-window"),
    pytest.param([0, 600, 0, 600], 0, id="ten-minutes"),
    pytest.param([0, 3600, 7200], 0, id="in-order"),
]


@pytest.mark.parametrize(("seconds", "times"), SET_BACK)
def test_a_clock_that_was_set_back_is_said(seconds: list[int], times: int, tmp_path: Path) -> None:
    home = claude(tmp_path)
    begin = BEGIN - max(seconds)
    lines = [answer(n, 10 + n, begin + second) for n, second in enumerate(seconds)]
    home.write(".claude/projects/p/s.jsonl", *lines)
    found = home.thoroughly(BEGIN - 30 * 86_400)
    assert found.problems["claude-code"].counts == ({"order": times} if times else {})


# --- What only a thorough look finds


def half(line: dict[str, Any]) -> str:
    """A line that breaks off before its counts."""
    text = json.dumps(line)
    return text[: text.index('"usage"')]


@pytest.mark.parametrize(
    ("lines", "thorough", "at_a_commit"),
    [
        pytest.param("garbage\n" * 3, {"malformed": 3}, {}, id="garbage"),
        pytest.param("{garbage}\n\n" * 3, {"malformed": 3}, {}, id="garbage-in-braces"),
        pytest.param("\0" * 70_000 + "\n", {"malformed": 1}, {}, id="zeros"),
        pytest.param("[]\n", {"malformed": 1}, {}, id="no-object"),
        pytest.param("garbage", {"partial": 1}, {"partial": 1}, id="garbage-without-an-end"),
        pytest.param(
            half(answer(1, 10, BEGIN)), {"partial": 1}, {"partial": 1}, id="cut-before-usage"
        ),
        pytest.param(
            half(answer(1, 10, BEGIN, "/elsewhere")), {"partial": 1}, {"partial": 1}, id="elsewhere"
        ),
        pytest.param('{"type":"user"}\n\n', {}, {}, id="whole"),
    ],
)
def test_lines_that_no_tool_has_written(
    lines: str, thorough: dict[str, int], at_a_commit: dict[str, int], tmp_path: Path
) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/s.jsonl", unfinished=lines)
    assert home.thoroughly().problems["claude-code"].counts == thorough
    assert home.in_tree().problems["claude-code"].counts == at_a_commit


@pytest.mark.parametrize("tool", ["claude-code", "codex-cli", "qwen-code", "copilot-cli"])
def test_usage_without_a_folder_is_said(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    before = home.thoroughly().problems[tool].counts.get("place", 0)
    for file in sorted(home.path.rglob("*.jsonl")):
        file.write_text(file.read_text().replace('"cwd"', '"pwd"'))
    for file in home.path.rglob("*.db"):
        file.unlink()
    found = home.thoroughly()
    assert found.problems[tool].counts["place"] > before
    assert len(found.events) < expected(tool)["everywhere"]


@each_tool
def test_a_thorough_look_finds_the_same_events(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    assert home.thoroughly().events == home.in_tree().events
    quick, thorough = (found.problems[tool].counts for found in (home.in_tree(), home.thoroughly()))
    assert all(thorough[kind] >= times for kind, times in quick.items())


# --- Which folder


@pytest.mark.parametrize(
    ("cwd", "is_in"),
    [
        pytest.param(TREE, True, id="tree"),
        pytest.param(TREE + "/src/deep", True, id="below"),
        pytest.param(TREE + "-two", False, id="same-beginning"),
        pytest.param(TREE + "/trees/other", False, id="excluded"),
        pytest.param(TREE + "/trees/other/src", False, id="below-excluded"),
        pytest.param(TREE + "/trees/other-two", True, id="beside-excluded"),
        pytest.param("/home/dev", False, id="above"),
        pytest.param(TREE + "/../elsewhere", False, id="out-again"),
        pytest.param(TREE + "/", True, id="slash"),
    ],
)
def test_a_linked_work_tree_below_is_another(cwd: str, is_in: bool, tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, BEGIN, cwd))
    excluded = [TREE + "/trees/other"]
    found = events(TREE, None, excluded=excluded, tools=["claude-code"], machine=home.machine())
    assert bool(found.events) == is_in


def test_a_session_that_moves_is_counted_where_it_is(tmp_path: Path) -> None:
    home = claude(tmp_path)
    moves = [TREE, "/home/dev/elsewhere", TREE]
    lines = [answer(n, n + 1, BEGIN + n, cwd) for n, cwd in enumerate(moves)]
    home.write(".claude/projects/p/s.jsonl", *lines)
    assert [event.output for event in home.in_tree().events] == [1, 3]


# --- The budget


def session_log(tool: str, session: str, output: int) -> tuple[str, list[object]]:
    """The file of a session with one event, and its lines."""
    usage: object
    entry: dict[str, object] = {"timestamp": stamp(BEGIN), "cwd": TREE}
    if tool == "claude-code":
        return f".claude/projects/p/{session}.jsonl", [answer(output, output, BEGIN)]
    if tool == "codex-cli":
        usage = {"input_tokens": 5, "output_tokens": output}
        payload = {"type": "token_count", "info": {"last_token_usage": usage}}
        meta = {"type": "session_meta", "payload": {"id": session, "cwd": TREE}}
        name = f".codex/sessions/2026/09/01/rollout-{session}.jsonl"
        return name, [meta, {**entry, "type": "event_msg", "payload": payload}]
    if tool == "qwen-code":
        usage = {"promptTokenCount": 5, "candidatesTokenCount": output}
        entry |= {"type": "assistant", "uuid": session, "usageMetadata": usage}
        return f".qwen/projects/p/chats/{session}.jsonl", [entry]
    usage = {"outputTokens": output, "timestamp": stamp(BEGIN)}
    message = {"role": "assistant", "messageId": 1, "usage": usage}
    trees = {"initial": {"trees": [{"uri": "file://" + TREE}]}}
    thread = {"id": session, "env": trees, "messages": [message]}
    return f".local/share/amp/threads/{session}.json", [thread]


def two_sessions(tool: str, home: Home) -> None:
    """The session `mine` is older than `other`; both took place in the work tree."""
    for session, output, mtime in (("mine", 1, NOW - 500), ("other", 2, NOW)):
        name, lines = session_log(tool, session, output)
        os.utime(home.write(name, *lines), (mtime, mtime))


@pytest.mark.parametrize("tool", ["claude-code", "codex-cli", "qwen-code", "amp"])
def test_a_small_budget_reads_the_newest_and_this_session_first(tool: str, tmp_path: Path) -> None:
    home = Home(tmp_path, TREE, tool)
    two_sessions(tool, home)
    variable = READERS[tool].session_variables[0]
    for machine, first in ((home.machine(), 2), (home.machine(**{variable: "mine"}), 1)):
        assert [event.output for event in home.in_tree(machine=machine).events] == [1, 2]
        for limit in range(0, 400_000, 50):
            found = home.in_tree(machine=machine, budget=Budget(limit, 600))
            if found.events:
                break
        assert [event.output for event in found.events] == [first]
        assert not found.complete
        assert found.problems[tool].counts == {"cut": 1}


def test_a_small_budget_reads_the_folder_of_the_project_before_newer_ones(tmp_path: Path) -> None:
    home = claude(tmp_path)
    slug = TREE.replace("/", "-")
    own = home.write(f".claude/projects/{slug}/s.jsonl", answer(1, 1, BEGIN))
    home.write(".claude/projects/another/s.jsonl", answer(2, 2, BEGIN))
    os.utime(own, (NOW - 500, NOW - 500))
    found = home.in_tree(budget=Budget(own.stat().st_size, 600))
    assert [event.output for event in found.events] == [1]
    assert not found.complete


def test_a_small_budget_reads_the_tool_of_this_session_first(tmp_path: Path) -> None:
    home = Home(tmp_path, TREE, "")
    two_sessions("claude-code", home)
    two_sessions("amp", home)
    budget = Budget(byte_limit=500)
    machine = home.machine(AMP_CURRENT_THREAD_ID="mine")
    found = events(TREE, None, machine=machine, budget=budget)
    assert {event.tool for event in found.events} == {"amp"}
    assert not found.complete


@each_tool
def test_without_any_budget_nothing_is_read(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    found = home.in_tree(budget=Budget(seconds=-1))
    assert found.events == []
    assert not found.complete
    assert found.problems[tool].counts["cut"] == 1


@each_tool
def test_any_budget_gives_a_part_of_the_events(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    whole = {event.event_id: event for event in home.in_tree().events}
    for steps in range(0, 400, 7):
        ticks = itertools.count()
        found = home.in_tree(budget=Budget(seconds=steps, monotonic=ticks.__next__))
        for event in found.events:
            one = whole[event.event_id]
            assert event.output <= one.output
            assert event.input <= one.input
            assert event.cached <= one.cached
            assert (event.tool, event.model) == (one.tool, one.model)
        if found.complete:
            break
    assert len(found.events) == len(whole)


@pytest.mark.parametrize(
    ("value", "session"),
    [
        pytest.param("5e55-1a_b", "5e55-1a_b", id="plain"),
        pytest.param("../x", "", id="way-up"),
        pytest.param("a/b", "", id="slash"),
        pytest.param("é", "", id="not-ascii"),
        pytest.param("x" * 129, "", id="long"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_session_variable_must_be_a_plain_name(value: str, session: str) -> None:
    machine = Machine({"CLAUDE_CODE_SESSION_ID": value}, "/nobody", "linux", NOW)
    assert READERS["claude-code"].session(machine) == session


# --- No log can do harm


VALUES: list[Any] = [
    None, True, False, -1, 0, 1.5, 1e300, float("nan"), float("inf"), 10**12, 10**400, "",
    "x", "\x00", "\ud800", "2026-13-99T99:99:99Z", TREE, TREE + "\x00", [], [[]], {}, {"a": 1},
    "é" * 200,
]  # fmt: skip


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: its container and its key there."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], (dict, list)):
            found += nodes(value[key])
    return found


def mutated(rng: random.Random, content: bytes) -> bytes:
    kind = rng.randrange(6)
    if kind == 0:
        return content[: rng.randrange(len(content) + 1)]
    if kind == 1:
        at = rng.randrange(len(content))
        return content[:at] + rng.randbytes(rng.randrange(20)) + content[at + rng.randrange(20) :]
    lines = content.split(b"\n")
    if kind == 2:
        return b"\n".join(rng.choices(lines, k=len(lines)))
    try:
        document = [json.loads(content)]
    except ValueError:
        document = []
        for line in lines:
            try:
                document.append(json.loads(line))
            except ValueError:
                continue
    for _ in range(rng.randrange(1, 9)):
        places = nodes(document)
        if places:
            container, key = rng.choice(places)
            container[key] = copy.deepcopy(rng.choice(VALUES))
    return b"\n".join(json.dumps(value).encode() for value in document)


@each_tool
def test_a_damaged_log_is_survived(tool: str, tmp_path: Path) -> None:
    rng = random.Random(tool)  # noqa: S311
    home = fixture(tool, tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    for _ in range(150):
        path = rng.choice(files)
        original = path.read_bytes()
        path.write_bytes(mutated(rng, original))
        for tree in (home.tree, None):
            scan = Scan(tool, home.machine(), Window(tree, None), patient())
            # Beneath the net that keeps one tool's surprise from the others.
            reader = READERS[tool]
            reader.read(scan, reader.places(scan.machine, tree))
            assert all(is_sane(event) for event in scan.events())
        path.write_bytes(original)


def is_sane(event: Usage) -> bool:
    counts = event[3:6]
    return (
        all(type(count) is int and 0 <= count <= 10**9 for count in counts)
        and any(counts)
        and 0 < event.started <= event.time < 1e10
        and event.model.isascii()
        and (not event.model or event.model.isprintable())
    )


class Surprise(dict[str, str]):
    """An environment in which one variable cannot be asked for."""

    def get(self, name: str, default: Any = None) -> Any:
        if name == "CODEX_HOME":
            raise ArithmeticError
        return super().get(name, default)


def test_a_reader_that_fails_costs_no_other_tool(tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, BEGIN))
    two_sessions("amp", home)
    machine = Machine(Surprise(), str(tmp_path), "linux", NOW)
    found = events(TREE, None, machine=machine, budget=patient())
    assert {event.tool for event in found.events} == {"amp", "claude-code"}
    assert list(found.problems) == list(READERS)
    assert {tool: one.counts for tool, one in found.problems.items() if one} == {
        "codex-cli": {"malformed": 1}
    }


def test_problems_are_numbers_of_known_kinds(tmp_path: Path) -> None:
    for tool in TOOLS:
        home = fixture(tool, tmp_path / tool)
        for kind, times in home.everywhere().problems[tool].counts.items():
            assert kind in PROBLEMS
            assert type(times) is int


def test_what_is_no_json_costs_its_own_line_only(tmp_path: Path) -> None:
    home = claude(tmp_path)
    path = home.write(".claude/projects/p/s.jsonl", answer(1, 1, BEGIN))
    with path.open("a") as file:
        for text in ('{"a"', '{"a":', '{"a":1,', "{'a':1}", '["\\x"]', '"\t"', "nul", ""):
            file.write(f'{text} "usage" {TREE}\n')
    # As in the hook, where the module json is not imported.
    script = f"""
import sys; sys.path.insert(0, {str(Path(events.__code__.co_filename).parent.parent.parent)!r})
from commit_carbon_hook.logs import Machine, events
found = events({TREE!r}, None, machine=Machine({{}}, {str(home.path)!r}, "linux", {NOW}))
print(len(found.events), found.problems["claude-code"].counts)
"""
    command = [sys.executable, "-S", "-E", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "1 {'malformed': 8}\n"


# --- Cost


HEAVY = {"sqlite3", "typing", "dataclasses", "datetime", "subprocess", "urllib", "tempfile"}
HEAVY |= {"logging", "argparse", "compression", "zstandard", "concurrent", "importlib.metadata"}
OF_SQLITE = {"sqlite3", "datetime"}


@each_tool
def test_only_readers_of_logs_that_are_there_are_imported(tool: str, tmp_path: Path) -> None:
    home = fixture(tool, tmp_path)
    package = Path(events.__code__.co_filename).parent.parent.parent
    script = f"""
import sys; sys.path.insert(0, {str(package)!r})
from commit_carbon_hook.logs import Machine, events
events({home.tree!r}, None, machine=Machine({{}}, {str(home.path)!r}, "linux", {NOW}))
print(*sys.modules)
"""
    # Without site packages, which import what they like.
    command = [sys.executable, "-S", "-E", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert not (HEAVY - (OF_SQLITE if list(home.path.rglob("*.db")) else set())) & modules
    readers = {
        name for name in READERS if f"commit_carbon_hook.logs.{READERS[name].module}" in modules
    }
    assert readers == {tool, *({"opencode", "roo-code"} if tool == "kilo" else ())}


def test_a_line_that_names_another_folder_is_not_parsed(tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(
        ".claude/projects/p/s.jsonl", unfinished='{"cwd":"/home/dev/elsewhere","usage" no JSON}\n'
    )
    assert not home.in_tree().problems["claude-code"]
    assert home.everywhere().problems["claude-code"].counts == {"malformed": 1}


def test_all_tools_are_read_without_being_named(tmp_path: Path) -> None:
    home = claude(tmp_path)
    home.write(".claude/projects/p/s.jsonl", answer(1, 10, BEGIN))
    two_sessions("amp", home)
    found = all_events(None, machine=home.machine(), budget=patient())
    assert {event.tool for event in found.events} == {"amp", "claude-code"}
    assert found.events == sorted(found.events)
