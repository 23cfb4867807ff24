"""Gemini CLI: one chat file per session, JSON lines or, before them, one JSON document."""

from __future__ import annotations

import os

from .files import LogFile, folder, lines_backward, read_whole, subfolders, walk
from .scan import instant, split_input, with_reasoning
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan

_HASH_LENGTH = 64
_NAMED_LENGTH = 8


def read(scan: Scan, places: list[Place]) -> None:
    files: list[LogFile] = []
    for project in _projects(scan, *places):
        files += walk(scan, folder(scan, project, "chats"), (".jsonl", ".json"), depth=2)
    for file in sorted(files, key=lambda file: -file.mtime):
        if not _is_meant(scan, file):
            continue
        if file.name.endswith(".json"):
            _messages(scan, scan.parse(read_whole(scan, file.path) or b"{}").get("messages"))
        else:
            _lines(scan, file)


def _is_meant(scan: Scan, file: LogFile) -> bool:
    """A chat is named after the beginning of its session, a sub-agent's folder after all of it."""
    stem = file.name.partition(".")[0]
    begins = stem.rpartition("-")[2] == scan.session[:_NAMED_LENGTH]
    return begins or scan.asks_for_file(file.path)


def _projects(scan: Scan, place: Place) -> list[str]:
    # A chat does not say where it was held. Its project's folder has a short name, kept in a
    # registry and in a file in the folder, or, before, the hash of the project's path.
    top = folder(scan, *place)
    if not top or scan.window.tree is None:
        return subfolders(scan, top) if top else []
    path = os.path.join(os.path.dirname(top), "projects.json")
    registry = scan.parse(read_whole(scan, path)) if os.path.exists(path) else {}
    roots = registry.get("projects")
    names = {str(name): root for root, name in roots.items()} if isinstance(roots, dict) else {}
    return [p for p in subfolders(scan, top) if _is_of_tree(scan, p, names)]


def _is_of_tree(scan: Scan, project: str, names: dict[str, str]) -> bool:
    name = os.path.basename(project)
    root = names.get(name)
    if root is None:
        marker = os.path.join(project, ".project_root")
        if os.path.exists(marker):
            root = read_whole(scan, marker).decode("utf-8", "replace").strip()
    if root is not None:
        return scan.window.holds(root)
    if len(name) == _HASH_LENGTH:
        from hashlib import sha256

        return name == sha256(os.fsencode(scan.window.tree or "")).hexdigest()
    scan.problems.note("place")
    return False


def _lines(scan: Scan, file: LogFile) -> None:
    times = Times(scan.window, scan.problems)
    for line in lines_backward(scan, file.path, (b'"tokens"',)):
        entry = scan.parse(line)
        changed = entry.get("$set")
        # A checkpoint of the whole chat repeats its messages.
        _messages(scan, changed.get("messages") if isinstance(changed, dict) else [entry])
        if times.passed(instant(entry.get("timestamp"))):
            break


def _messages(scan: Scan, messages: object) -> None:
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("type") == "gemini":
            _add(scan, message)


def _add(scan: Scan, message: dict[str, Any]) -> None:
    tokens = message.get("tokens")
    if not isinstance(tokens, dict):
        return
    numbers = scan.numbers(tokens, "output", "thoughts", "input", "cached", "tool", "total")
    if numbers is None:
        return
    output, thoughts, prompt, cached, tool, total = numbers
    scan.add(
        (message.get("id"),),
        instant(message.get("timestamp")),
        message.get("model"),
        (
            with_reasoning(output, thoughts, prompt + tool, total),
            split_input(prompt, cached) + tool,
            cached,
        ),
    )
