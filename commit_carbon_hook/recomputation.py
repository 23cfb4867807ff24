"""What follows from a record's tokens and basis: its energy, and its grams by another method."""

from __future__ import annotations

from functools import lru_cache

from . import tables
from .errors import CarbonError
from .estimate import Range, Tokens, combine
from .estimate import energy as token_energy
from .factor_table import TOOLS
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
    if basis.tool not in TOOLS:
        return None
    try:
        rules = tables.method(basis.method)
        role, energy_class = tables.role_and_class(basis.tool, basis.model, basis.method)
        ratio = rules.token_range[by][role]
        factors = rules.energy[energy_class]
    except (CarbonError, KeyError):
        return None
    watt_hours = combine(Range(ratio[0], 1.0, ratio[1]), token_energy(tokens, factors))
    return Amount(*[round(value * NANO) for value in watt_hours])


def afterwards(lines: int, basis: Basis) -> Record:
    """The estimate of a commit that has no record, from the lines that it changed."""
    tokens = tables.lines_to_tokens(lines, basis)
    emissions = tables.estimate(tokens, BY_LINES, basis).emissions_gco2e
    return Record("", quantized(emissions), tokens, BY_LINES, basis)


def restated(record: Record, method: str) -> Record:
    """The record that this method makes of the same activity.

    Tokens that were estimated from lines are estimated again by the method's own rule; counted
    tokens stay. Raises CarbonError where the record or the method does not hold what it takes.
    """
    if record.tokens is None or record.basis is None:
        raise CarbonError("its Carbon-Tokens or Carbon-Basis line is missing")
    basis = record.basis._replace(method=method)
    tokens = record.tokens
    if record.by == BY_LINES:
        tokens = _tokens_again(tokens, record.basis, basis)
    emissions = tables.estimate(tokens, record.by, basis).emissions_gco2e
    return record._replace(emissions=quantized(emissions), tokens=tokens, basis=basis)


def _tokens_again(tokens: Tokens, old: Basis, new: Basis) -> Tokens:
    """The output follows from the lines by the rule that the methods share, times the role's
    multiplier; input and cached input follow from the output."""
    before, after = (
        tables.method(basis.method).roles[
            tables.role_and_class(basis.tool, basis.model, basis.method)[0]
        ]
        for basis in (old, new)
    )
    output = round(tokens.output * after.multiplier / before.multiplier)
    return Tokens(
        output, round(output * after.input_per_output), round(output * after.cached_per_output)
    )
