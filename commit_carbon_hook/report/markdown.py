"""The summary for a pull request comment or a job summary."""

from __future__ import annotations

from ..equivalents import sentence
from ..terminal import safe, shortened
from .contents import (
    MAX_LISTED,
    SHA_DIGITS,
    STATEMENT,
    conflicting,
    counted,
    gap_text,
    line_text,
    refused,
)
from .text import share, tables, totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .contents import Report
    from .text import Table
MAX_TEXT = 200
# The names of ten commits, and what is wrong with them.
MAX_GAP = 400


def render(report: Report) -> str:
    """The whole report."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: Report) -> Iterator[str]:
    summary = report.summary
    commits = summary.commits
    names, revisions = (
        literal(", ".join(report.repositories)),
        literal(" ".join(report.revisions)),
    )
    yield "## Estimated carbon emissions of AI-assisted commits"
    dates = f", authored {report.first} to {report.last}" if report.first else ""
    yield f"{names} ({revisions}){dates}"
    if report.since or report.until:
        yield f"Period: {_bound(report.since, 'the beginning')} to {_bound(report.until, 'today')}"
    if not report.complete:
        listed = [f"- {literal(gap_text(gap), MAX_GAP)}" for gap in report.gaps[:MAX_LISTED]]
        yield "**Incomplete: lower bounds only**"
        yield "\n".join([*listed, *_more(len(report.gaps))])
    yield table(totals(report))
    yield (
        f"Coverage: {counted(commits.scanned, 'commit')}, {commits.recorded:,}"
        f" ({share(commits.recorded, commits.scanned)}) with a record,"
        f" {commits.estimated_afterwards:,}"
        f" ({share(commits.estimated_afterwards, commits.scanned)}) by a known AI tool without"
        f" one, {commits.no_evidence:,} ({share(commits.no_evidence, commits.scanned)}) without"
        " evidence of a tool."
    )
    yield from (table(one) for one in tables(report))
    if report.refused:
        listed = [
            f"- {one.sha[:SHA_DIGITS]}: {literal(line_text(one.line))}: {safe(one.reason)}"
            for one in report.refused[:MAX_LISTED]
        ]
        yield f"{refused(report)}:"
        yield "\n".join([*listed, *_more(len(report.refused))])
    if summary.conflicts:
        listed = [
            f"- {versions[0].record.id}: "
            + ", ".join(origin.sha[:SHA_DIGITS] for _, origin in versions[:MAX_LISTED])
            for versions in summary.conflicts[:MAX_LISTED]
        ]
        yield f"{conflicting(report)}:"
        yield "\n".join([*listed, *_more(len(summary.conflicts))])
    for section in report.sections:
        yield f"### {section.title}"
        yield "\n".join(_listed(section.lines))
    methods = literal(", ".join(name for name, _ in report.valid_until))
    zones = literal(", ".join(summary.zones))
    if report.equivalent:
        yield sentence(report.equivalent)
    yield (
        f"Methods: {methods}. Factor set: `{report.factor_set}`. Grid zones: {zones}. {STATEMENT}"
    )


def _listed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        text = line.lstrip(" ")
        yield f"{line[: len(line) - len(text)]}- {literal(text)}"


def _bound(text: str, otherwise: str) -> str:
    return literal(text) if text else otherwise


def _more(number: int) -> list[str]:
    return [f"- and {number - MAX_LISTED} more"] if number > MAX_LISTED else []


def table(one: Table) -> str:
    """A table with its title above; the first column is the only one with names of others."""
    lines = [f"| {' | '.join(one.head)} |", "|:---|" + "---:|" * (len(one.head) - 1)]
    lines += [f"| {' | '.join([_cell(row[0]), *row[1:]])} |" for row in one.rows]
    return f"**{one.title}**\n\n" + "\n".join(lines)


def literal(text: str, most: int = MAX_TEXT) -> str:
    """Text as a code span: there, forges neither see markup nor mention or link anything."""
    plain = safe(shortened(text, most)).replace("`", "'")
    return f"`{plain}`" if plain.strip() else "none"


def _cell(text: str) -> str:
    """The same in a table, where a pipe ends a cell unless it is escaped. Readers differ in what
    a backslash before that means, so there the pipe is written otherwise."""
    return literal(text).replace("\\|", "\\\\x7c").replace("|", "\\|")
