"""What follows from a record's tokens and basis: its energy, and its grams by another method."""

from __future__ import annotations

from functools import lru_cache

from . import tables
from .errors import CarbonError
from .estimate import Method, Range, Tokens, combine, emissions, tokens_from_lines
from .estimate import energy as token_energy
from .grid.live import base
from .record import Basis, Record, quantized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from .values import NamedTuple

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


@lru_cache(maxsize=1024)
def _rules(tool: str, model: str, method: str) -> tuple[Method, str, str]:
    """The method, and the tool's role and energy class under it. Raises CarbonError."""
    rules = tables.method(method)
    return rules, *tables.role_and_class(tables.tool(tool), model, method)


@lru_cache(maxsize=4096)
def afterwards(lines: int, basis: Basis) -> Record:
    """The estimate of a commit that has no record, from the lines that it changed."""
    rules, role, energy_class = _rules(basis.tool, basis.model, basis.method)
    tokens = tokens_from_lines(lines, role, rules)
    intensity = tables.intensity(tables.zone(basis.grid), basis.method)
    estimate = emissions(
        tokens,
        by=BY_LINES,
        role=role,
        energy_class=energy_class,
        intensity=intensity,
        method=rules,
    )
    return Record("", quantized(estimate.emissions_gco2e), tokens, BY_LINES, basis)


def restated(record: Record, method: str) -> Record:
    """The record that this method makes of the same activity.

    Tokens that were estimated from lines are estimated again by the method's own rule; counted
    tokens stay. Raises CarbonError where the record or the method does not hold what it takes.
    """
    if record.tokens is None or record.basis is None:
        raise CarbonError("its Carbon-Tokens or Carbon-Basis line is missing")
    basis = record.basis._replace(method=method, grid=base(record.basis.grid))
    tokens = record.tokens
    if record.by == BY_LINES:
        tokens = _tokens_again(tokens, record.basis, basis)
    emissions = tables.estimate(tokens, record.by, basis).emissions_gco2e
    return record._replace(emissions=quantized(emissions), tokens=tokens, basis=basis)


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
