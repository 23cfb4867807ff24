"""Adding up: exact sums, groups whose parts make the whole, energy, restating."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_union import BASIS, TOKENS, Sorted, origin, record

from commit_carbon_hook import tables
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.estimate import Tokens
from commit_carbon_hook.ledger import AFTERWARDS, RECORDED, UNREADABLE, Ledger
from commit_carbon_hook.recomputation import NANO, afterwards, energy, restated
from commit_carbon_hook.record import Basis, Emissions, Record, grams_text, quantized
from commit_carbon_hook.summary import Summary, summarize
from commit_carbon_hook.union import Origin

GROUPS = ("tool", "model", "month", "author", "evidence", "grid", "repo")


def filled(*records: Record) -> Ledger:
    ledger = Ledger(Sorted)
    for number, one in enumerate(records):
        ledger.add_commit(f"{number:040x}", RECORDED)
        ledger.add_record(one, Origin(number, f"{number:040x}", 0, 0, "A"))
    return ledger


def by(summary: Summary, group: str) -> dict[str, tuple[int, int, int]]:
    return {
        row.key: (row.recorded.records, row.afterwards.records, row.commits_afterwards)
        for row in summary.groups
        if row.by == group
    }


@given(st.lists(st.integers(0, 10**18), max_size=30))
def test_sums_are_exact(values: list[int]) -> None:
    ledger = filled(
        *(
            record(f"{number:010d}", emissions=Emissions(0, value, value))
            for number, value in enumerate(values)
        )
    )
    assert summarize(ledger, (), ["r"]).recorded.emissions == (0, sum(values), sum(values))


def test_groups_add_up_to_the_total() -> None:
    ledger = filled(
        record("1" * 10),
        record("2" * 10, basis=BASIS._replace(tool="cursor", model="claude-opus")),
        record("3" * 10, basis=None),
        record("4" * 10, tokens=None, by=""),
    )
    summary = summarize(ledger, GROUPS, ["r"])
    for group in GROUPS:
        rows = [row.recorded for row in summary.groups if row.by == group]
        assert sum(row.records for row in rows) == 4, group
        assert sum(row.emissions.central for row in rows) == summary.recorded.emissions.central
        assert sum(row.energy_nwh.low for row in rows) == summary.recorded.energy_nwh.low
        assert sum(row.without_energy for row in rows) == 2 == summary.recorded.without_energy
    assert by(summary, "model") == {"unknown": (3, 0, 0), "claude-opus": (1, 0, 0)}
    assert by(summary, "month") == {"1970-01": (4, 0, 0)}


def test_the_energy_of_a_hundred_lines() -> None:
    found = energy(record())
    assert found
    assert found.central == 50_400_000_000
    assert found.low < found.central < found.high


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(record(tokens=None, by=""), id="no-tokens"),
        pytest.param(record(basis=None), id="no-basis"),
        pytest.param(record(basis=BASIS._replace(tool="unheard-of")), id="unknown-tool"),
        pytest.param(record(basis=BASIS._replace(method="9")), id="unknown-method"),
    ],
)
def test_energy_that_cannot_be_known_is_not_zero(one: Record) -> None:
    assert energy(one) is None
    with pytest.raises(CarbonError):
        restated(one, "2")


def test_energy_needs_no_zone() -> None:
    assert energy(record(basis=BASIS._replace(grid="Mars"))) == energy(record())


def made(tool: str, method: str, lines: int, grid: str = "US") -> Record:
    """The record that a method makes of so many lines."""
    return afterwards(lines, Basis(tool, "", "declared", grid, method))


@pytest.mark.parametrize("tool", ["claude-code", "copilot", "cursor", "other", "unspecified"])
@pytest.mark.parametrize("lines", [1, 62, 63, 100, 12_345])
def test_restating_lines_is_estimating_them_by_the_other_method(tool: str, lines: int) -> None:
    for old, new in [("2", "1"), ("1", "2"), ("2", "2"), ("1", "1-as-published")]:
        assert restated(made(tool, old, lines), new) == made(tool, new, lines)


def test_restating_counted_tokens_keeps_them() -> None:
    counted = Record("", Emissions(0, 0, 0), Tokens(1_000, 50, 7), "counted", BASIS)
    again = restated(counted, "1")
    assert again.tokens == counted.tokens
    assert again.emissions == quantized(
        tables.estimate(
            counted.tokens or TOKENS, "counted", BASIS._replace(method="1")
        ).emissions_gco2e
    )


def test_what_cannot_be_restated_is_listed_and_not_counted() -> None:
    summary = summarize(filled(record("1" * 10), record("2" * 10, basis=None)), (), ["r"], "1")
    assert summary.recorded.records == 1
    assert [one.id for one, _, _ in summary.not_restated] == ["2" * 10]
    assert summary.methods == ("1",)


def late(*changes: tuple[int, int, str]) -> Ledger:
    """A ledger of changes: a number that copies share, lines, a commit."""
    ledger = Ledger(Sorted)
    for number, lines, digit in changes:
        ledger.add_commit(digit * 40, AFTERWARDS)
        ledger.add_change(bytes([number]) * 16, lines, BASIS, origin(1_700_000_000, digit))
    return ledger


def test_every_commit_estimated_afterwards_is_accounted_for() -> None:
    summary = summarize(
        late((1, 100, "a"), (1, 100, "b"), (2, 0, "c"), (3, UNREADABLE, "d"), (4, 1, "e")),
        ("tool",),
        ["r"],
    )
    assert summary.commits == (5, 0, 5, 0)
    assert summary.afterwards.records == 2
    assert summary.uncounted == (1, 1, 1)
    assert by(summary, "tool") == {"claude-code": (0, 2, 5)}
    assert summary.recorded.records == 0


def test_an_estimate_afterwards_is_what_the_hook_would_have_written() -> None:
    total = summarize(late((1, 100, "a")), (), ["r"]).afterwards
    assert total.energy_nwh.central == 50.4 * NANO
    assert grams_text(total.emissions.central) == grams_text(
        made("claude-code", "2", 100).emissions[1]
    )


def test_months_are_in_their_order_and_tools_by_what_they_emitted() -> None:
    ledger = Ledger(Sorted)
    for number, (tool, central, time) in enumerate(
        [("cursor", 5, 90 * 86_400), ("aider", 7, 40 * 86_400), ("cursor", 1, 0)]
    ):
        one = record(f"{number:010d}", central * NANO, emissions=Emissions(0, central, central))
        basis = BASIS._replace(tool=tool)
        ledger.add_record(one._replace(basis=basis), Origin(time, "a" * 40, 0, 0, ""))
    rows = [(row.by, row.key) for row in summarize(ledger, ("month", "tool"), ["r"]).groups]
    assert rows == [
        ("month", "1970-01"),
        ("month", "1970-02"),
        ("month", "1970-04"),
        ("tool", "aider"),
        ("tool", "cursor"),
    ]
