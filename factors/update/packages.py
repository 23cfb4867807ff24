"""Brings the CSV files beside it up to the packages that they are taken from; run by hand.

    pip download --no-deps --dest DOWNLOADS codecarbon==3.3.2 ecologits==0.11.3
    npm pack --pack-destination DOWNLOADS @tgwf/co2@0.19.0
    python -m factors.update.packages DOWNLOADS            # rewrites what differs, and lists it
    python -m factors.update.packages DOWNLOADS --check    # only lists it

Other releases are other columns: rename them here, in the files and in zones.py. CO2.js does not
carry the years of its values, so a year beside a changed one has to be looked up.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tarfile
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

from factors.update.figures import HERE, plausible, rows

CODECARBON, ECOLOGITS = "codecarbon-3.3.2-*.whl", "ecologits-0.11.3-*.whl"
CO2JS = "tgwf-co2-0.19.0.tgz"
INFRASTRUCTURE = "codecarbon/data/private_infra/"
SMALLEST_DIFFERENCE = 0.02
"""The files have two digits."""

Cells = dict[tuple[str, str, str], float]
"""Values by file, the first cell of their row, and column."""


def _member(folder: Path, pattern: str, name: str) -> str:
    paths = sorted(folder.glob(pattern))
    if len(paths) != 1:
        raise SystemExit(f"{folder}: one file {pattern} is needed: see python -m pydoc {__name__}")
    if paths[0].suffix == ".whl":
        with zipfile.ZipFile(paths[0]) as wheel:
            return wheel.read(name).decode("utf-8-sig")
    with tarfile.open(paths[0]) as package:
        file = package.extractfile(name)
        if file is None:
            raise SystemExit(f"{paths[0]}: {name} is missing")
        return file.read().decode("utf-8")


def published(folder: Path) -> Cells:
    """What the packages in a folder carry, under the names of our cells."""
    found: Cells = {}
    mixes: dict[str, Any] = json.loads(
        _member(folder, CODECARBON, INFRASTRUCTURE + "global_energy_mix.json")
    )
    for code, row in mixes.items():
        if isinstance(row, dict) and row.get("carbon_intensity") is not None:
            found["grid_countries", code, "codecarbon332_g_kwh"] = row["carbon_intensity"]
            found["grid_countries", code, "codecarbon_year"] = row["year"]
    for row in json.loads(_member(folder, ECOLOGITS, "ecologits/data/electricity_mixes.json"))[
        "electricity_mixes"
    ]:
        found["grid_countries", row["name"], "ecologits0113_g_kwh"] = row["gwp"] * 1000
    script = _member(folder, CO2JS, "package/dist/esm/data/average-intensities.min.js")
    table = re.search(r"data = (\{.*?\})", script)
    if not table:
        raise SystemExit(f"{CO2JS}: its table has another form")
    for code, value in json.loads(table[1]).items():
        found["grid_countries", code, "co2js_ember_g_kwh"] = float(value)
        found["groups", code, "co2js_ember_g_kwh"] = float(value)
    for zone, row in _data(folder, "2023/china_provincial_emissions.json").items():
        found["china", zone, "mee_2023_gco2_kwh"] = row["emission_factor"]
    for zone, row in _data(folder, "nordic_emissions.json").items():
        found["nordic", f"{zone[:2]}-{zone}", "codecarbon332_g_kwh"] = row["emission_factor"]
    regions = StringIO(_member(folder, CODECARBON, "codecarbon/data/cloud/impact.csv"))
    for line in csv.DictReader(regions):
        if line["provider"] == "gcp":
            found["google_regions", line["region"], "google_2023_g_kwh"] = float(line["impact"])
    return found


def _data(folder: Path, name: str) -> dict[str, Any]:
    return dict(json.loads(_member(folder, CODECARBON, INFRASTRUCTURE + name))["data"])


def brought_up(folder: Path, write: bool) -> list[str]:
    """Every cell that differs, as a line; with `write` the files have the new values."""
    lines = []
    values = published(folder)
    for name in sorted({name for name, _, _ in values}):
        table = rows(f"{name}.csv")
        for row in table:
            key = next(iter(row.values()))
            for column in row:
                value = values.get((name, key, column))
                if value is None or not row[column]:
                    continue
                if abs(float(row[column]) - value) <= SMALLEST_DIFFERENCE:
                    continue
                if not column.endswith("year"):
                    plausible(key, column, value)
                lines.append(f"{name}.csv {key} {column}: {row[column]} -> {value:g}")
                row[column] = f"{value:g}"
        if write and any(line.startswith(f"{name}.csv") for line in lines):
            with open(HERE / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(table)
    return lines


def main(arguments: list[str]) -> int:
    """Prints what differs; exit code 1 if something does and only --check was asked for."""
    check = "--check" in arguments
    lines = brought_up(Path(arguments[0]), write=not check)
    print("\n".join(lines) or "up to date")
    return 1 if check and lines else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
