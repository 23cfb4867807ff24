"""Codex CLI: one rollout file per thread, with usage records or, before them, running totals."""

from __future__ import annotations

from .files import LogFile, folder, lines_backward, read_first_line, walk
from .scan import MOST_TOTAL_TOKENS, instant
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .places import Place
    from .scan import Scan

_SETTINGS = (b'"turn_context"', b'"thread_settings_applied"')
_MARKS = (b'"token_usage_record"', b'"token_count"', *_SETTINGS)
_COUNTS = ("output_tokens", "input_tokens", "cached_input_tokens", "reasoning_output_tokens")
# A fork or a sub-agent begins with its parent's history, written at once when the file is made.
INHERITED_S = 2.0


def read(scan: Scan, places: list[Place]) -> None:
    threads = [_Thread(scan, file) for file in _of_session(scan, _rollouts(scan, places))]
    if scan.only_session:
        threads = _with_sub_agents(scan, threads)

    def order(thread: _Thread) -> tuple[bool, bool, float]:
        other = not scan.session or scan.session not in thread.file.name
        return (other, not scan.window.holds(thread.folder), -thread.file.mtime)

    for thread in sorted(threads, key=order):
        if scan.window.holds(thread.folder) or thread.may_have_moved():
            entries = list(thread.entries())
            if scan.is_cut:
                return  # a step, its model and its place follow from what stands before it
            for entry in reversed(entries):
                thread.follow(entry)


def _rollouts(scan: Scan, places: list[Place]) -> list[LogFile]:
    files: list[LogFile] = []
    for place in places:
        files += walk(scan, folder(scan, *place), (".jsonl", ".jsonl.zst"))
    plain = {file.name + ".zst" for file in files}
    return [file for file in files if file.name not in plain]


def _of_session(scan: Scan, files: list[LogFile]) -> list[LogFile]:
    """Where one session is meant, its file and those begun after it, by the time in their names."""
    if not scan.only_session:
        return files
    own = [file.name for file in files if scan.session in file.name]
    return [file for file in files if own and file.name >= min(own)]


def _with_sub_agents(scan: Scan, threads: list[_Thread]) -> list[_Thread]:
    """The thread of the session and those that it has started, directly or not."""
    family = {scan.session}
    for thread in sorted(threads, key=lambda thread: thread.file.name):
        if thread.parent in family:
            family.add(thread.id)
    return [thread for thread in threads if thread.id in family]


def _is_zstd(file: LogFile) -> bool:
    return file.name.endswith(".zst")


class _Thread:
    """One rollout file, read from its end and followed from there on."""

    def __init__(self, scan: Scan, file: LogFile) -> None:
        self.scan = scan
        self.file = file
        head: dict[str, Any] = {}
        if not _is_zstd(file):
            first = read_first_line(scan, file.path)
            head = scan.parse(first) if first else {}
        self._begin(head)
        self.model: object = ""
        self.total: list[int] | None = None
        self.has_records = False

    def _begin(self, head: dict[str, Any]) -> None:
        payload = head.get("payload")
        meta = payload if head.get("type") == "session_meta" and isinstance(payload, dict) else {}
        self.id = str(meta.get("id") or self.file.name.removesuffix(".zst"))
        self.folder: object = meta.get("cwd")
        source = meta.get("source")
        agent = source.get("subagent") if isinstance(source, dict) else None
        spawn = agent.get("thread_spawn") if isinstance(agent, dict) else None
        spawned_by = spawn.get("parent_thread_id") if isinstance(spawn, dict) else None
        self.parent = str(meta.get("parent_thread_id") or spawned_by or "")
        copied = meta.get("forked_from_id") or self.parent or agent
        began = instant(head.get("timestamp"))
        self.own_since = began + INHERITED_S if copied and began is not None else float("-inf")

    def may_have_moved(self) -> bool:
        """Whether a thread that began elsewhere names the work tree as its place later on."""
        if _is_zstd(self.file) or self.scan.window.thorough:
            return True
        trace = self.scan.window.trace
        return any(lines_backward(self.scan, self.file.path, _SETTINGS, trace))

    def entries(self) -> Iterator[tuple[float | None, str, dict[str, Any]]]:
        """(time, kind, payload) of the lines that matter, the last one first."""
        scan = self.scan
        lines = self._compressed() if _is_zstd(self.file) else self._plain()
        times = Times(scan.window, scan.problems)
        past_horizon = False
        for line in lines:
            entry = scan.parse(line)
            payload = entry.get("payload")
            if not isinstance(payload, dict):
                continue
            kind = entry.get("type")
            if kind == "event_msg":
                kind = payload.get("type")
            time = instant(entry.get("timestamp"))
            is_past = times.passed(time)
            yield time, str(kind), payload
            if kind in ("token_count", "token_usage_record") and time is not None:
                past_horizon = past_horizon or is_past
                if kind == "token_count" and time < self.own_since:
                    return
            # The total before the window and the model in it are needed, nothing older.
            if past_horizon and kind == "turn_context":
                return

    def _plain(self) -> Iterator[bytes]:
        return lines_backward(self.scan, self.file.path, _MARKS)

    def _compressed(self) -> Iterator[bytes]:
        from .compressed import lines_of_zstd

        lines = lines_of_zstd(self.scan, self.file.path)
        if lines:
            self._begin(self.scan.parse(lines[0]))
        for line in reversed(lines):
            if any(mark in line for mark in _MARKS):
                yield line

    def follow(self, entry: tuple[float | None, str, dict[str, Any]]) -> None:
        """Take the next line in the order of the file."""
        time, kind, payload = entry
        if kind == "turn_context":
            self.model = payload.get("model") or self.model
            self.folder = payload.get("cwd") or self.folder
        elif kind == "thread_settings_applied":
            settings = payload.get("thread_settings")
            if isinstance(settings, dict):
                self.model = settings.get("model") or self.model
                self.folder = settings.get("cwd") or self.folder
        elif kind == "token_usage_record":
            self._record(time, payload)
        elif kind == "token_count":
            self._count(time, payload)

    def _record(self, time: float | None, payload: dict[str, Any]) -> None:
        owner = payload.get("thread_id") or self.id
        if owner != self.id:
            return
        self.has_records = True
        counts = self.scan.numbers(payload.get("usage"), *_COUNTS)
        if counts is not None:
            response = payload.get("response_id") or payload.get("thread_token_usage")
            self._add(("response", owner, response), time, counts)

    def _count(self, time: float | None, payload: dict[str, Any]) -> None:
        info = payload.get("info")
        if not isinstance(info, dict):
            return
        total = self._totals(info.get("total_token_usage"))
        last = self._totals(info.get("last_token_usage"))
        before, self.total = self.total, total or self.total
        # A record says the same about a response as the total that follows it, and more.
        if self.has_records or (time is not None and time < self.own_since):
            return
        step = _step(total, last, before)
        if step is not None:
            self._add(("total", self.id, total, last), time, step)

    def _totals(self, usage: object) -> list[int] | None:
        if usage is None:
            return None
        return self.scan.numbers(usage, *_COUNTS, most=MOST_TOTAL_TOKENS)

    def _add(self, identity: tuple[object, ...], time: float | None, counts: list[int]) -> None:
        if not self.scan.window.holds(self.folder):
            if not self.folder:
                self.scan.problems.note("place")
            return
        output, prompt, cached, _ = counts
        cached = min(cached, prompt)
        self.scan.add(identity, time, self.model, (output, prompt - cached, cached))


def _step(
    total: list[int] | None, last: list[int] | None, before: list[int] | None
) -> list[int] | None:
    """What was used since the total before, None if nothing new was."""
    if total is None or before is None:
        return last or total
    if total == before:
        return None
    step = [now - then for now, then in zip(total, before, strict=True)]
    if last is None:
        return step if min(step) >= 0 else total
    # More than the last response: a line between was lost. Less: the total was set anew.
    return step if all(s >= n for s, n in zip(step, last, strict=True)) else last
