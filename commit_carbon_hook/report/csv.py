"""The summary as a table for spreadsheets: the totals and one row a group, or one row a record."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import chain

from ..breakdown import kind
from ..history import day
from ..recomputation import energy
from .contents import STATEMENT, decimal, notes, without_controls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..breakdown import Entry
    from ..summary import Total
    from .contents import Report

_ENDS = ("low", "central", "high")
# About the whole report: the same in every row.
ABOUT = (
    "commits_scanned",
    "commits_recorded",
    "commits_no_evidence",
    "rejected",
    "conflicts",
    "complete",
    "methods",
    "zones",
    "statement",
    "factor_set",
    "notes",
)
COLUMNS = (
    "by",
    "key",
    "records",
    *(f"emissions_gco2e_{end}" for end in _ENDS),
    *(f"energy_wh_{end}" for end in _ENDS),
    "records_without_energy",
    "afterwards_commits",
    "afterwards_estimates",
    *(f"afterwards_emissions_gco2e_{end}" for end in _ENDS),
    *(f"afterwards_energy_wh_{end}" for end in _ENDS),
    *ABOUT,
)
RECORD_COLUMNS = (
    "id",
    "commit",
    "repository",
    "date",
    "author",
    "tool",
    "model",
    "evidence",
    "grid",
    "method",
    "by",
    "tokens_output",
    "tokens_input",
    "tokens_cached",
    *(f"emissions_gco2e_{end}" for end in _ENDS),
    *(f"energy_wh_{end}" for end in _ENDS),
    "versions",
    "commits_estimated_afterwards",
    *ABOUT,
)
# What begins so may be taken for a formula, also behind spaces and quotes and in full width. Where
# the separator of lists is a semicolon, a cell begins behind every semicolon too.
_FORMULA = re.compile('(?:^|(?<=;))(?=[ "]*[=+\\-@\uff1d\uff0b\uff0d\uff20])')


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, whether it separates cells by commas,
    semicolons or tabs; controls and line breaks are escapes."""
    return _FORMULA.sub("'", without_controls(text))


def render(report: Report) -> str:
    """The table. The columns about the whole report are the same in every row, so that a row
    that is copied elsewhere still says what it is."""
    return "".join(lines(COLUMNS, rows(report)))


def render_records(report: Report, entries: Iterable[Entry]) -> Iterator[str]:
    """The table of single records, a line at a time."""
    return lines(RECORD_COLUMNS, record_rows(report, entries))


def lines(columns: Iterable[str], table: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table as lines of CSV."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in chain([columns], table):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def about(report: Report, text: Callable[[str], str]) -> list[str]:
    """The cells about the whole report."""
    summary = report.summary
    commits = summary.commits
    return [
        str(commits.scanned),
        str(commits.recorded),
        str(commits.no_evidence),
        str(len(report.refused)),
        str(len(summary.conflicts)),
        "true" if report.complete else "false",
        text(" ".join(name for name, _ in report.valid_until)),
        text(" ".join(summary.zones)),
        STATEMENT,
        report.factor_set,
        text(notes(report)),
    ]


def rows(report: Report, text: Callable[[str], str] = cell) -> Iterator[list[str]]:
    """The total, then the groups; `text` makes cells of names that others chose."""
    summary, shared = report.summary, about(report, text)
    yield [
        "total",
        "",
        *_recorded(summary.recorded),
        str(summary.commits.estimated_afterwards),
        *_afterwards(summary.afterwards),
        *shared,
    ]
    for group in summary.groups:
        yield [
            group.by,
            text(group.key),
            *_recorded(group.recorded),
            str(group.commits_afterwards),
            *_afterwards(group.afterwards),
            *shared,
        ]


def record_rows(
    report: Report, entries: Iterable[Entry], text: Callable[[str], str] = cell
) -> Iterator[list[str]]:
    """One row a record; `text` makes cells of names that others chose. Authors are there only
    where the report is grouped by them; energy is empty where the record does not say enough,
    and `versions` is 0 unless they contradict."""
    late, shared = str(report.summary.commits.estimated_afterwards), about(report, text)
    for record, origin, versions in entries:
        said = kind(record)
        watt_hours = energy(record)
        yield [
            record.id,
            origin.sha,
            text(report.repositories[origin.repository]),
            day(origin.time, origin.zone),
            text(origin.author),
            *map(text, said),
            *map(str, record.tokens or ("", "", "")),
            *map(decimal, record.emissions),
            *(map(decimal, watt_hours) if watt_hours else ("", "", "")),
            str(versions),
            late,
            *shared,
        ]


def _recorded(total: Total) -> list[str]:
    return [*_afterwards(total), str(total.without_energy)]


def _afterwards(total: Total) -> list[str]:
    return [str(total.records), *map(decimal, total.emissions), *map(decimal, total.energy_nwh)]
