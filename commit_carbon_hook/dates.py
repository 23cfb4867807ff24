"""The period of a summary, from the words of a command line: days, months, years, moments, and
what git calls a date.

git reads what it does not understand as something else, often the present moment, and a day that
no calendar has as another one. So it gets only words that it knows.
"""

from __future__ import annotations

import re

from .errors import CarbonError
from .history import SECONDS_PER_DAY, Day, Instant, Period, day

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple
else:
    from .values import NamedTuple

HINT = "write YYYY-MM-DD, YYYY-MM, YYYY, YYYY-MM-DDThh:mm, or '2 weeks ago'"
_CALENDAR = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9].*")
_SECONDS = re.compile(r"@([0-9]{1,12})")
# The vocabulary of git's approximate dates (date.c).
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_COUNT = re.compile(rf"[0-9]+[\s.]+{_UNIT}\b", re.ASCII | re.IGNORECASE)
_UNITS = re.compile(_UNIT)
_TOKEN = re.compile(r"[0-9]+|[^\W0-9_]+")
_WORDS = (
    "yesterday", "today", "now", "noon", "midnight", "tea", "am", "pm", "never", "last", "ago",
    "at", "on", "the", "of", "zero", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten",
)  # fmt: skip
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
)  # fmt: skip
_SHORTEST_NAME = 3
_LONGEST_NUMBER = 2


class Asked(NamedTuple):
    """A period, and how reports write its ends: a day, a moment, empty for none."""

    period: Period
    since: str
    until: str


def asked(since: str | None, until: str | None, instant: Callable[[str], Instant]) -> Asked:
    """The period between two texts, each None without a bound; `instant` asks git for a moment.
    Raises CarbonError for what is no date, and for a period that ends before it begins."""
    first, since = _bound("--since", since, instant, is_end=False)
    last, until = _bound("--until", until, instant, is_end=True)
    if first is not None and last is not None and _is_later(first, last):
        raise CarbonError(f"--since {since}: later than --until {until}: no commit can be between")
    return Asked(Period(first, last), since, until)


def _bound(
    option: str, text: str | None, instant: Callable[[str], Instant], *, is_end: bool
) -> tuple[Instant | Day | None, str]:
    if text is None:
        return None, ""
    text = text.strip()
    if not text:
        raise CarbonError(f"{option}: empty: {HINT}, or leave the option out")
    try:
        bound = parse(text, is_end=is_end)
        if bound is None:
            bound = instant(text)
            return bound, _written(bound)
    except CarbonError as error:
        raise CarbonError(f"{option} {error}") from None
    return bound, day(bound.value * SECONDS_PER_DAY, 0) if isinstance(bound, Day) else text


def parse(text: str, *, is_end: bool = False) -> Instant | Day | None:
    """A day as YYYY-MM-DD; the first day of YYYY or YYYY-MM, or the last one for an end; a moment
    in ISO form (in UTC if it names no zone) or as `@seconds`. None for words that git knows.

    Raises CarbonError for anything else.
    """
    from calendar import monthrange
    from datetime import UTC, date, datetime

    try:
        if found := _CALENDAR.fullmatch(text):
            year = int(found[1])
            month = int(found[2] or (12 if is_end else 1))
            number = int(found[3] or (monthrange(year, month)[1] if is_end else 1))
            return Day((date(year, month, number) - date(1970, 1, 1)).days)
        if found := _SECONDS.fullmatch(text):
            return Instant(int(found[1]))
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return Instant(int(moment.timestamp()))
    except (ValueError, OverflowError):
        raise CarbonError(f"{text}: not a date: {HINT}") from None
    if not _is_gits(text):
        raise CarbonError(f"{text}: not a date: {HINT}")
    return None


def _is_gits(text: str) -> bool:
    """Whether git understands every word. Years are not left to it, as it fills up what is
    missing of a date from today, nor is anything that begins with a digit and is no count."""
    if text[0].isdigit() and not _COUNT.match(text):
        return False
    tokens = _TOKEN.findall(_COUNT.sub(" now ", text).lower())
    return any(token.isalpha() for token in tokens) and all(map(_is_known, tokens))


def _is_known(token: str) -> bool:
    if token.isdigit():
        return token.isascii() and len(token) <= _LONGEST_NUMBER
    return (
        token in _WORDS
        or _UNITS.fullmatch(token) is not None
        or (len(token) >= _SHORTEST_NAME and any(name.startswith(token) for name in _NAMES))
    )


def _is_later(since: Instant | Day, until: Instant | Day) -> bool:
    """Whether one is later than the other wherever authors are."""
    if type(since) is type(until):
        return since.value > until.value
    if isinstance(since, Day):
        return (since.value - 1) * SECONDS_PER_DAY > until.value
    return since.value >= (until.value + 2) * SECONDS_PER_DAY


def _written(moment: Instant) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(moment.value, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return f"@{moment.value}"
