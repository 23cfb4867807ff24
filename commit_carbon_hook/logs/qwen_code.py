"""Qwen Code: one JSONL file per session and per sub-agent below a project's folder."""

from __future__ import annotations

from .files import LogFile, folder, lines_backward, walk
from .scan import instant, split_input, with_reasoning
from .window import Times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .places import Place
    from .scan import Scan


def read(scan: Scan, places: list[Place]) -> None:
    (place,) = places
    files = walk(scan, folder(scan, *place), (".jsonl",))

    def order(file: LogFile) -> tuple[bool, float]:
        return (not scan.session or scan.session not in file.path, -file.mtime)

    for file in sorted(files, key=order):
        if not scan.asks_for_file(file.path):
            continue
        times = Times(scan.window, scan.problems)
        for line in lines_backward(scan, file.path, (b'"usageMetadata"',), scan.window.trace):
            entry = scan.parse(line)
            if entry.get("type") == "assistant":
                _add(scan, entry)
            if times.passed(instant(entry.get("timestamp"))):
                break


def _add(scan: Scan, entry: dict[str, Any]) -> None:
    if not scan.window.holds(entry.get("cwd")):
        if not entry.get("cwd"):
            scan.problems.note("place")
        return
    numbers = scan.numbers(
        entry.get("usageMetadata"),
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "promptTokenCount",
        "cachedContentTokenCount",
        "toolUsePromptTokenCount",
        "totalTokenCount",
    )
    if numbers is None:
        return
    output, thoughts, prompt, cached, tool, total = numbers
    # A branch copies the records of its parent with their ids.
    scan.add(
        (entry.get("uuid"),),
        instant(entry.get("timestamp")),
        entry.get("model"),
        (
            with_reasoning(output, thoughts, prompt + tool, total),
            split_input(prompt, cached) + tool,
            cached,
        ),
    )
