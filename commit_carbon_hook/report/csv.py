"""The summary as a table for spreadsheets: one row a group, and two rows for the totals."""

from __future__ import annotations

import csv
from io import StringIO

from .contents import STATEMENT, decimal, without_controls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..summary import Total
    from .contents import Report

_ENDS = ("low", "central", "high")
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
    "commits_scanned",
    "commits_recorded",
    "commits_no_evidence",
    "rejected",
    "conflicts",
    "complete",
    "methods",
    "zones",
    "statement",
)
# A cell that begins so may be taken for a formula, also behind spaces and in full width.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(report: Report) -> str:
    """The table. The columns about the whole report are the same in every row, so that a row
    that is copied elsewhere still says what it is."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(report))
    return out.getvalue()


def rows(report: Report) -> Iterator[list[str]]:
    """The total, then the groups."""
    summary = report.summary
    commits = summary.commits
    about = [
        str(commits.scanned),
        str(commits.recorded),
        str(commits.no_evidence),
        str(len(report.refused)),
        str(len(summary.conflicts)),
        "true" if report.complete else "false",
        cell(" ".join(name for name, _ in report.valid_until)),
        cell(" ".join(summary.zones)),
        cell(STATEMENT),
    ]
    late = str(commits.estimated_afterwards)
    yield [
        "total",
        "",
        *_recorded(summary.recorded),
        late,
        *_afterwards(summary.afterwards),
        *about,
    ]
    for group in summary.groups:
        yield [
            group.by,
            cell(group.key),
            *_recorded(group.recorded),
            str(group.commits_afterwards),
            *_afterwards(group.afterwards),
            *about,
        ]


def _recorded(total: Total) -> list[str]:
    return [*_afterwards(total), str(total.without_energy)]


def _afterwards(total: Total) -> list[str]:
    return [str(total.records), *map(decimal, total.emissions), *map(decimal, total.energy_nwh)]


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without controls or line breaks."""
    plain = without_controls(text)
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain
