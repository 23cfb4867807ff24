"""Emissions of measured energy, of models that run on the developer's own machine. Pure."""

from __future__ import annotations

from ..estimate import WATT_HOURS_PER_KILOWATT_HOUR, Range, combine
from ..factor_table import LOCAL_PREFIXES

LOCAL_TOOLS = frozenset(LOCAL_PREFIXES.values())


def emissions_gco2e(measured_wh: float, intensity: Range) -> Range:
    """gCO2e of measured energy: no token factor and no PUE, only the range of the grid."""
    return combine(Range(measured_wh, measured_wh, measured_wh), intensity).scaled(
        1 / WATT_HOURS_PER_KILOWATT_HOUR
    )
