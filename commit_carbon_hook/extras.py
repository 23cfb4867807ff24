"""The options of a summary beside reading and adding up: losses, recovery, other tools' notes,
attestations and limits."""

from __future__ import annotations

import sys

from . import doors
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import NamedTuple

    from .attestation import Attestation
    from .collection import Collection, Source
    from .elsewhere import Carrier
    from .history import Period
    from .losses import Loss, Silent
    from .recomputation import Hours
    from .recovery import Found
    from .report.contents import Report, Section
    from .summary import Summary
else:
    from .values import NamedTuple

ENDS = ("central", "high")
FETCH = {
    "github": "git fetch origin '+refs/pull/*/head:refs/pull/*/head'",
    "gitlab": "git fetch origin '+refs/merge-requests/*/head:refs/merge-requests/*/head'",
}


class Prepared(NamedTuple):
    """What was found before the histories are added up: the sources; losses, squash commits that
    say nothing, recovered requests and their commits, all with the numbers of their sources; an
    attestation, and the method for its estimate (empty without one). `beyond` of the recovered
    records do not belong to the period."""

    sources: list[Source]
    lost: list[tuple[int, Loss]]
    silent: list[tuple[int, Silent]]
    found: list[tuple[int, Found]]
    carriers: list[tuple[int, Carrier]]
    beyond: int
    attested: Attestation | None
    method: str


def add_arguments(add: Callable[..., object], grams: Callable[[str], int]) -> None:
    """The options; `grams` reads a number of grams."""
    add("--max-per-commit", type=grams, metavar="N",
        help="exit 1 if one commit has recorded more than N grams")  # fmt: skip
    add("--value", choices=ENDS,
        help="which value of the ranges both limits mean; default: central")  # fmt: skip
    add("--explain-losses", action="store_true",
        help="list what these revisions cannot show or have probably lost")  # fmt: skip
    add("--recover", choices=tuple(FETCH), default="",
        help="count records of fetched requests (refs/pull/*/head) too")  # fmt: skip
    add("--attestation", default="", metavar="FILE",
        help="estimate from the counts in an .ai-attestation.yaml, apart")  # fmt: skip
    add("--write-attestation", default="", metavar="FILE",
        help="write the tools and commits of this history as .ai-attestation.yaml")  # fmt: skip


def prepare(arguments: argparse.Namespace, sources: Sequence[Source], period: Period) -> Prepared:
    """Check the options, and look for what the histories lost. Raises CarbonError."""
    from . import ai_lines

    if arguments.value and not limited(arguments):
        raise CarbonError("--value: goes with --max-gco2e or --max-per-commit: add one of them")
    if arguments.write_attestation:
        from . import output

        if len(sources) > 1:
            raise CarbonError("--write-attestation: is about one repository: name one with -C")
        output.check(arguments.write_attestation)
    made = Prepared([], [], [], [], [], 0, None, "")
    settled: frozenset[str] = frozenset()
    if arguments.attestation:
        from . import attestation_file

        made = made._replace(
            attested=attestation_file.read(arguments.attestation),
            method=arguments.restate or sources[0].settings.method,
        )
    for number, source in enumerate(sources):
        lines = ai_lines.read(source.engine, source.tips, period)
        source = source._replace(ai_lines=lines)
        if arguments.explain_losses or arguments.recover:
            settled |= _add_losses(arguments, number, source, period, made)
        made.sources.append(source)
    # Forks have the same squash commits, and perhaps no refs of the requests.
    made.sources[:] = [source._replace(settled=settled) for source in made.sources]
    return made


def _add_losses(
    arguments: argparse.Namespace, number: int, source: Source, period: Period, made: Prepared
) -> frozenset[str]:
    """The commits whose records were recovered; what was found goes into `made`."""
    from . import elsewhere, losses, recovery
    from .terminal import safe

    engine, tips = source.engine, source.tips
    forge: str = arguments.recover
    refs = elsewhere.refs_of(engine, "" if arguments.explain_losses else forge)
    if forge and not elsewhere.refs_of(engine, forge):
        line = f"{source.name}: no requests of {forge} are here: {FETCH[forge]}"
        print(f"commit-carbon-summarize: {safe(line)}", file=sys.stderr)
    away = elsewhere.find(engine, tips, refs)
    seen = losses.survey(engine, tips, period, away, source.ai_lines)
    recovered = recovery.recover(away, seen, forge) if forge else recovery.NOTHING
    lost = losses.losses(away, seen, recovered, period)
    made.lost.extend((number, one) for one in lost)
    made.silent.extend((number, one) for one in seen.silent)
    made.found.extend((number, one) for one in recovered.found)
    made.carriers.extend((number, one) for one in recovered.carriers)
    return recovered.settled


def complete(prepared: Prepared, collected: Collection, authors: bool) -> Prepared:
    """Count the recovered records for the commits of their requests; what another repository has
    is not called recovered."""
    if not prepared.found:
        return prepared
    from .collection import origin_of

    ledger = collected.ledger
    wanted = {one.id for _, request in prepared.found for one in request.records}
    known = {record.id for record, _ in ledger.sightings(everywhere=True) if record.id in wanted}
    for number, (commit, records) in prepared.carriers:
        for one in records:
            ledger.add_record(one, origin_of(commit, number, authors))
    counted = {record.id for record, _, _ in ledger.records() if record.id in wanted} - known
    found = []
    for number, request in prepared.found:
        own = tuple(one for one in request.records if one.id in counted)
        if own:
            found.append((number, request._replace(records=own)))
    return prepared._replace(found=found, beyond=len(wanted - known - counted))


def sections(arguments: argparse.Namespace, prepared: Prepared) -> tuple[Section, ...]:
    """What the report says of all this, in the order of the options."""
    from .ai_lines import NONE

    noted = [(one.name, one.ai_lines) for one in prepared.sources if one.ai_lines != NONE]
    if not (arguments.explain_losses or arguments.recover or prepared.attested or noted):
        return ()
    from .report import sections as made

    names = [source.name for source in prepared.sources]
    found = []
    if arguments.explain_losses:
        lost = [(names[number], one) for number, one in prepared.lost]
        silent = [(names[number], one) for number, one in prepared.silent]
        found.append(made.losses(lost, silent))
    if arguments.recover:
        requests = [(names[number], one) for number, one in prepared.found]
        found.append(made.recovered(requests, prepared.beyond, arguments.recover))
    if noted:
        found.append(made.ai_lines(noted))
    if prepared.attested:
        from . import attestation

        grid, method = prepared.sources[0].settings.grid, prepared.method
        rows = attestation.estimates(prepared.attested, method, grid)
        found.append(
            made.attestation(
                arguments.attestation, prepared.attested, rows, attestation.total(rows), method
            )
        )
    return tuple(found)


def write_attestation(path: str, source: Source, collected: Collection, summary: Summary) -> None:
    """Write what the scan found as an attestation. Raises CarbonError."""
    from time import time

    from . import attestation_file

    fields = attestation_file.render(
        attestation_file.census(collected.ledger),
        attestation_file.named(source.engine.remote(), source.name),
        summary.commits.scanned,
        collected.first,
        collected.last,
        int(time()),
    )
    attestation_file.write(path, fields)


def limited(arguments: argparse.Namespace) -> bool:
    """Whether there is a limit."""
    return arguments.max_gco2e is not None or arguments.max_per_commit is not None


def doubt(arguments: argparse.Namespace, report: Report, program: str) -> int:
    """The exit code where nothing that was read exceeds a limit; one line says what was not
    read. That a clone is shallow was accepted on the command line."""
    if not limited(arguments):
        return doors.OK
    from . import limits

    line, is_accepted = limits.unread(report.gaps)
    if line:
        doors.complain(program, line)
    return doors.OK if is_accepted else doors.UNUSABLE


def reasons(
    arguments: argparse.Namespace, summary: Summary, collected: Collection, hours: Hours
) -> list[str]:
    """Why the limits say no, one line each."""
    if not limited(arguments):
        return []
    from . import limits

    end = arguments.value or ENDS[0]
    wanted = limits.Limits(arguments.max_gco2e, arguments.max_per_commit, end)
    return list(
        limits.reasons(
            wanted, summary.recorded.emissions, collected.ledger, arguments.restate, hours
        )
    )
