"""Water and embodied emissions of an amount of energy: for summaries, beside the total.

They never enter a record, nor the grams of one. docs/grid.md says where the factors come from.
"""

from __future__ import annotations

from ..estimate import WATT_HOURS_PER_KILOWATT_HOUR, Range, combine
from .zones import ancestry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def water_l(energy_wh: Range, zone: str, data: dict[str, dict[str, Any]]) -> Range:
    """Litres that the data centre evaporates and that making the electricity consumes."""
    rows = data["extras"]
    site, grid = _value(rows["water-site"]), _value(rows["water-grid"])
    for row in rows.values():
        if row.get("zone") in ancestry(zone, data["zones"]) and row["unit"] == "L/kWh":
            grid = _value(row)
    per_kwh = Range(*(one + other for one, other in zip(site, grid, strict=True)))
    return _per_kwh(energy_wh, per_kwh)


def embodied_gco2e(energy_wh: Range, data: dict[str, dict[str, Any]]) -> Range:
    """gCO2e of making the computers, by their share of use."""
    return _per_kwh(energy_wh, _value(data["extras"]["embodied"]))


def _per_kwh(energy_wh: Range, factor: Range) -> Range:
    return combine(energy_wh, factor).scaled(1 / WATT_HOURS_PER_KILOWATT_HOUR)


def _value(row: dict[str, Any]) -> Range:
    return Range(**row["value"])
