"""The summary for people: totals with their ranges, coverage, tables, what did not count."""

from __future__ import annotations

from ..equivalents import sentence
from ..record import grams_text
from ..terminal import safe, shortened
from .bars import BLOCKS, bars, glyphs, sparkline
from .contents import (
    FILES,
    MAX_LISTED,
    SHA_DIGITS,
    SHALLOW,
    STATEMENT,
    conflicting,
    gap_text,
    left_out,
    line_text,
    not_restated,
    refused,
    without_energy,
)
from .units import MASS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import NamedTuple

    from ..summary import Total
    from .bars import Glyphs
    from .contents import Report
else:
    from ..values import NamedTuple

MAX_KEY = 40


class Table(NamedTuple):
    """Rows of text under a title; the first column is a name, the others are figures. There may
    be a bar for each row, and a line under the table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[str, ...] = ()
    foot: str = ""


def render(
    report: Report, draw: Callable[[Table], str] | None = None, encoding: str | None = "utf-8"
) -> str:
    """The whole report, for a stream with this encoding; `draw` may make something else of the
    tables than aligned text."""
    draw = draw or aligned
    chosen = glyphs(encoding)
    blocks = ["\n".join(_head(report)), draw(totals(report))]
    blocks += [draw(table) for table in tables(report, chosen)]
    blocks += ["\n".join(block) for block in _lists(report)]
    blocks += ["\n".join([one.title, *_inset(one.lines)]) for one in report.sections]
    blocks.append("\n".join(_closing(report)))
    return "\n\n".join(blocks) + "\n"


def figure(nano: int) -> str:
    """Billionths with three significant digits."""
    return MASS[0].figure(nano)


def share(part: int, whole: int) -> str:
    """A percentage that is 0 only for nothing and 100 only for all."""
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    if part < whole and not 0.05 <= percent < 99.95:
        return "below 0.1 %" if percent < 1 else "above 99.9 %"
    return f"{percent:.1f} %"


def _head(report: Report) -> Iterator[str]:
    summary = report.summary
    commits = summary.commits
    names = shortened(safe(", ".join(report.repositories)), 60)
    revisions = shortened(safe(" ".join(report.revisions)), 60)
    dates = f", authored {report.first} to {report.last}" if report.first else ""
    yield f"{names} ({revisions}){dates}"
    if report.since or report.until:
        since, until = safe(report.since) or "the beginning", safe(report.until) or "today"
        yield f"period      {since} to {until}, by author date"
    yield f"commits     {commits.scanned:,}"
    for name, part in (
        ("with a record", commits.recorded),
        ("by a known AI tool without one: estimated afterwards", commits.estimated_afterwards),
        ("without evidence of a tool", commits.no_evidence),
    ):
        yield f"{part:11,} {name} ({share(part, commits.scanned)})"
    if not report.complete:
        yield "INCOMPLETE: the figures are lower bounds of what this history holds"
        yield from _bounded(report.gaps, gap_text)


def totals(report: Report) -> Table:
    """What was recorded and, apart from it, what was estimated afterwards."""
    summary = report.summary
    return Table(
        "gCO2e",
        ("", "number", "low", "central", "high", "Wh central"),
        (
            ("recorded", *_figures(summary.recorded)),
            ("estimated afterwards", *_figures(summary.afterwards)),
        ),
    )


def _figures(total: Total) -> tuple[str, ...]:
    emissions = [figure(value) for value in total.emissions]
    return f"{total.records:,}", *emissions, figure(total.energy_nwh.central)


def tables(report: Report, chosen: Glyphs = BLOCKS) -> Iterator[Table]:
    """For each grouping a table of the records and one of the estimates afterwards."""
    groups = report.summary.groups
    for by in dict.fromkeys(group.by for group in groups):
        rows = [group for group in groups if group.by == by]
        recorded = [group for group in rows if group.recorded.records]
        if recorded:
            yield Table(
                f"Recorded by {by}, gCO2e",
                (by, "records", "low", "central", "high", "Wh central"),
                tuple((_key(group.key), *_figures(group.recorded)) for group in recorded),
                *_drawn(by, [(group.key, group.recorded) for group in recorded], chosen),
            )
        late = [group for group in rows if group.commits_afterwards]
        if late:
            yield Table(
                f"Estimated afterwards by {by}, gCO2e",
                (by, "commits", "estimates", "low", "central", "high", "Wh central"),
                tuple(
                    (_key(group.key), f"{group.commits_afterwards:,}", *_figures(group.afterwards))
                    for group in late
                ),
                *_drawn(by, [(group.key, group.afterwards) for group in late], chosen),
            )


def _drawn(
    by: str, rows: Sequence[tuple[str, Total]], chosen: Glyphs
) -> tuple[tuple[str, ...], str]:
    """Bars of the central values, and for months a line that shows them all."""
    centrals = {key: total.emissions.central for key, total in rows}
    line = sparkline(centrals, chosen) if by == "month" else ""
    return bars([*centrals.values()], chosen), line


def _key(key: str) -> str:
    return shortened(safe(key), MAX_KEY)


def aligned(table: Table) -> str:
    """The table as plain text."""
    lines = [table.head, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.head))]
    out = [table.title]
    for line, bar in zip(lines, ["", *(table.bars or [""] * len(table.rows))], strict=True):
        first, *rest = line
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        out.append(("  " + "  ".join([*cells, bar])).rstrip())
    if table.foot:
        out.append(f"  {table.foot}")
    return "\n".join(out)


def _lists(report: Report) -> Iterator[list[str]]:
    summary = report.summary
    if report.refused:
        yield [
            refused(report),
            *_bounded(
                report.refused,
                lambda one: (
                    f"{one.sha[:SHA_DIGITS]} {safe(line_text(one.line))}: {safe(one.reason)}"
                ),
            ),
        ]
    if summary.conflicts:
        yield [
            conflicting(report),
            *_bounded(
                summary.conflicts,
                lambda versions: (
                    versions[0].record.id
                    + ": "
                    + ", ".join(
                        f"{grams_text(record.emissions.central)} g in {origin.sha[:SHA_DIGITS]}"
                        for record, origin in versions[:MAX_LISTED]
                    )
                ),
            ),
        ]
    if summary.not_restated:
        yield [
            not_restated(report),
            *_bounded(
                summary.not_restated,
                lambda one: f"{one[0].id} in {one[1].sha[:SHA_DIGITS]}: {safe(one[2])}",
            ),
        ]


def _bounded(items: Sequence[object], text: Callable[..., str]) -> Iterable[str]:
    yield from (f"  {text(item)}" for item in items[:MAX_LISTED])
    if len(items) > MAX_LISTED:
        yield f"  and {len(items) - MAX_LISTED} more"


def _inset(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"  {safe(line)}" for line in lines)


def _closing(report: Report) -> Iterator[str]:
    summary = report.summary
    yield from left_out(report)
    if summary.recorded.without_energy:
        yield f"{without_energy(summary.recorded, 'record')}; not in the Wh."
    if summary.methods:
        methods = ", ".join(name for name, _ in report.valid_until)
        what = f"restated by method {report.restated}" if report.restated else f"method {methods}"
        zones = safe(", ".join(summary.zones))
        yield f"{what[0].upper()}{what[1:]}; factor set {report.factor_set}; grid zones {zones}."
    if report.equivalent:
        yield sentence(report.equivalent)
    yield STATEMENT
    if any(gap.kind in (SHALLOW, FILES) for gap in report.gaps):
        yield "Next: complete the clone, then run this again."
    elif summary.commits.scanned and not summary.commits.recorded:
        yield "Next: commit-carbon install writes a record into every new commit."
