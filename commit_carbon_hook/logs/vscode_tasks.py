"""The task folders of Cline and its descendants, with usage in the messages of requests."""

from __future__ import annotations

import os

from .files import LogFile, folder, read_whole, single, subfolders
from .scan import instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .places import Place
    from .scan import Scan

    Tokens = Callable[[list[int]], tuple[int, int, int]]

_KINDS = ("api_req_started", "subagent_usage")
_COUNTS = ("tokensOut", "tokensIn", "cacheWrites", "cacheReads")


def task_folders(scan: Scan, storage: Place) -> list[str]:
    """The folders of all tasks, by name."""
    tasks = folder(scan, *storage, "tasks")
    return subfolders(scan, tasks) if tasks else []


def messages_file(scan: Scan, task: str) -> list[LogFile]:
    """The messages of a task if they were written in the window."""
    return single(scan, os.path.join(task, "ui_messages.json"))


def read_messages(scan: Scan, file: LogFile, tokens: Tokens) -> None:
    """Add the requests of one task; `tokens` turns (out, in, writes, reads) into what we count."""
    task = os.path.basename(os.path.dirname(file.path))
    data = read_whole(scan, file.path)
    # The document is an array; as a member of an object it is parsed like any other.
    messages = scan.parse(b'{"messages":' + data + b"}").get("messages") if data else []
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("say") in _KINDS:
            _add(scan, task, message, tokens)


def _add(scan: Scan, task: str, message: dict[str, Any], tokens: Tokens) -> None:
    text = message.get("text")
    usage = scan.parse(text) if isinstance(text, str) and "tokens" in text else {}
    numbers = scan.numbers(usage, *_COUNTS)
    if numbers is None:
        return
    model = message.get("modelInfo")
    model = model.get("modelId") if isinstance(model, dict) else ""
    identity = (task, message.get("say"), message.get("ts"))
    scan.add(identity, instant(message.get("ts")), model, tokens(numbers))


def separate(numbers: list[int]) -> tuple[int, int, int]:
    """Cline: input, cache writes and cache reads stand apart."""
    output, fresh, written, cached = numbers
    return output, fresh + written, cached


def contained(numbers: list[int]) -> tuple[int, int, int]:
    """Roo Code: input contains the caches; before late 2025, for some providers, it did not."""
    output, total, written, cached = numbers
    if total >= written + cached:
        return output, total - cached, cached
    return output, total + written, cached
