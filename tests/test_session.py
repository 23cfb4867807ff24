"""`commit-carbon session`: what was used, where, what it cost, and the line for a status line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SCRIPTS
from usage_world import CANARY, World, append

from commit_carbon_hook import prices, statusline, tally
from commit_carbon_hook.config import Settings
from commit_carbon_hook.estimate import Range, Tokens
from commit_carbon_hook.scopes import SCOPES

ROOT = Path(__file__).parents[1]
LISTED = prices.load()
NO_TOKENS = {"output": 0, "input": 0, "cached": 0}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def session(world: World, *arguments: str, folder: str = "", **variables: str) -> Any:
    """The JSON that the command prints."""
    done = run(world, "--format", "json", *arguments, folder=folder, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(
    world: World, *arguments: str, folder: str = "", stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / "commit-carbon", "session", *arguments],
        cwd=world.main.path / folder,
        env={**world.environment, **variables},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def response(
    world: World, name: str, counts: tuple[int, int, int] = (1, 2, 3), *, folder: str = "main",
    model: str = "claude-opus-5-5", session: str = "s", at: float = 0.0
) -> None:  # fmt: skip
    """A response in a log of Claude Code, so many seconds from now."""
    output, fresh, cached = counts
    usage = {"output_tokens": output, "input_tokens": fresh, "cache_read_input_tokens": cached}
    entry = {
        "type": "assistant",
        "timestamp": time.time() + at,
        "sessionId": session,
        "cwd": str(world.folder / folder),
        "message": {"id": f"msg_{name}", "model": model, "usage": usage},
    }
    append(world.home / ".claude" / "projects" / "-p" / f"{session}.jsonl", entry)


# --- scopes


def test_the_shape_that_others_rely_on(world: World) -> None:
    response(world, "1", (1000, 100, 5000))
    shown = session(world)
    assert shown["scope"] == "since-record"
    assert shown["tokens"] == {"output": 1000, "input": 100, "cached": 5000}
    for key in ("energy_wh", "emissions_gco2e"):
        values = shown[key]
        assert set(values) == {"low", "central", "high"}
        assert 0 < values["low"] <= values["central"] <= values["high"]
    assert shown["cost_usd"] == pytest.approx((1000 * 20 + 100 * 4 + 5000 * 0.2) / 1e6)
    assert shown["complete"] is True


def test_it_is_deterministic_and_works_from_a_folder_below(world: World) -> None:
    (world.main.path / "sub").mkdir()
    response(world, "1", folder="main/sub")
    response(world, "2", model="claude-haiku-4-5")
    assert (
        run(world, "--format", "json").stdout == run(world, "--format", "json", folder="sub").stdout
    )
    elsewhere = session(world, "-C", str(world.main.path / "sub"))
    assert elsewhere["tokens"]["output"] == 2


def test_since_record_is_what_the_next_commit_records_and_writes_nothing(world: World) -> None:
    world.use("claude-code", "main")
    world.use("codex-cli", "main")
    before = snapshot(world.main.path / ".git")
    shown = session(world)
    assert snapshot(world.main.path / ".git") == before
    world.stage("main")
    world.commit("main")
    recorded = [one.tokens for one in world.records() if one.tokens]
    sums = [sum(counts) for counts in zip(*recorded, strict=True)]
    assert list(shown["tokens"].values()) == [shown["tokens"][kind] for kind in shown["tokens"]]
    assert [shown["tokens"][kind] for kind in tally.KINDS] == sums
    assert session(world)["tokens"] == NO_TOKENS
    world.grow(0)
    assert sum(session(world)["tokens"].values()) == 1


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_whose_usage_each_scope_means(world: World) -> None:
    world.stage("main")
    response(world, "before", (1, 0, 0), at=-50 * 3600)
    response(world, "yesterday", (10, 0, 0), at=-25 * 3600)
    response(world, "now", (100, 0, 0), session="5e55")
    response(world, "elsewhere", (1000, 0, 0), folder="elsewhere")
    response(world, "session-elsewhere", (10_000, 0, 0), folder="elsewhere", session="5e55")
    outputs = {
        scope: session(world, "--scope", scope, CLAUDE_CODE_SESSION_ID="5e55")["tokens"]["output"]
        for scope in SCOPES
    }
    assert outputs == {
        # The last commit was a moment ago; without a record in history a day counts.
        "since-record": 100,
        "session": 10_100,
        "today": 11_100,
        "repository": 111,
        "all": 11_111,
    }


def test_a_session_is_that_of_the_tool_that_started_the_shell(world: World) -> None:
    world.use("codex-cli", "main")
    world.use("claude-code", "main")
    shown = session(world, "--scope", "session", CODEX_THREAD_ID=f"{CANARY}-main")
    assert [row["tool"] for row in shown["tools"]] == ["codex-cli"]
    assert shown["tokens"] == {"output": 1, "input": 0, "cached": 0}


def test_linked_work_trees_are_apart(world: World) -> None:
    linked = world.add_tree("linked")
    response(world, "main", (1, 0, 0))
    response(world, "linked", (10, 0, 0), folder="main/.trees/linked")
    assert session(world)["tokens"]["output"] == 1
    assert session(world, "-C", str(linked.path))["tokens"]["output"] == 10
    assert session(world, "--scope", "repository")["tokens"]["output"] == 1


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("form", ["text", "json", "statusline"])
def test_nothing_of_a_log_but_numbers_comes_out(scope: str, form: str, world: World) -> None:
    world.use("claude-code", "main")
    world.use("codex-cli", "main")
    response(world, CANARY, model=f"{CANARY}-model")
    how = ["--statusline"] if form == "statusline" else ["--format", form]
    variables = {"CLAUDE_CODE_SESSION_ID": f"{CANARY}-1", "CODEX_THREAD_ID": f"{CANARY}-main"}
    done = run(world, "--scope", scope, *how, **variables)
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr


def test_the_text_says_what_is_left_out(world: World) -> None:
    response(world, "1", (1000, 100, 5000))
    response(world, "2", (70, 7, 0), model="mystery-1")
    text = run(world).stdout
    assert "1,070 output; 107 input; 5,000 cached" in text
    assert f"at least $0.02 at list prices of {LISTED.date}" in text
    assert "no price is known for 77 tokens" in text
    assert "77 tokens are of a model that is not in the table" in text
    assert run(world, "--scope", "repository").stdout.splitlines()[1:] == text.splitlines()[1:]


def test_without_usage_it_says_so(world: World) -> None:
    assert "no usage" in run(world).stdout
    shown = session(world)
    assert shown["tokens"] == NO_TOKENS
    assert shown["cost_usd"] == 0
    assert shown["tools"] == []


def test_settings_of_the_work_tree_hold(world: World) -> None:
    response(world, "1", (1000, 0, 0))
    usual = session(world)["emissions_gco2e"]["central"]
    (world.main.path / "sub").mkdir()
    (world.main.path / ".commit-carbon.toml").write_text('grid = "FR"\n')
    french = session(world, folder="sub")["emissions_gco2e"]["central"]
    assert 0 < french < usual / 2
    assert session(world, COMMIT_CARBON_GRID="US")["emissions_gco2e"]["central"] == usual


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--scope", "week"], "invalid choice", id="scope"),
        pytest.param(["--watch", "0"], "not a number of seconds", id="watch"),
        pytest.param(["--watch", "nan"], "not a number of seconds", id="watch-nan"),
        pytest.param(["-C", "nowhere"], "nowhere is not a directory", id="folder"),
        pytest.param(["-C", "/"], "no work tree here", id="no-repository"),
        pytest.param(["--scope", "session"], "no tool has started this shell", id="no-session"),
        pytest.param(["--statusline", "--format", "json"], "--statusline is text", id="json-line"),
        pytest.param(["--statusline", "--watch"], "--watch is of no use", id="watched-line"),
        pytest.param(["--color"], "--color needs --statusline", id="color"),
    ],
)
def test_mistakes_are_one_line_and_2(arguments: list[str], says: str, world: World) -> None:
    done = run(world, *arguments)
    assert done.returncode == 2
    assert says in done.stderr.splitlines()[-1]
    assert not done.stdout


def test_a_faulty_configuration_is_2(world: World) -> None:
    (world.main.path / ".commit-carbon.toml").write_text('grid = "NOWHERE"\n')
    response(world, "1")
    done = run(world)
    assert done.returncode == 2
    assert ".commit-carbon.toml: grid" in done.stderr


# --- what it costs


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("claude-opus-4-6", "claude-opus-4-6"),
        ("claude-opus-4.6", "claude-opus-4-6"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("claude-sonnet-4-0", "claude-sonnet-4"),
        ("gpt-5.1-codex-max", "gpt-5.1-codex-max"),
        ("openai/gpt-6.1-sol-2026-09-29", "gpt-6.1-sol"),
        ("GPT-5.2", "gpt-5.2"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        # Variants with another price, and other models.
        ("claude-opus-4-6-fast", None),
        ("claude-opus-4", "claude-opus-4"),
        ("claude-opus", None),
        ("claude-opus-4-60", None),
        ("openai/gpt-5:batch", None),
        ("gpt-5.1-codex-max-high", None),
        ("<synthetic>", None),
        ("", None),
        ("/", None),
        ("-v1:0", None),
    ],
)
def test_prices_are_found_by_exact_names(name: str, model: str | None) -> None:
    price = LISTED.of(name)
    assert (price.model if price else None) == model


@given(st.text())
def test_no_name_fails(name: str) -> None:
    price = LISTED.of(name)
    assert price is None or price.model.split("-")[0] in name.lower()


@pytest.mark.parametrize(
    ("model", "tokens", "usd"),
    [
        pytest.param("claude-opus-5-5", (1_000_000, 0, 0), 20, id="output"),
        pytest.param("claude-opus-5-5", (0, 1_000_000, 0), 4, id="input"),
        pytest.param("claude-opus-5-5", (0, 0, 1_000_000), 0.2, id="cached"),
        pytest.param("claude-haiku-5-5", (1_000_000, 40_000, 60_000), 0.5046, id="short-prompt"),
        pytest.param("claude-haiku-5-5", (1_000_000, 40_000, 60_001), 2.52300005, id="long-prompt"),
        pytest.param("claude-haiku-5-5", (0, 3_000_000, 0), 0.3, id="sum-of-prompts"),
    ],
)
def test_what_tokens_cost(model: str, tokens: tuple[int, int, int], usd: float) -> None:
    price = LISTED.of(model)
    assert price
    assert price.cost_usd(Tokens(*tokens)) == pytest.approx(usd)


def test_the_price_list_follows_its_schema() -> None:
    document = json.loads((ROOT / "factors" / prices.FILE).read_text())
    schema = json.loads((ROOT / "schema" / "prices.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate(document)
    sources, models = document["sources"], document["models"].values()
    assert {row["source"] for row in models} == set(sources)
    assert document["date"] == max(source["checked"] for source in sources.values())
    names = [*document["models"], *(name for row in models for name in row.get("also", ()))]
    assert len({prices.folded(name) for name in names}) == len(names)
    for row in models:
        # Cached input is cheaper than fresh input, and output is dearer, with every vendor.
        for rates in filter(None, (row, row.get("long_prompt"))):
            assert rates["cached"] < rates["input"] < rates["output"]


def test_rows_add_up() -> None:
    uses = [
        tally.Use("claude-code", "claude-opus-5-5", Tokens(100, 10, 1000)),
        tally.Use("claude-code", "claude-opus-5-5", Tokens(1, 1, 1)),
        tally.Use("claude-code", "claude-haiku-4-5", Tokens(5, 5, 5)),
        tally.Use("codex-cli", "mystery", Tokens(7, 0, 0)),
        tally.Use("codex-cli", "", Tokens(8, 0, 0)),
    ]
    rows = tally.rows(uses, Settings(), LISTED)
    assert {(row.tool, row.model) for row in rows} == {
        ("claude-code", "claude-opus-5-5"),
        ("claude-code", "claude-haiku-4-5"),
        ("codex-cli", "other"),
        ("codex-cli", ""),
    }
    whole = tally.total(row.amount for row in rows)
    assert whole.tokens == Tokens(121, 16, 1006)
    assert whole.unpriced == whole.unknown == Tokens(15, 0, 0)
    for end in ("low", "central", "high"):
        parts = [getattr(row.amount.emissions_gco2e, end) for row in rows]
        assert getattr(whole.emissions_gco2e, end) == pytest.approx(sum(parts))
    unknown = tally.total(row.amount for row in rows if row.tool == "codex-cli")
    assert unknown.cost_usd is None
    assert tally.total([]).cost_usd == 0


# --- the status line


def amount(grams: tuple[float, float, float], tokens: int, cost: float | None) -> tally.Amount:
    none = Tokens(0, 0, 0)
    return tally.Amount(Tokens(tokens, 0, 0), Range(0, 0, 0), Range(*grams), cost, none, none)


@pytest.mark.parametrize(
    ("given_amount", "complete", "line"),
    [
        (amount((0.2, 0.8, 3), 41_000, 0.32), True, "0.80 g CO2e (0.2-3) 41k tok $0.32"),
        (amount((0.2, 0.8, 3), 41_000, None), True, "0.80 g CO2e (0.2-3) 41k tok"),
        (amount((0.2, 0.8, 3), 950, 0.0), False, ">0.80 g CO2e (0.2-3) 950 tok $0.00"),
        (amount((500, 1200, 4000), 9_960_000, 9.5), True, "1.2 kg CO2e (0.5-4) 10M tok $9.50"),
        (amount((0.1, 0.4, 1), 4_100, 0.0012), True, "0.40 g CO2e (0.1-1) 4.1k tok $0.0012"),
    ],
)
def test_the_line(given_amount: tally.Amount, complete: bool, line: str) -> None:
    assert statusline.shown(given_amount, complete, is_coloured=False) == line
    coloured = statusline.shown(given_amount, complete, is_coloured=True)
    assert coloured.replace("\x1b[2m", "").replace("\x1b[0m", "") == line


def asks(world: World, session: str = "5e55") -> dict[str, Any]:
    """What Claude Code gives a status line, as far as it is read, and more."""
    here = str(world.main.path)
    transcript = world.home / ".claude" / "projects" / "-p" / f"{session}.jsonl"
    return {
        "hook_event_name": "Status",
        "session_id": session,
        "transcript_path": str(transcript),
        "cwd": here,
        "model": {"id": "claude-opus-5-5", "display_name": "Opus"},
        "workspace": {"current_dir": here, "project_dir": here},
        "cost": {"total_cost_usd": 0.5, "total_duration_ms": 1},
    }


def test_the_status_line_is_of_the_session_that_asks(world: World) -> None:
    response(world, "1", (1_000_000, 0, 0), session="5e55")
    response(world, "2", (3_000_000, 0, 0), session="other")
    asked = asks(world)
    expected = "1.0M tok $20.00\n"
    assert run(world, "--statusline", stdin=json.dumps(asked)).stdout.endswith(expected)
    del asked["session_id"]
    assert run(world, "--statusline", stdin=json.dumps(asked)).stdout.endswith(expected)
    moved = world.folder / "config"
    (world.home / ".claude").rename(moved)
    asked["transcript_path"] = str(moved / "projects" / "-p" / "5e55.jsonl")
    assert run(world, "--statusline", stdin=json.dumps(asked)).stdout.endswith(expected)


def test_the_status_line_takes_a_scope(world: World) -> None:
    response(world, "1", (1_000_000, 0, 0), session="5e55")
    response(world, "2", (3_000_000, 0, 0), session="other")
    done = run(world, "--statusline", "--scope", "all", stdin=json.dumps(asks(world)))
    assert "4.0M tok" in done.stdout


def test_a_colour_that_is_not_wanted_is_not_shown(world: World) -> None:
    response(world, "1", session="5e55")
    asked = json.dumps(asks(world))
    for wanted, codes in (("", 2), ("1", 0)):
        done = run(world, "--statusline", "--color", stdin=asked, NO_COLOR=wanted)
        assert "tok" in done.stdout
        assert done.stdout.count("\x1b[") == codes


NO_SESSION = {
    "nothing": "",
    "a-blank-line": "\n",
    "an-empty-object": "{}",
    "no-such-folder": '{"cwd": "/nowhere"}',
    "an-empty-session": '{"session_id": "", "transcript_path": null}',
    "other-types": '{"workspace": 1, "cwd": {}}',
}
ANOTHER_SESSION = {
    "no-json": "{",
    "a-list": "[1, 2]",
    "a-number": "7",
    "deep": "[" * 100_000,
    "other-types": '{"session_id": 5, "transcript_path": []}',
    "no-such-folder": '{"cwd": "/nowhere", "session_id": "x"}',
    "a-strange-session": '{"session_id": "../../\\u0000/\\n", "transcript_path": "\\u0000"}',
    "not-encodable": '{"session_id": "\\ud800"}',
    "nul": "\0\0",
    "large": '{"session_id": "' + "x" * 3_000_000 + '"}',
    "cut": '{"session_id": "s", "more": "' + "x" * 3_000_000 + '"}',
    "new": '{"session_id": "brand-new"}',
    "new-transcript": '{"transcript_path": "/nowhere/projects/-p/brand-new.jsonl"}',
}


@pytest.mark.parametrize("stdin", NO_SESSION.values(), ids=NO_SESSION)
@pytest.mark.parametrize("folder", ["main", ""])
def test_where_no_session_asks_the_line_is_of_the_work_tree(
    stdin: str, folder: str, world: World
) -> None:
    response(world, "1", (1000, 0, 0))
    done = run(world, "--statusline", folder=str(world.folder / folder), stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert done.stdout.endswith(" 1.0k tok $0.02\n" if folder else f"{statusline.NOTHING}\n")


@pytest.mark.parametrize("stdin", ANOTHER_SESSION.values(), ids=ANOTHER_SESSION)
def test_nothing_of_another_session_is_in_the_line(stdin: str, world: World) -> None:
    response(world, "1", (1000, 0, 0))
    world.use("codex-cli", "main")
    others = {"CLAUDE_CODE_SESSION_ID": "s", "CODEX_THREAD_ID": f"{CANARY}-main"}
    for scope in ([], ["--scope", "session"]):
        done = run(world, "--statusline", *scope, stdin=stdin, **others)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{statusline.NOTHING}\n"


def test_a_session_is_not_named_as_a_folder_above_all_sessions_is(world: World) -> None:
    response(world, "1", (1000, 0, 0))
    sub_agent = world.home / ".claude" / "projects" / "-p" / "s" / "subagents" / "agent-1.jsonl"
    sub_agent.parent.mkdir(parents=True)
    (sub_agent.parents[2] / "s.jsonl").rename(sub_agent)
    for name in sub_agent.parent.parts[1:-2]:
        done = run(world, "--statusline", stdin=json.dumps({"session_id": name}))
        assert done.stdout == f"{statusline.NOTHING}\n", name
    assert "1.0k tok" in run(world, "--statusline", stdin='{"session_id": "s"}').stdout


def test_a_status_line_survives_its_surroundings(world: World) -> None:
    response(world, "1")
    (world.main.path / ".commit-carbon.toml").write_text("not toml")
    for arguments in (["-C", "nowhere"], ["--scope", "session"]):
        done = run(world, "--statusline", *arguments, stdin="{}", HOME="/nowhere")
        assert (done.returncode, done.stdout) == (0, statusline.NOTHING + "\n")


def test_a_status_line_does_not_wait_for_a_pipe_that_stays_open(world: World) -> None:
    response(world, "1", (1000, 0, 0))
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [SCRIPTS / "commit-carbon", "session", "--statusline"],
            cwd=world.main.path,
            env=world.environment,
            stdin=reading,
            capture_output=True,
            timeout=30,
            check=True,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert b"1.0k tok" in done.stdout


# How long it takes is measured in benchmarks/counting.py; a test only sees what makes it long.
HEAVY = {
    "typing", "dataclasses", "subprocess", "sqlite3", "datetime", "tomllib", "jsonschema",
    "dulwich", "rich", "asyncio", "urllib.request", "difflib",
}  # fmt: skip
LOADED = """
import sys
before = set(sys.modules)
from commit_carbon_hook.cli import main
main(["session", "--statusline"])
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""


def test_a_status_line_loads_little(world: World) -> None:
    for number in range(300):
        response(world, str(number), session="5e55")
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=world.main.path,
        env=world.environment,
        input=json.dumps(asks(world)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tok" in done.stdout
    assert not HEAVY & set(done.stderr.split())


# --- the live view


def test_watching_shows_what_changes_and_ends_on_an_interrupt(world: World) -> None:
    response(world, "1", (1000, 0, 0))
    watching = subprocess.Popen(
        [SCRIPTS / "commit-carbon", "session", "--watch", "0.2", "--format", "json"],
        cwd=world.main.path,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout
    try:
        assert next_document(watching.stdout)["tokens"]["output"] == 1000
        response(world, "2", (500, 0, 0))
        assert next_document(watching.stdout)["tokens"]["output"] == 1500
    finally:
        watching.send_signal(signal.SIGINT)
        rest, errors = watching.communicate(timeout=30)
    assert (watching.returncode, rest, errors) == (0, "", "")


def next_document(stream: Any) -> Any:
    lines = []
    for line in stream:
        lines.append(line)
        if line == "}\n":
            break
    return json.loads("".join(lines))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_view_is_drawn_in_place(world: World) -> None:
    import pty

    response(world, "1", (1000, 0, 0))
    main, other = pty.openpty()
    watching = subprocess.Popen(
        [SCRIPTS / "commit-carbon", "session", "--watch", "0.1"],
        cwd=world.main.path,
        env={**world.environment, "TERM": "xterm"},
        stdout=other,
        stderr=other,
    )
    os.close(other)
    seen = b""
    try:
        while seen.count(b"^C quits") < 2:
            seen += os.read(main, 65536)
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=30) == 0
        os.close(main)
    assert seen.startswith(b"\x1b[H\x1b[J")
    assert b"1,000 output" in seen
