"""Cline: the session folders of its command line and editor, and the task folders before them."""

from __future__ import annotations

import os

from .files import LogFile, folder, read_whole, walk
from .scan import instant
from .vscode_tasks import messages_file, read_messages, separate, task_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan

_MESSAGES = ".messages.json"
_HISTORY = "taskHistory.json"


def read(scan: Scan, places: list[Place]) -> None:
    sessions, *storages = places
    for file in walk(scan, folder(scan, *sessions), (_MESSAGES,), depth=1):
        if not scan.asks_for_file(file.path):
            continue
        if scan.window.tree is None or _session_is_of_tree(scan, os.path.dirname(file.path)):
            _session(scan, file)
    for storage in storages:
        _tasks(scan, storage)


def _session_is_of_tree(scan: Scan, session: str) -> bool:
    # The messages of sub-agents lie in the folder of the session that started them.
    path = os.path.join(session, os.path.basename(session) + ".json")
    manifest = scan.parse(read_whole(scan, path) or b"{}") if os.path.lexists(path) else {}
    if not manifest.get("cwd"):
        scan.problems.note("place")
    return scan.window.holds(manifest.get("cwd"))


def _session(scan: Scan, file: LogFile) -> None:
    data = read_whole(scan, file.path)
    messages = scan.parse(data).get("messages") if data else []
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and isinstance(message.get("metrics"), dict):
            _add(scan, message, message["metrics"])


def _add(scan: Scan, message: dict[str, Any], metrics: dict[str, Any]) -> None:
    names = ("outputTokens", "inputTokens", "cacheReadTokens", "cacheWriteTokens")
    numbers = scan.numbers(metrics, *names)
    if numbers is None:
        return
    output, total, cached, written = numbers
    fresh = total - cached if total >= cached + written else total + written
    model = message.get("modelInfo")
    model = model.get("id") if isinstance(model, dict) else ""
    # A fork copies messages with their ids and times.
    identity = (message.get("id"), message.get("ts"))
    scan.add(identity, instant(message.get("ts")), model, (output, fresh, cached))


def _tasks(scan: Scan, storage: Place) -> None:
    files = [file for task in task_folders(scan, storage) for file in messages_file(scan, task)]
    if not files:
        return
    folders = _folders(scan, storage) if scan.window.tree is not None else {}
    for file in sorted(files, key=lambda file: -file.mtime):
        task = os.path.basename(os.path.dirname(file.path))
        if scan.window.tree is not None and not folders.get(task):
            scan.problems.note("place")
        elif scan.asks_for(task) and scan.window.holds(folders.get(task)):
            read_messages(scan, file, separate)


def _folders(scan: Scan, storage: Place) -> dict[str, object]:
    """The folder in which each task began, by the id of the task."""
    state = folder(scan, *storage, "state")
    path = os.path.join(state, _HISTORY)
    data = read_whole(scan, path) if state and os.path.lexists(path) else b""
    items = scan.parse(b'{"items":' + data + b"}").get("items") if data else []
    items = items if isinstance(items, list) else []
    return {
        str(item.get("id")): item.get("cwdOnTaskInitialization")
        for item in items
        if isinstance(item, dict)
    }
