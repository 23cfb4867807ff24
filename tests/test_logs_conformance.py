"""Our totals against ccusage's over logs with every known pitfall, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ccusage
import pytest
from ccusage import Totals
from generated_logs import Generated, claude_home, codex_home

from commit_carbon_hook.logs import Budget, Machine, all_events

NOW = 1_800_000_000.0


def our_totals(tool: str, home: Path) -> Totals:
    machine = Machine({}, str(home), "linux", NOW)
    budget = Budget(byte_limit=1 << 32, seconds=600)
    found = all_events(None, tools=[tool], budget=budget, machine=machine)
    assert found.complete
    return Totals(
        sum(event.output for event in found.events),
        sum(event.input for event in found.events),
        sum(event.cached for event in found.events),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("tool", "agent", "fill"),
    [
        pytest.param("claude-code", "claude", claude_home, id="claude-code"),
        pytest.param("codex-cli", "codex", codex_home, id="codex-cli"),
    ],
)
def test_totals_equal_ccusage(
    tool: str, agent: str, fill: Callable[[Path, int], Generated], seed: int, tmp_path: Path
) -> None:
    generated = fill(tmp_path, seed)
    assert generated.events > 2000
    assert our_totals(tool, tmp_path) == generated.totals
    assert ccusage.totals(agent, tmp_path) == generated.totals


ID = "msg_01" + "A" * 20
STAMP = "2026-09-01T10:00:00.000Z"


def answer(
    usage: dict[str, Any], message_id: str = ID, request_id: str | None = "req_1", **more: Any
) -> dict[str, Any]:
    message = {"id": message_id, "model": "claude-opus-4-6", "usage": usage}
    entry = {"type": "assistant", "timestamp": STAMP, "cwd": "/w", "version": "2.1.0", **more}
    return {**entry, "requestId": request_id, "message": message}


def usage(output: int, fresh: int = 10, **more: Any) -> dict[str, Any]:
    return {"output_tokens": output, "input_tokens": fresh, **more}


CLAUDE_DIFFERENCES = [
    pytest.param(
        [answer(usage(5)), answer(usage(500), request_id="req_2")],
        Totals(500, 10, 0),
        Totals(505, 20, 0),
        id="an id of the API stands for one response whatever request id goes with it",
    ),
    pytest.param(
        [answer(usage(5), request_id=None)],
        Totals(5, 10, 0),
        Totals(0, 0, 0),
        id="a request id of null does not make the usage unreal",
    ),
    pytest.param(
        [
            answer(
                usage(
                    5,
                    cache_creation_input_tokens=100,
                    cache_creation={"ephemeral_5m_input_tokens": 0},
                )
            )
        ],
        Totals(5, 110, 0),
        Totals(5, 10, 0),
        id="cache writes count where their division by time is left empty",
    ),
    pytest.param(
        [answer(usage(10**12))],
        Totals(0, 0, 0),
        Totals(10**12, 10, 0),
        id="no response has more than a billion tokens",
    ),
]


def test_a_response_without_request_id_is_one_response_too(tmp_path: Path) -> None:
    first, second = (
        answer(usage(1)),
        {**answer(usage(5)), "timestamp": STAMP.replace("00.0", "01.0")},
    )
    for session in ("one", "two"):
        lines = [{**line, "sessionId": session} for line in (first, second)]
        for line in lines:
            del line["requestId"]
        write(tmp_path / f".claude/projects/-w/{session}.jsonl", lines)
    assert our_totals("claude-code", tmp_path) == Totals(5, 10, 0)
    assert ccusage.totals("claude", tmp_path) == Totals(12, 40, 0)


@pytest.mark.parametrize(("lines", "ours", "theirs"), CLAUDE_DIFFERENCES)
def test_claude_code_differs_on_purpose(
    lines: list[dict[str, Any]], ours: Totals, theirs: Totals, tmp_path: Path
) -> None:
    write(tmp_path / ".claude/projects/-w/session.jsonl", lines)
    assert our_totals("claude-code", tmp_path) == ours
    assert ccusage.totals("claude", tmp_path) == theirs


def counted(second: int, total: tuple[int, int, int], last: tuple[int, int, int]) -> dict[str, Any]:
    info = {"total_token_usage": tokens(*total), "last_token_usage": tokens(*last)}
    payload = {"type": "token_count", "info": info}
    return {"timestamp": f"2026-09-01T10:00:{second}.000Z", "type": "event_msg", "payload": payload}


def recorded(second: int, response: str, last: tuple[int, int, int]) -> dict[str, Any]:
    payload = {"thread_id": "T", "turn_id": "1", "response_id": response, "usage": tokens(*last)}
    stamp = f"2026-09-01T10:00:{second}.000Z"
    return {"timestamp": stamp, "type": "token_usage_record", "payload": payload}


def tokens(prompt: int, cached: int, output: int) -> dict[str, int]:
    counts = {"input_tokens": prompt, "cached_input_tokens": cached, "output_tokens": output}
    return {**counts, "reasoning_output_tokens": 0, "total_tokens": prompt + output}


CODEX_DIFFERENCES = [
    pytest.param(
        [counted(10, (100, 50, 9), (100, 50, 9)), counted(30, (600, 250, 29), (200, 100, 10))],
        Totals(29, 350, 250),
        Totals(19, 150, 150),
        id="the running total recovers the responses whose lines are lost",
    ),
    pytest.param(
        [
            recorded(10, "r1", (100, 50, 9)),
            counted(11, (100, 50, 9), (100, 50, 9)),
            recorded(20, "compaction", (300, 0, 20)),
        ],
        Totals(29, 350, 50),
        Totals(9, 50, 50),
        id="usage records tell of responses that no count follows",
    ),
    pytest.param(
        [counted(10, (100, 50, -9), (100, 50, -9))],
        Totals(0, 0, 0),
        Totals(0, 50, 50),
        id="an event with an absurd count is left out as a whole",
    ),
]


@pytest.mark.parametrize(("lines", "ours", "theirs"), CODEX_DIFFERENCES)
def test_codex_cli_differs_on_purpose(
    lines: list[dict[str, Any]], ours: Totals, theirs: Totals, tmp_path: Path
) -> None:
    head = {"id": "T", "timestamp": STAMP, "cwd": "/w", "source": "cli"}
    begin: list[dict[str, Any]] = [
        {"timestamp": STAMP, "type": "session_meta", "payload": head},
        {"timestamp": STAMP, "type": "turn_context", "payload": {"cwd": "/w", "model": "gpt-5.2"}},
    ]
    write(tmp_path / ".codex/sessions/2026/09/01/rollout-T.jsonl", begin + lines)
    assert our_totals("codex-cli", tmp_path) == ours
    assert ccusage.totals("codex", tmp_path) == theirs


def write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
