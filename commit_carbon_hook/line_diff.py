"""How many lines a change adds and deletes: the counts of a minimal edit script.

Git's own script is minimal too, except where it saves time in long files with many changes.
"""

from __future__ import annotations

BINARY_LOOK_AHEAD = 8_000
BIG_FILE_BYTES = 512 * 1024 * 1024
FREQUENT = 16


def is_binary(content: bytes) -> bool:
    """Git's rule: a NUL in the first 8,000 bytes, or more than 512 MiB."""
    return b"\0" in content[:BINARY_LOOK_AHEAD] or len(content) > BIG_FILE_BYTES


def counts(old: bytes, new: bytes) -> tuple[int, int] | None:
    """Added and deleted lines, None for binary content."""
    if is_binary(old) or is_binary(new):
        return None
    if old == new:
        return 0, 0
    before, after = lines(old), lines(new)
    kept = common_lines(before, after)
    return len(after) - kept, len(before) - kept


def lines(content: bytes) -> list[bytes]:
    """The lines with their ends; a last line without one is another line than with one."""
    parts = content.split(b"\n")
    last = parts.pop()
    whole = [part + b"\n" for part in parts]
    return [*whole, last] if last else whole


def common_lines(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): one integer holds a row of the dynamic programme, so a line costs
    a few operations on as many bits as the shorter side has lines.
    """
    start, stop = 0, min(len(old), len(new))
    while start < stop and old[start] == new[start]:
        start += 1
    end = 0
    while end < stop - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    # Lines that only one side has cannot be common.
    shared = set(old) & set(new)
    old = [line for line in old if line in shared]
    new = [line for line in new if line in shared]
    if len(old) > len(new):
        old, new = new, old
    masks = _Masks(old)
    full = (1 << len(old)) - 1
    row = full
    for line in new:
        matches = row & masks.of(line)
        row = (row + matches | row - matches) & full
    return start + end + len(old) - row.bit_count()


class _Masks:
    """For each line, the places where it stands as bits; kept only for frequent lines, as so
    many masks of so many bits would not fit into memory."""

    def __init__(self, lines: list[bytes]) -> None:
        self.places: dict[bytes, list[int]] = {}
        for index, line in enumerate(lines):
            self.places.setdefault(line, []).append(index)
        self.kept = {
            line: self._made(places)
            for line, places in self.places.items()
            if len(places) >= FREQUENT
        }

    def of(self, line: bytes) -> int:
        kept = self.kept.get(line)
        return self._made(self.places[line]) if kept is None else kept

    @staticmethod
    def _made(places: list[int]) -> int:
        mask = 0
        for place in places:
            mask |= 1 << place
        return mask
