"""A CycloneDX 1.7 bill of materials: the models that took part, and the energy of their use."""

from __future__ import annotations

from ..terminal import safe
from .contents import about, decimal
from .json import encoded, exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..breakdown import Breakdown, Kind
    from ..summary import Total
    from .contents import Report

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"
PREFIX = "commit-carbon"
UNKNOWN = "unknown"
KWH_DIGITS, TONNE_DIGITS = 12, 15
_ENDS = ("low", "central", "high")


def render(report: Report, breakdown: Breakdown, generated: str) -> str:
    """The document. A component is a model as one tool used it; a consumption is one kind of
    record or estimate. Its fields hold the central values, low and high are properties.
    `generated` is a moment or empty."""
    name = safe(", ".join(report.repositories))
    metadata: dict[str, Any] = {
        "component": {"type": "application", "name": name, "bom-ref": "repository"},
        "tools": {"components": [{"type": "application", "name": "commit-carbon-summarize"}]},
    }
    if generated:
        metadata["timestamp"] = generated
    return encoded(
        {
            "$schema": SCHEMA,
            "bomFormat": "CycloneDX",
            "specVersion": "1.7",
            "version": 1,
            "metadata": metadata,
            "components": list(_components(breakdown)),
            "properties": _properties(about(report)),
        }
    )


def _components(breakdown: Breakdown) -> Iterator[dict[str, Any]]:
    found: dict[tuple[str, str], list[tuple[str, Kind, Total]]] = {}
    for status, cells in (
        ("recorded", breakdown.recorded),
        ("estimated_afterwards", breakdown.afterwards),
    ):
        for kind, total in cells:
            found.setdefault((kind.tool, kind.model), []).append((status, kind, total))
    for (tool, model), parts in sorted(found.items()):
        properties = _properties({"tool": tool or UNKNOWN})
        consumptions = []
        for status, kind, total in parts:
            if total.without_energy < total.records:
                consumptions.append(_consumption(status, kind, total))
            else:
                # A consumption must have its energy; of these only the emissions are known.
                properties += _properties(_facts(status, kind, total))
        considerations = {"environmentalConsiderations": {"energyConsumptions": consumptions}}
        yield {
            "type": "machine-learning-model",
            "name": model or f"model not known, used by {tool or 'a tool that is not known'}",
            "bom-ref": f"{tool or UNKNOWN}/{model or UNKNOWN}",
            "modelCard": {"considerations": considerations},
            "properties": properties,
        }


def _facts(status: str, kind: Kind, total: Total) -> dict[str, str]:
    return {
        "status": status,
        "records": str(total.records),
        "records_without_energy": str(total.without_energy),
        **{
            f"energy_kwh_{end}": decimal(value, KWH_DIGITS)
            for end, value in zip(_ENDS, total.energy_nwh, strict=True)
        },
        **{
            f"emissions_tco2e_{end}": decimal(value, TONNE_DIGITS)
            for end, value in zip(_ENDS, total.emissions, strict=True)
        },
        "evidence": kind.evidence or UNKNOWN,
        "tokens": kind.by or UNKNOWN,
        "zone": kind.grid or UNKNOWN,
        "method": kind.method or UNKNOWN,
    }


def _consumption(status: str, kind: Kind, total: Total) -> dict[str, Any]:
    energy = {"value": exact(total.energy_nwh.central, KWH_DIGITS), "unit": "kWh"}
    return {
        "activity": "inference",
        "energyProviders": [
            {
                "organization": {"name": f"not known; assumed grid zone: {kind.grid or UNKNOWN}"},
                "energySource": UNKNOWN,
                "energyProvided": energy,
            }
        ],
        "activityEnergyCost": energy,
        "co2CostEquivalent": {
            "value": exact(total.emissions.central, TONNE_DIGITS),
            "unit": "tCO2eq",
        },
        "properties": _properties(_facts(status, kind, total)),
    }


def _properties(facts: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{PREFIX}:{key}", "value": safe(value)} for key, value in facts.items()]
