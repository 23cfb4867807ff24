"""What every format says about a summary, once: statements, gaps, names, exact decimals."""

from __future__ import annotations

from ..terminal import decoded, escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from ..collection import Refused
    from ..summary import Summary
else:
    from ..values import NamedTuple

NANO_DIGITS = 9
STATEMENT = "Rough approximations with a range, not certified accounting."
SHALLOW, OBJECT, FILES = "shallow", "object", "files"
MAX_LINE = 160


class Gap(NamedTuple):
    """Why a report is not complete: a shallow repository, an object that cannot be read, or the
    files of commits that were to be estimated (`sha` is then empty)."""

    kind: str
    repository: str
    sha: str
    reason: str


class Report(NamedTuple):
    """A summary and what it is a summary of. Dates are YYYY-MM-DD or empty; `valid_until` are
    the methods in use and the day until which their factors hold."""

    summary: Summary
    repositories: tuple[str, ...]
    revisions: tuple[str, ...]
    since: str
    until: str
    first: str
    last: str
    restated: str
    valid_until: tuple[tuple[str, str], ...]
    refused: tuple[Refused, ...]
    gaps: tuple[Gap, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing of the history was missing."""
        return not self.gaps


def decimal(nano: int) -> str:
    """Whole billionths as a decimal number, exactly; with a fraction always, as in `15.0`."""
    whole, fraction = divmod(nano, 10**NANO_DIGITS)
    return f"{whole}.{f'{fraction:0{NANO_DIGITS}d}'.rstrip('0') or '0'}"


def line_text(line: bytes) -> str:
    """A refused line, as far as it can be shown."""
    text = decoded(line[: 4 * MAX_LINE])
    return text if len(text) <= MAX_LINE else text[: MAX_LINE - 3] + "..."


def gap_text(gap: Gap) -> str:
    """One line about a gap, and what to do about it."""
    if gap.kind == SHALLOW:
        return f"{gap.repository}: a shallow clone: git fetch --unshallow brings the rest"
    return f"{gap.repository}: {gap.sha + ': ' if gap.sha else ''}{gap.reason}"


def without_controls(text: str) -> str:
    """Text for a file: line breaks and other controls written as escapes."""
    return (
        text if text.isprintable() else "".join(c if c.isprintable() else escaped(c) for c in text)
    )
