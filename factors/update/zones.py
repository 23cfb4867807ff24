"""Rebuilds factors/zones.json from the CSV files beside it; run by hand after changing one.

    python factors/update/zones.py            # writes factors/zones.json
    python factors/update/zones.py --check    # only says whether it would change

Rules, in one place: a country's central value is the newest one that Ember publishes (as CO2.js
carries it), its low and high are the extremes of three packages; a subregion's central value is
the newest eGRID edition, low and high the extremes of three editions; every range is at least
10 % wide each way. Zones of many countries take the 5th and 95th percentile of the countries
in which a large public cloud has a region. A value that cannot be a grid's stops the script,
unless it stands in REJECTED with the reason.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "zones.json"
COLUMNS = 100
MINIMUM_SPREAD = 0.10
LOWEST, HIGHEST = 0.0, 1000.0
GRAMS_PER_POUND = 453.59237
KILOWATT_HOURS_PER_MEGAWATT_HOUR = 1000
CH4_GWP100_AR6, N2O_GWP100_AR6 = 27, 273

PACKAGES = (
    ("ember-co2js", "co2js_ember_g_kwh", "co2js_year"),
    ("codecarbon-mix", "codecarbon332_g_kwh", "codecarbon_year"),
    ("owid-ecologits", "ecologits0113_g_kwh", None),
)
EDITIONS = ("egrid-2024", "egrid-2023", "egrid-2022")
NOT_COUNTRIES = {
    "EEE": "an aggregate of EcoLogits whose members are not stated",
    "G20": "an aggregate that no data centre stands in",
    "WOR": "the world: groups.csv has it",
}
REJECTED = {
    ("CAF", "codecarbon-mix"): "0: a rounded value of a tiny system",
    ("CAF", "owid-ecologits"): "0: a rounded value of a tiny system",
    ("FLK", "ember-co2js"): "1,000: a rounded value of a tiny system",
    ("FLK", "owid-ecologits"): "1,000: a rounded value of a tiny system",
    ("MSR", "ember-co2js"): "1,000: a rounded value of a tiny system",
    ("MSR", "codecarbon-mix"): "1,000: a rounded value of a tiny system",
    ("MSR", "owid-ecologits"): "1,000: a rounded value of a tiny system",
    ("SHN", "codecarbon-mix"): "1,000: a rounded value of a tiny system",
    ("SHN", "owid-ecologits"): "1,000: a rounded value of a tiny system",
    (
        "TKM",
        "ember-co2js",
    ): "1,306 g/kWh: more than the gas plants that it has emit",
    ("TKM", "codecarbon-mix"): "as above",
    ("TKM", "owid-ecologits"): "as above",
    ("UZB", "ember-co2js"): "1,121 g/kWh is more than its gas plants emit",
    ("UZB", "codecarbon-mix"): "as above",
    ("UZB", "owid-ecologits"): "as above",
}
EU_MEMBERS = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}
EXTRA_ALIASES = {"GB": ["UK"], "WORLD": ["WOR", "WLD", "GLOBAL"], "EU": ["EU27"]}
# Clean and dirty end of the US: subregions in which a large public cloud has a region
# (Northern California; Cheyenne, Wyoming).
US_CLEAN, US_DIRTY = "CAMX", "RMPA"
RANGE_BASIS = {
    1: "one package, 10 % each way",
    2: "extremes of two packages, at least 10 % each way",
    3: "extremes of three packages, at least 10 % each way",
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


def intensity(central: float, values: list[float]) -> dict[str, float]:
    """The extremes of all values, at least MINIMUM_SPREAD away from the central one."""
    return {
        "low": round(min(*values, central * (1 - MINIMUM_SPREAD)), 2),
        "central": round(central, 2),
        "high": round(max(*values, central * (1 + MINIMUM_SPREAD)), 2),
    }


def percentile(values: list[float], share: float) -> float:
    """Linear interpolation between the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def countries() -> tuple[dict[str, Row], list[str]]:
    """Zones by alpha-2 code, and the codes of countries without a usable value."""
    codes = {row["iso3"]: row for row in rows("countries.csv")}
    found: dict[str, Row] = {}
    unusable: list[str] = []
    for row in rows("grid_countries.csv"):
        iso3 = row["iso3"]
        if iso3 in NOT_COUNTRIES:
            continue
        alpha2, name = codes[iso3]["alpha2"], codes[iso3]["name"]
        values = [
            (source, float(row[column]), row[year] if year else "")
            for source, column, year in PACKAGES
            if row[column] and plausible(iso3, source, float(row[column]))
        ]
        if not values:
            unusable += [alpha2, iso3]
            continue
        source, central, year = values[0]
        zone: Row = {
            "name": name,
            "kind": "average",
            "boundary": "lifecycle",
            "basis": "generation",
            "year": int(year),
            "intensity_gco2e_per_kwh": intensity(central, [value for _, value, _ in values]),
            "range_basis": RANGE_BASIS[len(values)],
            "known": "modelled",
            "licence": "CC BY 4.0",
            "source": source,
            "parent": "EU" if alpha2 in EU_MEMBERS else "WORLD",
            "aliases": [iso3, *EXTRA_ALIASES.get(alpha2, [])],
        }
        if len(values) > 1:
            zone["derived_from"] = [other for other, _, _ in values[1:]]
        notes = [
            f"Value of {source_id} rejected: {reason}."
            for (code, source_id), reason in REJECTED.items()
            if code == iso3
        ]
        if notes:
            zone["note"] = " ".join(notes)
        found[alpha2] = zone
    return found, unusable


def egrid_values(row: dict[str, str]) -> dict[str, float]:
    """gCO2e per kWh by edition; the newest one is put together from its three gases."""
    per_pound = GRAMS_PER_POUND / KILOWATT_HOURS_PER_MEGAWATT_HOUR
    newest = (
        float(row["egrid2024_co2_lb"])
        + CH4_GWP100_AR6 * float(row["egrid2024_ch4_lb"])
        + N2O_GWP100_AR6 * float(row["egrid2024_n2o_lb"])
    )
    return {
        "egrid-2024": newest * per_pound,
        "egrid-2023": float(row["egrid2023r2_co2e_lb_mwh"]) * per_pound,
        "egrid-2022": float(row["egrid2022_co2e_lb_mwh"]) * per_pound,
    }


def subregions() -> dict[str, Row]:
    """The eGRID subregions by EPA's acronym."""
    names = {row["subregion"]: row for row in rows("subregions.csv")}
    found: dict[str, Row] = {}
    for row in rows("egrid.csv"):
        code = row["subregion"]
        if code == "US":
            continue
        by_edition = egrid_values(row)
        used = {e: v for e, v in by_edition.items() if plausible(code, e, v)}
        states = names[code]["states"].split()
        zone: Row = {
            "name": names[code]["name"],
            "kind": "average",
            "boundary": "direct",
            "basis": "generation",
            "year": 2024,
            "intensity_gco2e_per_kwh": intensity(used[EDITIONS[0]], list(used.values())),
            "range_basis": f"extremes of {len(used)} eGRID editions, at least 10 % each way",
            "known": "measured",
            "licence": "public domain",
            "source": EDITIONS[0],
            "derived_from": [*list(used)[1:], "epa-subregions"],
            "transcribed": True,
            "parent": "US",
            "aliases": [f"US-{code}", *(f"US-{state}" for state in states)],
            "states": states,
        }
        found[code] = zone
    return found


def central(zone: Row) -> float:
    """The central intensity of a zone."""
    return float(zone["intensity_gco2e_per_kwh"]["central"])


def widen_us(us: Row, regions: dict[str, Row]) -> None:
    """Low and high of the US by the ratio of a clean and a dirty subregion to the eGRID total."""
    total = next(
        egrid_values(row)["egrid-2024"] for row in rows("egrid.csv") if row["subregion"] == "US"
    )
    value = central(us)
    us["intensity_gco2e_per_kwh"] = {
        "low": round(value * central(regions[US_CLEAN]) / total, 2),
        "central": round(value, 2),
        "high": round(value * central(regions[US_DIRTY]) / total, 2),
    }
    us["range_basis"] = (
        f"eGRID2024 ratio of {US_CLEAN} and {US_DIRTY} to the US total: the cleanest and the "
        "dirtiest subregion with a region of a large public cloud"
    )
    us["derived_from"] = [*us["derived_from"], "egrid-2024", "gsf-cloud-regions"]


def groups(found: dict[str, Row], unusable: list[str]) -> dict[str, Row]:
    """The EU and the world."""
    hosts = [row["alpha2"] for row in rows("cloud_countries.csv")]
    zones: dict[str, Row] = {}
    for row in rows("groups.csv"):
        code = row["zone"]
        members = [h for h in hosts if code == "WORLD" or h in EU_MEMBERS]
        values = [central(found[host]) for host in members]
        plausible(code, "ember-co2js", float(row["co2js_ember_g_kwh"]))
        zone: Row = {
            "name": row["name"],
            "kind": "average",
            "boundary": "lifecycle",
            "basis": "generation",
            "year": int(row["year"]),
            "intensity_gco2e_per_kwh": {
                "low": round(percentile(values, 0.05), 2),
                "central": float(row["co2js_ember_g_kwh"]),
                "high": round(percentile(values, 0.95), 2),
            },
            "range_basis": (
                f"5th and 95th percentile of the {len(values)} countries in it that have a region "
                "of a large public cloud, each with the same weight"
            ),
            "known": "modelled",
            "licence": "CC BY 4.0",
            "source": "ember-co2js",
            "derived_from": ["gsf-cloud-regions"],
            "aliases": EXTRA_ALIASES[code],
        }
        if code == "WORLD":
            zone["aliases"] = [*EXTRA_ALIASES[code], *unusable]
            zone["note"] = (
                "Stands for unknown regions, and for countries whose published values cannot be "
                f"used ({', '.join(unusable[::2])})."
            )
        else:
            zone["parent"] = "WORLD"
        zones[code] = zone
    return zones


def document() -> Row:
    """The whole of factors/zones.json."""
    found, unusable = countries()
    regions = subregions()
    widen_us(found["US"], regions)
    zones = {
        **groups(found, unusable),
        **dict(sorted(found.items())),
        **dict(sorted(regions.items())),
    }
    return {"$schema": "../schema/factors.schema.json", "zones": zones}


def dump(document: object) -> str:
    """JSON as the files in factors/ have it: short values on one line, a final newline."""
    return _render(document, "", 0) + "\n"


def _render(value: object, indent: str, used: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    fits = bool(indent) and len(indent) + used + len(flat) <= COLUMNS
    if fits or not value or not isinstance(value, dict | list):
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            name = json.dumps(key, ensure_ascii=False) + ": "
            lines.append(inner + name + _render(item, inner, len(name) + 1))
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    items = (inner + _render(item, inner, 1) for item in value)
    return "[\n" + ",\n".join(items) + f"\n{indent}]"


def main(arguments: list[str]) -> int:
    """Writes the file, or with --check compares it."""
    text = dump(document())
    if "--check" in arguments:
        same = TARGET.read_text(encoding="utf-8") == text
        print("up to date" if same else f"{TARGET.name} differs: run this script")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
