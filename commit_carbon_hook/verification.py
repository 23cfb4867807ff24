"""Whether the records of a history follow from their own lines, and which commits lack one."""

from __future__ import annotations

import os

from . import ai_lines, config, history, reading, recomputation, record
from .errors import CarbonError
from .grid import implied
from .terminal import decoded, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NamedTuple

    from .authorship import Authored
    from .sieve import Unreadable
else:
    from .values import NamedTuple

FOLLOWS = "follows"
DIFFERS = "differs"
UNKNOWN = "cannot be recomputed"
REJECTED = "rejected"
MISSING = "has no record"
NOTED = "has AI lines and no record"
SKIPPED = "not read"


class Verdict(NamedTuple):
    """What was found in one commit: one of the words above, the record's id, and why."""

    sha: str
    word: str
    record_id: str
    reason: str


def verdicts(
    revisions: Sequence[str], path: str, engine_name: str = "", tools: bool = False
) -> Iterator[Verdict]:
    """Read a history once and judge every record in it, every refused line and, with `tools`,
    every commit without a record that a summary would estimate, by a known tool or with AI lines
    that another one noted. What of these notes cannot be read belongs to no commit.

    Raises CarbonError for a shallow clone, and at the end for objects that cannot be read.
    """
    for revision in revisions:
        if revision.startswith("-"):
            raise CarbonError(f"{revision}: not a revision: see --help")
    engine = reading.open_engine(path, os.environ, engine_name)
    unreadable: list[Unreadable] = []
    try:
        if engine.shallow:
            raise CarbonError("a shallow clone misses most of its history: git fetch --unshallow")
        config.load(engine.work_tree or engine.directory, os.environ)
        lines = ai_lines.NONE
        if tools:
            lines = ai_lines.read(engine, engine.tips(revisions, every_ref=False), history.Period())
        yield from (Verdict("", SKIPPED, "", problem) for problem in lines.problems)
        known = lines.by_commit
        for commit, found in reading.findings(engine, revisions, tools, unreadable, known):
            yield from _judge(commit, found, known.get(commit.sha))
    finally:
        engine.close()
    if unreadable:
        sha, reason = unreadable[0]
        raise CarbonError(f"{len(unreadable)} objects cannot be read; the first is {sha}: {reason}")


def _judge(
    commit: history.Commit, found: history.Finding, lines: Authored | None
) -> Iterator[Verdict]:
    for line, reason in found.rejected:
        yield Verdict(commit.sha, REJECTED, "", f"{safe(decoded(line))}: {reason}")
    for one in found.records:
        yield judged(commit.sha, one)
    if found.records or len(commit.parents) > 1:
        return
    known = ai_lines.basis_of(commit, found.identity, lines)
    if known:
        yield Verdict(commit.sha, MISSING if found.identity else NOTED, "", known[0].tool)


def judged(sha: str, one: record.Record) -> Verdict:
    """Whether a record's grams follow from its tokens, tool, grid and method, as printed; those of
    a live intensity or a measured energy, from any plausible one."""
    try:
        if implied.is_open(one):
            if implied.intensity_gco2e_per_kwh(one) or implied.energy_wh(one):
                return Verdict(sha, FOLLOWS, one.id, "")
            return Verdict(
                sha, DIFFERS, one.id, "no live intensity and no measured energy gives its grams"
            )
        again = recomputation.restated(one, one.basis.method if one.basis else "")
    except CarbonError as error:
        return Verdict(sha, UNKNOWN, one.id, str(error))
    if again.emissions == one.emissions:
        return Verdict(sha, FOLLOWS, one.id, "")
    says, should = (
        " ".join(record.grams_text(value) for value in grams)
        for grams in (one.emissions, again.emissions)
    )
    return Verdict(sha, DIFFERS, one.id, f"says {says} gCO2e, its lines make {should}")
