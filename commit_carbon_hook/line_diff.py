"""How many lines a change adds and deletes, counted as git counts them.

Git sets lines aside before it looks for the shortest edit script: those that the other side does
not have, and frequent ones in the midst of such. So does this, and then takes the shortest
script; `edit_search` does that for files with so many changes that git saves time there.
"""

from __future__ import annotations

from .edit_search import PATIENCE
from .edit_search import common_lines as economical_common_lines

BINARY_LOOK_AHEAD = 8_000
BIG_FILE_BYTES = 512 * 1024 * 1024
# A line is frequent from about the square root of the file's lines on, as a power of two, or
# from here.
MOST_FREQUENT = 1_024
# How far around a frequent line its neighbours are looked at, and the share of them (1 in so
# many) that must be frequent for it to count.
NEIGHBOURS = 100
FREQUENT_SHARE = 4
KEPT_MASKS = 16

ABSENT, ORDINARY, FREQUENT = range(3)


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
    kept = kept_lines(before, after)
    return len(after) - kept, len(before) - kept


def lines(content: bytes) -> list[bytes]:
    """The lines with their ends; a last line without one is another line than with one."""
    parts = content.split(b"\n")
    last = parts.pop()
    whole = [part + b"\n" for part in parts]
    return [*whole, last] if last else whole


def kept_lines(old: list[bytes], new: list[bytes]) -> int:
    """How many lines the edit script leaves alone."""
    start, stop = 0, min(len(old), len(new))
    while start < stop and old[start] == new[start]:
        start += 1
    end = 0
    while end < stop - start and old[-1 - end] == new[-1 - end]:
        end += 1
    numbers = _numbers(old), _numbers(new)
    here = _comparable(old, start, end, numbers[1])
    there = _comparable(new, start, end, numbers[0])
    kept = common_lines(here, there)
    if len(here) + len(there) - 2 * kept > 2 * PATIENCE:
        # So many changes that git may have stopped its search before the end.
        kept = economical_common_lines(*_numbered(here, there))
    return start + end + kept


def _numbered(old: list[bytes], new: list[bytes]) -> tuple[list[int], list[int]]:
    numbers: dict[bytes, int] = {}
    sides = ([numbers.setdefault(line, len(numbers)) for line in side] for side in (old, new))
    return next(sides), next(sides)


def _numbers(lines: list[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for line in lines:
        found[line] = found.get(line, 0) + 1
    return found


def _comparable(lines: list[bytes], start: int, end: int, numbers: dict[bytes, int]) -> list[bytes]:
    """The lines of one side that take part in the search; `numbers` are those of the other."""
    frequent = min(1 << (len(lines).bit_length() + 1) // 2, MOST_FREQUENT)
    middle = lines[start : len(lines) - end]
    kinds = []
    for line in middle:
        number = numbers.get(line, 0)
        kinds.append(ABSENT if not number else FREQUENT if number >= frequent else ORDINARY)
    return [
        line
        for index, line in enumerate(middle)
        if kinds[index] == ORDINARY or (kinds[index] == FREQUENT and _counts(kinds, index))
    ]


def _counts(kinds: list[int], index: int) -> bool:
    """Whether a frequent line counts: unless it stands amid lines that the other side lacks."""
    above = _run(kinds, range(index - 1, max(index - NEIGHBOURS, 0) - 1, -1))
    if not above[0]:
        return True
    below = _run(kinds, range(index + 1, min(index + NEIGHBOURS + 1, len(kinds))))
    if not below[0]:
        return True
    absent, frequent = above[0] + below[0], above[1] + below[1] + 2
    return frequent * FREQUENT_SHARE >= frequent + absent


def _run(kinds: list[int], indices: range) -> tuple[int, int]:
    """Absent and frequent lines up to the first ordinary one."""
    absent = frequent = 0
    for index in indices:
        if kinds[index] == ORDINARY:
            break
        absent += kinds[index] == ABSENT
        frequent += kinds[index] == FREQUENT
    return absent, frequent


def common_lines(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): one integer holds a row of the dynamic programme, so a line costs
    a few operations on as many bits as the shorter side has lines.
    """
    if len(old) > len(new):
        old, new = new, old
    masks = _Masks(old)
    full = (1 << len(old)) - 1
    row = full
    for line in new:
        matches = row & masks.of(line)
        row = (row + matches | row - matches) & full
    return len(old) - row.bit_count()


class _Masks:
    """For each line, the places where it stands as bits; kept only for repeated lines, as so
    many masks of so many bits would not fit into memory."""

    def __init__(self, lines: list[bytes]) -> None:
        self.places: dict[bytes, list[int]] = {}
        for index, line in enumerate(lines):
            self.places.setdefault(line, []).append(index)
        self.kept = {
            line: self._made(places)
            for line, places in self.places.items()
            if len(places) >= KEPT_MASKS
        }

    def of(self, line: bytes) -> int:
        kept = self.kept.get(line)
        return self._made(self.places.get(line, [])) if kept is None else kept

    @staticmethod
    def _made(places: list[int]) -> int:
        mask = 0
        for place in places:
            mask |= 1 << place
        return mask
