"""What is added up by everything adds up to what is added up at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from commit_carbon_hook import breakdown
from commit_carbon_hook.breakdown import SHOWN, added, break_down, by_field, entries, kind
from commit_carbon_hook.estimate import Tokens
from commit_carbon_hook.ledger import Ledger
from commit_carbon_hook.record import Basis, Emissions, Record, id_of_number
from commit_carbon_hook.spool import Spool
from commit_carbon_hook.summary import summarize
from commit_carbon_hook.union import Origin

GROUPS = ("tool", "model", "month", "evidence", "grid")
BASES = st.sampled_from(
    [
        Basis("claude-code", "claude-opus", "detected", "US", "2"),
        Basis("cursor", "", "declared", "FR", "2"),
        Basis("cursor", "", "detected", "US", "1"),
        Basis("unspecified", "", "assumed", "WORLD", "2"),
        Basis("never-heard-of", "x", "declared", "nowhere", "9"),
    ]
)
ENDS = st.lists(st.integers(0, 10**15), min_size=3, max_size=3).map(sorted)
RECORDS = st.builds(
    lambda number, ends, tokens, basis: Record(
        id_of_number(number), Emissions(*ends), Tokens(*tokens), "lines", basis
    ),
    st.integers(0, 5),
    ENDS,
    st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    BASES,
)
CUT = RECORDS.map(lambda record: record._replace(tokens=None, by="", basis=None))
ORIGINS = st.builds(
    lambda commit, time: Origin(time, f"{commit:040x}", 0, 0, ""),
    st.integers(0, 4),
    st.integers(1_600_000_000, 1_700_000_000),
)
SEEN = st.lists(st.tuples(RECORDS | CUT, ORIGINS), max_size=12)
CHANGES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-1, 300), BASES.filter(lambda b: b.grid != "nowhere"),
              ORIGINS), max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(SEEN, CHANGES, st.sampled_from(["", "1"]))
def test_every_cut_through_a_ledger_has_the_same_total(
    seen: list[tuple[Record, Origin]],
    changes: list[tuple[int, int, Basis, Origin]],
    method: str,
) -> None:
    ledger = Ledger(Spool)
    for record, origin in seen:
        ledger.add_record(record, origin)
    for number, lines, basis, origin in changes:
        ledger.add_change(number.to_bytes(16, "big"), lines, basis, origin)
    whole = summarize(ledger, GROUPS, ["r"], method)
    found = break_down(ledger, Spool, method)
    assert added(total for _, total in found.recorded) == whole.recorded
    assert added(total for _, total in found.afterwards) == whole.afterwards
    assert added(total for _, total in found.recorded_months) == whole.recorded
    assert added(total for _, total in found.afterwards_months) == whole.afterwards
    for group in whole.groups:
        if group.by != "month":
            rows = dict(by_field(found.recorded, group.by))
            same = rows.get("" if group.key == "unknown" else group.key, breakdown.NOTHING)
        else:
            same = dict(found.recorded_months).get(group.key, breakdown.NOTHING)
        assert same == group.recorded
    counted = list(entries(ledger, method))
    assert len(counted) == whole.recorded.records
    assert sum(one.versions > 0 for one in counted) <= len(whole.conflicts)
    assisted = {one.origin.sha for one in counted if kind(one.record).evidence in SHOWN}
    assert found.assisted_commits == len(assisted)
    for tool, commits in found.commits_by_tool:
        assert commits == len(
            {one.origin.sha for one in counted
             if kind(one.record).tool == tool and kind(one.record).evidence in SHOWN}
        )  # fmt: skip
    ledger.close()


def test_nothing_added_up_is_nothing() -> None:
    assert added([]) == breakdown.NOTHING


def test_rows_are_ordered_by_what_they_emitted() -> None:
    one = breakdown.NOTHING._replace(emissions=Emissions(1, 2, 3))
    cells = [
        (breakdown.Kind(tool, "", "", "", "", ""), total)
        for tool, total in (("a", breakdown.NOTHING), ("c", one), ("b", one))
    ]
    assert [key for key, _ in by_field(cells, "tool")] == ["b", "c", "a"]
