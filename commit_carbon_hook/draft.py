"""What a commit's records will be, as far as that is known before its message is final."""

from __future__ import annotations

from . import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple
else:
    from .values import NamedTuple


class Draft(NamedTuple):
    """The records that stay, and the staged lines that will make one more.

    `whole_lines` are those of the whole commit where it is amended and has one record by
    lines: that record is then estimated anew under its id. `parent` and `content` name what
    is committed. `counted` are new records out of the tools' logs, and `covered` the tools
    whose usage other commits have recorded in full or will record; `unspecified` among them stands
    for any.
    """

    kept: tuple[record.Record, ...]
    lines: int = 0
    whole_lines: int = 0
    parent: str = ""
    content: str = ""
    counted: tuple[record.Record, ...] = ()
    covered: tuple[str, ...] = ()


def union(records: Iterable[record.Record]) -> tuple[record.Record, ...]:
    """Each id once; of several versions of one record the larger counts."""
    best: dict[str, record.Record] = {}
    for one in records:
        known = best.get(one.id)
        if known is None or known.emissions.central < one.emissions.central:
            best[one.id] = one
    return tuple(best.values())


def renewable(records: Iterable[record.Record]) -> record.Record | None:
    """The one record by lines that an amended commit has, if it has exactly one."""
    by_lines = [one for one in records if one.by == "lines"]
    return by_lines[0] if len(by_lines) == 1 else None


def dump(draft: Draft) -> list[bytes]:
    """The draft as lines for the stage that completes it; `load` is the inverse."""
    numbers = f"{draft.lines} {draft.whole_lines} {draft.parent or '-'} {draft.content or '-'}"
    out = [numbers.encode("ascii"), " ".join(draft.covered).encode("ascii")]
    for records in (draft.kept, draft.counted):
        lines = [line for one in records for line in record.lines(one)]
        out += [b"%d" % len(lines), *lines]
    return out


def load(lines: list[bytes]) -> Draft:
    """Raises ValueError or IndexError for lines that `dump` has not written."""
    count, whole, parent, content = lines[0].decode("ascii").split(" ")
    covered = tuple(lines[1].decode("ascii").split())
    after_kept = 3 + int(lines[2])
    kept, rejected = record.parse(lines[3:after_kept])
    counted, more = record.parse(lines[after_kept + 1 :])
    if rejected or more or len(lines) != after_kept + 1 + int(lines[after_kept]):
        raise ValueError("a record line is damaged")
    return Draft(
        tuple(kept),
        int(count),
        int(whole),
        parent.strip("-"),
        content.strip("-"),
        tuple(counted),
        covered,
    )
