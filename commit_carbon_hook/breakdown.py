"""A history added up by everything that records say about themselves: what reports with more than
the asked-for groups are made of."""

from __future__ import annotations

from itertools import groupby
from struct import Struct

from .errors import CarbonError
from .history import month
from .ledger import UNREADABLE
from .recomputation import NO_HOURS, Amount, Hours, afterwards, energy, of_the_hour, restated
from .record import Emissions
from .summary import Total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NamedTuple

    from .ledger import Ledger, Rows
    from .record import Record
    from .union import Origin
else:
    from .values import NamedTuple

# Evidence that a tool took part, and not only an assumption.
SHOWN = ("detected", "declared")
_COMMIT = Struct(">32sI")


class Kind(NamedTuple):
    """What a record says about itself; fields are empty where it does not."""

    tool: str
    model: str
    evidence: str
    grid: str
    method: str
    by: str


class Entry(NamedTuple):
    """One record as it counts, the commit that it counts for, and how many versions of it
    contradict each other (0 where none do)."""

    record: Record
    origin: Origin
    versions: int


class Breakdown(NamedTuple):
    """Sums by kind and by month, of records and of what was estimated afterwards.

    `assisted_commits` are the commits for which records with evidence of a tool count, each once;
    `commits_by_tool` the same for every tool.
    """

    recorded: tuple[tuple[Kind, Total], ...]
    afterwards: tuple[tuple[Kind, Total], ...]
    recorded_months: tuple[tuple[str, Total], ...]
    afterwards_months: tuple[tuple[str, Total], ...]
    assisted_commits: int
    commits_by_tool: tuple[tuple[str, int], ...]


NOTHING = Total(0, Emissions(0, 0, 0), Amount(0, 0, 0), 0)


def entries(ledger: Ledger, method: str = "", hours: Hours = NO_HOURS) -> Iterator[Entry]:
    """Every record that counts, restated under `method` if one is given, with the intensities of
    hours; those that cannot be restated are left out."""
    for record, origin, conflict in ledger.records():
        if method:
            try:
                hourly = of_the_hour(hours, record.basis, origin.time)
                record = restated(record, method, hourly)
            except CarbonError:
                continue
        yield Entry(record, origin, len(conflict))


def kind(record: Record) -> Kind:
    """What a record says about itself."""
    return Kind(*(record.basis or ("",) * 5), record.by)


def added(totals: Iterable[Total]) -> Total:
    """Totals as one."""
    records = without_energy = 0
    emissions, watt_hours = [0, 0, 0], [0, 0, 0]
    for total in totals:
        records += total.records
        without_energy += total.without_energy
        emissions = [a + b for a, b in zip(emissions, total.emissions, strict=True)]
        watt_hours = [a + b for a, b in zip(watt_hours, total.energy_nwh, strict=True)]
    return Total(records, Emissions(*emissions), Amount(*watt_hours), without_energy)


def by_field(cells: Iterable[tuple[Kind, Total]], field: str) -> list[tuple[str, Total]]:
    """The cells added up by one field, the largest first."""
    found: dict[str, list[Total]] = {}
    for cell, total in cells:
        found.setdefault(getattr(cell, field), []).append(total)
    rows = [(key, added(totals)) for key, totals in found.items()]
    return sorted(rows, key=lambda row: (-row[1].emissions.central, row[0]))


def break_down(
    ledger: Ledger, rows: Callable[[int], Rows], method: str = "", hours: Hours = NO_HOURS
) -> Breakdown:
    """Add a ledger up by kind and month. `rows` makes room for a row per commit, as for the
    ledger itself."""
    cells: dict[Kind, list[int]] = {}
    months: dict[str, list[int]] = {}
    tools: dict[str, int] = {}
    commits = rows(_COMMIT.size)
    try:
        for record, origin, _ in entries(ledger, method, hours):
            about = _add(cells, months, record, origin)
            if about.evidence in SHOWN:
                number = tools.setdefault(about.tool, len(tools))
                commits.append(_COMMIT.pack(bytes.fromhex(origin.sha), number))
        assisted, by_tool = _distinct(commits)
    finally:
        commits.close()
    late_cells: dict[Kind, list[int]] = {}
    late_months: dict[str, list[int]] = {}
    for lines, copies in ledger.changes():
        if lines and lines != UNREADABLE:
            origin, basis = copies[0]
            late = afterwards(lines, basis, of_the_hour(hours, basis, origin.time))
            _add(late_cells, late_months, late, origin)
    return Breakdown(
        tuple((one, _total(sums)) for one, sums in sorted(cells.items())),
        tuple((one, _total(sums)) for one, sums in sorted(late_cells.items())),
        tuple((one, _total(sums)) for one, sums in sorted(months.items())),
        tuple((one, _total(sums)) for one, sums in sorted(late_months.items())),
        assisted,
        tuple(sorted((tool, by_tool[number]) for tool, number in tools.items())),
    )


def _add(
    cells: dict[Kind, list[int]], months: dict[str, list[int]], record: Record, origin: Origin
) -> Kind:
    about, amount = kind(record), energy(record)
    numbers = (1, *record.emissions, *(amount or (0, 0, 0)), amount is None)
    for sums in (
        cells.setdefault(about, [0] * len(numbers)),
        months.setdefault(month(origin.time, origin.zone), [0] * len(numbers)),
    ):
        for at, number in enumerate(numbers):
            sums[at] += number
    return about


def _total(sums: list[int]) -> Total:
    return Total(sums[0], Emissions(*sums[1:4]), Amount(*sums[4:7]), sums[7])


def _distinct(rows: Iterable[bytes]) -> tuple[int, dict[int, int]]:
    """How many commits, and how many with each number; the rows are sorted."""
    commits = 0
    numbers: dict[int, int] = {}
    for _, same in groupby(rows, lambda row: row[:32]):
        commits += 1
        for number in {_COMMIT.unpack(row)[1] for row in same}:
            numbers[number] = numbers.get(number, 0) + 1
    return commits, numbers
