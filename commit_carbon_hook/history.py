"""Commits as git stores them, and what they say about carbon: records, refused lines, AI tools.

Pure functions over bytes. The period of a commit is its author date, in the zone in which the
author wrote it, as `git log` shows it.
"""

from __future__ import annotations

from . import identities, message, record_scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from . import record
    from .identities import Identity
else:
    from .values import NamedTuple

SECONDS_PER_DAY = 86_400
UNKNOWN = "unknown"
# git's default; a line of a stored message that begins so is none of its trailers.
COMMENT_PREFIX = b"#"
RECORD_STEM = b"Carbon-"

_EPOCH_ORDINAL = 719_163
_LAST_SECOND = 253_402_300_799


class Commit(NamedTuple):
    """What a summary needs of a commit. `time` is the author date in seconds since 1970,
    `zone` the author's offset in minutes."""

    sha: str
    parents: tuple[str, ...]
    author: bytes
    time: int
    zone: int
    encoding: bytes
    message: bytes


class Finding(NamedTuple):
    """What one commit says: its records, lines that only look like one, and a known AI tool."""

    records: list[record.Record]
    rejected: list[record.Rejected]
    identity: Identity | None


class Instant(NamedTuple):
    """A moment, in seconds since 1970."""

    value: int


class Day(NamedTuple):
    """A calendar day, wherever the author was, in days since 1970."""

    value: int


class Period(NamedTuple):
    """Author dates from `since` to `until`, both included; None is no bound."""

    since: Instant | Day | None = None
    until: Instant | Day | None = None

    def holds(self, time: int, zone: int) -> bool:
        """Whether a moment, which is in the author's zone, lies in the period."""
        day = (time + zone * 60) // SECONDS_PER_DAY
        since, until = self.since, self.until
        if since is not None and (day if isinstance(since, Day) else time) < since.value:
            return False
        return until is None or (day if isinstance(until, Day) else time) <= until.value


def parse_commit(sha: str, raw: bytes) -> Commit:
    """Read a raw commit object, which ends at its first NUL, as in git. Raises ValueError for one
    that has no author line."""
    raw = raw.partition(b"\0")[0]
    end = raw.find(b"\n\n")
    header = raw[: end + 1] if end >= 0 else raw + b"\n"
    start = header.find(b"\nauthor ")
    if start < 0 or not header.startswith(b"tree "):
        raise ValueError("not a commit object")
    parents = tuple(
        line[7:].decode("ascii", "replace")
        for line in header[:start].split(b"\n")
        if line.startswith(b"parent ")
    )
    author, time, zone = parse_author(header[start + 8 : header.find(b"\n", start + 8)])
    at = header.find(b"\nencoding ", start)
    encoding = header[at + 10 : header.find(b"\n", at + 10)] if at >= 0 else b""
    text = raw[end + 2 :] if end >= 0 else b""
    return Commit(sha, parents, author, time, zone, encoding, text)


def parse_author(line: bytes) -> tuple[bytes, int, int]:
    """`Name <address> seconds +hhmm`; a date that git could not read either is 1970."""
    end = line.rfind(b">") + 1
    time, _, zone = line[end:].strip().partition(b" ")
    seconds = int(time) if time.lstrip(b"-").isdigit() and len(time) <= 18 else 0
    return line[:end], seconds if abs(seconds) <= _LAST_SECOND else 0, _minutes(zone.strip())


def _minutes(zone: bytes) -> int:
    digits = zone[1:]
    if zone[:1] not in (b"+", b"-") or not digits.isdigit() or len(digits) != 4:
        return 0
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[:1] == b"-" else minutes


def find(commit: Commit) -> Finding:
    """All that a commit says. Records stand anywhere in its message, identities only in its
    author and its final trailer block, so that messages about trailers are not taken for them."""
    records, rejected = find_records(commit.message)
    if records:
        return Finding(records, rejected, None)
    return Finding(
        records,
        rejected,
        identities.find(commit.author, message.trailers(commit.message, COMMENT_PREFIX)),
    )


def find_records(text: bytes) -> tuple[list[record.Record], list[record.Rejected]]:
    """The records of a message, also where a squash indented or listed them."""
    if RECORD_STEM not in text:
        return [], []
    return record_scan.parse(message.record_lines(text, COMMENT_PREFIX))


def day(time: int, zone: int) -> str:
    """The author's calendar day as YYYY-MM-DD."""
    from datetime import date

    try:
        ordinal = _EPOCH_ORDINAL + (time + zone * 60) // SECONDS_PER_DAY
        return date.fromordinal(ordinal).isoformat()
    except (ValueError, OverflowError):
        return UNKNOWN


def month(time: int, zone: int) -> str:
    """The author's calendar month as YYYY-MM."""
    return day(time, zone)[:7]
