"""Laws of the union: whatever copies, splits or repeats records, each counts once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook.estimate import Tokens
from commit_carbon_hook.ledger import AFTERWARDS, NO_EVIDENCE, RECORDED, Ledger
from commit_carbon_hook.record import Basis, Emissions, Record
from commit_carbon_hook.spool import Spool
from commit_carbon_hook.union import Origin, Sighting, unite

BASIS = Basis("claude-code", "", "detected", "US", "2")
TOKENS = Tokens(12_000, 72_000, 1_800_000)


def record(name: str = "0000000001", central: int = 15, **changes: Any) -> Record:
    made: Record = Record(name, Emissions(1, central, 900), TOKENS, "lines", BASIS)._replace(
        **changes
    )
    return made


def origin(time: int = 0, digit: str = "a", repository: int = 0, author: str = "") -> Origin:
    return Origin(time, digit * 40, repository, 0, author)


class Sorted(list[bytes]):
    """Rows in memory."""

    def __init__(self, _width: int) -> None:
        super().__init__()

    def __iter__(self) -> Iterator[bytes]:
        return iter(sorted(super().__iter__()))

    def close(self) -> None:
        self.clear()


def test_copies_count_once_for_the_earliest_commit() -> None:
    copies = [
        Sighting(record(), origin(time, digit)) for time, digit in [(5, "a"), (3, "c"), (3, "b")]
    ]
    assert unite(copies) == (record(), origin(3, "b"), ())


def test_of_two_values_the_larger_counts_and_both_are_listed() -> None:
    small, large = record(central=3), record(central=5)
    united = unite([Sighting(large, origin(2)), Sighting(small, origin(1))])
    assert united.record == large
    assert united.origin == origin(2)
    assert [one.record for one in united.conflict] == [large, small]


@pytest.mark.parametrize(
    ("cut", "conflicts"),
    [
        pytest.param(record(tokens=None, by=""), 0, id="tokens-line-lost"),
        pytest.param(record(basis=None), 0, id="basis-line-lost"),
        pytest.param(record(by="counted"), 2, id="another-token-basis"),
        pytest.param(record(basis=BASIS._replace(grid="FR")), 2, id="another-zone"),
        pytest.param(record(tokens=TOKENS._replace(cached=0)), 2, id="other-tokens"),
    ],
)
def test_a_lost_line_contradicts_nothing(cut: Record, conflicts: int) -> None:
    united = unite([Sighting(cut, origin(1)), Sighting(record(), origin(2))])
    assert united.record.tokens is not None
    assert len(united.conflict) == conflicts


records = st.builds(
    record,
    st.sampled_from(["0000000001", "7K3M9QX2T4", "ZZZZZZZZZZ"]),
    st.integers(1, 3),
    tokens=st.sampled_from([None, TOKENS, Tokens(1, 0, 0)]),
    basis=st.sampled_from([None, BASIS, BASIS._replace(model="claude-opus")]),
).map(lambda one: one if one.tokens else one._replace(by=""))
origins = st.builds(
    origin,
    st.integers(-5, 5),
    st.sampled_from("abc"),
    st.integers(0, 1),
    st.sampled_from(["", "A"]),
)
sightings = st.lists(st.builds(Sighting, records, origins), max_size=12)


def counted(seen: list[Sighting], spool: type[Sorted] | type[Spool] = Sorted) -> list[object]:
    ledger = Ledger(spool)
    for one in seen:
        ledger.add_record(*one)
    found = list(ledger.records())
    ledger.close()
    return [
        (one.record, one.origin[:4], [version.record for version in one.conflict]) for one in found
    ]


@given(sightings, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(seen: list[Sighting], chance: object) -> None:
    again = seen * 2
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert counted(again) == counted(seen)


@given(st.lists(sightings, max_size=4))
def test_the_union_of_clones_is_the_union_of_their_ids(clones: list[list[Sighting]]) -> None:
    together = counted(list(chain(*clones)))
    assert len(together) == len({one.record.id for clone in clones for one in clone})
    most: dict[str, int] = {}
    for one in chain(*clones):
        most[one.record.id] = max(most.get(one.record.id, 0), one.record.emissions.central)
    ledger = Ledger(Sorted)
    for one in chain(*clones):
        ledger.add_record(*one)
    assert {one.record.id: one.record.emissions.central for one in ledger.records()} == most


@given(sightings)
def test_rows_on_disk_say_the_same_as_rows_in_memory(seen: list[Sighting]) -> None:
    def tiny(width: int) -> Spool:
        return Spool(width, memory_bytes=width)

    assert counted(seen, tiny) == counted(seen)  # type: ignore[arg-type]


@given(st.lists(st.binary(min_size=5, max_size=5)), st.integers(0, 100))
def test_a_spool_sorts(rows: list[bytes], memory_bytes: int) -> None:
    spool = Spool(5, memory_bytes)
    for row in rows:
        spool.append(row)
    assert list(spool) == sorted(rows)
    assert list(spool) == sorted(rows)
    spool.close()


def test_copies_of_a_change_count_once_and_all_their_commits_are_known() -> None:
    ledger = Ledger(Sorted)
    other = BASIS._replace(tool="cursor")
    for digit, basis in [("b", BASIS), ("a", other), ("b", BASIS)]:
        ledger.add_change(b"x" * 16, 7, basis, origin(4, digit))
    assert [(lines, copies) for lines, copies in ledger.changes()] == [
        (7, ((origin(4, "a"), other), (origin(4, "b"), BASIS)))
    ]


def test_shared_commits_count_once() -> None:
    ledger = Ledger(Sorted, shared=True)
    kinds = [("a", RECORDED), ("b", NO_EVIDENCE), ("a", RECORDED), ("c", AFTERWARDS)]
    for digit, kind in kinds:
        ledger.add_commit(digit * 40, kind)
    ledger.add_commit("b" * 64, NO_EVIDENCE)
    assert ledger.counts() == (2, 1, 1)
