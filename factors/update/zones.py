"""Rebuilds factors/zones.json from the CSV files beside it; run by hand after changing one.

    python -m factors.update.zones            # writes factors/zones.json
    python -m factors.update.zones --check    # only says whether it would change

Rules, in one place: a country's central value is the newest one that Ember publishes (as CO2.js
carries it), its low and high are the extremes of three packages; a subregion's central value is
the newest eGRID edition, low and high the extremes of three editions; every range is at least
10 % wide each way. Zones of many countries take the 5th and 95th percentile of the countries
in which a large public cloud has a region; the US and China take the cleanest and the dirtiest
subregion or province of such regions. A value that cannot be a grid's stops the script, unless it
stands in REJECTED (figures.py) with the reason. Zones inside countries: places.py.
"""

from __future__ import annotations

import json
import sys

from factors.update import places
from factors.update.figures import (
    HERE,
    REJECTED,
    Row,
    central,
    intensity,
    percentile,
    plausible,
    rejections,
    rows,
)

__all__ = ["REJECTED", "plausible"]

TARGET = HERE.parent / "zones.json"
COLUMNS = 100
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
EU_MEMBERS = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}
EXTRA_ALIASES = {"GB": ["UK"], "WORLD": ["WOR", "WLD", "GLOBAL"], "EU": ["EU27"]}
# Clean and dirty end of large countries: where a large public cloud has a region. California;
# Cheyenne, Wyoming; Chengdu; Zhangjiakou.
ENDS = {"US": ("CAMX", "RMPA"), "CN": ("CN-SC", "CN-HE")}
RANGE_BASIS = {
    1: "one package, 10 % each way",
    2: "extremes of two packages, at least 10 % each way",
    3: "extremes of three packages, at least 10 % each way",
}


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
        source, newest, year = values[0]
        zone: Row = {
            "name": name,
            "kind": "average",
            "boundary": "lifecycle",
            "basis": "generation",
            "year": int(year),
            "intensity_gco2e_per_kwh": intensity(newest, [value for _, value, _ in values]),
            "range_basis": RANGE_BASIS[len(values)],
            "known": "modelled",
            "licence": "CC BY 4.0",
            "source": source,
            "parent": "EU" if alpha2 in EU_MEMBERS else "WORLD",
            "aliases": [iso3, *EXTRA_ALIASES.get(alpha2, [])],
        }
        if len(values) > 1:
            zone["derived_from"] = [other for other, _, _ in values[1:]]
        if notes := rejections(iso3):
            zone["note"] = notes
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


def widen(found: dict[str, Row], parts: dict[str, Row]) -> None:
    """Low and high of the US and of China, by the ratio of a clean and of a dirty part of it to
    the whole, both from the source of the parts."""
    whole = {
        "US": next(
            egrid_values(row)["egrid-2024"] for row in rows("egrid.csv") if row["subregion"] == "US"
        ),
        "CN": next(
            float(row["mee_2023_gco2_kwh"]) for row in rows("china.csv") if row["zone"] == "CN"
        ),
    }
    for code, (clean, dirty) in ENDS.items():
        zone, value = found[code], central(found[code])
        source = parts[clean]["source"]
        zone["intensity_gco2e_per_kwh"] = {
            "low": round(value * central(parts[clean]) / whole[code], 2),
            "central": round(value, 2),
            "high": round(value * central(parts[dirty]) / whole[code], 2),
        }
        zone["range_basis"] = (
            f"ratio of {clean} and {dirty} to the whole country ({source}): the cleanest and the "
            "dirtiest part of it with a region of a large public cloud"
        )
        zone["derived_from"] = [*zone["derived_from"], source, "gsf-cloud-regions"]


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
    provinces = places.provinces(found)
    widen(found, {**regions, **provinces})
    zones = {
        **groups(found, unusable),
        **dict(sorted(found.items())),
        **dict(sorted(regions.items())),
        **dict(sorted(provinces.items())),
        **dict(sorted(places.regions().items())),
        **dict(sorted(places.areas().items())),
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
