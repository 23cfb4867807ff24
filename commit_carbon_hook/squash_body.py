"""The records of a range as one block of lines, for the message of a squash commit."""

from __future__ import annotations

import os

from . import config, reading, record, union
from .errors import CarbonError
from .terminal import decoded, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NamedTuple

    from .sieve import Unreadable
    from .walk import Engine
else:
    from .values import NamedTuple

SHA_DIGITS = 12


class Body(NamedTuple):
    """Lines to paste, in the order of their commits, and what somebody should know about them."""

    lines: list[bytes]
    remarks: list[str]


def body(revisions: Sequence[str], path: str, engine_name: str = "") -> Body:
    """The union of the records of all commits in the range, each record once.

    Raises CarbonError for a shallow clone, an unknown revision and objects that cannot be read.
    """
    for revision in revisions:
        if revision.startswith("-"):
            raise CarbonError(f"{revision}: not a revision: see --help")
    engine = reading.open_engine(path, os.environ, engine_name)
    try:
        if engine.shallow:
            raise CarbonError("a shallow clone misses most of its history: git fetch --unshallow")
        config.load(engine.work_tree or engine.directory, os.environ)
        return _united(engine, revisions)
    finally:
        engine.close()


def _united(engine: Engine, revisions: Sequence[str]) -> Body:
    unreadable: list[Unreadable] = []
    seen: dict[str, list[union.Sighting]] = {}
    remarks: list[str] = []
    missing: list[str] = []
    for commit, found in reading.findings(engine, revisions, tools=True, unreadable=unreadable):
        origin = union.Origin(commit.time, commit.sha, 0, commit.zone, "")
        for one in found.records:
            seen.setdefault(one.id, []).append(union.Sighting(one, origin))
        for line, reason in found.rejected:
            remarks.append(f"{commit.sha[:SHA_DIGITS]}: left out: {safe(decoded(line))}: {reason}")
        if found.identity and not found.records and len(commit.parents) < 2:
            missing.append(commit.sha[:SHA_DIGITS])
    if unreadable:
        sha, reason = unreadable[0]
        raise CarbonError(f"{len(unreadable)} objects cannot be read; the first is {sha}: {reason}")
    united = sorted((union.unite(one) for one in seen.values()), key=lambda one: one.origin)
    remarks += [_conflict(one.conflict) for one in united if one.conflict]
    if missing:
        remarks.append(
            f"{', '.join(missing)}: by a known tool without a record: a summary estimates them no"
            " more once the squash commit has one"
        )
    return Body([line for one in united for line in record.lines(one.record)], remarks)


def _conflict(versions: Sequence[union.Sighting]) -> str:
    texts = [
        f"{record.grams_text(one.emissions.central)} g in {origin.sha[:SHA_DIGITS]}"
        for one, origin in versions
    ]
    return f"record {versions[0].record.id} contradicts itself: {', '.join(texts)}: kept the first"
