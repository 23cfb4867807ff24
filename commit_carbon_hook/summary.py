"""A history added up: totals and groups in whole nanograms and nanowatt-hours, never in floats,
so that every engine and every order gives the same digits."""

from __future__ import annotations

from .errors import CarbonError
from .history import UNKNOWN, month
from .ledger import UNREADABLE
from .recomputation import NO_HOURS, Amount, Hours, afterwards, energy, of_the_hour, restated
from .record import Emissions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import NamedTuple

    from .ledger import Change, Ledger
    from .record import Basis, Record
    from .union import Origin, Sighting, United
else:
    from .values import NamedTuple

DEFAULT_GROUPS = ("tool", "month")


class Total(NamedTuple):
    """A sum of records: lows, centrals and highs add up, as errors are shared, not independent.

    `without_energy` of the records do not say enough to recompute their energy.
    """

    records: int
    emissions: Emissions
    energy_nwh: Amount
    without_energy: int


class Group(NamedTuple):
    """One row: what was recorded, and apart from it what was estimated afterwards."""

    by: str
    key: str
    recorded: Total
    afterwards: Total
    commits_afterwards: int


class Commits(NamedTuple):
    """Coverage. The three kinds add up to `scanned`."""

    scanned: int
    recorded: int
    estimated_afterwards: int
    no_evidence: int


class Uncounted(NamedTuple):
    """Why there are fewer estimates than commits estimated afterwards: copies of one change,
    merges and commits that change no line, commits whose files cannot be read."""

    copies: int
    without_lines: int
    unreadable: int


class Summary(NamedTuple):
    """Everything that a report shows about the commits that were read."""

    commits: Commits
    recorded: Total
    afterwards: Total
    uncounted: Uncounted
    groups: tuple[Group, ...]
    conflicts: tuple[tuple[Sighting, ...], ...]
    not_restated: tuple[tuple[Record, Origin, str], ...]
    methods: tuple[str, ...]
    zones: tuple[str, ...]


class _Sum:
    """A total while it is added up."""

    def __init__(self) -> None:
        self.numbers = [0] * 8

    def add(self, emissions: Emissions, energy_nwh: Amount | None) -> None:
        numbers = self.numbers
        numbers[0] += 1
        numbers[1] += emissions[0]
        numbers[2] += emissions[1]
        numbers[3] += emissions[2]
        if energy_nwh is None:
            numbers[7] += 1
        else:
            numbers[4] += energy_nwh[0]
            numbers[5] += energy_nwh[1]
            numbers[6] += energy_nwh[2]

    def total(self) -> Total:
        records, *numbers, without_energy = self.numbers
        return Total(records, Emissions(*numbers[:3]), Amount(*numbers[3:]), without_energy)


class _Table:
    """Sums by group, and all the bases that went into them."""

    def __init__(self, groups: Sequence[str], repositories: Sequence[str]) -> None:
        self.groups = tuple(groups)
        self.repositories = repositories
        self.sum = _Sum()
        self.rows: dict[tuple[str, str], _Sum] = {}
        self.bases: set[Basis] = set()

    def keys(self, basis: Basis | None, origin: Origin) -> list[tuple[str, str]]:
        found = []
        for group in self.groups:
            if group == "month":
                key = month(origin.time, origin.zone)
            elif group == "author":
                key = origin.author
            elif group == "repo":
                key = self.repositories[origin.repository]
            else:
                key = getattr(basis, group) if basis else ""
            found.append((group, key or UNKNOWN))
        return found

    def add(
        self, basis: Basis | None, origin: Origin, emissions: Emissions, energy: Amount | None
    ) -> None:
        if basis:
            self.bases.add(basis)
        self.sum.add(emissions, energy)
        for key in self.keys(basis, origin):
            if key not in self.rows:
                self.rows[key] = _Sum()
            self.rows[key].add(emissions, energy)

    def row(self, key: tuple[str, str]) -> Total:
        return self.rows.get(key, _Sum()).total()


def summarize(
    ledger: Ledger,
    groups: Sequence[str],
    repositories: Sequence[str],
    method: str = "",
    hours: Hours = NO_HOURS,
) -> Summary:
    """Add up a ledger, restated under `method` if one is given, with the intensities of hours.

    The method must be a known one.
    """
    recorded, afterwards = _Table(groups, repositories), _Table(groups, repositories)
    conflicts, not_restated = _add_records(recorded, ledger.records(), method, hours)
    commits_by_key, uncounted = _add_changes(afterwards, ledger.changes(), hours)
    no_evidence, late, with_record = ledger.counts()
    bases = recorded.bases | afterwards.bases
    return Summary(
        Commits(no_evidence + late + with_record, with_record, late, no_evidence),
        recorded.sum.total(),
        afterwards.sum.total(),
        uncounted,
        _rows(recorded, afterwards, commits_by_key),
        tuple(conflicts),
        tuple(not_restated),
        tuple(sorted({basis.method for basis in bases})),
        tuple(sorted({basis.grid for basis in bases})),
    )


def _add_records(
    table: _Table, records: Iterable[United], method: str, hours: Hours
) -> tuple[list[tuple[Sighting, ...]], list[tuple[Record, Origin, str]]]:
    conflicts, not_restated = [], []
    for record, origin, conflict in records:
        if conflict:
            conflicts.append(conflict)
        if method:
            try:
                hourly = of_the_hour(hours, record.basis, origin.time)
                record = restated(record, method, hourly)
            except CarbonError as error:
                not_restated.append((record, origin, str(error)))
                continue
        table.add(record.basis, origin, record.emissions, energy(record))
    return conflicts, not_restated


def _add_changes(
    table: _Table, changes: Iterable[Change], hours: Hours
) -> tuple[dict[tuple[str, str], int], Uncounted]:
    commits: dict[tuple[str, str], int] = {}
    copies = without_lines = unreadable = 0
    for lines, copied in changes:
        for origin, basis in copied:
            for key in table.keys(basis, origin):
                commits[key] = commits.get(key, 0) + 1
        if lines == UNREADABLE:
            unreadable += len(copied)
        elif not lines:
            without_lines += len(copied)
        else:
            copies += len(copied) - 1
            origin, basis = copied[0]
            record = afterwards(lines, basis, of_the_hour(hours, basis, origin.time))
            table.add(basis, origin, record.emissions, energy(record))
    return commits, Uncounted(copies, without_lines, unreadable)


def _rows(
    recorded: _Table, afterwards: _Table, commits: dict[tuple[str, str], int]
) -> tuple[Group, ...]:
    """Months and repositories in their order, everything else by what it emitted."""

    def order(row: Group) -> tuple[int, int, int, str]:
        group = recorded.groups.index(row.by)
        if row.by in ("month", "repo"):
            return group, 0, 0, row.key
        central = row.recorded.emissions.central, row.afterwards.emissions.central
        return group, -central[0], -central[1], row.key

    rows = [
        Group(*key, recorded.row(key), afterwards.row(key), commits.get(key, 0))
        for key in {*recorded.rows, *commits}
    ]
    return tuple(sorted(rows, key=order))
