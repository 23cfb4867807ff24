"""What a commit's records are, once its message is final and its authors are known."""

from __future__ import annotations

from . import attribution, factor_table, record, tables
from .draft import Draft, renewable, union
from .estimate import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .config import Settings
    from .estimate import Range

NO_TOKENS = Tokens(0, 0, 0)


def complete(
    draft: Draft,
    trailers: Iterable[tuple[bytes, bytes]],
    environment: Mapping[str, str],
    settings: Settings,
    live: Callable[[str], Range | None],
    measure: Callable[[str], float | None],
) -> tuple[record.Record, ...]:
    """The records that the commit gets, now that its message and so its authors are known.
    `live` gives the live intensity of a zone, where there is a fresh one; `measure` takes, for the
    record of this id, the Wh that were measured on this machine since the last one.

    Raises CarbonError for names that are not in the tables.
    """
    if not (draft.lines or draft.whole_lines or draft.counted):
        return draft.kept
    who = attribution.attribute(environment, trailers, settings.tool)
    renewed = _renewed(draft, who)
    if renewed or who is None:
        return renewed or draft.kept
    kept = union((*draft.kept, *draft.counted))
    if not draft.lines or _is_counted(draft, who):
        return kept
    if who.evidence == "assumed" and settings.unattributed == "skip":
        return kept
    local = who.local or bool(tables.server(who.tool, ""))
    zone = settings.grid or tables.default_zone(who.tool, who.model, local)
    basis = record.Basis(who.tool, who.model, who.evidence, zone, settings.method)
    parts = (draft.parent, draft.content, basis.tool, "lines")
    record_id = record.identity([part.encode() for part in parts])
    if local:
        if any(one.by == record.MEASURED for one in draft.counted):
            return kept
        energy_wh = measure(record_id)
        if energy_wh:
            return union((*kept, by_energy(energy_wh, NO_TOKENS, basis, record_id)))
        if who.tool in {one.basis.tool for one in kept if one.by == record.MEASURED and one.basis}:
            return kept
    basis, value = placed(basis, live)
    return union((*kept, by_lines(draft.lines, basis, record_id, value)))


def _renewed(draft: Draft, who: attribution.Attribution | None) -> tuple[record.Record, ...]:
    """The records where those of an amended commit contain one by lines of the same tool, which is
    estimated anew; () otherwise."""
    old = renewable(draft.kept) if draft.whole_lines and not draft.counted else None
    if not old or not old.basis:
        return ()
    if who and who.evidence != "assumed" and who.tool != old.basis.tool:
        return ()
    anew = by_lines(draft.whole_lines, old.basis, old.id, _live_of(old))
    return tuple(anew if one is old else one for one in draft.kept)


def _is_counted(draft: Draft, who: attribution.Attribution) -> bool:
    """Whether the tokens of this tool are in records: in those of this commit or of another one."""
    counted = {one.basis.tool for one in draft.counted if one.basis}
    any_tool = bool(counted) or tables.UNSPECIFIED in draft.covered
    return (any_tool and who.general) or who.tool in counted or who.tool in draft.covered


def placed(
    basis: record.Basis, live: Callable[[str], Range | None]
) -> tuple[record.Basis, Range | None]:
    """The basis as its line can hold it, and the live intensity that it names, if any."""
    value = None if factor_table.METHODS[basis.method][7] else live(basis.grid)
    if value is None and record.fits(basis):
        return basis, None
    from .grid.names import fitting

    if value:
        fitted = fitting(basis._replace(grid=basis.grid + tables.LIVE_SUFFIX))
        if fitted.grid.endswith(tables.LIVE_SUFFIX):
            return fitted, value
    return fitting(basis), None


def _live_of(old: record.Record) -> Range | None:
    """The live intensity that a record was made with, if it was: its grams tell."""
    if not old.basis or not old.basis.grid.endswith(tables.LIVE_SUFFIX):
        return None
    from .grid import implied, live

    value = implied.intensity_gco2e_per_kwh(old)
    return live.spread(value) if value else None


def by_lines(
    lines: int, basis: record.Basis, record_id: str, live: Range | None = None
) -> record.Record:
    """The record of so many changed lines."""
    if live is None:
        basis = basis._replace(grid=basis.grid.removesuffix(tables.LIVE_SUFFIX))
    tokens = tables.lines_to_tokens(lines, basis)
    grams = record.quantized(tables.estimate(tokens, "lines", basis, live).emissions_gco2e)
    return record.Record(record_id, grams, tokens, "lines", basis)


def by_energy(
    measured_wh: float, tokens: Tokens, basis: record.Basis, record_id: str
) -> record.Record:
    """The record of measured energy, at the annual intensity of its zone: so the energy can be
    found again from the grams."""
    from .grid.local import emissions_gco2e

    basis, _ = placed(basis, _never)
    intensity = tables.intensity(tables.zone(basis.grid), basis.method)
    grams = record.quantized(emissions_gco2e(measured_wh, intensity))
    return record.Record(record_id, grams, tokens, record.MEASURED, basis)


def _never(zone: str) -> None:
    """No live intensity."""
