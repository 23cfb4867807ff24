"""The options of a summary beside reading and adding up: losses, recovery, other tools' notes,
attestations and limits."""

from __future__ import annotations

import sys

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
    from .losses import Loss
    from .recomputation import Hours
    from .recovery import Found
    from .report.contents import Section
    from .summary import Summary
else:
    from .values import NamedTuple

ENDS = ("central", "high")
FETCH = {
    "github": "git fetch origin '+refs/pull/*/head:refs/pull/*/head'",
    "gitlab": "git fetch origin '+refs/merge-requests/*/head:refs/merge-requests/*/head'",
}


class Prepared(NamedTuple):
    """What was found before the histories are added up: the sources with what they lost, losses
    and recovered requests with the numbers of their sources, commits of requests that no other
    commit names, an attestation, and the method for its estimate (empty without one)."""

    sources: list[Source]
    lost: list[tuple[int, Loss]]
    silent: int
    found: list[tuple[int, Found]]
    loose: list[tuple[int, Carrier]]
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

    if arguments.value and arguments.max_gco2e is None and arguments.max_per_commit is None:
        raise CarbonError("--value: goes with --max-gco2e or --max-per-commit: add one of them")
    if arguments.write_attestation:
        from . import output

        if len(sources) > 1:
            raise CarbonError("--write-attestation: is about one repository: name one with -C")
        output.check(arguments.write_attestation)
    made = Prepared([], [], 0, [], [], None, "")
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
            source, silent = _with_losses(arguments, number, source, period, made)
            made = made._replace(silent=made.silent + silent)
        made.sources.append(source)
    return made


def _with_losses(
    arguments: argparse.Namespace, number: int, source: Source, period: Period, made: Prepared
) -> tuple[Source, int]:
    """The source with what was recovered attached; what was found goes into `made`."""
    from . import elsewhere, losses, recovery
    from .terminal import safe

    engine, tips = source.engine, source.tips
    forge: str = arguments.recover
    refs = elsewhere.refs_of(engine, "" if arguments.explain_losses else forge)
    if forge and not elsewhere.refs_of(engine, forge):
        line = f"{source.name}: no requests of {forge} are here: {FETCH[forge]}"
        print(f"commit-carbon-summarize: {safe(line)}", file=sys.stderr)
    away = elsewhere.find(engine, tips, refs, period)
    seen = losses.survey(engine, tips, period, away, source.ai_lines)
    recovered = recovery.recover(away, seen, forge) if forge else recovery.NOTHING
    made.lost.extend((number, one) for one in losses.losses(away, seen, recovered.ids()))
    made.found.extend((number, one) for one in recovered.found)
    made.loose.extend((number, one) for one in recovered.loose)
    return source._replace(attached=recovered.attached), seen.silent


def complete(prepared: Prepared, collected: Collection, authors: bool) -> Prepared:
    """Count the recovered records that belong to no commit; what another repository has is not
    called recovered."""
    if not prepared.found:
        return prepared
    from .collection import origin_of

    attached = {sha for source in prepared.sources for sha in source.attached}
    known = {
        record.id for record, origin in collected.ledger.sightings() if origin.sha not in attached
    }
    for number, (commit, records) in prepared.loose:
        for one in records:
            collected.ledger.add_record(one, origin_of(commit, number, authors))
    found = []
    for number, request in prepared.found:
        own = tuple(one for one in request.records if one.id not in known)
        if own:
            found.append((number, request._replace(records=own)))
    return prepared._replace(found=found)


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
        found.append(made.losses(lost, prepared.silent))
    if arguments.recover:
        requests = [(names[number], one) for number, one in prepared.found]
        found.append(made.recovered(requests, arguments.recover))
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


def reasons(
    arguments: argparse.Namespace, summary: Summary, collected: Collection, hours: Hours
) -> list[str]:
    """Why the limits say no, one line each."""
    if arguments.max_gco2e is None and arguments.max_per_commit is None:
        return []
    from . import limits

    end = arguments.value or ENDS[0]
    wanted = limits.Limits(arguments.max_gco2e, arguments.max_per_commit, end)
    return list(
        limits.reasons(
            wanted, summary.recorded.emissions, collected.ledger, arguments.restate, hours
        )
    )
