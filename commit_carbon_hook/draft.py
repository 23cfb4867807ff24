"""What a commit's records will be, as far as that is known before its message is final."""

from __future__ import annotations

from . import attribution, record, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NamedTuple

    from .config import Settings
else:
    from .values import NamedTuple


class Draft(NamedTuple):
    """The records that stay, and the staged lines that will make one more.

    `whole_lines` are those of the whole commit where it is amended and has one record by
    lines: that record is then estimated anew under its id. `parent` and `content` name what
    is committed.
    """

    kept: tuple[record.Record, ...]
    lines: int = 0
    whole_lines: int = 0
    parent: str = ""
    content: str = ""


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


def complete(
    draft: Draft,
    trailers: Iterable[tuple[bytes, bytes]],
    environment: Mapping[str, str],
    settings: Settings,
) -> tuple[record.Record, ...]:
    """The records that the commit gets, now that its message and so its authors are known.

    Raises CarbonError for names that are not in the tables.
    """
    if not (draft.lines or draft.whole_lines):
        return draft.kept
    who = attribution.attribute(environment, trailers, settings.tool)
    old = renewable(draft.kept) if draft.whole_lines else None
    if (
        old
        and old.basis
        and (who is None or who.evidence == "assumed" or who.tool == old.basis.tool)
    ):
        anew = by_lines(draft.whole_lines, old.basis, old.id)
        return tuple(anew if one is old else one for one in draft.kept)
    if who is None or not draft.lines:
        return draft.kept
    if who.evidence == "assumed" and settings.unattributed == "skip":
        return draft.kept
    basis = record.printable(
        record.Basis(
            who.tool,
            who.model,
            who.evidence,
            settings.grid or tables.default_zone(who.tool),
            settings.method,
        )
    )
    parts = (draft.parent, draft.content, basis.tool, "lines")
    new = by_lines(draft.lines, basis, record.identity([part.encode() for part in parts]))
    return union((*draft.kept, new))


def by_lines(lines: int, basis: record.Basis, record_id: str) -> record.Record:
    """The record of so many changed lines."""
    tokens = tables.lines_to_tokens(lines, basis)
    grams = record.quantized(tables.estimate(tokens, "lines", basis).emissions_gco2e)
    return record.Record(record_id, grams, tokens, "lines", basis)


def dump(draft: Draft) -> list[bytes]:
    """The draft as lines for the stage that completes it; `load` is the inverse."""
    numbers = f"{draft.lines} {draft.whole_lines} {draft.parent or '-'} {draft.content or '-'}"
    kept = [line for one in draft.kept for line in record.lines(one)]
    return [numbers.encode("ascii"), *kept]


def load(lines: list[bytes]) -> Draft:
    """Raises ValueError for lines that `dump` has not written."""
    count, whole, parent, content = lines[0].decode("ascii").split(" ")
    kept, rejected = record.parse(lines[1:])
    if rejected:
        raise ValueError("a record line is damaged")
    return Draft(
        tuple(kept), int(count), int(whole), parent.strip("-"), content.strip("-")
    )
