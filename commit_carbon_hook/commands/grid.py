"""The carbon intensity of grid zones: list, search, compare, chart, fetch live values.

commit-carbon grid FR
commit-carbon grid aws:us-east-1 gcp:europe-west9 GB
commit-carbon grid --search virginia
commit-carbon grid --map
commit-carbon grid refresh --zone GB
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from .. import factors, tables, terminal
from ..doors import number
from ..errors import CarbonError
from ..estimate import Range
from ..grid import chart, live, zones

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..grid.zones import Row

REFRESH = "refresh"
ENDS = ("low", "central", "high")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Zones, words to look for, or what to fetch."""
    parser.add_argument(
        "zones",
        metavar="ZONE",
        nargs="*",
        help="a country, province, subregion, US state or cloud region; or first `refresh`:"
        " fetch live values of zones",
    )
    parser.add_argument("--search", metavar="TEXT", help="the zones that are called so")
    parser.add_argument(
        "--map", action="store_true", help="chart the zones in the records of a repository"
    )
    parser.add_argument("-C", dest="repository", metavar="REPO", default="", help="for --map")
    parser.add_argument(
        "--zone", dest="more", metavar="ZONE", action="append", default=[], help="as ZONE"
    )
    parser.add_argument(
        "--provider",
        choices=("electricitymaps", "watttime", "gb"),
        help="for refresh: who is asked (default: whom there is a key for; GB needs none)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print one zone in full, a table or a chart of several, or what was fetched."""
    named = [*arguments.zones, *arguments.more]
    if named[:1] == [REFRESH]:
        from ..grid import refresh

        return refresh.run(named[1:], arguments.provider or "", dict(os.environ))
    if arguments.provider:
        raise CarbonError("grid: --provider goes with refresh: commit-carbon grid refresh")
    data = factors.load()
    rows = data["zones"]
    if arguments.map:
        return _print_map(named, arguments.repository, rows, arguments.format)
    chosen = _chosen(named, arguments.search, rows)
    if arguments.format == "json":
        shown = [_as_json(zone, rows, data["sources"]) for zone in chosen]
        print(json.dumps(shown[0] if len(named) == 1 else shown, indent=2, sort_keys=True))
    elif len(chosen) == 1:
        _print_one(chosen[0], rows, data["sources"])
    else:
        _print_table(chosen, rows)
        if named:
            _print_sources(chosen, rows, data["sources"])
    return 0


def _chosen(named: Sequence[str], search: str | None, rows: Row) -> list[str]:
    if named:
        return list(dict.fromkeys(tables.zone(name) for name in named))
    found = [zone for zone, row in rows.items() if zones.matches(search or "", zone, row)]
    if not found:
        raise CarbonError(f"grid: no zone has {search!r}: list all with 'grid'")
    return found


def _live(zone: str) -> live.Value | None:
    return live.stored(zone, int(time.time()), os.environ)


def _as_json(zone: str, rows: Row, sources: Row) -> dict[str, Any]:
    row = zones.resolved(zone, rows)
    source = sources[row["source"]]
    value = _live(zone)
    return {
        "zone": zone,
        "intensity_zone": zone,
        **{key: item for key, item in row.items() if key != "transcribed"},
        "source_title": source["title"],
        "source_url": source["url"],
        "transcribed": bool(row.get("transcribed") or source.get("transcribed")),
        "live": value._asdict() if value else None,
    }


def _print_one(zone: str, rows: Row, sources: Row) -> None:
    row = zones.resolved(zone, rows)
    value = row[zones.INTENSITY]
    source = sources[row["source"]]
    print(f"{zone}  {row['name']}")
    nearest = zones.of_intensity(zone, rows)
    if nearest != zone:
        print(f"  has the intensity of {nearest}, {rows[nearest]['name']}")
    print(
        f"  {number(value['central'])} gCO2e/kWh"
        f" ({number(value['low'])} to {number(value['high'])}: {row['range_basis']})"
    )
    print(
        f"  {row['year']}, {row['kind']}, {zones.BOUNDARIES[row['boundary']]},"
        f" {row['basis']} based, {row['known']}"
    )
    if row.get("states"):
        print(f"  stands for {', '.join(row['states'])}")
    if row.get("aliases"):
        print(f"  also known as {', '.join(row['aliases'])}")
    if "pue" in row:
        pue = row["pue"]
        whose = "the region" if pue["of"] == "region" else "all of the provider's data centres"
        print(
            f"  PUE {pue['value']:g} of {whose}, {pue['year']}"
            " (not applied: the energy factors include one)"
        )
    print(f"  source: {source['title']}, {source['publisher']} ({row['licence']})")
    print(f"          {source['url']}")
    if row.get("transcribed") or source.get("transcribed"):
        print("          a transcription, not checked cell by cell against the original")
    if row.get("note"):
        print(f"  note: {row['note']}")
    _print_live(zone)


def _print_live(zone: str) -> None:
    value = _live(zone)
    if value:
        minutes = (int(time.time()) - value.fetched) // 60
        print(
            f"  live: {number(value.gco2e_per_kwh)} gCO2e/kWh,"
            f" {zones.BOUNDARIES[value.boundary]}, fetched {minutes} minutes ago"
            f" ({value.provider} {value.area})"
        )


def _print_table(chosen: Sequence[str], rows: Row) -> None:
    width = max(8, *(len(zone) for zone in chosen))
    print(f"{'zone':{width}} {'low':>7} {'central':>7} {'high':>7}  gCO2e/kWh")
    for zone in chosen:
        row = zones.resolved(zone, rows)
        figures = " ".join(f"{number(row[zones.INTENSITY][end]):>7}" for end in ENDS)
        nearest = zones.of_intensity(zone, rows)
        through = f", as {nearest}" if nearest != zone else ""
        boundary = zones.BOUNDARIES[row["boundary"]]
        print(f"{zone:{width}} {figures}  {row['name']}{through}, {row['year']}, {boundary}")
    if len(zones.boundaries(chosen, rows)) > 1:
        print(zones.MIXED_BOUNDARIES)


def _print_sources(chosen: Sequence[str], rows: Row, sources: Row) -> None:
    used: dict[str, list[str]] = {}
    for zone in chosen:
        row = zones.resolved(zone, rows)
        source = sources[row["source"]]
        line = f"{source['title']}, {source['publisher']} ({row['licence']}) {source['url']}"
        used.setdefault(line, []).append(zone)
    for line, of in used.items():
        print(f"{', '.join(of)}: {line}")


def _print_map(named: Sequence[str], repository: str, rows: Row, form: str) -> int:
    from ..grid.in_use import zones_of_records

    found = zones_of_records(repository, dict(os.environ))
    counted = {zone: found.get(zone, 0) for zone in map(tables.zone, named)} if named else found
    known = {zone: count for zone, count in counted.items() if live.base(zone) in rows}
    if form == "json":
        print(json.dumps([{"zone": zone, "records": count} for zone, count in counted.items()]))
        return 0
    if not known:
        raise CarbonError("grid: no record here names a zone: nothing to chart")
    bars = []
    for zone, count in known.items():
        row = zones.resolved(live.base(zone), rows)
        what = f"{count:,} record{'' if count == 1 else 's'}"
        annual = " at the annual value" if live.base(zone) != zone else ""
        bars.append(chart.Bar(zone, Range(**row[zones.INTENSITY]), what + annual))
    colours = terminal.is_rich(sys.stdout, os.environ)
    for line in chart.bars(bars, terminal.width(), colours):
        print(line)
    print("gCO2e/kWh: # up to the low end, = to the central value, - to the high end")
    if len(zones.boundaries([live.base(zone) for zone in known], rows)) > 1:
        print(zones.MIXED_BOUNDARIES)
    strange = sorted(counted.keys() - known.keys())
    if strange:
        print(terminal.safe(f"not in our tables: {', '.join(strange)}"))
    return 0
