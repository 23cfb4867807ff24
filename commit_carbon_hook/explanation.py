"""The equation of one estimate written out, each step with its numbers and units."""

from __future__ import annotations

from math import log

from . import tables
from .doors import number, span
from .estimate import Estimate, Range, Tokens
from .record import MEASURED, Basis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS = 3
KINDS = ("output", "input", "cached")
BY = {
    "lines": "estimated from the staged lines",
    "counted": "counted in the tool's own log",
    "measured": "energy measured on the machine",
}


def steps(
    done: Estimate, by: str, basis: Basis, lines: int | None = None
) -> Iterator[tuple[str, str]]:
    """Pairs of a label and a line of text: activity, energy, intensity, emissions, spread."""
    role, energy_class = tables.role_and_class(basis.tool, basis.model, basis.method)
    model = f", model {basis.model}" if basis.model else ""
    kind = f"; energy class {energy_class}" if by != MEASURED else ""
    yield "tool", f"{basis.tool} ({role}{model}{kind}), {basis.evidence}"
    yield "method", basis.method
    if lines is not None:
        yield from _token_rule(lines, done.tokens, role, basis.method)
    else:
        yield (
            "tokens",
            "; ".join(f"{count:,} {kind}" for kind, count in zip(KINDS, done.tokens, strict=True)),
        )
    low, _, high = done.token_ratio
    spread = f", {number(low)} to {number(high)} times as many" if low < high else ""
    yield "", f"{BY[by]}{spread}"
    if by == MEASURED:
        yield "energy", f"about {number(done.energy_wh.central)} Wh, found again from the grams"
    else:
        yield from _energy(done, energy_class, basis.method)
    again = ", found again from the grams" if basis.grid.endswith(tables.LIVE_SUFFIX) else ""
    intensity = span(done.intensity_gco2e_per_kwh, "gCO2e/kWh", DIGITS)
    yield "intensity", f"{basis.grid}: {intensity}{again}"
    wh, grid = done.energy_wh.central, done.intensity_gco2e_per_kwh.central
    error = tables.method(basis.method).unit_error_factor if by != MEASURED else 1
    times = f" x {error:,} (the published error of unit)" if error != 1 else ""
    yield (
        "emissions",
        f"{number(wh, DIGITS)} Wh / 1,000 x {number(grid, DIGITS)} gCO2e/kWh{times}"
        f" = {span(done.emissions_gco2e, 'gCO2e', DIGITS)}",
    )
    shares = spread_shares(done)
    if shares:
        yield (
            "range",
            "combined in log space; its width above the centre comes from "
            + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()),
        )


def _token_rule(lines: int, tokens: Tokens, role: str, name: str) -> Iterator[tuple[str, str]]:
    method = tables.method(name)
    rule = method.roles[role]
    by_rule = method.tokens_per_line * lines
    least = max(method.minimum_tokens, by_rule)
    text = f"{lines:,} lines x {method.tokens_per_line} = {by_rule:,}"
    text += f", at least {method.minimum_tokens:,}: {least:,}" if least != by_rule else ""
    text += f"; x {rule.multiplier} for an {role}" if rule.multiplier != 1 else ""
    yield "tokens", f"{text} = {tokens.output:,} output"
    for kind, per_output, count in (
        ("input", rule.input_per_output, tokens.input),
        ("cached", rule.cached_per_output, tokens.cached),
    ):
        if count:
            yield "", f"{per_output:g} x output = {count:,} {kind}"


def _energy(done: Estimate, energy_class: str, name: str) -> Iterator[tuple[str, str]]:
    factors = tables.method(name).energy[energy_class]
    label = "energy"
    for kind, count, factor in zip(KINDS, done.tokens, factors, strict=True):
        if count:
            wh = factor.scaled(count / 1_000)
            per = f"{factor.central:.4g} Wh/1,000 ({factor.low:.4g} to {factor.high:.4g})"
            yield label, f"{count:,} {kind} x {per} = {span(wh, 'Wh', DIGITS)}"
            label = ""
    yield label, f"together {span(done.energy_wh, 'Wh', DIGITS)}"


def spread_shares(done: Estimate) -> dict[str, float]:
    """How much of the width above the centre each of the three ranges brings, adding up to 1."""
    parts = {
        "tokens": done.token_ratio,
        "energy per token": done.energy_wh,
        "the grid": done.intensity_gco2e_per_kwh,
    }
    squares = {name: _log_width(part) ** 2 for name, part in parts.items()}
    total = sum(squares.values())
    return {name: square / total for name, square in squares.items()} if total else {}


def _log_width(part: Range) -> float:
    return log(part.high / part.central) if part.high > part.central > 0 else 0.0


def as_json(done: Estimate, by: str, basis: Basis, lines: int | None = None) -> dict[str, object]:
    """The same for programs: numbers under names that carry their units."""
    return {
        **({"lines": lines} if lines is not None else {}),
        "by": by,
        "tool": basis.tool,
        "model": basis.model or None,
        "evidence": basis.evidence,
        "grid": basis.grid,
        "method": basis.method,
        "tokens": done.tokens._asdict(),
        "energy_wh": done.energy_wh._asdict(),
        "intensity_gco2e_per_kwh": done.intensity_gco2e_per_kwh._asdict(),
        "emissions_gco2e": done.emissions_gco2e._asdict(),
        "range_shares": spread_shares(done),
    }
