"""The gate for CI: commits by AI tools must have records, and these must be right."""

from __future__ import annotations

from . import doors, verification

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = {
    verification.DIFFERS: "does not follow from its own lines",
    verification.UNKNOWN: "cannot be recomputed",
    verification.REJECTED: "is no record line",
    verification.MISSING: "the commit has no record, but names a tool",
    verification.NOTED: "the commit has no record, but its AI lines were noted",
}


def check_range(program: str, revisions: Sequence[str]) -> int:
    """0 if every commit of the range passes, 1 with one line for each that does not."""
    passes = True
    for sha, word, record_id, reason in verification.verdicts(revisions, "", tools=True):
        if word == verification.SKIPPED:
            doors.complain(program, reason)
        elif word in REFUSED:
            passes = False
            what = f"record {record_id} " if record_id else ""
            doors.complain(program, f"{sha[:12]}: {what}{REFUSED[word]}: {reason}")
    return doors.OK if passes else doors.NO
