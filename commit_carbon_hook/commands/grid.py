"""The carbon intensity of grid zones: list them, search them, or compare a few.

commit-carbon grid FR
commit-carbon grid US-VA GB --format json
commit-carbon grid --search virginia
"""

from __future__ import annotations

import argparse
import json

from .. import factors, tables
from ..doors import number
from ..errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BOUNDARIES = {"lifecycle": "life cycle", "direct": "direct combustion"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Zones, or words to look for."""
    parser.add_argument("zones", metavar="ZONE", nargs="*", help="a country, subregion or state")
    parser.add_argument("--search", metavar="TEXT", help="list the zones whose name or id has TEXT")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print one zone in full, or a table of several."""
    data = factors.load()
    rows = data["zones"]
    if arguments.zones:
        chosen = [tables.zone(name) for name in arguments.zones]
    else:
        wanted = (arguments.search or "").lower()
        chosen = [zone for zone, row in rows.items() if _matches(wanted, zone, row)]
        if not chosen:
            raise CarbonError(f"grid: no zone has {arguments.search!r}: list all with 'grid'")
    if arguments.format == "json":
        shown = [_as_json(zone, rows[zone], data["sources"]) for zone in chosen]
        single = len(arguments.zones) == 1
        print(json.dumps(shown[0] if single else shown, indent=2, sort_keys=True))
    elif len(chosen) == 1:
        _print_one(chosen[0], rows[chosen[0]], data["sources"])
    else:
        _print_table(chosen, rows)
    return 0


def _matches(wanted: str, zone: str, row: dict[str, Any]) -> bool:
    words = (zone, row["name"], *row.get("aliases", ()), *row.get("states", ()))
    return any(wanted in word.lower() for word in words)


def _as_json(zone: str, row: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    source = sources[row["source"]]
    return {
        "zone": zone,
        **{key: value for key, value in row.items() if key not in ("source", "transcribed")},
        "source": row["source"],
        "source_title": source["title"],
        "source_url": source["url"],
        "transcribed": bool(row.get("transcribed") or source.get("transcribed")),
    }


def _print_one(zone: str, row: dict[str, Any], sources: dict[str, Any]) -> None:
    value = row["intensity_gco2e_per_kwh"]
    source = sources[row["source"]]
    print(f"{zone}  {row['name']}")
    print(
        f"  {number(value['central'])} gCO2e/kWh"
        f" ({number(value['low'])} to {number(value['high'])}: {row['range_basis']})"
    )
    print(
        f"  {row['year']}, {row['kind']}, {BOUNDARIES[row['boundary']]}, {row['basis']} based,"
        f" {row['known']}"
    )
    if row.get("states"):
        print(f"  stands for {', '.join(row['states'])}")
    if row.get("aliases"):
        print(f"  also known as {', '.join(row['aliases'])}")
    print(f"  source: {source['title']}, {source['publisher']} ({row['licence']})")
    print(f"          {source['url']}")
    if row.get("transcribed") or source.get("transcribed"):
        print("          a transcription, not checked cell by cell against the original")
    if row.get("note"):
        print(f"  note: {row['note']}")


def _print_table(chosen: list[str], rows: dict[str, Any]) -> None:
    print(f"{'zone':8} {'low':>7} {'central':>7} {'high':>7}  gCO2e/kWh")
    for zone in chosen:
        row = rows[zone]
        value = row["intensity_gco2e_per_kwh"]
        figures = " ".join(f"{number(value[end]):>7}" for end in ("low", "central", "high"))
        print(f"{zone:8} {figures}  {row['name']}, {row['year']}, {BOUNDARIES[row['boundary']]}")
    if len({rows[zone]["boundary"] for zone in chosen}) > 1:
        print("life-cycle and direct values do not compare: direct ones leave out the fuel chain")
