"""What the scripts beside this share: reading the CSV files, refusing absurd values, ranges."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MINIMUM_SPREAD = 0.10
LOWEST, HIGHEST = 0.0, 1000.0

TINY = "1,000: a rounded value of a tiny system"
REJECTED = {
    ("CAF", "codecarbon-mix"): "0: a rounded value of a tiny system",
    ("CAF", "owid-ecologits"): "0: a rounded value of a tiny system",
    ("FLK", "ember-co2js"): TINY,
    ("FLK", "owid-ecologits"): TINY,
    ("MSR", "ember-co2js"): TINY,
    ("MSR", "codecarbon-mix"): TINY,
    ("MSR", "owid-ecologits"): TINY,
    ("SHN", "codecarbon-mix"): TINY,
    ("SHN", "owid-ecologits"): TINY,
    ("TKM", "ember-co2js"): "1,306 g/kWh: more than the gas plants that it has emit",
    ("TKM", "codecarbon-mix"): "as above",
    ("TKM", "owid-ecologits"): "as above",
    ("UZB", "ember-co2js"): "1,121 g/kWh is more than its gas plants emit",
    ("UZB", "codecarbon-mix"): "as above",
    ("UZB", "owid-ecologits"): "as above",
    ("gcp:northamerica-northeast1", "google-regions-2022"): "0: a rounded value",
}

Row = dict[str, Any]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file beside this script."""
    with open(HERE / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plausible(zone: str, source: str, value: float) -> bool:
    """Whether to use a value; stops the script on an absurd one that is not listed."""
    if (zone, source) in REJECTED:
        return False
    if not LOWEST < value < HIGHEST:
        raise SystemExit(f"{zone}: {value} g/kWh ({source}) cannot be a grid's; see REJECTED")
    return True


def rejections(zone: str) -> str:
    """What is refused of a zone and why, empty where nothing is."""
    return " ".join(
        f"Value of {source} rejected: {reason}."
        for (code, source), reason in REJECTED.items()
        if code == zone
    )


def intensity(central: float, values: list[float]) -> dict[str, float]:
    """The extremes of all values, at least MINIMUM_SPREAD away from the central one."""
    return {
        "low": round(min(*values, central * (1 - MINIMUM_SPREAD)), 2),
        "central": round(central, 2),
        "high": round(max(*values, central * (1 + MINIMUM_SPREAD)), 2),
    }


def central(zone: Row) -> float:
    """The central intensity of a zone."""
    return float(zone["intensity_gco2e_per_kwh"]["central"])


def percentile(values: list[float], share: float) -> float:
    """Linear interpolation between the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
