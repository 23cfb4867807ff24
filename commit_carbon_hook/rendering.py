"""The options of a summary about its shape: which format or disclosure, and where it goes."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from importlib import import_module

from . import output
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from .breakdown import Breakdown
    from .collection import Source
    from .history import Period
    from .ledger import Ledger
    from .recomputation import Amount
    from .record import Emissions
    from .report.contents import Report
    from .report.provenance import Provenance

FORMATS = (
    "text", "json", "csv", "markdown", "html", "badge", "svg", "cyclonedx", "commit-carbon-yaml",
    "parquet",
)  # fmt: skip
DISCLOSURES = ("ghg", "csrd", "cdp", "sec", "sci")
TEXT, JSON, CSV, PARQUET = "text", "json", "csv", "parquet"
# Formats with rows for single records, formats of fragments, formats with room for a sentence or
# a section, formats with rows for groups.
WITH_RECORDS = (CSV, PARQUET)
OF_DISCLOSURES = (TEXT, JSON)
WITH_SECTIONS = (TEXT, JSON, "markdown", "html")
WITH_GROUPS = (*WITH_SECTIONS, *WITH_RECORDS)
EPOCH = "SOURCE_DATE_EPOCH"
_LAST_SECOND = 253_402_300_799


def add_arguments(add: Callable[..., object]) -> None:
    """The options."""
    add("--format", choices=FORMATS, default=TEXT, metavar="FORMAT", dest="format",
        help=f"{', '.join(FORMATS)}; default: {TEXT}")  # fmt: skip
    add("--output", default="", metavar="FILE",
        help="write to this file, as a whole or not at all; parquet needs it")  # fmt: skip
    add("--per-commit", action="store_true", help="csv, parquet: one row a record")
    add("--report", choices=DISCLOSURES, default="",
        help="a fragment for a disclosure, as text or json")  # fmt: skip
    add("--equivalents", action="store_true",
        help="one line to compare the total with, dated and sourced")  # fmt: skip


def check(arguments: argparse.Namespace) -> None:
    """Refuse what does not go together, before anything is read. Raises CarbonError."""
    shape = arguments.format
    for wanted, option, formats in (
        (arguments.per_commit, "--per-commit", WITH_RECORDS),
        (arguments.report, "--report", OF_DISCLOSURES),
        (arguments.equivalents, "--equivalents", WITH_SECTIONS),
        (arguments.explain_losses, "--explain-losses", WITH_SECTIONS),
        (arguments.attestation, "--attestation", WITH_SECTIONS),
        (arguments.groups, "--group-by", WITH_GROUPS),
    ):
        if wanted and shape not in formats:
            known = " or ".join(formats)
            raise CarbonError(f"{option}: not in --format {shape}: choose {known}")
        if wanted and arguments.report and formats in (WITH_SECTIONS, WITH_GROUPS):
            raise CarbonError(f"{option}: has no place in a disclosure: leave it out")
    if shape == PARQUET:
        from .report import parquet

        if not arguments.output:
            raise CarbonError("--format parquet: is not text: name a file with --output")
        parquet.needed()
    if arguments.output:
        output.check(arguments.output)


def write(
    arguments: argparse.Namespace,
    report: Report,
    ledger: Ledger,
    sources: Sequence[Source],
    period: Period,
    copy: Callable[[bytes], object] = len,
) -> None:
    """Make the report and put it where it belongs; the ledger must still be open. `copy` gets
    what goes to standard output."""
    from .factor_set import name
    from .report import sections

    warnings = sections.warnings(report)
    report = report._replace(factor_set=name(), sections=(*warnings, *report.sections))
    if arguments.equivalents:
        from .equivalents import chosen

        emissions = report.summary.recorded.emissions
        report = report._replace(equivalent=chosen(emissions, factor_data(sources)))
    maker = Maker(arguments, report, ledger, sources, period)
    if arguments.output:
        output.to_file(arguments.output, maker.chunks(output.UTF_8))
    else:
        encoding = sys.stdout.encoding if arguments.format == TEXT else output.UTF_8
        output.to_standard_output(maker.chunks(encoding), copy)


class Maker:
    """One report, and what its format may need beside it: added up or read only then."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        report: Report,
        ledger: Ledger,
        sources: Sequence[Source],
        period: Period,
    ) -> None:
        self._arguments = arguments
        self._report = report
        self._ledger = ledger
        self._sources = sources
        self._period = period

    def chunks(self, encoding: str) -> Iterable[bytes]:
        """The report in pieces; what the encoding cannot show becomes an escape."""
        made = self._made(encoding)
        if isinstance(made, bytes):
            return [made]
        pieces = [made] if isinstance(made, str) else made
        return (piece.encode(encoding, "backslashreplace") for piece in pieces)

    def _made(self, encoding: str) -> str | bytes | Iterable[str]:
        arguments, report = self._arguments, self._report
        if arguments.report:
            return self._disclosure(arguments.report, arguments.format)
        if arguments.format == TEXT:
            return self._text(encoding)
        # Formats are modules of the same name.
        module = import_module(f".report.{arguments.format.replace('-', '_')}", __package__)
        made: str | bytes | Iterable[str]
        if arguments.format == CSV and arguments.per_commit:
            made = module.render_records(report, self._entries())
        elif arguments.format == PARQUET:
            made = module.render(report, self._entries() if arguments.per_commit else None)
        elif arguments.format == "html":
            made = module.render(report, self._breakdown, self._provenance(), generated())
        elif arguments.format == "cyclonedx":
            made = module.render(report, self._breakdown, generated())
        elif arguments.format == "commit-carbon-yaml":
            # The field must be there: without SOURCE_DATE_EPOCH, the day of the newest commit.
            moment = generated() or f"{report.last or '1970-01-01'}T00:00:00Z"
            made = module.render(report, self._breakdown, tool_names(self._sources), moment)
        else:
            made = module.render(report)
        return made

    def _text(self, encoding: str) -> str:
        from .report.bars import BLOCKS, glyphs
        from .report.text import render
        from .terminal import is_rich

        plain = self._arguments.output or glyphs(encoding) != BLOCKS
        if not plain and is_rich(sys.stdout, os.environ):
            from .report.drawn import draw

            return render(self._report, draw, encoding)
        return render(self._report, encoding=encoding)

    def _disclosure(self, name: str, shape: str) -> str:
        from .disclosures import facts, render

        module = import_module(f".disclosures.{name}", __package__)
        lines = made = None
        if name == "sci":
            made = embodied(self._report.summary.recorded.energy_nwh, factor_data(self._sources))
            from .disclosures import lines as line_count
            from .progress import shown as watched
            from .spool import Spool

            with watched(sys.stderr, not self._arguments.no_progress) as watch:
                lines = line_count.count(self._sources, self._period, Spool, watch)
        known = facts.of(self._report, self._breakdown, self._provenance(), lines, made)
        shown = render.as_text if shape == TEXT else render.as_json
        return shown(module.disclosure(known), self._report)

    def _entries(self) -> Iterable[Any]:
        from .breakdown import entries

        return entries(self._ledger, self._arguments.restate, self._report.hours)

    @cached_property
    def _breakdown(self) -> Breakdown:
        from .breakdown import break_down
        from .spool import Spool

        return break_down(self._ledger, Spool, self._arguments.restate, self._report.hours)

    def _provenance(self) -> Provenance:
        from .report import provenance

        cells = (*self._breakdown.recorded, *self._breakdown.afterwards)
        pairs = {(kind.grid, kind.method) for kind, _ in cells if kind.method}
        return provenance.of(pairs, factor_data(self._sources))


def embodied(energy_nwh: Amount, data: dict[str, dict[str, Any]]) -> Emissions | None:
    """What making the computers emitted, by their share of use; None without energy."""
    from .estimate import Range
    from .grid.extras import embodied_gco2e
    from .recomputation import NANO
    from .record import Emissions

    if not energy_nwh.low:
        return None
    made = embodied_gco2e(Range(*[end / NANO for end in energy_nwh]), data)
    return Emissions(*[round(end * NANO) for end in made])


def generated() -> str:
    """The moment that SOURCE_DATE_EPOCH names, empty without it: the same history gives the same
    bytes (https://reproducible-builds.org/specs/source-date-epoch/). Raises CarbonError."""
    text = os.environ.get(EPOCH, "")
    if not text:
        return ""
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST_SECOND):
        raise CarbonError(f"{EPOCH}: not a number of seconds since 1970: correct or unset it")
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def factor_data(sources: Sequence[Source]) -> dict[str, dict[str, Any]]:
    """Every factor with its provenance, those of the projects themselves included."""
    from pathlib import Path

    from . import config, factors

    data = factors.load()
    for source in sources:
        top = source.engine.work_tree or source.engine.directory
        own = config.read_file(top).get(config.FACTORS)
        if isinstance(own, str):
            rows = factors.read_json(Path(top, own))
            data = {name: {**known, **rows.get(name, {})} for name, known in data.items()}
    return data


def tool_names(sources: Sequence[Source]) -> dict[str, str]:
    """The tools' own names, by id."""
    return {tool: str(row["name"]) for tool, row in factor_data(sources)["tools"].items()}
