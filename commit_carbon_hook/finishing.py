"""The last step: the records, complete, into the message or to the stage that makes a note."""

from __future__ import annotations

from time import time

from . import completion, drafting, message, message_file, record
from .errors import CarbonError
from .grid.live import intensity_now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .config import Settings
    from .draft import Draft
    from .gitdir import GitDir
    from .invocation import Invocation
    from .record import Record


def finish(
    call: Invocation,
    git_dir: GitDir,
    draft: Draft,
    text: bytes,
    prefix: bytes,
    settings: Settings,
) -> None:
    """Write the records of a draft into the message, whose final text this is.

    Raises CarbonError where that is not sure to leave all else as it is.
    """
    now = time()

    def measure(record_id: str) -> float | None:
        from .grid.measured import take

        top = drafting.top(git_dir, call.environment)
        return take(record_id, top, git_dir, call.environment, now)

    live = intensity_now(int(now), call.environment)
    trailers = message.trailers(text, prefix)
    records = completion.complete(draft, trailers, call.environment, settings, live, measure)
    if settings.store == "notes":
        from . import notes

        notes.leave(records, call, git_dir)
    elif records:
        _write(call, records, text, prefix)


def theirs(line: bytes) -> bool:
    """Whether a line that begins like one of ours is the user's own text."""
    return not record.is_line(line)


def _write(call: Invocation, records: Sequence[Record], text: bytes, prefix: bytes) -> None:
    lines = [line for one in records for line in record.lines(one)]
    mode, prefix = drafting.placement(call, text, prefix)
    changed = message.replace_records(text, lines, prefix, mode, theirs)
    if changed == text:
        return
    without = message.remove_record_lines(text, prefix, theirs)
    if message.remove_record_lines(changed, prefix, theirs) != without:
        raise CarbonError("this message's form is not understood: left alone")
    message_file.replace(call.file, changed)
