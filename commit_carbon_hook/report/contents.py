"""What every format says about a summary, once: statements, gaps, names, exact decimals."""

from __future__ import annotations

from ..recomputation import NO_HOURS
from ..terminal import decoded, escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple

    from ..collection import Refused
    from ..equivalents import Equivalent
    from ..recomputation import Hours
    from ..summary import Summary, Total
else:
    from ..values import NamedTuple

NANO_DIGITS = 9
STATEMENT = "Rough approximations with a range, not certified accounting."
SHALLOW, OBJECT, FILES = "shallow", "object", "files"
MAX_LINE = 160
# The keys of the sections on boundaries that do not meet, on methods that warn, and on the counts
# of an attestation.
BOUNDARIES_KEY, WARNINGS_KEY, ATTESTATION_KEY = "boundaries", "warnings", "attestation"
MAX_GAPS = MAX_LISTED = 10
SHA_DIGITS = 12


class Gap(NamedTuple):
    """Why a report is not complete: a shallow repository, an object that cannot be read, or the
    files of `commits` that were to be estimated (`sha` is then empty)."""

    kind: str
    repository: str
    sha: str
    reason: str
    commits: tuple[str, ...] = ()


class Section(NamedTuple):
    """Something that only some reports have: its key and its value in JSON (see `report.json`
    for decimals), a title of ours, and lines for people, which may hold anybody's text. What no
    format may leave out stands `everywhere`."""

    key: str
    title: str
    lines: tuple[str, ...]
    document: dict[str, Any]
    everywhere: bool = False


class Report(NamedTuple):
    """A summary and what it is a summary of. Dates are YYYY-MM-DD or empty; `valid_until` are
    the methods in use and the day until which their factors hold; `factor_set` names the factors
    in force, and `equivalent` is there if one was asked for. `hours` are intensities that were
    used instead of annual ones."""

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
    factor_set: str = ""
    equivalent: Equivalent | None = None
    sections: tuple[Section, ...] = ()
    hours: Hours = NO_HOURS

    @property
    def complete(self) -> bool:
        """Whether nothing of the history was missing."""
        return not self.gaps


def decimal(nano: int, digits: int = NANO_DIGITS) -> str:
    """Whole billionths as a decimal number, exactly; with a fraction always, as in `15.0`. More
    digits give a larger unit: kg with 12, tonnes with 15."""
    whole, fraction = divmod(nano, 10**digits)
    return f"{whole}.{f'{fraction:0{digits}d}'.rstrip('0') or '0'}"


def counted(number: int, noun: str) -> str:
    """A number of things, as in `1 commit` and `1,200 commits`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def refused(report: Report) -> str:
    """A heading for the lines that are no records."""
    number = len(report.refused)
    verb = "looks like a record and is none" if number == 1 else "look like records and are none"
    return f"{counted(number, 'line')} {verb}; not counted"


def conflicting(report: Report) -> str:
    """A heading for the records of several versions."""
    number = len(report.summary.conflicts)
    verb = "contradicts itself" if number == 1 else "contradict themselves"
    return f"{counted(number, 'record')} {verb}; the larger counts, once"


def not_restated(report: Report) -> str:
    """A heading for the records that do not say enough for another method."""
    number = len(report.summary.not_restated)
    return f"{counted(number, 'record')} cannot be restated; not counted"


def left_out(report: Report) -> list[str]:
    """Why commits by a known tool have no estimate of their own."""
    copies, bare = report.summary.uncounted.copies, report.summary.uncounted.without_lines
    found = []
    if copies:
        be, count = ("is a copy", "counts") if copies == 1 else ("are copies", "count")
        found.append(f"{counted(copies, 'commit')} {be} of a change and {count} once.")
    if bare:
        noun = "merge or commit" if bare == 1 else "merges and commits"
        found.append(f"{bare:,} {noun} without changed lines: no estimate.")
    return found


def without_energy(total: Total, noun: str) -> str:
    """How many do not say enough to recompute their energy."""
    number = total.without_energy
    verb, whose = ("does", "its") if number == 1 else ("do", "their")
    return f"{counted(number, noun)} {verb} not say enough to recompute {whose} energy"


def coverage(report: Report) -> str:
    """How much of the history the figures know about, in words."""
    commits = report.summary.commits
    return (
        f"{commits.scanned} commit{'' if commits.scanned == 1 else 's'} read:"
        f" {commits.recorded} with a record,"
        f" {commits.estimated_afterwards} by a known AI tool estimated afterwards,"
        f" {commits.no_evidence} without evidence of a tool"
    )


def about(report: Report) -> dict[str, str]:
    """What every format carries beside its figures, for formats that hold plain text only."""
    found = {
        "statement": STATEMENT,
        "complete": "true" if report.complete else "false",
        "methods": " ".join(name for name, _ in report.valid_until),
        "factor_set": report.factor_set,
        "zones": " ".join(report.summary.zones),
        "coverage": coverage(report),
    }
    if report.gaps:
        found["gaps"] = "; ".join(gap_text(gap) for gap in report.gaps[:MAX_GAPS])
    if report.restated:
        found["restated"] = report.restated
    if notes(report):
        found["notes"] = notes(report)
    return found


def notes(report: Report) -> str:
    """What no format may leave out, as running text."""
    return " ".join([line for one in report.sections if one.everywhere for line in one.lines])


def sentences(report: Report) -> str:
    """The same as running text."""
    facts = about(report)
    complete = "Complete." if report.complete else f"Incomplete, lower bounds: {facts['gaps']}."
    return (
        f"{STATEMENT} {complete} Coverage: {facts['coverage']}."
        f" Methods: {facts['methods'] or 'none'}; factor set {facts['factor_set']};"
        f" grid zones: {facts['zones'] or 'none'}. {facts.get('notes', '')}"
    ).rstrip()


def line_text(line: bytes) -> str:
    """A refused line, as far as it can be shown."""
    text = decoded(line[: 4 * MAX_LINE])
    return text if len(text) <= MAX_LINE else text[: MAX_LINE - 3] + "..."


def gap_text(gap: Gap) -> str:
    """One line about a gap, and what to do about it."""
    if gap.kind == SHALLOW:
        return f"{gap.repository}: a shallow clone: git fetch --unshallow brings the rest"
    text = f"{gap.repository}: {gap.sha + ': ' if gap.sha else ''}{gap.reason}"
    if not gap.commits:
        return text
    names = ", ".join(sha[:SHA_DIGITS] for sha in gap.commits[:MAX_GAPS])
    more = len(gap.commits) - MAX_GAPS
    return f"{text}: {names}{f' and {more:,} more' if more > 0 else ''}"


def without_controls(text: str) -> str:
    """Text for a file: line breaks and other controls written as escapes."""
    return (
        text if text.isprintable() else "".join(c if c.isprintable() else escaped(c) for c in text)
    )
