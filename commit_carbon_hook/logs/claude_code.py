"""Claude Code: a JSONL transcript per session and per sub-agent, some lines per response."""

from __future__ import annotations

from .files import LogFile, folder, lines_backward, walk
from .scan import instant
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan

# The ids of Anthropic's API; gateways in front of other models may repeat theirs.
_UNIQUE_ID = "msg_"
_UNIQUE_ID_LENGTH = 20
# Their files lie in the folder of their session; until late 2025 they lay beside its transcript.
_SUB_AGENT = "agent-"


def read(scan: Scan, places: list[Place]) -> None:
    for file in _transcripts(scan, places):
        is_meant = scan.asks_for_file(file.path)
        if not is_meant and not file.name.startswith(_SUB_AGENT):
            continue
        times = Times(scan.window, scan.problems)
        for line in lines_backward(scan, file.path, (b'"usage"',), scan.window.trace):
            entry = scan.parse(line)
            time = instant(entry.get("timestamp"))
            if is_meant or scan.asks_for(entry.get("sessionId")):
                _add(scan, entry, time)
            if times.passed(time):
                break


def _transcripts(scan: Scan, places: list[Place]) -> list[LogFile]:
    # The folder of a project is named after the path where the session began. A session that
    # began elsewhere and came here later is in another folder, so it is a hint, not a filter.
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in scan.window.tree or "")
    found = []
    for place in places:
        found += walk(scan, folder(scan, *place), (".jsonl",))

    def order(file: LogFile) -> tuple[bool, bool, float]:
        this_session = bool(scan.session) and scan.session in file.path
        return (not this_session, not slug or slug not in file.path, -file.mtime)

    return sorted(found, key=order)


def _add(scan: Scan, entry: dict[str, Any], time: float | None) -> None:
    cwd, message = entry.get("cwd"), entry.get("message")
    data = entry.get("data")
    if message is None and isinstance(data, dict) and isinstance(data.get("message"), dict):
        # A progress line carries the line of a sub-agent.
        entry = {**data["message"], "isSidechain": True}
        message = entry.get("message")
    usage = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(message, dict) or usage is None:
        return
    if not scan.window.holds(cwd):
        if not cwd:
            scan.problems.note("place")
        return
    numbers = scan.numbers(
        usage,
        "output_tokens",
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    )
    parts = usage.get("cache_creation") if isinstance(usage, dict) else None
    names = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    written = scan.numbers(parts, *names) if parts else []
    if numbers is None or written is None:
        return
    output, fresh, cached, cache_writes = numbers
    counts = (output, fresh + max(cache_writes, sum(written)), cached)
    rank = 0 if entry.get("isSidechain") is True else 1
    scan.add(_identity(entry, message), time, message.get("model"), counts, rank)


def _identity(entry: dict[str, Any], message: dict[str, Any]) -> tuple[object, ...]:
    # A side question repeats messages of its parent under other request ids.
    message_id, request_id = message.get("id"), entry.get("requestId")
    if isinstance(message_id, str) and message_id:
        unique = message_id.startswith(_UNIQUE_ID) and len(message_id) >= _UNIQUE_ID_LENGTH
        return (message_id,) if unique else (message_id, request_id)
    return ("line", entry.get("uuid"), request_id, entry.get("timestamp"))
