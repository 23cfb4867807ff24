"""Roo Code: the task folders of the editor extension, each with the workspace it belongs to."""

from __future__ import annotations

import os

from .files import read_whole
from .vscode_tasks import contained, messages_file, read_messages, task_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Place
    from .scan import Scan


def read(scan: Scan, places: list[Place]) -> None:
    for place in places:
        read_tasks(scan, place)


def read_tasks(scan: Scan, storage: Place) -> None:
    """Read every task of an extension that keeps `history_item.json` beside the messages."""
    files = [file for task in task_folders(scan, storage) for file in messages_file(scan, task)]
    for file in sorted(files, key=lambda file: -file.mtime):
        if not scan.asks_for_file(file.path):
            continue
        if scan.window.tree is None or _is_of_tree(scan, os.path.dirname(file.path)):
            read_messages(scan, file, contained)


def _is_of_tree(scan: Scan, task: str) -> bool:
    path = os.path.join(task, "history_item.json")
    item = scan.parse(read_whole(scan, path) or b"{}") if os.path.lexists(path) else {}
    if not item.get("workspace"):
        scan.problems.note("place")
    return scan.window.holds(item.get("workspace"))
