"""The equation, once: tokens x Wh per 1,000 tokens x gCO2e per kWh, each as a range.

Derivation, sources and limits: docs/method.md.
"""

from __future__ import annotations

from math import exp, log, sqrt

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

JOULES_PER_WATT_HOUR = 3_600
WATT_HOURS_PER_KILOWATT_HOUR = 1_000
JOULES_PER_KILOWATT_HOUR = JOULES_PER_WATT_HOUR * WATT_HOURS_PER_KILOWATT_HOUR
TOKENS_PER_FACTOR = 1_000


class Range(NamedTuple):
    """A low, central and high value of one quantity: low <= central <= high."""

    low: float
    central: float
    high: float

    def scaled(self, factor: float) -> Range:
        return Range(self.low * factor, self.central * factor, self.high * factor)


class Tokens(NamedTuple):
    """Activity: whole tokens by kind. Cache writes are input, reasoning is output."""

    output: int
    input: int
    cached: int


class Role(NamedTuple):
    """How a kind of tool turns changed lines into tokens."""

    multiplier: int
    input_per_output: float
    cached_per_output: float


class Method(NamedTuple):
    """A named, versioned set of rules and factors.

    `energy` gives, for a class, Wh per 1,000 tokens of output, input and cached;
    `token_range` gives, for a token basis and a role, low and high as ratios to central.
    """

    id: str
    tokens_per_line: int
    minimum_tokens: int
    roles: Mapping[str, Role]
    token_range: Mapping[str, Mapping[str, tuple[float, float]]]
    energy: Mapping[str, tuple[Range, Range, Range]]
    unit_error_factor: int


class Estimate(NamedTuple):
    """Every step of one estimate, so that it can be shown and recomputed."""

    tokens: Tokens
    token_ratio: Range
    energy_wh: Range
    intensity_gco2e_per_kwh: Range
    emissions_gco2e: Range


def tokens_from_lines(lines: int, role: str, method: Method) -> Tokens:
    """The methodology's token rule: max(2,500, 40 x lines), x 3 for agents, is the output."""
    rule = method.roles[role]
    output = max(method.minimum_tokens, method.tokens_per_line * lines) * rule.multiplier
    return Tokens(
        output, round(output * rule.input_per_output), round(output * rule.cached_per_output)
    )


def energy(tokens: Tokens, factors: tuple[Range, Range, Range]) -> Range:
    """Wh of the tokens; the kinds' errors are shared, so lows, centrals and highs add up."""
    low = central = high = 0.0
    for count, factor in zip(tokens, factors, strict=True):
        low += count * factor.low
        central += count * factor.central
        high += count * factor.high
    return Range(low, central, high).scaled(1 / TOKENS_PER_FACTOR)


def combine(*ranges: Range) -> Range:
    """The product of independent ranges, combined in log space (root of the sum of squares).

    Multiplying lows with lows and highs with highs would overstate the spread: it assumes
    that every quantity is at the same end at once. A central value of zero stays zero.
    """
    central = 1.0
    for part in ranges:
        central *= part.central
    if central == 0:
        return Range(0.0, 0.0, 0.0)
    below = above = 0.0
    for part in ranges:
        if part.low <= 0:
            below = float("inf")
        elif part.low < part.central:
            below += log(part.central / part.low) ** 2
        if part.high > part.central:
            above += log(part.high / part.central) ** 2
    return Range(central * exp(-sqrt(below)), central, central * exp(sqrt(above)))


def emissions(
    tokens: Tokens, *, by: str, role: str, energy_class: str, intensity: Range, method: Method
) -> Estimate:
    """Estimate gCO2e from tokens; `intensity` is in gCO2e per kWh.

    Raises CarbonError where the method has no factor for the basis, role or class.
    """
    try:
        low, high = method.token_range[by][role]
        factors = method.energy[energy_class]
    except KeyError as error:
        raise CarbonError(f"method {method.id} has no factor for {error.args[0]!r}") from None
    ratio = Range(low, 1.0, high)
    energy_wh = energy(tokens, factors)
    grams = combine(ratio, energy_wh, intensity).scaled(
        method.unit_error_factor / WATT_HOURS_PER_KILOWATT_HOUR
    )
    return Estimate(tokens, ratio, energy_wh, intensity, grams)
