"""The search for an edit script with git's economies, for files with hundreds of changes.

Myers' search (An O(ND) difference algorithm, 1986) runs from both ends of a box of the edit
graph until the two meet. Git lets it stop before, once it has cost enough: where a long run of
equal lines lies far from an end, or at the point that has come furthest. The script is then
longer than need be, and so are its counts. A point is (x, y): lines consumed of each side.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

# Up to this cost, the search never stops early.
PATIENCE = 256
# A run of more equal lines is worth stopping at, if it lies so many times the cost away.
LONG_RUN = 20
WORTH = 4

_UNREACHED_AHEAD = -1
_UNREACHED_BEHIND = 1 << 60


class Box(NamedTuple):
    """A part of the edit graph; `exact` parts are searched to the end whatever it costs."""

    left: int
    right: int
    top: int
    bottom: int
    exact: bool


def common_lines(old: Sequence[int], new: Sequence[int]) -> int:
    """The lines that git's script keeps; lines are given as numbers."""
    budget = max(1 << ((len(old) + len(new) + 3).bit_length() + 1) // 2, PATIENCE)
    kept = 0
    boxes = [Box(0, len(old), 0, len(new), False)]
    while boxes:
        left, right, top, bottom, exact = boxes.pop()
        while left < right and top < bottom and old[left] == new[top]:
            left, top, kept = left + 1, top + 1, kept + 1
        while left < right and top < bottom and old[right - 1] == new[bottom - 1]:
            right, bottom, kept = right - 1, bottom - 1, kept + 1
        if left < right and top < bottom:
            search = _Search(old, new, Box(left, right, top, bottom, exact), budget)
            boxes += search.halves()
    return kept


class _Search:
    """Two frontiers in one box: for every diagonal x - y, how far one has come from the start
    and the other from the end."""

    def __init__(self, old: Sequence[int], new: Sequence[int], box: Box, budget: int) -> None:
        self.old, self.new, self.box, self.budget = old, new, box, budget
        self.least, self.most = box.left - box.bottom, box.right - box.top
        self.start, self.end = box.left - box.top, box.right - box.bottom
        self.ahead = {self.start: box.left}
        self.behind = {self.end: box.right}
        self.ahead_range = (self.start, self.start)
        self.behind_range = (self.end, self.end)
        self.long_run = False

    def halves(self) -> tuple[Box, Box]:
        """The two boxes on either side of the point where the search ended."""
        cost = 0
        meets_ahead = bool((self.start - self.end) & 1)
        while True:
            cost += 1
            self.long_run = False
            met = self._go_ahead(meets_ahead) or self._go_behind(not meets_ahead)
            if met:
                return self._split(*met, first_exact=True, second_exact=True)
            if self.box.exact:
                continue
            if self.long_run and cost > PATIENCE:
                point = self._run_ahead(cost)
                if point:
                    return self._split(*point, first_exact=True, second_exact=False)
                point = self._run_behind(cost)
                if point:
                    return self._split(*point, first_exact=False, second_exact=True)
            if cost >= self.budget:
                return self._furthest()

    def _split(self, x: int, y: int, first_exact: bool, second_exact: bool) -> tuple[Box, Box]:
        left, right, top, bottom, _ = self.box
        return Box(left, x, top, y, first_exact), Box(x, right, y, bottom, second_exact)

    def _widened(
        self, reach: tuple[int, int], frontier: dict[int, int], unreached: int
    ) -> tuple[int, int]:
        """The diagonals of the next step: one more on each side, or one less at the box's edge."""
        low, high = reach
        if low > self.least:
            low -= 1
            frontier[low - 1] = unreached
        else:
            low += 1
        if high < self.most:
            high += 1
            frontier[high + 1] = unreached
        else:
            high -= 1
        return low, high

    def _go_ahead(self, meets: bool) -> tuple[int, int] | None:
        old, new, ahead, behind = self.old, self.new, self.ahead, self.behind
        right, bottom = self.box.right, self.box.bottom
        first, last = self.behind_range
        low, high = self.ahead_range = self._widened(self.ahead_range, ahead, _UNREACHED_AHEAD)
        for diagonal in range(high, low - 1, -2):
            below, above = ahead[diagonal - 1], ahead[diagonal + 1]
            x = below + 1 if below >= above else above
            y = x - diagonal
            if x < right and y < bottom and old[x] == new[y]:
                before = x
                while x < right and y < bottom and old[x] == new[y]:
                    x += 1
                    y += 1
                if x - before > LONG_RUN:
                    self.long_run = True
            ahead[diagonal] = x
            if meets and first <= diagonal <= last and behind[diagonal] <= x:
                return x, y
        return None

    def _go_behind(self, meets: bool) -> tuple[int, int] | None:
        old, new, ahead, behind = self.old, self.new, self.ahead, self.behind
        left, top = self.box.left, self.box.top
        first, last = self.ahead_range
        low, high = self.behind_range = self._widened(self.behind_range, behind, _UNREACHED_BEHIND)
        for diagonal in range(high, low - 1, -2):
            below, above = behind[diagonal - 1], behind[diagonal + 1]
            x = below if below < above else above - 1
            y = x - diagonal
            if x > left and y > top and old[x - 1] == new[y - 1]:
                before = x
                while x > left and y > top and old[x - 1] == new[y - 1]:
                    x -= 1
                    y -= 1
                if before - x > LONG_RUN:
                    self.long_run = True
            behind[diagonal] = x
            if meets and first <= diagonal <= last and x <= ahead[diagonal]:
                return x, y
        return None

    def _run_ahead(self, cost: int) -> tuple[int, int] | None:
        """The end of the long run that has come furthest from the start."""
        left, right, top, bottom, _ = self.box

        def gain(x: int, y: int, diagonal: int) -> int:
            if not (left + LONG_RUN <= x < right and top + LONG_RUN <= y < bottom):
                return 0
            return (x - left) + (y - top) - abs(diagonal - self.start)

        def is_run(x: int, y: int) -> bool:
            return self.old[x - LONG_RUN : x] == self.new[y - LONG_RUN : y]

        return self._best(self.ahead, self.ahead_range, gain, is_run, cost)

    def _run_behind(self, cost: int) -> tuple[int, int] | None:
        """The beginning of the long run that has come furthest from the end."""
        left, right, top, bottom, _ = self.box

        def gain(x: int, y: int, diagonal: int) -> int:
            if not (left < x <= right - LONG_RUN and top < y <= bottom - LONG_RUN):
                return 0
            return (right - x) + (bottom - y) - abs(diagonal - self.end)

        def is_run(x: int, y: int) -> bool:
            return self.old[x : x + LONG_RUN] == self.new[y : y + LONG_RUN]

        return self._best(self.behind, self.behind_range, gain, is_run, cost)

    @staticmethod
    def _best(
        frontier: dict[int, int],
        reach: tuple[int, int],
        gain: Callable[[int, int, int], int],
        is_run: Callable[[int, int], bool],
        cost: int,
    ) -> tuple[int, int] | None:
        best, point = WORTH * cost, None
        for diagonal in range(reach[1], reach[0] - 1, -2):
            x = frontier[diagonal]
            y = x - diagonal
            gained = gain(x, y, diagonal)
            if gained > best and is_run(x, y):
                best, point = gained, (x, y)
        return point

    def _furthest(self) -> tuple[Box, Box]:
        """Split at the point of either frontier that has come furthest."""
        left, right, top, bottom, _ = self.box
        most, ahead = -1, (0, 0)
        low, high = self.ahead_range
        for diagonal in range(high, low - 1, -2):
            x = min(self.ahead[diagonal], right)
            if x - diagonal > bottom:
                x = bottom + diagonal
            if 2 * x - diagonal > most:
                most, ahead = 2 * x - diagonal, (x, x - diagonal)
        least, behind = _UNREACHED_BEHIND, (0, 0)
        low, high = self.behind_range
        for diagonal in range(high, low - 1, -2):
            x = max(self.behind[diagonal], left)
            if x - diagonal < top:
                x = top + diagonal
            if 2 * x - diagonal < least:
                least, behind = 2 * x - diagonal, (x, x - diagonal)
        if right + bottom - least < most - (left + top):
            return self._split(*ahead, first_exact=True, second_exact=False)
        return self._split(*behind, first_exact=False, second_exact=True)
