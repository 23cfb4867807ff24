"""Zones inside countries: provinces, bidding zones, regions of public clouds, areas of live data.

A province has a published value of its own. A region of AWS or Azure takes the zone that it
stands in; one of Google Cloud has the value that Google publishes for it. An area is what a
provider of live values knows; its annual value is that of the zone that it lies in.
"""

from __future__ import annotations

from factors.update.figures import Row, intensity, plausible, rejections, rows

PROVIDERS = {"aws": "Amazon Web Services", "azure": "Microsoft Azure", "gcp": "Google Cloud"}
# What a provider reports for all its data centres, where it says nothing of a region.
FLEET_PUE = {"aws": (1.15, 2024), "azure": (1.16, 2025), "gcp": (1.09, 2024)}
PUE_SOURCES = {"aws": "aws-pue", "azure": "azure-pue", "gcp": "google-pue"}
LEAST_COVERAGE = 0.80
CANADIAN_YEARS = (("eccc-2024", "eccc_2024_g_kwh"), ("eccc-2023", "eccc_2023_g_kwh"))
GOOGLE_YEARS = (
    ("google-regions-2024", "google_2024_g_kwh"),
    ("google-regions-2023", "google_2023_g_kwh"),
    ("google-regions-2022", "google_2022_g_kwh"),
)


def provinces(countries: dict[str, Row]) -> dict[str, Row]:
    """Provinces of Canada and China and bidding zones of Sweden and Norway."""
    return {**_canada(), **_china(), **_nordic(countries)}


def _canada() -> dict[str, Row]:
    """Electricity as consumed in a province; the newest year, and the one before where known."""
    found = {}
    for row in rows("canada.csv"):
        zone = row["zone"]
        years = {
            source: float(row[column])
            for source, column in CANADIAN_YEARS
            if row[column] and plausible(zone, source, float(row[column]))
        }
        found[zone] = {
            "name": f"{row['name']}, Canada",
            "kind": "average",
            "boundary": "direct",
            "basis": "consumption",
            "year": 2024,
            "intensity_gco2e_per_kwh": intensity(years["eccc-2024"], list(years.values())),
            "range_basis": _extremes(len(years), "years"),
            "known": "modelled",
            "licence": "Open Government Licence - Canada",
            "source": "eccc-2024",
            **({"derived_from": ["eccc-2023"]} if "eccc-2023" in years else {}),
            "transcribed": True,
            "parent": "CA",
        }
    return found


def _china() -> dict[str, Row]:
    """CO2 alone, of electricity as consumed in a province."""
    found = {}
    for row in rows("china.csv"):
        zone, value = row["zone"], float(row["mee_2023_gco2_kwh"])
        if zone == "CN":
            continue
        plausible(zone, "mee-2023", value)
        found[zone] = {
            "name": f"{row['name']}, China",
            "kind": "average",
            "boundary": "direct",
            "basis": "consumption",
            "year": 2023,
            "intensity_gco2e_per_kwh": intensity(value, [value]),
            "range_basis": _extremes(1, "years"),
            "known": "modelled",
            "licence": "official document of the state, not protected",
            "source": "mee-2023",
            "transcribed": True,
            "parent": "CN",
            "note": "CO2 alone, without methane and nitrous oxide.",
        }
    return found


def _nordic(countries: dict[str, Row]) -> dict[str, Row]:
    """Generation of a bidding zone; the high end is the country's, as zones trade all the time."""
    found = {}
    for row in rows("nordic.csv"):
        zone, value = row["zone"], float(row["codecarbon332_g_kwh"])
        country, covered = zone[:2], float(row["covered_share"])
        plausible(zone, "codecarbon-nordic", value)
        if covered < LEAST_COVERAGE:
            raise SystemExit(f"{zone}: only {covered:.0%} of its generation has a factor")
        high = countries[country]["intensity_gco2e_per_kwh"]["high"]
        found[zone] = {
            "name": row["name"],
            "kind": "average",
            "boundary": "lifecycle",
            "basis": "generation",
            "year": int(row["year"]),
            "intensity_gco2e_per_kwh": intensity(value, [value, high]),
            "range_basis": "low 10 % below; high that of the country, because zones trade",
            "known": "modelled",
            "licence": "MIT (codecarbon), from ENTSO-E data under CC BY 4.0",
            "source": "codecarbon-nordic",
            "parent": country,
            "aliases": [zone[3:]],
            "note": f"{covered:.0%} of the generation has a factor; the rest counts as 0.",
        }
    return found


def _extremes(count: int, what: str) -> str:
    if count == 1:
        return f"one of the {what}, 10 % each way"
    return f"extremes of {count} {what}, at least 10 % each way"


def regions() -> dict[str, Row]:
    """Regions of public clouds by `provider:region`."""
    google = {row["region"]: row for row in rows("google_regions.csv")}
    found = {}
    for row in rows("cloud_regions.csv"):
        provider, _, region = row["region"].partition(":")
        zone: Row = {"name": f"{PROVIDERS[provider]}, {row['place']}"}
        values = _google(row["region"], google[region]) if region in google else {}
        if provider == "gcp" and values:
            zone |= _google_row(row["region"], values)
        else:
            zone |= {"known": "assumed", "source": "cloud-regions"}
        zone |= {"parent": row["zone"], "pue": _pue(provider, row)}
        areas = {key: row[key] for key in ("electricitymaps", "watttime") if row[key]}
        found[row["region"]] = {**zone, "areas": areas}
    return found


def _google(region: str, row: dict[str, str]) -> dict[str, float]:
    """Google's values by edition, newest first."""
    return {
        source: float(row[column])
        for source, column in GOOGLE_YEARS
        if row[column] and plausible(region, source, float(row[column]))
    }


def _google_row(region: str, values: dict[str, float]) -> Row:
    source, newest = next(iter(values.items()))
    notes = rejections(region)
    return {
        "kind": "average",
        "boundary": "direct",
        "basis": "consumption",
        "year": int(source[-4:]),
        "intensity_gco2e_per_kwh": intensity(newest, list(values.values())),
        "range_basis": _extremes(len(values), "yearly editions"),
        "known": "modelled",
        "licence": "Apache-2.0",
        "source": source,
        **({"derived_from": list(values)[1:]} if len(values) > 1 else {}),
        **({"note": notes} if notes else {}),
    }


def _pue(provider: str, row: dict[str, str]) -> Row:
    """What the provider reports for the region, or for all its data centres."""
    own = bool(row["pue"])
    value, year = (float(row["pue"]), int(row["pue_year"])) if own else FLEET_PUE[provider]
    if not 1 <= value <= 2:
        raise SystemExit(f"{row['region']}: a PUE of {value} cannot be")
    return {
        "value": value,
        "of": "region" if own else "provider",
        "year": year,
        "known": "measured",
        "source": PUE_SOURCES[provider],
    }


def areas() -> dict[str, Row]:
    """Areas that providers of live values know, beyond countries and provinces."""
    return {
        row["area"]: {
            "name": row["name"],
            "known": "assumed",
            "source": "cloud-regions",
            "parent": row["zone"],
            "areas": {row["signal"]: row["area"]},
        }
        for row in rows("grid_areas.csv")
    }
