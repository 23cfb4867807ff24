"""Models that run on the developer's own machine. Pure."""

from __future__ import annotations

from ..estimate import WATT_HOURS_PER_KILOWATT_HOUR, Range, combine
from ..factor_table import LOCAL_PREFIXES, TOOLS

LOCAL_TOOLS = frozenset(LOCAL_PREFIXES.values())


def server(tool: str, model_text: str) -> str:
    """The program that runs the model on this machine, by the tool or by how the model's name
    begins (`ollama/llama3`); empty for a model that runs elsewhere."""
    if tool in LOCAL_TOOLS:
        return tool
    folded = model_text.strip().lower()
    found = next((name for prefix, name in LOCAL_PREFIXES.items() if folded.startswith(prefix)), "")
    return found if found in TOOLS else ""


def emissions_gco2e(measured_wh: float, intensity: Range) -> Range:
    """gCO2e of measured energy: no token factor and no PUE, only the range of the grid."""
    return combine(Range(measured_wh, measured_wh, measured_wh), intensity).scaled(
        1 / WATT_HOURS_PER_KILOWATT_HOUR
    )
