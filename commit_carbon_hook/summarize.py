"""commit-carbon-summarize: add up the carbon records of any history, each exactly once."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack

from . import doors, extras, opening, rendering
from .command_line import Parser
from .errors import CarbonError
from .grid import in_summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Keeper
    from .collection import Collection, Source
    from .dates import Asked
    from .history import Period
    from .ledger_cache import LedgerCache
    from .report.contents import Gap, Report
    from .summary import Summary

PROGRAM = "commit-carbon-summarize"
ENGINES = ("git", "dulwich")
GROUPS = ("tool", "model", "month", "author", "evidence", "grid", "repo")
DESCRIPTION = """\
Add up the carbon records of a history, each exactly once. Commits by a known AI tool that have
no record are estimated afterwards, from the lines that they changed, and always kept apart.
"""
EPILOG = """\
Revisions and ranges are written as for git log: v1.0..HEAD, main ^topic, HEAD~20. The period is
the author date: a day (YYYY-MM-DD) is the author's own, YYYY-MM and YYYY are the whole month and
year, and both ends are included. A record counts in the period of its earliest commit.

Exit codes: 0 done; 1 a limit says no; 2 usage or unreadable input; with a limit, also a damaged
history that stays below it.
The figures are rough approximations with a range, not certified accounting.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("revisions", metavar="REVISION", nargs="*", help="revisions and ranges; default: HEAD")
    add("-C", dest="repositories", metavar="REPO", action="append", default=[],
        help="a repository; several are merged; default: the one around here")  # fmt: skip
    add("--all", dest="every_ref", action="store_true", help="everything that any ref reaches")
    add("--since", metavar="DATE", help="author date: not before this day or moment")
    add("--until", metavar="DATE", help="author date: not after this day or moment")
    add("--group-by", action="append", choices=GROUPS, default=[], dest="groups",
        help="a table by this; several times for more; default: tool and month")  # fmt: skip
    add("--restate", default="", metavar="METHOD", help="recompute every record by this method")
    rendering.add_arguments(add)
    add("--max-gco2e", type=grams, metavar="N",
        help="exit 1 if the recorded total is above N grams")  # fmt: skip
    extras.add_arguments(add, grams)
    in_summary.add_arguments(add)
    add("--allow-shallow", action="store_true",
        help="accept a shallow clone; the report says that it is incomplete")  # fmt: skip
    add("--engine", choices=ENGINES, default="",
        help="what reads the history; default: git, else dulwich")  # fmt: skip
    add("--no-cache", action="store_true",
        help="read everything again, and keep nothing of it for the next time")  # fmt: skip
    add("--no-progress", action="store_true", help="no count of commits on a terminal")
    add("--version", action=doors.Version, nargs=0, help="print the version")
    return made


def grams(text: str) -> int:
    """Grams as people write them, in nanograms."""
    from .record import nanograms

    try:
        return nanograms(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of grams") from None


def main(argv: Sequence[str] | None = None, keeper: Keeper | None = None) -> int:
    """The exit code: 0 done, 1 a gate says no, 2 usage or unreadable input. The keeper gets an
    answer that will be the same for as long as nothing changes."""
    words = sys.argv[1:] if argv is None else list(argv)
    # Where words and options are mixed, argparse takes what follows `--` for options too.
    end = words.index("--") if "--" in words else len(words)

    def body() -> int:
        arguments = parser().parse_intermixed_args(words[:end])
        arguments.revisions = [*arguments.revisions, *words[end + 1 :]]
        return run(arguments, keeper)

    return doors.guard(PROGRAM, body)


def run(arguments: argparse.Namespace, keeper: Keeper | None = None) -> int:
    """Read, add up, print."""
    from . import dates, tables
    from .summary import DEFAULT_GROUPS, summarize

    rendering.check(arguments)
    with ExitStack() as stack:
        sources = opening.sources(
            arguments.repositories or [""],
            wanted(arguments),
            arguments.every_ref,
            arguments.engine,
            arguments.allow_shallow,
            stack,
        )
        if arguments.restate:
            # Known only now: a repository may bring methods of its own.
            tables.method(arguments.restate)
        in_summary.check(arguments)
        groups = tuple(dict.fromkeys(arguments.groups)) or DEFAULT_GROUPS
        asked = dates.asked(arguments.since, arguments.until, sources[0].engine.instant)
        period = asked.period
        prepared = extras.prepare(arguments, sources, period)
        cache = cache_of(arguments, prepared.sources, period, groups)
        collected = read(arguments, prepared.sources, period, groups, cache)
        stack.callback(collected.ledger.close)
        prepared = extras.complete(prepared, collected, "author" in groups)
        names = [source.name for source in sources]
        hours = in_summary.hours(arguments, collected.ledger)
        summary = summarize(collected.ledger, groups, names, arguments.restate, hours)
        report = made_of(arguments, asked, sources, collected, summary)
        about = in_summary.sections(arguments, sources, collected.ledger, summary, hours)
        sections = (*extras.sections(arguments, prepared), *about)
        report = report._replace(sections=sections, hours=hours)
        if arguments.write_attestation:
            path = arguments.write_attestation
            extras.write_attestation(path, sources[0], collected, summary)
        reasons = extras.reasons(arguments, summary, collected, hours)
        methods = {*summary.methods, arguments.restate, prepared.method}
        doors.warn_of(PROGRAM, sorted(methods))
        copy = keeper.copy if keeper else len
        rendering.write(arguments, report, collected.ledger, sources, period, copy)
        certain = report.complete and not any(one.ai_lines.problems for one in prepared.sources)
        if cache and certain:
            cache.keep(collected)
    code = doors.NO if reasons else extras.doubt(arguments, report, PROGRAM)
    if keeper and certain and not arguments.grid_history:
        keeper.keep(code, reasons, methods)
    for reason in reasons:
        doors.complain(PROGRAM, reason)
    return code


def wanted(arguments: argparse.Namespace) -> list[str]:
    """The revisions that are asked for."""
    for revision in arguments.revisions:
        if revision.startswith("-"):
            raise CarbonError(f"{revision}: not a revision: see {PROGRAM} --help")
    return arguments.revisions or ([] if arguments.every_ref else ["HEAD"])


def cache_of(
    arguments: argparse.Namespace, sources: Sequence[Source], period: Period, groups: Sequence[str]
) -> LedgerCache | None:
    """What may know a part of this history already."""
    if arguments.no_cache or arguments.recover:
        return None
    from .ledger_cache import cache_for

    return cache_for(sources, period, "author" in groups, arguments.restate, os.environ)


def read(
    arguments: argparse.Namespace,
    sources: Sequence[Source],
    period: Period,
    groups: Sequence[str],
    cache: LedgerCache | None,
) -> Collection:
    """Everything that the sources hold."""
    from .collection import collect
    from .progress import shown

    with shown(sys.stderr, not arguments.no_progress) as watch:
        if cache:
            return cache.collect(period, "author" in groups, watch, arguments.restate)
        return collect(sources, period, "author" in groups, watch, arguments.restate)


def made_of(
    arguments: argparse.Namespace,
    asked: Asked,
    sources: Sequence[Source],
    collected: Collection,
    summary: Summary,
) -> Report:
    """The summary with all that a reader must know about it."""
    from .factor_table import METHODS
    from .history import day
    from .report.contents import Report

    return Report(
        summary,
        tuple(source.name for source in sources),
        (*(["--all"] if arguments.every_ref else []), *wanted(arguments)),
        asked.since,
        asked.until,
        "" if collected.first is None else day(collected.first, 0),
        "" if collected.last is None else day(collected.last, 0),
        arguments.restate,
        tuple((name, METHODS[name][9] if name in METHODS else "") for name in summary.methods),
        collected.refused,
        tuple(gaps(sources, collected, summary)),
    )


def gaps(sources: Sequence[Source], collected: Collection, summary: Summary) -> list[Gap]:
    """Everything that could not be read."""
    from .ledger import UNREADABLE
    from .report.contents import FILES, OBJECT, SHALLOW, Gap, counted

    found = [Gap(SHALLOW, one.name, "", "a shallow clone") for one in sources if one.engine.shallow]
    found += [
        Gap(OBJECT, sources[number].name, sha, reason)
        for number, (sha, reason) in collected.unreadable
    ]
    if not summary.uncounted.unreadable:
        return found
    uncounted = sorted(
        origin
        for change in collected.ledger.changes()
        if change.lines == UNREADABLE
        for origin, _ in change.copies
    )
    for number, source in enumerate(sources):
        names = tuple(one.sha for one in uncounted if one.repository == number)
        if names:
            reason = f"the files of {counted(len(names), 'commit')} cannot be read"
            found.append(Gap(FILES, source.name, "", reason, names))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
