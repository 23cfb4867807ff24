"""What a summary says of the grid beside its figures: intensities of the hour, boundaries that do
not meet, and the water and the hardware behind the energy."""

from __future__ import annotations

import os
import sys
from time import time

from .. import factor_table, tables, terminal
from ..config import EXTRAS, extra_names
from ..errors import CarbonError
from ..ledger import UNREADABLE
from ..recomputation import NANO, NO_HOURS, Hours, energy, of_the_hour, restated
from ..report.contents import BOUNDARIES_KEY, Section
from .live import base, spread
from .zones import MIXED_BOUNDARIES, boundaries

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from ..collection import Source
    from ..estimate import Range
    from ..ledger import Ledger
    from ..record import Record
    from ..summary import Summary

PROGRAM = "commit-carbon-summarize"
HISTORY = "--grid-history"


def add_arguments(add: Callable[..., object]) -> None:
    """The options."""
    add(HISTORY, action="store_true",
        help="with --restate: each commit's hour, where a provider has it")  # fmt: skip
    add("--extras", default=None, metavar="NAMES", type=_names,
        help=f"beside the totals, never in them: {','.join(EXTRAS)}")  # fmt: skip


def _names(text: str) -> str:
    import argparse

    try:
        return extra_names(text.split(","))
    except CarbonError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def check(arguments: argparse.Namespace) -> None:
    """Refuse what does not go together. Raises CarbonError."""
    if not arguments.grid_history:
        return
    if not arguments.restate:
        raise CarbonError(f"{HISTORY}: replaces the annual values of --restate: add --restate 2")
    if factor_table.METHODS[arguments.restate][7]:
        raise CarbonError(
            f"{HISTORY}: method {arguments.restate} has intensities of its own: use --restate 2"
        )


def hours(arguments: argparse.Namespace, ledger: Ledger) -> Hours:
    """The intensities of the hours in which the commits of a ledger were authored, as far as a
    provider has them; what fails is said and keeps its annual value. Raises CarbonError where
    there is nobody to ask."""
    if not arguments.grid_history:
        return NO_HOURS
    from .. import factors
    from . import access, past, refresh

    settings = access.load(os.environ)
    rows = factors.load()["zones"]
    wanted: dict[str, set[int]] = {}
    for zone, moment in _moments(ledger):
        wanted.setdefault(zone, set()).add(moment)
    found: dict[tuple[str, int], Range] = {}
    problem, asked = "", False
    now = int(time())
    for zone in sorted(wanted.keys() & rows.keys()) or [tables.WORLD]:
        try:
            refresh.asked(zone, "", settings, rows)
        except CarbonError as error:
            problem = str(error)
            continue
        asked = True
        values = past.hourly(zone, wanted[zone], os.environ, now, say=_teller(zone))
        found |= {(zone, moment): spread(value) for moment, value in values.items()}
    if not asked and not any(settings.providers[name].complete for name in past.SOLD):
        raise CarbonError(f"{HISTORY}: {problem}")
    return found


def _teller(zone: str) -> Callable[[str], None]:
    def say(problem: str) -> None:
        line = f"{PROGRAM}: {zone}: {problem}; its annual value is used there"
        print(terminal.safe(line), file=sys.stderr)

    return say


def _moments(ledger: Ledger) -> Iterator[tuple[str, int]]:
    for record, origin in ledger.sightings():
        if record.basis:
            yield base(record.basis.grid), origin.time
    for lines, copies in ledger.changes():
        if lines and lines != UNREADABLE:
            origin, basis = copies[0]
            yield base(basis.grid), origin.time


def sections(
    arguments: argparse.Namespace,
    sources: Sequence[Source],
    ledger: Ledger,
    summary: Summary,
    found: Hours,
) -> tuple[Section, ...]:
    """What the report says of all this."""
    names = arguments.extras or extra_names(
        [name for source in sources for name in source.settings.extras.split(",") if name]
    )
    made = []
    if arguments.grid_history:
        made.append(_history(ledger, found))
    own = all(factor_table.METHODS.get(name, (None,) * 8)[7] for name in summary.methods)
    if names or (len(summary.zones) > 1 and not own):
        from ..rendering import factor_data

        data = factor_data(sources)
        used = {base(zone) for zone in summary.zones} & data["zones"].keys()
        if not own and len(boundaries(used, data["zones"])) > 1:
            line = f"The totals mix boundaries: {MIXED_BOUNDARIES}."
            document = {"boundaries": sorted(boundaries(used, data["zones"])), "note": line}
            made.append(Section(BOUNDARIES_KEY, "Boundaries", (line,), document, everywhere=True))
        if names:
            by_zone = _energy_by_zone(ledger, arguments.restate, found)
            made.append(_extras(names.split(","), by_zone, data))
    return tuple(made)


def _history(ledger: Ledger, found: Hours) -> Section:
    records = [
        of_the_hour(found, record.basis, origin.time) is not None
        for record, origin, _ in ledger.records()
    ]
    changes = [
        of_the_hour(found, copies[0][1], copies[0][0].time) is not None
        for lines, copies in ledger.changes()
        if lines and lines != UNREADABLE
    ]
    every = [*records, *changes]
    line = (
        f"{sum(every):,} of {len(every):,} records and estimates have the intensity of their hour"
        f" (10 % each way); {len(every) - sum(every):,} keep the annual value of their zone."
    )
    document = {
        "records": {"hourly": sum(records), "annual": len(records) - sum(records)},
        "estimated_afterwards": {"hourly": sum(changes), "annual": len(changes) - sum(changes)},
    }
    return Section("grid_history", "Intensity of the hour", (line,), document, everywhere=True)


def _energy_by_zone(ledger: Ledger, method: str, found: Hours) -> Mapping[str, tuple[int, ...]]:
    """The recorded energy in nWh."""
    sums: dict[str, tuple[int, ...]] = {}
    for record, origin, _ in ledger.records():
        amount = energy(_restated(record, method, of_the_hour(found, record.basis, origin.time)))
        if amount and record.basis:
            before = sums.get(base(record.basis.grid), (0, 0, 0))
            ends = zip(before, amount, strict=True)
            sums[base(record.basis.grid)] = tuple(one + other for one, other in ends)
    return sums


def _restated(record: Record, method: str, hourly: Range | None) -> Record:
    if not method:
        return record
    try:
        return restated(record, method, hourly)
    except CarbonError:
        return record._replace(tokens=None)


def _extras(
    names: Sequence[str], by_zone: Mapping[str, tuple[int, ...]], data: dict[str, dict[str, Any]]
) -> Section:
    from ..estimate import Range
    from ..report.json import exact_range
    from ..report.text import figure
    from .extras import embodied_gco2e, water_l

    whole: dict[str, list[float]] = {name: [0.0, 0.0, 0.0] for name in names}
    for zone, amount in by_zone.items():
        known = zone if zone in data["zones"] else tables.WORLD
        watt_hours = Range(*[end / NANO for end in amount])
        for name in names:
            made = (
                water_l(watt_hours, known, data) if name == "water"
                else embodied_gco2e(watt_hours, data)
            )  # fmt: skip
            whole[name] = [a + b for a, b in zip(whole[name], made, strict=True)]
    what = {"water": ("volume_l", "L of water"), "embodied": ("emissions_gco2e", "gCO2e embodied")}
    lines, document = [], {}
    for name in names:
        key, unit = what[name]
        low, central, high = (round(end * NANO) for end in whole[name])
        rows = [row for row_id, row in data["extras"].items() if row_id.startswith(name)]
        ids = list(dict.fromkeys(row["source"] for row in rows))
        of = "; ".join(data["sources"][one]["title"] for one in ids)
        lines.append(
            f"{figure(central)} {unit} ({figure(low)} to {figure(high)}) for the recorded energy,"
            f" in no other figure; from {of}"
        )
        document[name] = {key: exact_range((low, central, high)), "sources": ids}
    return Section("extras", "Beside the total", tuple(lines), document, everywhere=True)
