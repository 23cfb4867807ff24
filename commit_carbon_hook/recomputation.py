"""What follows from a record's tokens and basis: its energy, and its grams by another method."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from . import tables
from .errors import CarbonError
from .estimate import Method, Range, Tokens, combine, emissions, tokens_from_lines
from .estimate import energy as token_energy
from .grid import implied
from .grid.live import base
from .grid.local import emissions_gco2e
from .record import MEASURED, Basis, Emissions, Record, quantized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from .values import NamedTuple

# Intensities of hours, by the zone and the author time of a commit.
Hours = Mapping[tuple[str, int], Range]
NO_HOURS: Hours = MappingProxyType({})
NANO = 1_000_000_000
BY_LINES = "lines"


class Amount(NamedTuple):
    """Energy as whole nanowatt-hours: low <= central <= high."""

    low: int
    central: int
    high: int


def energy(record: Record) -> Amount | None:
    """The energy that a record's tokens stand for, None where the record does not say enough."""
    if record.tokens is None or record.basis is None:
        return None
    if record.by == MEASURED:
        return _measured(record.emissions, record.basis)
    return _energy(record.tokens, record.by, record.basis)


@lru_cache(maxsize=4096)
def _energy(tokens: Tokens, by: str, basis: Basis) -> Amount | None:
    """The range is that of the tokens and of the energy factors, combined as for emissions."""
    try:
        rules, role, energy_class = _rules(basis.tool, basis.model, basis.method)
        ratio = rules.token_range[by][role]
        factors = rules.energy[energy_class]
    except (CarbonError, KeyError):
        return None
    watt_hours = combine(Range(ratio[0], 1.0, ratio[1]), token_energy(tokens, factors))
    return Amount(*[round(value * NANO) for value in watt_hours])


@lru_cache(maxsize=4096)
def _measured(emissions: Emissions, basis: Basis) -> Amount | None:
    """Measured energy follows from the grams and the zone; its range is that of their digits."""
    try:
        watt_hours = implied.energy_wh(Record("", emissions, None, MEASURED, basis))
    except (CarbonError, KeyError):
        return None
    return Amount(*[round(watt_hours * NANO)] * 3) if watt_hours else None


@lru_cache(maxsize=1024)
def _rules(tool: str, model: str, method: str) -> tuple[Method, str, str]:
    """The method, and the tool's role and energy class under it. Raises CarbonError."""
    rules = tables.method(method)
    return rules, *tables.role_and_class(tables.tool(tool), model, method)


def of_the_hour(hours: Hours, basis: Basis | None, time: int) -> Range | None:
    """The intensity of the hour of a commit, None where the annual one is to be taken."""
    return hours.get((base(basis.grid), time)) if hours and basis else None


@lru_cache(maxsize=4096)
def afterwards(lines: int, basis: Basis, hourly: Range | None = None) -> Record:
    """The estimate of a commit that has no record, from the lines that it changed, with the annual
    intensity of its zone or that of an hour."""
    rules, role, energy_class = _rules(basis.tool, basis.model, basis.method)
    tokens = tokens_from_lines(lines, role, rules)
    intensity = hourly or tables.intensity(tables.zone(basis.grid), basis.method)
    estimate = emissions(
        tokens,
        by=BY_LINES,
        role=role,
        energy_class=energy_class,
        intensity=intensity,
        method=rules,
    )
    return Record("", quantized(estimate.emissions_gco2e), tokens, BY_LINES, basis)


def restated(record: Record, method: str, hourly: Range | None = None) -> Record:
    """The record that this method makes of the same activity, with the annual intensity of its
    zone or that of an hour.

    Tokens that were estimated from lines are estimated again by the method's own rule; counted
    tokens and measured energy stay. Raises CarbonError where the record or the method does not
    hold what it takes.
    """
    if record.tokens is None or record.basis is None:
        raise CarbonError("its Carbon-Tokens or Carbon-Basis line is missing")
    basis = record.basis._replace(method=method, grid=base(record.basis.grid))
    tokens = record.tokens
    if record.by == MEASURED:
        watt_hours = implied.energy_wh(record)
        if not watt_hours:
            raise CarbonError("no measured energy gives its grams")
        intensity = hourly or tables.intensity(tables.zone(basis.grid), method)
        grams = emissions_gco2e(watt_hours, intensity)
    else:
        if record.by == BY_LINES:
            tokens = _tokens_again(tokens, record.basis, basis)
        grams = tables.estimate(tokens, record.by, basis, hourly).emissions_gco2e
    return record._replace(emissions=quantized(grams), tokens=tokens, basis=basis)


def _tokens_again(tokens: Tokens, old: Basis, new: Basis) -> Tokens:
    """The output follows from the lines by the rule that the methods share, times the role's
    multiplier; input and cached input follow from the output."""
    (rules, role, _), (new_rules, new_role, _) = (
        _rules(basis.tool, basis.model, basis.method) for basis in (old, new)
    )
    before, after = rules.roles[role], new_rules.roles[new_role]
    output = round(tokens.output * after.multiplier / before.multiplier)
    return Tokens(
        output, round(output * after.input_per_output), round(output * after.cached_per_output)
    )
