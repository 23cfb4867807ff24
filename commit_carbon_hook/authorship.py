"""Which lines of a commit an AI tool wrote, as other tools noted it: git-ai's authorship logs
(`refs/notes/ai`, standard 3.0.0) and Agent Trace records (0.1.0). Pure functions over text."""

from __future__ import annotations

import json

from . import factor_table, tables
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, NamedTuple
else:
    from .values import NamedTuple

GIT_AI_SCHEMA = "authorship/3."
AGENT_TRACE_VERSIONS = ("0.", "1.")
MAX_LINE_NUMBER = 999_999_999
_HUMAN_KEY = b"h_"
_SESSION_KEY = b"s_"
_HUMAN = "human"
# Contributors of an Agent Trace range in whose lines an AI took part.
_AI = ("ai", "mixed")


class Authored(NamedTuple):
    """The tool that wrote most of the AI lines of a commit, its model family (empty where it is
    not known), and how many lines of the commit are by AI tools."""

    tool: str
    model: str
    lines: int


class Part(NamedTuple):
    """Consecutive lines of a file, numbered from 1, both ends included, and who wrote them."""

    path: str
    first: int
    last: int
    tool: str
    model: str


class Trace(NamedTuple):
    """One Agent Trace record: the revision that it names, when it was recorded, in seconds since
    1970 (None where it does not say), and the lines by AI tools."""

    revision: str
    time: int | None
    parts: tuple[Part, ...]


def authored(parts: Iterable[Part]) -> Authored | None:
    """The lines of these parts, those that overlap once; None where there are none."""
    by_path: dict[str, list[tuple[int, int]]] = {}
    shares: dict[tuple[str, str], int] = {}
    for path, first, last, tool, model in parts:
        by_path.setdefault(path, []).append((first, last))
        shares[tool, model] = shares.get((tool, model), 0) + last - first + 1
    if not shares:
        return None
    tool, model = min(shares, key=lambda who: (-shares[who], who))
    return Authored(tool, model, sum(_union(ranges) for ranges in by_path.values()))


def _union(ranges: list[tuple[int, int]]) -> int:
    lines = end = 0
    for first, last in sorted(ranges):
        lines += max(0, last - max(first - 1, end))
        end = max(end, last)
    return lines


def tool_id(name: object) -> str:
    """The id of a tool as other tools name it, `other` for one that is not in our table."""
    folded = name.strip().lower() if isinstance(name, str) else ""
    return folded if folded in factor_table.TOOLS else factor_table.AGENT_NAMES.get(folded, "other")


def model_id(name: object) -> str:
    """The id of a model family, empty for one that is not in our table."""
    found = tables.model(name[:250]) if isinstance(name, str) else tables.OTHER
    return "" if found == tables.OTHER else found


def from_git_ai(note: bytes) -> Authored | None:
    """What a note of git-ai says; None if no line is by an AI tool. Raises CarbonError for
    anything else than an authorship log."""
    head, divider, tail = note.partition(b"\n---\n")
    if note.startswith(b"---\n"):
        head, divider, tail = b"", b"---\n", note[4:]
    if not divider:
        raise CarbonError("no authorship log")
    about = _json(tail)
    version = about.get("schema_version") if isinstance(about, dict) else None
    if not isinstance(version, str) or not version.startswith(GIT_AI_SCHEMA):
        raise CarbonError("an authorship log of an unknown version")
    return authored(_attested(head, about))


def _json(data: bytes) -> Any:
    """Nothing of it is shown, and every value that is used is checked: what else is in it, or
    stands there twice, does not matter."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise CarbonError("not JSON") from None


def _attested(head: bytes, about: dict[str, Any]) -> Iterator[Part]:
    path = ""
    for line in head.split(b"\n"):
        if not line.startswith(b"  "):
            path = line.decode("utf-8", "surrogateescape")
            continue
        key, _, ranges = line[2:].partition(b" ")
        who = _agent(key, about)
        if who is None:
            continue
        for words in ranges.split(b","):
            first, hyphen, last = words.partition(b"-")
            yield Part(path, *_lines(first, last if hyphen else first), *who)


def _agent(key: bytes, about: dict[str, Any]) -> tuple[str, str] | None:
    """Tool and model behind a key of an attestation, None for people."""
    if key.startswith(_HUMAN_KEY):
        return None
    section = "sessions" if key.startswith(_SESSION_KEY) else "prompts"
    rows = about.get(section)
    name = key.partition(b"::")[0].decode("utf-8", "replace")
    row = rows.get(name) if isinstance(rows, dict) else None
    agent = row.get("agent_id") if isinstance(row, dict) else None
    if not isinstance(agent, dict):
        return tables.OTHER, ""
    if agent.get("tool") == _HUMAN:
        return None
    return tool_id(agent.get("tool")), model_id(agent.get("model"))


def _lines(first: bytes, last: bytes) -> tuple[int, int]:
    for number in (first, last):
        if not 0 < len(number) <= 9 or not number.isdigit():
            raise CarbonError("not a range of lines")
    if not 0 < int(first) <= int(last):
        raise CarbonError("not a range of lines")
    return int(first), int(last)


def from_agent_trace(record: bytes) -> Trace | None:
    """What one Agent Trace record says; None if it is not about a git commit or about no AI
    lines. Raises CarbonError for anything else than a trace record."""
    found = _json(record)
    if not isinstance(found, dict) or not isinstance(found.get("files"), list):
        raise CarbonError("no trace record")
    if not str(found.get("version")).startswith(AGENT_TRACE_VERSIONS):
        raise CarbonError("a trace record of an unknown version")
    vcs = found.get("vcs")
    revision = vcs.get("revision") if isinstance(vcs, dict) and vcs.get("type") == "git" else None
    if not isinstance(revision, str) or len(revision) not in (40, 64):
        return None
    tool = found.get("tool")
    name = tool_id(tool.get("name")) if isinstance(tool, dict) else tables.OTHER
    parts = tuple(part for file in found["files"] for part in _traced(file, name))
    return Trace(revision.lower(), _seconds(found.get("timestamp")), parts) if parts else None


def _traced(file: Any, tool: str) -> Iterator[Part]:
    """The AI lines of a file of a record."""
    if not isinstance(file, dict) or not isinstance(file.get("path"), str):
        raise CarbonError("a file without a path")
    for conversation in _list(file.get("conversations")):
        by_all = conversation.get("contributor")
        for span in _list(conversation.get("ranges")):
            by = span.get("contributor", by_all)
            if not isinstance(by, dict) or by.get("type") not in _AI:
                continue
            first, last = span.get("start_line"), span.get("end_line")
            if type(first) is not int or type(last) is not int:
                raise CarbonError("not a range of lines")
            if not 0 < first <= last <= MAX_LINE_NUMBER:
                raise CarbonError("not a range of lines")
            yield Part(file["path"], first, last, tool, model_id(by.get("model_id")))


def _list(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CarbonError("not a list of objects")
    return value


def _seconds(text: object) -> int | None:
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
