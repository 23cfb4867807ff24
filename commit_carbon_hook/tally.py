"""What usage amounts to: tokens, energy, emissions and list price, by tool and model.

Sums add lows, centrals and highs, as those over records do.
"""

from __future__ import annotations

from . import record, tables
from .estimate import Range, Tokens, combine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NamedTuple

    from .config import Settings
    from .prices import Prices
else:
    from .values import NamedTuple

KINDS = ("output", "input", "cached")
DIGITS = 9
NOTHING = Range(0.0, 0.0, 0.0)


class Use(NamedTuple):
    """The tokens of one response, or what is unspent of them, and the model as the log names it."""

    tool: str
    model: str
    tokens: Tokens


class Amount(NamedTuple):
    """Tokens and what they amount to; `cost_usd` is None where no price is known.

    `unpriced` are the tokens that the cost leaves out, and `unknown` those of a model that is in
    no table, whose energy is that of the tool's usual class.
    """

    tokens: Tokens
    energy_wh: Range
    emissions_gco2e: Range
    cost_usd: float | None
    unpriced: Tokens
    unknown: Tokens


class Row(NamedTuple):
    """What was used of one model, by one tool; the model is a name of our tables, or empty."""

    tool: str
    model: str
    amount: Amount


def rows(uses: Iterable[Use], settings: Settings, prices: Prices) -> list[Row]:
    """The uses by tool and model, the most emissions first."""
    groups: dict[tuple[str, str, str], list[Use]] = {}
    names: dict[str, tuple[str, str]] = {}
    for use in uses:
        if use.model not in names:
            family = tables.model(use.model) if use.model else ""
            price = prices.of(use.model)
            names[use.model] = (price.model if price else family, family)
        groups.setdefault((use.tool, *names[use.model]), []).append(use)
    found = [
        Row(tool, name, _amount(tool, family, group, settings, prices))
        for (tool, name, family), group in groups.items()
    ]
    return sorted(found, key=lambda row: (-row.amount.emissions_gco2e.central, row[:2]))


def _amount(tool: str, family: str, uses: list[Use], settings: Settings, prices: Prices) -> Amount:
    tokens = _added(use.tokens for use in uses)
    is_local = bool(tables.server(tool, uses[0].model))
    grid = settings.grid or tables.default_zone(tool, family, is_local)
    basis = record.Basis(tool, family, "detected", grid, settings.method)
    done = tables.estimate(tokens, "counted", basis)
    price = prices.of(uses[0].model)
    none = Tokens(0, 0, 0)
    return Amount(
        tokens,
        combine(done.token_ratio, done.energy_wh),
        done.emissions_gco2e,
        sum(price.cost_usd(use.tokens) for use in uses) if price else None,
        none if price else tokens,
        tokens if family in ("", tables.OTHER) else none,
    )


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum; its cost is that of the priced part, None if there is usage and none is priced."""
    parts = list(amounts)
    costs = [part.cost_usd for part in parts if part.cost_usd is not None]
    return Amount(
        _added(part.tokens for part in parts),
        _summed(parts, lambda part: part.energy_wh),
        _summed(parts, lambda part: part.emissions_gco2e),
        sum(costs) if costs or not parts else None,
        _added(part.unpriced for part in parts),
        _added(part.unknown for part in parts),
    )


def _added(parts: Iterable[Tokens]) -> Tokens:
    return Tokens(*[sum(counts) for counts in zip(Tokens(0, 0, 0), *parts, strict=True)])


def _summed(parts: list[Amount], of: Callable[[Amount], Range]) -> Range:
    return Range(*[sum(values) for values in zip(NOTHING, *map(of, parts), strict=True)])


def as_json(amount: Amount) -> dict[str, Any]:
    """The amount as numbers, rounded to nine decimals."""

    def numbers(value: Range) -> dict[str, float]:
        return {key: round(part, DIGITS) for key, part in value._asdict().items()}

    cost = amount.cost_usd
    return {
        "tokens": amount.tokens._asdict(),
        "energy_wh": numbers(amount.energy_wh),
        "emissions_gco2e": numbers(amount.emissions_gco2e),
        "cost_usd": None if cost is None else round(cost, DIGITS),
        "unpriced_tokens": amount.unpriced._asdict(),
        "unknown_model_tokens": amount.unknown._asdict(),
    }
