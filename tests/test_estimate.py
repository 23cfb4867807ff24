"""The equation: anchors by hand, and its laws."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook import estimate, factor_table, tables
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.estimate import Range, Tokens, combine
from commit_carbon_hook.record import Basis

positive = st.floats(1e-6, 1e6)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """Ranges with low <= central <= high."""
    low, central, high = sorted(draw(st.tuples(positive, positive, positive)))
    return Range(low, central, high)


def basis(tool: str, grid: str = "US", method: str = "2") -> Basis:
    return Basis(tool, "", "declared", grid, method)


def test_a_kilowatt_hour_is_3_6_megajoules() -> None:
    assert estimate.JOULES_PER_KILOWATT_HOUR == 3_600_000
    assert estimate.JOULES_PER_WATT_HOUR == 3_600


def test_one_kilowatt_hour_at_a_kilogram_per_kilowatt_hour_is_a_kilogram() -> None:
    method = tables.method("2")._replace(
        energy={"anchor": (Range(1.0, 1.0, 1.0), Range(0, 0, 0), Range(0, 0, 0))}
    )
    done = estimate.emissions(
        Tokens(1_000_000, 0, 0),
        by="counted",
        role="agent",
        energy_class="anchor",
        intensity=Range(1000.0, 1000.0, 1000.0),
        method=method,
    )
    assert done.energy_wh.central == pytest.approx(1_000)
    assert done.emissions_gco2e.central == pytest.approx(1_000)


@pytest.mark.parametrize(
    ("method", "grams"),
    [pytest.param("1", 0.0333, id="1"), pytest.param("1-as-published", 33.3, id="as-published")],
)
def test_method_1_copilot_50_lines_in_the_us(method: str, grams: float) -> None:
    copilot = basis("copilot", "US", method)
    tokens = tables.lines_to_tokens(50, copilot)
    done = tables.estimate(tokens, "lines", copilot)
    assert tokens == Tokens(2500, 0, 0)
    assert done.intensity_gco2e_per_kwh.central == 369
    assert done.energy_wh.central * estimate.JOULES_PER_WATT_HOUR == pytest.approx(325)
    assert done.energy_wh.central == pytest.approx(0.0903, abs=5e-5)
    assert done.emissions_gco2e.central == pytest.approx(grams, rel=1e-3)


def test_method_2_claude_code_100_lines() -> None:
    tokens = tables.lines_to_tokens(100, basis("claude-code"))
    done = tables.estimate(tokens, "lines", basis("claude-code"))
    assert tokens == Tokens(12_000, 72_000, 1_800_000)
    assert done.energy_wh.central == pytest.approx(50.4)


@pytest.mark.parametrize(
    ("lines", "role", "output"),
    [
        pytest.param(0, "agent", 7_500, id="minimum-for-an-agent"),
        pytest.param(62, "assistant", 2_500, id="below-the-minimum"),
        pytest.param(63, "assistant", 2_520, id="above-the-minimum"),
        pytest.param(1_000, "agent", 120_000, id="agent"),
    ],
)
def test_token_rule(lines: int, role: str, output: int) -> None:
    assert estimate.tokens_from_lines(lines, role, tables.method("2")).output == output


def test_zero_intensity_stays_zero() -> None:
    iceland = basis("copilot", "IS", "1")
    assert tables.estimate(Tokens(10**9, 0, 0), "lines", iceland).emissions_gco2e == (0, 0, 0)


def test_a_factor_that_is_missing_is_an_error_and_not_zero() -> None:
    with pytest.raises(CarbonError, match="no factor for 'nothing'"):
        estimate.emissions(
            Tokens(1, 1, 1),
            by="lines",
            role="agent",
            energy_class="nothing",
            intensity=Range(1, 1, 1),
            method=tables.method("2"),
        )


@given(st.lists(ranges(), min_size=1, max_size=4))
def test_combining_keeps_the_order_of_a_range(parts: list[Range]) -> None:
    low, central, high = combine(*parts)
    assert low <= central * (1 + 1e-12)
    assert central <= high * (1 + 1e-12)
    assert central == pytest.approx(math.prod(part.central for part in parts))


@given(ranges(), ranges(), ranges())
def test_combining_commutes(one: Range, two: Range, three: Range) -> None:
    assert combine(one, two, three) == pytest.approx(combine(three, one, two))


@given(ranges(), ranges())
def test_combining_is_narrower_than_multiplying_the_ends(one: Range, two: Range) -> None:
    low, _, high = combine(one, two)
    assert low >= one.low * two.low * (1 - 1e-9)
    assert high <= one.high * two.high * (1 + 1e-9)


@given(ranges())
def test_a_certain_factor_only_scales(part: Range) -> None:
    assert combine(part, Range(2.0, 2.0, 2.0)) == pytest.approx(part.scaled(2))


@given(ranges(), ranges())
def test_a_zero_makes_zero(part: Range, other: Range) -> None:
    assert combine(part, Range(0, 0, 0), other) == (0, 0, 0)


counts = st.integers(0, 10**9)
tools = st.sampled_from(sorted(factor_table.TOOLS))
zones = st.sampled_from(sorted(factor_table.ZONES))
methods = st.sampled_from(sorted(factor_table.METHODS))


@given(
    st.tuples(counts, counts, counts), tools, zones, methods, st.sampled_from(["lines", "counted"])
)
def test_emissions_are_ordered_and_linear_in_tokens(
    kinds: tuple[int, int, int], tool: str, zone: str, method: str, by: str
) -> None:
    where = basis(tool, zone, method)
    once = tables.estimate(Tokens(*kinds), by, where).emissions_gco2e
    thrice = tables.estimate(Tokens(*[3 * kind for kind in kinds]), by, where).emissions_gco2e
    assert 0 <= once.low <= once.central <= once.high
    assert thrice == pytest.approx(once.scaled(3), rel=1e-9)


@given(st.tuples(counts, counts, counts), st.integers(0, 2), tools, zones)
def test_emissions_grow_with_every_kind_of_token(
    kinds: tuple[int, int, int], grown: int, tool: str, zone: str
) -> None:
    more = [count + (1_000 if kind == grown else 0) for kind, count in enumerate(kinds)]
    before = tables.estimate(Tokens(*kinds), "counted", basis(tool, zone)).emissions_gco2e
    after = tables.estimate(Tokens(*more), "counted", basis(tool, zone)).emissions_gco2e
    assert after.central > before.central


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_emissions_grow_with_the_intensity(one: float, two: float) -> None:
    def grams(intensity: float) -> Any:
        return estimate.emissions(
            Tokens(1000, 1000, 1000),
            by="counted",
            role="agent",
            energy_class="frontier",
            intensity=Range(intensity, intensity, intensity),
            method=tables.method("2"),
        ).emissions_gco2e.central

    assert (grams(one) <= grams(two)) == (one <= two)
