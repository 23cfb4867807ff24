"""Logs of Claude Code and Codex CLI with everything that makes them hard to count, from a seed."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ccusage import Totals

TREE = "/home/dev/project"
ELSEWHERE = "/home/dev/elsewhere"
BEGIN = datetime(2026, 9, 1, 8, tzinfo=UTC).timestamp()


class Generated(NamedTuple):
    """What was written: the true totals, of all places and of the tree, and how many events."""

    totals: Totals
    in_tree: Totals
    events: int
    end: float


class _Log:
    """One file of JSON lines; its last line may lack an end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []
        self.last = 0.0

    def add(self, time: float | None, **entry: Any) -> None:
        if time is not None:
            entry = {"timestamp": stamp(time), **entry}
            self.last = max(self.last, time)
        self.lines.append(json.dumps(entry, separators=(",", ":")))

    def write(self, unfinished: str = "") -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("\n".join(self.lines) + "\n" + unfinished)
        os.utime(self.path, (self.last, self.last))


def stamp(time: float) -> str:
    text = datetime.fromtimestamp(round(time, 3), UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class _Sum:
    def __init__(self) -> None:
        self.counts = [0, 0, 0]

    def add(self, output: int, fresh: int, cached: int) -> None:
        self.counts = [a + b for a, b in zip(self.counts, (output, fresh, cached), strict=True)]

    def totals(self) -> Totals:
        return Totals(*self.counts)


class _Truth:
    def __init__(self) -> None:
        self.all, self.tree = _Sum(), _Sum()
        self.events = 0
        self.end = BEGIN

    def add(self, folder: str, time: float, output: int, fresh: int, cached: int) -> None:
        self.all.add(output, fresh, cached)
        if folder == TREE or folder.startswith(TREE + "/"):
            self.tree.add(output, fresh, cached)
        self.events += 1
        self.end = max(self.end, time)

    def generated(self) -> Generated:
        return Generated(self.all.totals(), self.tree.totals(), self.events, self.end)


# --- Claude Code


class _Claude:
    def __init__(self, rng: random.Random, home: Path) -> None:
        self.rng, self.home = rng, home
        self.truth = _Truth()
        self.number = 0

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_01{self.rng.getrandbits(80):020x}{self.number:06d}"

    def session(self, root: str, folder: str, time: float, responses: int) -> None:
        rng = self.rng
        session = f"{rng.getrandbits(128):032x}"
        place = self.home / root / "projects" / folder.replace("/", "-")
        main, helper = (
            _Log(place / f"{session}.jsonl"),
            _Log(place / session / "subagents" / "agent-1.jsonl"),
        )
        copied = []
        for _ in range(responses):
            time += rng.uniform(2, 40)
            here = folder + rng.choice(["", "", "/src"])
            is_helper = rng.random() < 0.3
            entry = self.response(session, here, time, is_helper)
            lines = self.streamed(entry, is_helper)
            log = helper if is_helper else main
            for step, line in enumerate(lines):
                log.add(time + step * 0.4, **line)
            self.noise(log, time, here)
            if not is_helper and "requestId" in entry:
                copied.append((time, entry))
            if rng.random() < 0.05 and copied:
                self.side_question(place, session, here, time + 1, rng.choice(copied)[1])
        main.write('{"type":"assistant","message":{"id":"msg_half","usage":{"input_t')
        if helper.lines:
            helper.write()
        if copied:
            self.resumed(place, copied)

    def response(self, session: str, folder: str, time: float, side: bool) -> dict[str, Any]:
        rng = self.rng
        fresh, written, cached = rng.randrange(200), rng.randrange(9000), rng.randrange(90000)
        output = 1 + rng.randrange(3000)
        usage: dict[str, Any] = {"input_tokens": fresh, "output_tokens": output}
        usage |= {"cache_creation_input_tokens": written, "cache_read_input_tokens": cached}
        if rng.random() < 0.5:
            long = rng.randrange(written + 1)
            parts = (
                ("ephemeral_1h_input_tokens", long),
                ("ephemeral_5m_input_tokens", written - long),
            )
            usage["cache_creation"] = dict(parts)
        self.truth.add(folder, time, output, fresh + written, cached)
        entry = {
            "type": "assistant",
            "sessionId": session,
            "cwd": folder,
            "version": "2.1.280",
            "isSidechain": side,
            "uuid": self.name("u"),
            "message": {
                "id": self.name("msg"),
                "role": "assistant",
                "model": rng.choice(["claude-opus-4-6", "claude-haiku-4-5", "not-a-model-we-know"]),
                "content": [{"type": "text", "text": 'speaks of "usage" and é'}],
                "usage": usage,
            },
        }
        if rng.random() < 0.8:
            entry["requestId"] = self.name("req")
        return entry

    def streamed(self, entry: dict[str, Any], side: bool) -> list[dict[str, Any]]:
        """One line per block; in a sub-agent's file the output grows from line to line."""
        lines = []
        final = entry["message"]["usage"]["output_tokens"]
        blocks = self.rng.choice([1, 1, 2, 3, 5]) if "requestId" in entry else 1
        for left in reversed(range(blocks)):
            output = max(1, final // (left * 3)) if side and left else final
            usage = {**entry["message"]["usage"], "output_tokens": output}
            lines.append({**entry, "message": {**entry["message"], "usage": usage}})
        return lines

    def noise(self, log: _Log, time: float, folder: str) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            log.add(time, type="user", cwd=folder, message={"role": "user", "content": "hi"})
        if rng.random() < 0.02:
            log.lines.append('{"type":"assistant","message":{"usage":{"input_tokens":17,')
        if rng.random() < 0.02:
            log.lines.append('not JSON at all, with the word "usage":{ in it')
        if rng.random() < 0.02:
            zero = {"input_tokens": 0, "output_tokens": 0}
            message = {"id": self.name("msg"), "model": "<synthetic>", "usage": zero}
            log.add(time, type="assistant", cwd=folder, version="2.1.280", message=message)
        if rng.random() < 0.02:
            usage = {"input_tokens": -5, "output_tokens": 3}
            message = {"id": self.name("msg"), "model": "claude-opus-4-6", "usage": usage}
            log.add(time, type="assistant", cwd=folder, version="2.1.280", message=message)

    def side_question(
        self, place: Path, session: str, folder: str, time: float, parent: dict[str, Any]
    ) -> None:
        """A side conversation: it repeats a message of its parent, then has its own answer."""
        log = _Log(place / session / "subagents" / f"agent-aside-{self.name('a')}.jsonl")
        usage = {**parent["message"]["usage"], "cache_read_input_tokens": 88_888}
        replay = {**parent, "isSidechain": True, "requestId": self.name("req")}
        log.add(time, **{**replay, "message": {**parent["message"], "usage": usage}})
        log.add(time + 1, **self.response(session, folder, time + 1, True))
        log.write()

    def resumed(self, place: Path, entries: list[tuple[float, dict[str, Any]]]) -> None:
        """A resumed or branched session: a new file that begins with the old one's lines."""
        session = f"{self.rng.getrandbits(128):032x}"
        log = _Log(place / f"{session}.jsonl")
        for time, entry in entries:
            log.add(time, **{**entry, "sessionId": session})
        log.write()


def claude_home(home: Path, seed: int, sessions: int = 30, responses: int = 80) -> Generated:
    """Fill both of Claude Code's configuration folders."""
    rng = random.Random(seed)  # noqa: S311
    claude = _Claude(rng, home)
    for number in range(sessions):
        root = rng.choice([".claude", ".config/claude"])
        folder = rng.choice([TREE, TREE, ELSEWHERE, TREE + "-two"])
        claude.session(root, folder, BEGIN + number * 4000, responses)
    return claude.truth.generated()


# --- Codex CLI

_NAMES = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")


class _Codex:
    def __init__(self, rng: random.Random, home: Path) -> None:
        self.rng, self.home = rng, home
        self.truth = _Truth()
        self.number = 0

    def log(self, time: float, thread: str, archived: bool = False) -> _Log:
        moment = datetime.fromtimestamp(time, UTC)
        name = f"rollout-{moment:%Y-%m-%dT%H-%M-%S}-{thread}.jsonl"
        base = self.home / ".codex"
        if archived:
            return _Log(base / "archived_sessions" / name)
        return _Log(base / "sessions" / f"{moment:%Y}" / f"{moment:%m}" / f"{moment:%d}" / name)

    def thread(self, folder: str, time: float, responses: int) -> float:
        rng = self.rng
        thread = f"{rng.getrandbits(128):032x}"
        log = self.log(time, thread, archived=rng.random() < 0.2)
        self.meta(log, time, thread, folder)
        totals_only = rng.random() < 0.15
        total = [0, 0, 0, 0]
        for _ in range(responses):
            time += rng.uniform(3, 60)
            total = self.response(log, folder, time, total, totals_only)
        if rng.random() < 0.4:
            self.child(log, thread, folder, time + 5, total, fork=rng.random() < 0.5)
        log.write(
            '{"timestamp":"2026-09-01T10:00:00.000Z","type":"event_msg","payload":{"type":"tok'
        )
        if rng.random() < 0.2:
            self.twin(log)
        return time

    def meta(self, log: _Log, time: float, thread: str, folder: str, **more: Any) -> None:
        payload = {"id": thread, "timestamp": stamp(time), "cwd": folder, "source": "cli"}
        payload |= {"originator": "codex_cli_rs", "cli_version": "0.150.0", **more}
        payload["instructions"] = "long " * 2000
        log.add(time, type="session_meta", payload=payload)

    def response(
        self, log: _Log, folder: str, time: float, total: list[int], totals_only: bool
    ) -> list[int]:
        rng = self.rng
        if rng.random() < 0.4 or len(log.lines) < 2:
            model = rng.choice(["gpt-5.2-codex", "gpt-5.2", "not-a-model-we-know"])
            log.add(time - 2, type="turn_context", payload={"cwd": folder, "model": model})
        prompt, output = 1 + rng.randrange(90_000), 1 + rng.randrange(2000)
        last = [prompt, rng.randrange(prompt + 1), output, rng.randrange(output + 1)]
        total = [a + b for a, b in zip(total, last, strict=True)]
        self.truth.add(folder, time, output, last[0] - last[1], last[1])
        self.count(log, time, total, None if totals_only else last)
        if rng.random() < 0.2:
            # Rate limits are news without new usage.
            self.count(log, time + 0.9, total, None if totals_only else last)
        if rng.random() < 0.05:
            log.add(time, type="event_msg", payload={"type": "token_count", "info": None})
        if rng.random() < 0.03 and not totals_only:
            # A compaction sets the total anew.
            total = [value // 2 for value in total]
        if rng.random() < 0.3:
            item = {"type": "message", "content": 'speaks of "token_count" events'}
            log.add(time, type="response_item", payload=item)
        return total

    def count(self, log: _Log, time: float, total: list[int], last: list[int] | None) -> None:
        info: dict[str, Any] = {"total_token_usage": self.usage(total)}
        if last is not None:
            info["last_token_usage"] = self.usage(last)
        log.add(time, type="event_msg", payload={"type": "token_count", "info": info})

    @staticmethod
    def usage(values: list[int]) -> dict[str, int]:
        return {**dict(zip(_NAMES, values, strict=True)), "total_tokens": values[0] + values[2]}

    def child(
        self, parent: _Log, thread: str, folder: str, time: float, total: list[int], fork: bool
    ) -> None:
        """A fork goes on with the total of its parent, a sub-agent from zero; both copy history."""
        child = f"{self.rng.getrandbits(128):032x}"
        log = self.log(time, child)
        source = {"subagent": {"thread_spawn": {"parent_thread_id": thread, "depth": 1}}}
        more: dict[str, Any] = {"forked_from_id": thread} if fork else {"source": source}
        self.meta(log, time, child, folder, **more)
        # Written at once, with the time of writing.
        second = int(time) + 1.0
        for number, line in enumerate(parent.lines):
            if line.startswith("{"):
                log.add(None, **{**json.loads(line), "timestamp": stamp(second + number / 1e5)})
        log.last = time
        total = total if fork else [0, 0, 0, 0]
        time += 4
        log.add(time, type="turn_context", payload={"cwd": folder, "model": "gpt-5.2"})
        for _ in range(3):
            time += self.rng.uniform(3, 20)
            total = self.response(log, folder, time, total, totals_only=False)
        log.write()

    def twin(self, log: _Log) -> None:
        """The same thread is still, or again, in the other folder."""
        sessions, archived = self.home / ".codex/sessions", self.home / ".codex/archived_sessions"
        if sessions in log.path.parents:
            relative = log.path.relative_to(sessions)
            other = _Log(archived / relative)
            other.lines, other.last = log.lines, log.last
            other.write()


def codex_home(home: Path, seed: int, threads: int = 40, responses: int = 60) -> Generated:
    """Fill the sessions, active and archived, of one Codex home."""
    rng = random.Random(seed)  # noqa: S311
    codex = _Codex(rng, home)
    for number in range(threads):
        folder = rng.choice([TREE, TREE + "/src", ELSEWHERE, TREE + "-two"])
        codex.thread(folder, BEGIN + number * 4000, responses)
    return codex.truth.generated()
