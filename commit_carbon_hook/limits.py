"""Limits for CI: the most that a whole history, or one of its commits, may have recorded."""

from __future__ import annotations

from itertools import groupby
from struct import Struct

from .errors import CarbonError
from .recomputation import NO_HOURS, Hours, of_the_hour, restated
from .record import ID_LENGTH, grams_text
from .report.contents import OBJECT, SHALLOW, counted
from .spool import Spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NamedTuple

    from .ledger import Ledger
    from .record import Emissions
    from .report.contents import Gap
else:
    from .values import NamedTuple

SHA_DIGITS = 12
# The commit, the record, and what it emitted.
_ROW = Struct(f">32s{ID_LENGTH}sQ")
_PADDING = bytes(12)


class Limits(NamedTuple):
    """The most nanograms that are allowed, None without a limit; `end` is which of the values
    of a range is compared: central or high."""

    total: int | None
    per_commit: int | None
    end: str


def reasons(
    limits: Limits, recorded: Emissions, ledger: Ledger, method: str, hours: Hours = NO_HOURS
) -> Iterator[str]:
    """Why a history breaks the limits, one line each. `recorded` is the total; the records of
    the ledger are restated under `method` if one is given."""
    end = limits.end
    total: int = getattr(recorded, end)
    if limits.total is not None and total > limits.total:
        yield (
            f"{grams_text(total)} gCO2e ({end}) recorded is more than {grams_text(limits.total)}"
        )
    if limits.per_commit is not None:
        above = [
            (grams, sha)
            for sha, grams in commits(ledger, end, method, hours)
            if grams > limits.per_commit
        ]
        if above:
            most, sha = max(above)
            more = f"; {len(above)} commits are above it" if len(above) > 1 else ""
            yield (
                f"{sha[:SHA_DIGITS]}: {grams_text(most)} gCO2e ({end}) recorded in one commit is"
                f" more than {grams_text(limits.per_commit)}{more}"
            )


def unread(gaps: Sequence[Gap]) -> tuple[str, bool]:
    """What was not read and may exceed a limit, in a line that is empty where there is nothing,
    and whether that was accepted. Files that cannot be read are part of no record."""
    kinds = [gap.kind for gap in gaps]
    if lost := kinds.count(OBJECT):
        what = f"{counted(lost, 'object')} cannot be read"
        return f"no limit is exceeded, but {what}: complete the clone, then run this again", False
    if SHALLOW in kinds:
        return "warning: no limit is exceeded, but a shallow clone misses most of its history", True
    return "", True


def commits(
    ledger: Ledger, end: str, method: str, hours: Hours = NO_HOURS
) -> Iterator[tuple[str, int]]:
    """What every commit with records has recorded, in nanograms, each of its records once; a
    record that cannot be restated counts for nothing, as in the totals."""
    rows = Spool(_ROW.size)
    try:
        for record, origin in ledger.sightings():
            try:
                hourly = of_the_hour(hours, record.basis, origin.time)
                emissions = (restated(record, method, hourly) if method else record).emissions
            except CarbonError:
                continue
            sha = bytes.fromhex(origin.sha)
            rows.append(_ROW.pack(sha, record.id.encode("ascii"), getattr(emissions, end)))
        for name, found in groupby(rows, lambda row: row[:32]):
            # Of several versions of a record the last one, which is the largest, counts.
            by_id = {row[32 : 32 + ID_LENGTH]: _ROW.unpack(row)[2] for row in found}
            sha = name[:20] if name.endswith(_PADDING) else name
            yield sha.hex(), sum(by_id.values())
    finally:
        rows.close()
