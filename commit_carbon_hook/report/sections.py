"""What a report shows only where somebody asks for it or it is there: warnings, losses, recovered
records, AI lines that other tools noted, an attestation."""

from __future__ import annotations

from ..factor_table import WARNINGS
from ..losses import CUT, ELSEWHERE, REQUEST, SQUASH, UNRECORDED
from ..record import Emissions
from .contents import (
    ATTESTATION_KEY,
    MAX_LISTED,
    SHA_DIGITS,
    WARNINGS_KEY,
    Section,
    counted,
    without_controls,
)
from .json import exact_range
from .text import figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ..ai_lines import AiLines
    from ..attestation import Attestation, Estimated
    from ..losses import Loss, Silent
    from ..record import Record
    from ..recovery import Found
    from .contents import Report

MAX_SUBJECT = 72
TITLES = {
    REQUEST: "Records of requests that were squashed: --recover counts them",
    ELSEWHERE: "Records on other refs only: lost if these were squashed, to come if they are open",
    SQUASH: "Squash commits that name a tool and have no record: estimated afterwards",
    UNRECORDED: "Commits that name a tool and never had a record: estimated afterwards",
    CUT: "Records that lost a line: they count, but cannot be recomputed",
}


def warnings(report: Report) -> tuple[Section, ...]:
    """What is wrong with the methods of the figures, if anything is."""
    names = [name for name, _ in report.valid_until]
    names += [one.document["method"] for one in report.sections if one.key == ATTESTATION_KEY]
    found = {name: WARNINGS[name] for name in sorted({*names}) if name in WARNINGS}
    if not found:
        return ()
    lines = [f"{text[0].upper()}{text[1:].rstrip('.')}." for text in found.values()]
    document = {"found": [{"method": name, "warning": text} for name, text in found.items()]}
    return (Section(WARNINGS_KEY, "Warning", tuple(lines), document, everywhere=True),)


def summed(records: Iterable[Record]) -> Emissions:
    """Lows, centrals and highs of records."""
    ends = zip(*[one.emissions for one in records], strict=True)
    return Emissions(*([sum(end) for end in ends] or (0, 0, 0)))


def grams(emissions: Emissions) -> str:
    """`central gCO2e (low to high)`, with three digits."""
    low, central, high = map(figure, emissions)
    return f"{central} gCO2e ({low} to {high})"


def losses(found: Sequence[tuple[str, Loss]], silent: Sequence[tuple[str, Silent]]) -> Section:
    """Losses in the order of their kinds, and squash commits of which nobody knows; each with the
    name of its repository."""
    lines: list[str] = []
    for kind, title in TITLES.items():
        those = [one for _, one in found if one.kind == kind]
        if those:
            lines += [title, *("  " + _loss(one) for one in those)]
    if silent:
        have, name, they = ("have", "name", "they") if len(silent) > 1 else ("has", "names", "it")
        lines.append(
            f"{counted(len(silent), 'squash commit')} {have} no record and {name} no tool:"
            f" nobody can say whether {they} lost one"
        )
        lines += [
            f"  {one.commit[:SHA_DIGITS]} {one.subject[:MAX_SUBJECT]}"
            for _, one in silent[:MAX_LISTED]
        ]
        if len(silent) > MAX_LISTED:
            lines.append(f"  and {len(silent) - MAX_LISTED:,} more")
    return Section(
        "losses",
        "Losses",
        tuple(lines or ["Nothing is known to be lost."]),
        {
            "silent_squash_commits": len(silent),
            "silent": [
                {
                    "repository": repository,
                    "commit": one.commit,
                    "subject": without_controls(one.subject),
                }
                for repository, one in silent
            ],
            "found": [
                {
                    "kind": one.kind,
                    "repository": repository,
                    "commit": one.commit or None,
                    "refs": list(map(without_controls, one.refs)),
                    "tool": one.tool or None,
                    "records": [each.id for each in one.records],
                    "emissions_gco2e": exact_range(summed(one.records)) if one.records else None,
                }
                for repository, one in found
            ],
        },
    )


def _loss(one: Loss) -> str:
    subject = one.subject[:MAX_SUBJECT]
    commit = one.commit[:SHA_DIGITS]
    if not one.refs:
        what = one.tool or f"record {', '.join(each.id for each in one.records)}"
        return f"{commit} {what}: {subject}"
    merged = f", merged as {commit} {subject}" if commit else ""
    return f"{_refs(one.refs)}: {_records(one.records)}, {grams(summed(one.records))}{merged}"


def _refs(refs: Sequence[str]) -> str:
    return ", ".join(refs[:3]) + (f" and {len(refs) - 3} more" if len(refs) > 3 else "")


def _records(records: Sequence[Record]) -> str:
    return counted(len(records), "record")


def recovered(found: Sequence[tuple[str, Found]], beyond: int, forge: str) -> Section:
    """Records that were recovered, with the name of the repository of each request; `beyond` are
    of other periods."""
    # Requests that build on each other share records.
    unique = {one.id: one for _, request in found for one in request.records}
    total = summed(unique.values())
    unnamed = {one.id for _, request in found if not request.into for one in request.records}
    lines = [
        f"{_records(list(unique.values()))}, {grams(total)}, counted as recorded"
        if unique
        else "Nothing: no fetched request has a record of this period that these revisions lack."
        if beyond
        else "Nothing: no fetched request has a record that these revisions lack."
    ]
    for _, request in found:
        into = ", ".join(sha[:SHA_DIGITS] for sha in request.into) or "no commit that names it"
        lines.append(
            f"  {_refs(request.refs)}: {_records(request.records)},"
            f" {grams(summed(request.records))}, into {into}"
        )
    if beyond:
        verb = "belongs" if beyond == 1 else "belong"
        lines.append(
            f"{counted(beyond, 'more record')} of requests {verb} to another period, by the author"
            " dates of their commits"
        )
    if unnamed:
        verb = "is" if len(unnamed) == 1 else "are"
        lines.append(
            f"{len(unnamed):,} of them {verb} of requests that no commit here names: open, closed,"
            " or squashed without their number; such a squash commit may be estimated afterwards"
            " too"
        )
    return Section(
        "recovered",
        f"Recovered from requests on {forge}",
        tuple(lines),
        {
            "forge": forge,
            "records": len(unique),
            "records_of_other_periods": beyond,
            "emissions_gco2e": exact_range(total),
            "requests": [
                {
                    "repository": repository,
                    "refs": list(map(without_controls, request.refs)),
                    "commits": list(request.into),
                    "records": [one.id for one in request.records],
                }
                for repository, request in found
            ],
        },
    )


def ai_lines(found: Sequence[tuple[str, AiLines]]) -> Section:
    """What other tools noted about the lines of commits, by the name of the repository."""
    noted = sum(one.noted for _, one in found)
    traced = sum(one.traced for _, one in found)
    problems = [f"{name}: {text}" for name, one in found for text in one.problems]
    return Section(
        "ai_lines",
        "AI lines that other tools noted",
        (
            f"{counted(noted, 'commit')} by git-ai's notes, {traced:,} by Agent Trace files;"
            " without a record they are estimated afterwards by these lines only",
            *problems,
        ),
        {
            "noted_commits": noted,
            "traced_commits": traced,
            "problems": list(map(without_controls, problems)),
        },
    )


def attestation(
    path: str, found: Attestation, rows: Sequence[Estimated], total: tuple[Any, Any], method: str
) -> Section:
    """An attestation's counts and the estimate from them, apart from everything else."""
    emissions, used = total
    return Section(
        ATTESTATION_KEY,
        f"From the counts of an attestation, by method {method}; in no other figure",
        tuple(_attested(path, found, rows, emissions)),
        {
            "file": without_controls(path),
            "version": found.version,
            "method": method,
            "commits": found.commits,
            "assisted_commits": found.assisted,
            "emissions_gco2e": exact_range(emissions),
            "energy_wh": exact_range(used),
            "tools": [
                {
                    "identifier": without_controls(one.row.identifier),
                    "tool": one.row.tool,
                    "commits": one.row.commits,
                    "emissions_gco2e": exact_range(one.emissions),
                    "energy_wh": exact_range(one.energy_nwh),
                }
                for one in rows
            ],
        },
    )


def _attested(
    path: str, found: Attestation, rows: Sequence[Estimated], emissions: Emissions
) -> Iterator[str]:
    yield (
        f"{path}: {grams(emissions)}, {found.assisted:,} of {found.commits:,} commits by AI tools"
    )
    for one in rows:
        tool, commits = one.row.tool, one.row.commits
        name = tool if one.row.identifier == tool else f"{one.row.identifier} (as {tool})"
        yield f"  {name}: {counted(commits, 'commit')}, {grams(one.emissions)}"
    yield (
        "It says nothing of lines or tokens: every commit counts with the least tokens of its"
        " tool, and for each tool that it names"
    )
