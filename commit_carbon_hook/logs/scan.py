"""One pass of one reader: what it may use, how it counts, and the events that it has found."""

from __future__ import annotations

import os
from _blake2 import blake2b  # what hashlib is made of; it costs a third of a start itself

from .events import Problems, Usage
from .json_text import loads
from .places import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .events import Budget, Machine
    from .window import Window

# One model response; a total that a tool keeps over a long session may be larger.
MOST_TOKENS = 10**9
MOST_TOTAL_TOKENS = 10**13
FUTURE_S = 300.0
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEARS = range(2000, 2200)
_DAYS: dict[str, int | None] = {}
_FIRST_INSTANT, _LAST_INSTANT = 946_684_800.0, 7_258_118_400.0


class Scan:
    """The machine, window and budget of a pass, its problems and its events, each kept once."""

    def __init__(
        self,
        tool: str,
        machine: Machine,
        window: Window,
        budget: Budget,
        session: str = "",
        only_session: bool = False,
    ) -> None:
        self.tool = tool
        self.machine = machine
        self.window = window
        self.budget = budget
        self.session = session
        self.only_session = only_session
        self.problems = Problems()
        # Whether a log could not be read for now, because its tool was writing to it.
        self.was_busy = False
        self._found: dict[str, tuple[int, int, Usage]] = {}

    @property
    def is_cut(self) -> bool:
        """Whether something was left unread that the next pass may read."""
        return self.was_busy or self.budget.exhausted

    def take(self, amount: int = 0) -> bool:
        """Whether that many more bytes may be read; the first refusal is a problem."""
        before = self.budget.exhausted
        allowed = self.budget.take(amount)
        if not allowed and not before:
            self.problems.note("cut")
        return allowed

    def asks_for(self, session: object) -> bool:
        """Whether this session is meant: any is, or the one that the environment names."""
        return not self.only_session or session == self.session

    def asks_for_file(self, path: str) -> bool:
        """Whether the session is meant after which a file, or a folder above it, is named."""
        if not self.only_session:
            return True
        *folders, name = path.split(os.sep)
        if name.partition(".")[0] == self.session:
            return True
        if self.session not in folders:
            return False
        for place in READERS[self.tool].places(self.machine, self.window.tree):
            above = os.path.realpath(os.path.join(*place)).split(os.sep)
            # What lies directly in these is the folder of a project.
            depth = len(above) + (above[-1] in ("projects", "tmp"))
            if folders[: len(above)] == above and self.session in folders[depth:]:
                return True
        return False

    def parse(self, text: bytes | str) -> dict[str, Any]:
        """A JSON object; an empty one, and a problem, for anything else."""
        try:
            value = loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
        self.problems.note("malformed")
        return {}

    def numbers(self, source: object, *names: str, most: int = MOST_TOKENS) -> list[int] | None:
        """The counts of these names in a mapping, 0 for an absent one; None if one is absurd."""
        if not isinstance(source, dict):
            self.problems.note("malformed")
            return None
        values = [_count(source.get(name), most) for name in names]
        if min(values) < 0:
            self.problems.note("numbers")
            return None
        return values

    def add(
        self,
        identity: tuple[object, ...],
        time: float | None,
        model: object,
        counts: tuple[int, int, int],
        rank: int = 0,
    ) -> None:
        """Keep an event of (output, input, cached) tokens.

        Of two with the same identity the one of higher rank stays, of equal rank the larger.
        """
        if not any(counts):
            return
        if min(counts) < 0 or max(counts) > MOST_TOKENS:
            self.problems.note("numbers")
            return
        if time is None:
            self.problems.note("time")
            return
        event_id = digest(self.tool, *identity)
        event = Usage(time, self.tool, self._model(model), *counts, event_id, time)
        version = (rank, sum(counts), event)
        known = self._found.get(event_id)
        if known is not None:
            version = _merged(version, known)
        self._found[event_id] = version

    def events(self) -> list[Usage]:
        """The events of the window, oldest first."""
        found = [event for _, _, event in self._found.values() if self.window.wants(event.time)]
        late = sum(event.time > self.machine.now + FUTURE_S for event in found)
        self.problems.note("clock", late)
        return sorted(found)

    def _model(self, value: object) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, str) and len(value) <= 120 and value.isascii() and value.isprintable():
            return value
        self.problems.note("model")
        return ""


def _merged(one: tuple[int, int, Usage], other: tuple[int, int, Usage]) -> tuple[int, int, Usage]:
    # Of equal versions the earlier: its time is when the counts were reached.
    best, rest = sorted((one, other), key=lambda v: (-v[0], -v[1], v[2].time))
    time, tool, model, output, fresh, cached, event_id, started = best[2]
    started = min(started, rest[2].started)
    event = Usage(time, tool, model or rest[2].model, output, fresh, cached, event_id, started)
    return (best[0], best[1], event)


def digest(*parts: object) -> str:
    """An opaque id of these parts, the same on every machine."""
    text = "\0".join(map(str, parts)).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=12).hexdigest()


def split_input(total: int, cached: int) -> int:
    """Fresh input of a total that contains the cached tokens, as long as it can contain them."""
    return total - cached if cached <= total else total


def with_reasoning(output: int, reasoning: int, prompt: int, total: int) -> int:
    """Output with reasoning; where the tool gives a total, it tells whether output contains it."""
    return output if total > 0 and total == prompt + output else output + reasoning


def instant(value: object) -> float | None:
    """Seconds since 1970 UTC of an ISO 8601 text, or of a number of seconds or milliseconds."""
    if isinstance(value, str):
        return _iso(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not 0 <= value < _LAST_INSTANT * 1000:
        return None
    seconds = value / 1000 if value >= 1e11 else float(value)
    return seconds if _FIRST_INSTANT <= seconds < _LAST_INSTANT else None


def _iso(text: str) -> float | None:
    if len(text) < 19 or text[4] + text[7] + text[13] + text[16] != "--::" or text[10] not in "T ":
        return None
    digits = text[:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:19]
    if not (text.isascii() and digits.isdigit()):
        return None
    hour, minute, second = int(digits[8:10]), int(digits[10:12]), int(digits[12:])
    date = digits[:8]
    if date not in _DAYS:
        # A log has few dates and many times.
        _DAYS[date] = _day(int(date[:4]), int(date[4:6]), int(date[6:]))
    days = _DAYS[date]
    if days is None or hour > 23 or minute > 59 or second > 60:
        return None
    rest = text[19:]
    fraction = rest[: len(rest) - len(rest[1:].lstrip("0123456789"))] if rest[:1] == "." else ""
    offset = _offset(rest[len(fraction) :])
    if offset is None:
        return None
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    return seconds + (float(fraction) if len(fraction) > 1 else 0.0)


def _day(year: int, month: int, day: int) -> int | None:
    """Days since 1970 of a date, None if there is no such date."""
    leap_year = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if year not in _YEARS or not 1 <= month <= 12:
        return None
    if not 1 <= day <= _MONTHS[month - 1] + (month == 2 and leap_year):
        return None
    leap_days = (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400 - 477
    leap_days += month > 2 and leap_year
    return (year - 1970) * 365 + leap_days + sum(_MONTHS[: month - 1]) + day - 1


def _offset(text: str) -> int | None:
    if text in ("", "Z", "z"):
        return 0
    digits = text[1:].replace(":", "", 1)
    if text[0] not in "+-" or len(digits) != 4 or not (digits.isascii() and digits.isdigit()):
        return None
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds


def _count(value: object, most: int) -> int:
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        return -1
    return value
