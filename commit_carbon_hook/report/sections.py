"""What a report shows only where somebody asks for it or it is there: losses, recovered records,
AI lines that other tools noted, an attestation."""

from __future__ import annotations

from ..losses import CUT, ELSEWHERE, REQUEST, SQUASH, UNRECORDED
from ..record import Emissions
from .contents import Section, without_controls
from .json import exact_range
from .text import figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ..ai_lines import AiLines
    from ..attestation import Attestation, Estimated
    from ..losses import Loss
    from ..record import Record
    from ..recovery import Found

SHA_DIGITS = 12
MAX_SUBJECT = 72
TITLES = {
    REQUEST: "Records of requests that were squashed: --recover counts them",
    ELSEWHERE: "Records on other refs only: lost if these were squashed, to come if they are open",
    SQUASH: "Squash commits that name a tool and have no record: estimated afterwards",
    UNRECORDED: "Commits that name a tool and never had a record: estimated afterwards",
    CUT: "Records that lost a line: they count, but cannot be recomputed",
}


def summed(records: Iterable[Record]) -> Emissions:
    """Lows, centrals and highs of records."""
    ends = zip(*[one.emissions for one in records], strict=True)
    return Emissions(*([sum(end) for end in ends] or (0, 0, 0)))


def grams(emissions: Emissions) -> str:
    """`central gCO2e (low to high)`, with three digits."""
    low, central, high = map(figure, emissions)
    return f"{central} gCO2e ({low} to {high})"


def losses(found: Sequence[tuple[str, Loss]], silent: int) -> Section:
    """Losses with the name of the repository of each, in the order of their kinds."""
    lines: list[str] = []
    for kind, title in TITLES.items():
        those = [one for _, one in found if one.kind == kind]
        if those:
            lines += [title, *("  " + _loss(one) for one in those)]
    if silent:
        lines.append(
            f"{silent:,} squash commits have no record and name no tool: nobody can say whether"
            " they lost one"
        )
    return Section(
        "losses",
        "Losses",
        tuple(lines or ["Nothing is known to be lost."]),
        {
            "silent_squash_commits": silent,
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
    return _number(len(records), "record")


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def recovered(found: Sequence[tuple[str, Found]], forge: str) -> Section:
    """Records that were recovered, with the name of the repository of each request."""
    # Requests that build on each other share records.
    unique = {one.id: one for _, request in found for one in request.records}
    total = summed(unique.values())
    unnamed = {one.id for _, request in found if not request.into for one in request.records}
    lines = [
        f"{_records(list(unique.values()))}, {grams(total)}, counted as recorded"
        if unique
        else "Nothing: no fetched request has a record that these revisions lack."
    ]
    for _, request in found:
        into = ", ".join(sha[:SHA_DIGITS] for sha in request.into) or "no commit that names it"
        lines.append(
            f"  {_refs(request.refs)}: {_records(request.records)},"
            f" {grams(summed(request.records))}, into {into}"
        )
    if unnamed:
        lines.append(
            f"{len(unnamed)} of them are of requests that no commit here names: open, closed, or"
            " squashed without their number; such a squash commit may be estimated afterwards too"
        )
    return Section(
        "recovered",
        f"Recovered from requests on {forge}",
        tuple(lines),
        {
            "forge": forge,
            "records": len(unique),
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
            f"{noted:,} commits by git-ai's notes, {traced:,} by Agent Trace files; without a"
            " record they are estimated afterwards by these lines only",
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
        "attestation",
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
        yield f"  {name}: {_number(commits, 'commit')}, {grams(one.emissions)}"
    yield (
        "It says nothing of lines or tokens: every commit counts with the least tokens of its"
        " tool, and for each tool that it names"
    )
