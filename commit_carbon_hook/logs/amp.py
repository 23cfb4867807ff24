"""Amp: one JSON file per thread, as versions before the end of May 2026 kept them."""

from __future__ import annotations

from .files import LogFile, folder, read_whole, walk
from .scan import instant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan


def read(scan: Scan, places: list[Place]) -> None:
    (place,) = places
    files = walk(scan, folder(scan, *place), (".json",), depth=0)

    def order(file: LogFile) -> tuple[bool, float]:
        return (not scan.session or scan.session not in file.name, -file.mtime)

    for file in sorted(files, key=order):
        if not scan.asks_for_file(file.path):
            continue
        data = read_whole(scan, file.path)
        thread = scan.parse(data) if data else {}
        if scan.window.tree is None or _is_of_tree(scan, thread):
            _thread(scan, thread)


def _is_of_tree(scan: Scan, thread: dict[str, Any]) -> bool:
    environment = thread.get("env")
    initial = environment.get("initial") if isinstance(environment, dict) else None
    trees = initial.get("trees") if isinstance(initial, dict) else None
    trees = trees if isinstance(trees, list) else []
    folders = [_path(tree) for tree in trees if isinstance(tree, dict)]
    if thread and not any(folders):
        scan.problems.note("place")
    return any(scan.window.holds(path) for path in folders)


def _path(tree: dict[str, Any]) -> str:
    uri = tree.get("uri")
    if not isinstance(uri, str) or not uri.startswith("file://"):
        return ""
    head, *escaped = uri.removeprefix("file://").encode().split(b"%")
    try:
        parts = [bytes.fromhex(part[:2].decode()) + part[2:] for part in escaped]
    except ValueError:
        return ""
    path = b"".join([head, *parts]).decode("utf-8", "replace")
    return path[1:] if path[2:3] == ":" else path


def _thread(scan: Scan, thread: dict[str, Any]) -> None:
    messages = thread.get("messages")
    messages = [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    ledger = thread.get("usageLedger")
    events = ledger.get("events") if isinstance(ledger, dict) else None
    if isinstance(events, list) and events:
        by_message = {str(message.get("messageId")): message.get("usage") for message in messages}
        for event in events:
            if isinstance(event, dict):
                _ledger_event(scan, thread, event, by_message)
        return
    for message in messages:
        if message.get("role") == "assistant" and isinstance(message.get("usage"), dict):
            _message(scan, thread, message, message["usage"])


def _ledger_event(
    scan: Scan, thread: dict[str, Any], event: dict[str, Any], by_message: dict[str, Any]
) -> None:
    numbers = scan.numbers(event.get("tokens"), "output", "input")
    usage = by_message.get(str(event.get("toMessageId")))
    names = ("cacheCreationInputTokens", "cacheReadInputTokens")
    caches = scan.numbers(usage if isinstance(usage, dict) else {}, *names)
    if numbers is not None and caches is not None:
        identity = (thread.get("id"), event.get("id") or event.get("timestamp"))
        counts = (numbers[0], numbers[1] + caches[0], caches[1])
        scan.add(identity, instant(event.get("timestamp")), event.get("model"), counts)


def _message(
    scan: Scan, thread: dict[str, Any], message: dict[str, Any], usage: dict[str, Any]
) -> None:
    numbers = scan.numbers(
        usage,
        "outputTokens",
        "inputTokens",
        "cacheCreationInputTokens",
        "cacheReadInputTokens",
    )
    if numbers is not None:
        output, fresh, written, cached = numbers
        time = instant(usage.get("timestamp") or message.get("timestamp"))
        identity = (thread.get("id"), message.get("messageId") or usage.get("timestamp"))
        scan.add(identity, time, usage.get("model"), (output, fresh + written, cached))
