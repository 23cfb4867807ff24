"""OpenCode: a SQLite database in one of two layouts, and the JSON files of versions before."""

from __future__ import annotations

import os

from ..factor_table import LOCAL_PREFIXES
from .files import folder, read_whole, walk
from .scan import instant, with_reasoning

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any

    from .places import Place
    from .scan import Scan

# Of a long answer it may be only the end that lies in the window.
_LONGEST_ANSWER_S = 86400.0
# Messages of the second layout contain their text; only these members leave the database.
_MEMBERS = "'$.tokens', '$.time', '$.modelID', '$.model.id', '$.providerID', '$.model.providerID'"
_LAYOUTS = (
    ("session_v2", "session_message", "type = 'assistant'"),
    ("session", "session_message", "type = 'assistant'"),
    ("session", "message", "1"),
)


def read(scan: Scan, places: list[Place]) -> None:
    (data,), *databases = places
    for path in [os.path.join(*place) for place in databases] or _databases(scan, data):
        read_database(scan, path)
    if not _databases(scan, data):
        read_storage(scan, data)


def _databases(scan: Scan, data: str) -> list[str]:
    top = folder(scan, data)
    names = sorted(os.listdir(top)) if top else []
    names = [n for n in names if n.startswith("opencode") and n.endswith(".db")]
    return [os.path.join(top, name) for name in names]


class _Message:
    """What is known of one answer. A fork copies answers under new ids into a later session."""

    def __init__(self, message_id: object, session_began: float | None, members: list[Any]) -> None:
        self.id = str(message_id)
        self.tokens, times, model, nested_model, provider, nested_provider = members
        self.model = str(model or nested_model or "")
        server = f"{provider or nested_provider}/"
        if server in LOCAL_PREFIXES:
            self.model = server + self.model
        times = times if isinstance(times, dict) else {}
        self.created = instant(times.get("created"))
        self.completed = instant(times.get("completed"))
        began = session_began if session_began is not None else float("-inf")
        self.is_copy = self.created is not None and self.created < began


def read_database(scan: Scan, path: str) -> None:
    """Add the messages of a database of OpenCode or of one of its descendants."""
    from .database import columns, reading

    messages: list[_Message] = []
    with reading(scan, path) as connection:
        if connection is not None:
            known = False
            for layout in _LAYOUTS:
                sessions, answers, role = layout
                if {"directory"} & columns(connection, sessions) and columns(connection, answers):
                    known = True
                    messages += _messages(scan, connection, sessions, answers, role)
            if not known:
                scan.problems.note("database")
    _add_all(scan, messages)


def _messages(
    scan: Scan, connection: sqlite3.Connection, sessions: str, answers: str, role: str
) -> Iterable[_Message]:
    since = scan.window.since
    earliest = -1 if since is None else int((since - _LONGEST_ANSWER_S) * 1000)
    listing = f"SELECT id, directory, time_created FROM {sessions}"  # noqa: S608
    data = "CASE WHEN json_valid(data) THEN data ELSE '{}' END"
    query = (
        f"SELECT id, json_extract({data}, {_MEMBERS}) FROM {answers}"  # noqa: S608
        f" WHERE session_id = ? AND time_created >= ? AND {role}"
    )
    for session_id, directory, began in connection.execute(listing).fetchall():
        if not scan.window.holds(directory):
            continue
        for message_id, text in connection.execute(query, (session_id, earliest)):
            if not scan.take(len(text)):
                return
            members = scan.parse(f'{{"members":{text}}}').get("members")
            if isinstance(members, list) and members[0] is not None:
                yield _Message(message_id, instant(began), members)


def _add_all(scan: Scan, messages: list[_Message]) -> None:
    if scan.is_cut:
        return  # which of them are copies can only be told of all together
    # The second layout took over the messages of the first with their ids, a fork without.
    first: dict[tuple[object, ...], str] = {}
    for message in sorted(messages, key=lambda m: (m.is_copy, m.id)):
        content = (message.created, message.model, str(message.tokens))
        same = first.setdefault(content, message.id) if message.created else message.id
        if same == message.id:
            _add(scan, message)


def _add(scan: Scan, message: _Message) -> None:
    tokens = message.tokens
    cache = tokens.get("cache") if isinstance(tokens, dict) else None
    numbers = scan.numbers(tokens, "output", "reasoning", "input", "total")
    caches = scan.numbers(cache if isinstance(cache, dict) else {}, "read", "write")
    if numbers is None or caches is None:
        return
    output, reasoning, fresh, total = numbers
    cached, written = caches
    output = with_reasoning(output, reasoning, fresh + cached + written, total)
    time = message.completed or message.created
    scan.add((message.id,), time, message.model, (output, fresh + written, cached))


def read_storage(scan: Scan, data: str) -> None:
    """Add the messages that versions before the database kept as one JSON file each."""
    messages = []
    for file in walk(scan, folder(scan, data, "storage", "message"), (".json",), depth=1):
        text = read_whole(scan, file.path)
        message = scan.parse(text) if text else {}
        if message.get("tokens") is None:
            continue
        path = message.get("path")
        cwd = path.get("cwd") if isinstance(path, dict) else None
        if not cwd and scan.window.tree is not None:
            scan.problems.note("place")
        if scan.window.holds(cwd):
            tokens, times, model, provider = (
                message.get(name) for name in ("tokens", "time", "modelID", "providerID")
            )
            members = [tokens, times, model, None, provider, None]
            messages.append(_Message(message.get("id"), None, members))
    _add_all(scan, messages)
