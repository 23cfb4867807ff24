"""What a record was made with and does not hold, yet is bound by: the live intensity, or the
energy that was measured. Pure."""

from __future__ import annotations

from .. import tables
from ..errors import CarbonError
from ..estimate import WATT_HOURS_PER_KILOWATT_HOUR, Estimate, Range, combine, energy
from ..record import MEASURED, NANOGRAMS_PER_GRAM, quantized
from .live import HIGHEST, SUFFIX, base, spread
from .local import emissions_gco2e

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..record import Basis, Record

MOST_WATT_HOURS = 1e9
STEPS = 400
_WIDTH = 0.06
"""Grams have two digits: what gave the printed ones lies within 6 % of their quotient."""


def is_open(record: Record) -> bool:
    """Whether a number that the grams follow from is not in the record."""
    basis = record.basis
    return basis is not None and (record.by == MEASURED or basis.grid.endswith(SUFFIX))


def intensity_gco2e_per_kwh(record: Record) -> float | None:
    """A live value that gives exactly the record's grams from its tokens, tool and method; None
    if no plausible one does.

    Raises CarbonError for names that are not in the tables.
    """
    if record.tokens is None or record.basis is None or record.by == MEASURED:
        return None
    basis = record.basis
    tables.zone(base(basis.grid))
    rules = tables.method(basis.method)
    role, energy_class = tables.role_and_class(basis.tool, basis.model, basis.method)
    low, high = rules.token_range[record.by][role]
    watt_hours = energy(record.tokens, rules.energy[energy_class])
    per_unit = combine(Range(low, 1.0, high), watt_hours, spread(1.0))
    scale = rules.unit_error_factor / WATT_HOURS_PER_KILOWATT_HOUR
    return _found(per_unit.scaled(scale), record, HIGHEST)


def energy_wh(record: Record) -> float | None:
    """The measured energy that gives exactly the record's grams in its zone; None if no plausible
    one does. With a live value it is the energy times the ratio to the annual one.

    Raises CarbonError for names that are not in the tables.
    """
    if record.basis is None or record.by != MEASURED:
        return None
    return _found(emissions_gco2e(1.0, _intensity(record.basis)), record, MOST_WATT_HOURS)


def _intensity(basis: Basis) -> Range:
    annual = tables.intensity(tables.zone(base(basis.grid)), basis.method)
    return spread(annual.central) if basis.grid.endswith(SUFFIX) else annual


def follows(record: Record) -> str:
    """What a record that `verify` accepts follows from, in words."""
    if not is_open(record):
        return "the record follows from its tokens, tool, grid and method"
    what = "measured energy" if record.by == MEASURED else "live value"
    return f"one {what}, which the record does not hold, gives its low, central and high"


def estimate(record: Record) -> Estimate:
    """Every step of a record's estimate, with the live value or the measured energy that gives its
    grams, where there is one.

    Raises CarbonError for names that are not in the tables, and for a record that lacks a line.
    """
    tokens, basis = record.tokens, record.basis
    if tokens is None or basis is None:
        raise CarbonError("its Carbon-Tokens or Carbon-Basis line is missing")
    if record.by != MEASURED:
        value = intensity_gco2e_per_kwh(record) if is_open(record) else None
        return tables.estimate(tokens, record.by, basis, spread(value) if value else None)
    watt_hours = energy_wh(record) or 0.0
    intensity = _intensity(basis)
    grams = emissions_gco2e(watt_hours, intensity)
    used = Range(watt_hours, watt_hours, watt_hours)
    return Estimate(tokens, Range(1.0, 1.0, 1.0), used, intensity, grams)


def _found(per_unit: Range, record: Record, most: float) -> float | None:
    if per_unit.central <= 0:
        return None
    quotient = record.emissions.central / NANOGRAMS_PER_GRAM / per_unit.central
    for step in range(2 * STEPS + 1):
        # From the middle outwards: 0, +1, -1, +2, -2 ...
        away = (step + 1) // 2 * (1 if step % 2 else -1)
        value = quotient * (1 + _WIDTH * away / STEPS)
        if 0 < value <= most and quantized(per_unit.scaled(value)) == record.emissions:
            return value
    return None
