"""Particulars of the formats that no fixture shows."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from generated_logs import BEGIN, TREE, stamp
from hypothesis import example, given
from hypothesis import strategies as st
from log_homes import Home, expected, fixture, rows

from commit_carbon_hook.logs import Budget
from commit_carbon_hook.logs.compressed import decompressor
from commit_carbon_hook.logs.json_text import loads

# --- What lies before the window is not read


def old_and_new(line: Callable[[float, int], list[object]]) -> list[object]:
    """Megabytes of events from days before, and one event of now."""
    lines = [one for n in range(3000) for one in line(BEGIN - 90_000 + n, n)]
    return [*lines, *line(BEGIN, 9999)]


def codex_lines(time: float, number: int) -> list[object]:
    usage = {"input_tokens": 1, "output_tokens": number + 1}
    count = {"type": "token_count", "info": {"last_token_usage": usage}, "padding": "x" * 900}
    context = {"cwd": TREE, "model": "gpt-6"}
    return [
        {"timestamp": stamp(time), "type": "turn_context", "payload": context},
        {"timestamp": stamp(time), "type": "event_msg", "payload": count},
    ]


def claude_lines(time: float, number: int) -> list[object]:
    usage = {"input_tokens": 1, "output_tokens": number + 1}
    message = {"id": f"id-{number}", "usage": usage, "content": "x" * 900}
    return [{"timestamp": stamp(time), "cwd": TREE, "requestId": "r", "message": message}]


def gemini_lines(time: float, number: int) -> list[object]:
    tokens = {"input": 1, "output": number + 1}
    entry = {"id": f"id-{number}", "type": "gemini", "content": "x" * 900, "tokens": tokens}
    return [{"timestamp": stamp(time), **entry}]


def qwen_lines(time: float, number: int) -> list[object]:
    usage = {"promptTokenCount": 1, "candidatesTokenCount": number + 1}
    entry = {"type": "assistant", "uuid": f"id-{number}", "cwd": TREE, "message": "x" * 900}
    return [{"timestamp": stamp(time), **entry, "usageMetadata": usage}]


def aider_lines(time: float, number: int) -> list[object]:
    counts = {"prompt_tokens": 1, "completion_tokens": number + 1, "padding": "x" * 900}
    return [{"event": "message_send", "time": int(time), "properties": counts}]


def copilot_lines(time: float, number: int) -> list[object]:
    data = {"messageId": f"id-{number}", "outputTokens": number + 1, "padding": "x" * 900}
    return [
        {"type": "assistant.message", "timestamp": stamp(time), "data": data},
        {"type": "session.shutdown", "timestamp": stamp(time), "data": {"modelMetrics": {}}},
    ]


def span_lines(time: float, number: int) -> list[object]:
    span = a_span(number, time)
    return [{**span, "padding": "x" * 900}]


each_format = pytest.mark.parametrize(
    ("tool", "name", "line"),
    [
        pytest.param("claude-code", ".claude/projects/p/s.jsonl", claude_lines, id="claude-code"),
        pytest.param("codex-cli", ".codex/sessions/s.jsonl", codex_lines, id="codex-cli"),
        pytest.param("gemini-cli", ".gemini/tmp/p/chats/s.jsonl", gemini_lines, id="gemini-cli"),
        pytest.param("qwen-code", ".qwen/projects/p/chats/s.jsonl", qwen_lines, id="qwen-code"),
        pytest.param("aider", "aider.jsonl", aider_lines, id="aider"),
        pytest.param(
            "copilot-cli", ".copilot/session-state/s/events.jsonl", copilot_lines, id="copilot"
        ),
        pytest.param("copilot-cli", ".copilot/otel/s.jsonl", span_lines, id="copilot-telemetry"),
    ],
)


@each_format
def test_a_long_log_is_read_from_its_end_to_the_window(
    tool: str, name: str, line: Callable[[float, int], list[object]], tmp_path: Path
) -> None:
    home = Home(tmp_path, TREE, tool)
    size = home.write(name, *old_and_new(line)).stat().st_size
    assert size > 2_500_000
    machine = home.machine(AIDER_ANALYTICS_LOG=name)
    found = home.everywhere(BEGIN - 60, machine=machine, budget=Budget(400_000, 600))
    assert [event.output for event in found.events] == [10_000]
    assert found.complete


@each_format
def test_every_log_of_lines_says_that_its_clock_was_set_back(
    tool: str, name: str, line: Callable[[float, int], list[object]], tmp_path: Path
) -> None:
    home = Home(tmp_path, TREE, tool)
    machine = home.machine(AIDER_ANALYTICS_LOG=name)
    for seconds, problems in (((0, 60, 3600), {}), ((3600, 0, 3660), {"order": 1})):
        home.write(name, *[one for n in seconds for one in line(BEGIN + n, n)])
        assert home.everywhere(machine=machine).problems[tool].counts == problems


# --- Counts


@pytest.mark.parametrize(
    ("tokens", "counts"),
    [
        pytest.param(
            {"input": 100, "output": 50, "thoughts": 20, "total": 170}, (70, 100, 0), id="beside"
        ),
        pytest.param(
            {"input": 100, "output": 50, "thoughts": 20, "total": 150}, (50, 100, 0), id="inside"
        ),
        pytest.param({"input": 100, "output": 50, "thoughts": 20}, (70, 100, 0), id="no-total"),
        pytest.param(
            {"input": 100, "output": 50, "thoughts": 20, "tool": 7, "total": 157},
            (50, 107, 0),
            id="tool-inside",
        ),
        pytest.param(
            {"input": 100, "output": 50, "cached": 60, "tool": 7}, (50, 47, 60), id="cached"
        ),
        pytest.param({"input": 100, "output": 50, "cached": 160}, (50, 100, 160), id="more-cached"),
    ],
)
@pytest.mark.parametrize("tool", ["gemini-cli", "qwen-code"])
def test_gemini_and_qwen(
    tool: str, tokens: dict[str, int], counts: tuple[int, int, int], tmp_path: Path
) -> None:
    home = Home(tmp_path, TREE, tool)
    if tool == "gemini-cli":
        entry = {"id": "1", "type": "gemini", "timestamp": stamp(BEGIN), "tokens": tokens}
        home.write(".gemini/tmp/p/chats/s.jsonl", entry)
    else:
        names = {
            "input": "promptTokenCount",
            "output": "candidatesTokenCount",
            "thoughts": "thoughtsTokenCount",
            "cached": "cachedContentTokenCount",
            "tool": "toolUsePromptTokenCount",
            "total": "totalTokenCount",
        }
        usage = {names[name]: count for name, count in tokens.items()}
        entry = {"type": "assistant", "uuid": "1", "timestamp": stamp(BEGIN)}
        home.write(".qwen/projects/p/chats/s.jsonl", {**entry, "usageMetadata": usage})
    (event,) = home.everywhere().events
    assert (event.output, event.input, event.cached) == counts


@pytest.mark.parametrize(
    ("total", "fresh"),
    [
        pytest.param(900, 300, id="contained"),
        pytest.param(700, 100, id="nothing-else"),
        pytest.param(699, 799, id="apart"),
    ],
)
def test_cline_sessions_and_roo_tasks_contain_the_caches_where_they_can(
    total: int, fresh: int, tmp_path: Path
) -> None:
    metrics = {"inputTokens": total, "outputTokens": 5, "cacheReadTokens": 600}
    metrics |= {"cacheWriteTokens": 100}
    message = {"id": "1", "ts": int(BEGIN * 1000), "metrics": metrics}
    cline = Home(tmp_path, TREE, "cline")
    cline.write(".cline/data/sessions/s/s.messages.json", {"messages": [message]})
    usage = {"tokensIn": total, "tokensOut": 5, "cacheReads": 600, "cacheWrites": 100}
    request = {"ts": int(BEGIN * 1000), "say": "api_req_started", "text": json.dumps(usage)}
    roo = Home(tmp_path, TREE, "roo-code")
    storage = ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline"
    roo.write(f"{storage}/tasks/1/ui_messages.json", [request])
    for home in (cline, roo):
        (event,) = home.everywhere().events
        assert (event.output, event.input, event.cached) == (5, fresh, 600)


# --- Codex CLI: steps of a running total


def codex_count(second: int, total: list[int], last: list[int] | None) -> dict[str, Any]:
    names = ("input_tokens", "cached_input_tokens", "output_tokens")
    info = {"total_token_usage": dict(zip(names, total, strict=True))}
    if last is not None:
        info["last_token_usage"] = dict(zip(names, last, strict=True))
    payload = {"type": "token_count", "info": info}
    return {"timestamp": stamp(BEGIN + second), "type": "event_msg", "payload": payload}


@pytest.mark.parametrize(
    ("then", "counts"),
    [
        pytest.param(([300, 0, 30], [200, 0, 20]), [(10, 100, 0), (20, 200, 0)], id="next"),
        pytest.param(([100, 0, 10], [100, 0, 10]), [(10, 100, 0)], id="repeated"),
        pytest.param(([900, 0, 30], [200, 0, 20]), [(10, 100, 0), (20, 800, 0)], id="lost-line"),
        pytest.param(([50, 0, 20], [200, 0, 20]), [(10, 100, 0), (20, 200, 0)], id="begun-anew"),
        pytest.param(([300, 0, 30], None), [(10, 100, 0), (20, 200, 0)], id="totals-only"),
        pytest.param(([50, 0, 5], None), [(10, 100, 0), (5, 50, 0)], id="totals-only-anew"),
        pytest.param(([0, 0, 0], [0, 0, 0]), [(10, 100, 0)], id="context-full"),
    ],
)
def test_codex_steps(
    then: tuple[list[int], list[int] | None], counts: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    home = Home(tmp_path, TREE, "codex-cli")
    lines = [codex_count(0, [100, 0, 10], [100, 0, 10]), codex_count(60, *then)]
    home.write(".codex/sessions/s.jsonl", *lines)
    found = home.everywhere().events
    assert [(event.output, event.input, event.cached) for event in found] == counts


# --- Compressed logs


def zstd_frame(content: bytes) -> bytes:
    """A Zstandard frame that stores its content as it is."""
    pieces = [content[at : at + (1 << 17)] for at in range(0, len(content), 1 << 17)] or [b""]
    frame = bytes.fromhex("28b52ffd0050")
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        frame += (is_last | len(piece) << 3).to_bytes(3, "little") + piece
    return frame


def test_codex_reads_compressed_files_where_python_can(tmp_path: Path) -> None:
    home = fixture("codex-cli", tmp_path)
    before = home.in_tree().events
    files = sorted(home.path.rglob("*.jsonl"))
    for file in files:
        content = file.read_bytes()
        file.with_name(file.name + ".zst").write_bytes(zstd_frame(content[: content.rfind(b"\n")]))
        file.unlink()
    found = home.in_tree()
    if decompressor() is None:
        assert found.events == []
        assert found.problems["codex-cli"].counts == {"zstd": len(files)}
    else:
        assert found.events == before


def test_codex_prefers_the_plain_file_of_the_same_name(tmp_path: Path) -> None:
    home = fixture("codex-cli", tmp_path)
    before = rows(home.in_tree())
    for file in sorted(home.path.rglob("*.jsonl")):
        file.with_name(file.name + ".zst").write_bytes(b"half written")
    found = home.in_tree()
    assert rows(found) == before
    assert found.problems["codex-cli"].counts == expected("codex-cli")["problems"]


# --- OpenCode and Kilo: databases, and files before them


def test_opencode_reads_only_the_database_that_is_named(tmp_path: Path) -> None:
    home = fixture("opencode", tmp_path)
    data = home.path / ".local/share/opencode"
    shutil.move(data / "opencode.db", data / "mine.db")
    named = home.in_tree(machine=home.machine(OPENCODE_DB="mine.db"))
    assert len(named.events) == expected("opencode")["everywhere"] - 1
    assert not named.problems["opencode"].counts.get("database")


def test_kilo_without_a_database_reads_the_files_before(tmp_path: Path) -> None:
    home = fixture("opencode", tmp_path)
    data = home.path / ".local/share"
    for database in (data / "opencode").glob("*.db"):
        database.unlink()
    files = rows(home.everywhere())
    assert files
    (data / "opencode").rename(data / "kilo")
    assert rows(Home(home.path, TREE, "kilo").everywhere()) == files


# --- Copilot CLI has three places, and one request may stand in all of them


def a_span(
    number: int,
    time: float | None = None,
    operation: str = "chat",
    session: str = "s1",
) -> dict[str, Any]:
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.conversation.id": session,
        "gen_ai.request.model": "auto",
        "gen_ai.response.model": "gpt-6-luna",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 1 + number,
        "gen_ai.usage.cache_read.input_tokens": 600,
    }
    seconds = int(BEGIN) + number if time is None else int(time)
    context = {"traceId": "t", "spanId": f"{operation}{number}"}
    return {"spanContext": context, "endTime": [seconds, 500_000_000], "attributes": attributes}


def copilot_with_telemetry(tmp_path: Path) -> Home:
    home = Home(tmp_path, TREE, "copilot-cli")
    lines = [a_span(1), a_span(1), a_span(2, session="s2"), a_span(3, operation="invoke_agent")]
    home.write(".copilot/otel/copilot.jsonl", *lines, {"name": "a metric"})
    for session, folder in (("s1", TREE), ("s2", "/home/dev/elsewhere")):
        workspace = tmp_path / ".copilot/session-state" / session / "workspace.yaml"
        workspace.parent.mkdir(parents=True)
        workspace.write_text(f"id: {session}\ncwd: {folder}\n")
    return home


def test_copilot_telemetry(tmp_path: Path) -> None:
    home = copilot_with_telemetry(tmp_path)
    assert rows(home.in_tree()) == [(stamp(BEGIN + 1.5), "gpt-6-luna", 2, 400, 600)]
    assert len(home.everywhere().events) == 2


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_copilot_telemetry_in_a_folder_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    home = copilot_with_telemetry(tmp_path / "home")
    otel = home.path / ".copilot/otel"
    otel.rename(tmp_path / "moved")
    otel.symlink_to(tmp_path / "moved")
    found = home.everywhere()
    assert found.events == []
    assert found.problems["copilot-cli"].counts == {"link": 1}


def test_copilot_telemetry_in_a_named_file(tmp_path: Path) -> None:
    home = copilot_with_telemetry(tmp_path)
    shutil.move(tmp_path / ".copilot/otel/copilot.jsonl", tmp_path / "mine.jsonl")
    machine = home.machine(COPILOT_OTEL_FILE_EXPORTER_PATH=str(tmp_path / "mine.jsonl"))
    assert len(home.in_tree(machine=machine).events) == 1


def test_copilot_telemetry_is_not_read_beside_a_store(tmp_path: Path) -> None:
    home = fixture("copilot-cli", tmp_path)
    before = rows(home.everywhere())
    home.write(".copilot/otel/copilot.jsonl", a_span(1))
    assert rows(home.everywhere()) == before


def test_copilot_without_its_store_reads_the_event_logs(tmp_path: Path) -> None:
    home = fixture("copilot-cli", tmp_path)
    (home.path / ".copilot/session-store.db").unlink()
    found = home.everywhere()
    assert found.events
    assert not found.problems["copilot-cli"].counts.get("database")


def test_copilot_with_a_damaged_store_counts_nothing(tmp_path: Path) -> None:
    home = fixture("copilot-cli", tmp_path)
    (home.path / ".copilot/session-store.db").write_bytes(b"not a database, " * 300)
    found = home.everywhere()
    assert found.events == []
    assert found.problems["copilot-cli"].counts == {"database": 1}


# --- JSON

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_json_is_read_as_json_reads_it(value: object, ascii_only: bool, indent: int | None) -> None:
    text = f" \n{json.dumps(value, ensure_ascii=ascii_only, indent=indent)}\t"
    assert loads(text) == value
    assert loads(text.encode("utf-8", "surrogatepass")) == value


def outcome(read: Callable[[str], Any], text: str) -> str:
    try:
        return repr(read(text))
    except ValueError:
        return "refused"


@given(st.text('{}[]",:\\ u0e-n1truefalsNI') | st.text())
@example("[Infinity, -Infinity, NaN]")
@example("[1][")
@example('"\\ud800"')
@example("\ufeff1")
@example("1\x0b")
def test_what_json_refuses_is_refused(text: str) -> None:
    assert outcome(loads, text) == outcome(json.loads, text)
