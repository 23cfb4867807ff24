"""The algebra of claims: an event is spent as far as records in history have claimed it."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook import settlement, usage
from commit_carbon_hook.estimate import Tokens
from commit_carbon_hook.logs import Usage
from commit_carbon_hook.settlement import Question
from commit_carbon_hook.usage import Commit

TOOL = "claude-code"
COUNTS = st.tuples(*[st.integers(0, 10**9)] * 3).map(lambda counts: Tokens(*counts))
SOME = COUNTS.filter(any)
TIMES = st.floats(1.7e9, 1.9e9)
NAMES = st.integers(0, 2**90).map(lambda number: f"{number:024x}")


@st.composite
def histories(draw: st.DrawFn) -> list[Usage]:
    """Events, each with an id of its own, in any order."""
    names = draw(st.lists(NAMES, min_size=1, max_size=12, unique=True))
    return [event(name, draw(TIMES), draw(SOME)) for name in names]


def event(name: str, time: float, counts: Tokens, started: float | None = None) -> Usage:
    return Usage(time, TOOL, "claude-opus-5", *counts, name, time if started is None else started)


def grown(one: Usage, more: Tokens) -> Usage:
    counts = [a + b for a, b in zip((one.output, one.input, one.cached), more, strict=True)]
    return event(one.event_id, one.time + 1, Tokens(*counts), one.started)


def claimed(events: list[Usage], *held: usage.Claim, time: float = 2e9) -> usage.Claim:
    return usage.claim(usage.unspent(events, held), time, TOOL)


def sums(events: list[Usage]) -> Tokens:
    columns = zip(*[(one.output, one.input, one.cached) for one in events], strict=True)
    return Tokens(*map(sum, columns))


@given(histories(), st.randoms())
def test_the_id_of_a_record_does_not_depend_on_the_order(
    events: list[Usage], rng: random.Random
) -> None:
    parts = usage.unspent(events, ())
    rng.shuffle(parts)
    assert usage.record_id(parts) == claimed(events).record_id


@given(histories())
def test_what_is_spent_is_not_unspent(events: list[Usage]) -> None:
    claim = claimed(events)
    assert usage.total(usage.parts(claim)) == sums(events)
    assert usage.unspent(events, [claim]) == []


@given(histories(), st.lists(COUNTS, min_size=12, max_size=12))
def test_growth_goes_to_the_next_claim(events: list[Usage], more: list[Tokens]) -> None:
    first = claimed(events)
    later = [grown(one, counts) for one, counts in zip(events, more, strict=False)]
    left = usage.unspent(later, [first])
    assert usage.total(left) == sums([grown(one, m) for one, m in zip(
        [event(one.event_id, one.time, Tokens(0, 0, 0)) for one in events], more, strict=False
    )])  # fmt: skip
    if left:
        second = usage.claim(left, 2e9, TOOL)
        assert usage.unspent(later, [first, second]) == []
        # Without the first, its part is unspent again, and nothing of the second.
        assert usage.total(usage.unspent(later, [second])) == sums(events)


@given(histories(), histories())
def test_a_claim_takes_nothing_of_other_events(one: list[Usage], other: list[Usage]) -> None:
    names = {event.event_id for event in one}
    apart = [event for event in other if event.event_id not in names]
    assert usage.unspent(apart, [claimed(one)]) == usage.unspent(apart, ())


@given(histories(), st.data())
def test_of_what_began_before_the_settled_time_nothing_is_known(
    events: list[Usage], data: st.DataObject
) -> None:
    settled = data.draw(TIMES)
    left = usage.unspent(events, (), settled)
    assert {part.event_id for part in left} == {e.event_id for e in events if e.started > settled}


@given(histories(), st.integers(1, 5), TIMES, TIMES | st.just(float("inf")))
def test_a_ledger_reads_back_what_it_wrote(
    events: list[Usage], size: int, settled: float, unread: float
) -> None:
    claims = [claimed(events[start : start + size]) for start in range(0, len(events), size)]
    ledger = usage.Ledger(settled, tuple(claims), unread)
    lines = usage.dump(ledger)
    assert all(line.isascii() and b"\n" not in line for line in lines)
    again = usage.load(lines)
    assert again == ledger
    assert [usage.parts(one) for one in ledger.claims] == [
        usage.unspent(events[start : start + size], ()) for start in range(0, len(events), size)
    ]


@given(histories(), st.data())
def test_a_damaged_ledger_is_none(events: list[Usage], data: st.DataObject) -> None:
    content = b"\n".join(usage.dump(usage.Ledger(1.0, (claimed(events),))))
    place = data.draw(st.integers(0, len(content) - 1))
    byte = bytes([data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))])
    for damaged in (content[:place], content[:place] + byte + content[place + 1 :]):
        assert usage.load(damaged.split(b"\n")) is None


@pytest.mark.parametrize("lines", [[], [b""], [b"commit-carbon usage 2 1.0 0000000000"]])
def test_what_is_no_ledger_is_none(lines: list[bytes]) -> None:
    assert usage.load(lines) is None


class Step(NamedTuple):
    """A claim of a run of events, and whether its record still stands in history."""

    size: int
    holds: bool


@given(
    histories(),
    st.lists(st.builds(Step, st.integers(1, 4), st.booleans()), min_size=1, max_size=6),
    st.booleans(),
)
def test_reading_since_the_reach_finds_all_that_is_unspent(
    events: list[Usage], steps: list[Step], grows: bool
) -> None:
    events = sorted(events)
    if grows:
        # What is claimed first grows afterwards, and has its last time only then.
        events[0] = grown(events[0], Tokens(1, 1, 1))
    claims: list[usage.Claim] = []
    held: list[usage.Claim] = []
    seen: list[Usage] = []
    left = list(events)
    for step in steps:
        seen += left[: step.size]
        del left[: step.size]
        parts = usage.unspent(seen, held)
        if parts:
            # Every claim is in history when the next one is made, and some are lost later.
            claims.append(usage.claim(parts, max(part.time for part in parts) + 0.5, TOOL))
            held.append(claims[-1])
    stand = {claim.record_id for claim, step in zip(claims, steps, strict=False) if step.holds}
    ledger = usage.Ledger(0.0, tuple(claims))
    since = usage.reach(ledger, stand)
    still = [claim for claim in claims if claim.record_id in stand]
    everything = usage.unspent(seen, still)
    in_reach = usage.unspent([one for one in seen if one.time >= since], still)
    assert in_reach == everything


def test_the_reach_is_the_last_claim_where_all_hold() -> None:
    events = [event(f"{n:024x}", 1.7e9 + n, Tokens(n + 1, 0, 0)) for n in range(6)]
    first = claimed(events[:3], time=1.7e9 + 2.5)
    second = claimed(events, first, time=1.7e9 + 5.5)
    ledger = usage.Ledger(1.0, (first, second))
    assert usage.reach(ledger, {first.record_id, second.record_id}) == 1.7e9 + 5
    assert usage.reach(ledger, {second.record_id}) == 1.7e9
    assert usage.reach(ledger, set()) == 1.0


def test_an_aborted_commit_that_was_made_again_does_not_widen_the_reach() -> None:
    events = [event(f"{n:024x}", 1.7e9 + n, Tokens(n + 1, 0, 0)) for n in range(6)]
    aborted = claimed(events[:3], time=1.7e9 + 2.5)
    again = claimed(events[:4], time=1.7e9 + 3.5)
    last = claimed(events, again, time=1.7e9 + 5.5)
    ledger = usage.Ledger(1.0, (aborted, again, last))
    assert usage.reach(ledger, {again.record_id, last.record_id}) == 1.7e9 + 5


@given(histories(), st.integers(1, 4))
def test_pruning_changes_nothing_of_what_is_unspent(events: list[Usage], size: int) -> None:
    events = sorted(events)
    claims: list[usage.Claim] = []
    for end in range(size, len(events) + size, size):
        claims.append(claimed(events[:end], *claims, time=events[min(end, len(events)) - 1].time))
    held = {claim.record_id for claim in claims}
    now = events[-1].time + usage.KEPT_SECONDS / 2
    pruned = usage.pruned(usage.Ledger(0.0, tuple(claims)), held, now)
    new = event("f" * 24, now, Tokens(7, 0, 0))
    left = usage.unspent([*events, new], pruned.claims, pruned.settled)
    assert [part.event_id for part in left] == [new.event_id]
    names = [claim.record_id for claim in claims]
    assert [claim.record_id for claim in pruned.claims] == names[len(names) - len(pruned.claims) :]
    assert all(claim.seen for claim in pruned.claims)


def test_pruning_drops_the_oldest_of_too_much() -> None:
    events = [event(f"{n:024x}", 1.7e9 + n, Tokens(1, 0, 0)) for n in range(3 * 4_000)]
    claims = []
    for start in range(0, len(events), 4_000):
        claims.append(claimed(events[start : start + 4_000], time=1.7e9 + start))
    held = {claim.record_id for claim in claims}
    ledger = usage.pruned(usage.Ledger(0.0, tuple(claims)), held, 1.7e9 + 20_000)
    assert [one.record_id for one in ledger.claims] == [one.record_id for one in claims[1:]]
    assert usage.unspent(events, ledger.claims, ledger.settled) == []
    # What an aborted commit has claimed of older events is not settled.
    open_ledger = usage.Ledger(0.0, tuple(claims))
    assert (
        usage.pruned(open_ledger, held - {claims[2].record_id}, 1.7e9 + 20_000).settled
        <= 1.7e9 + 3_999
    )


@given(histories(), st.integers(1, 4), st.randoms())
def test_the_claims_of_records_are_found_again(
    events: list[Usage], size: int, rng: random.Random
) -> None:
    events = sorted(events)
    runs = [events[start : start + size] for start in range(0, len(events), size)]
    claims = [claimed(run) for run in runs]
    ids = [claim.record_id for claim in claims]
    rng.shuffle(ids)
    found = settlement.recovered(usage.unspent(events, ()), ids, TOOL)
    assert {claim.record_id for claim in found} == set(ids)
    assert usage.unspent(events, found) == []


@given(histories())
def test_a_record_around_others_is_found_when_these_are(events: list[Usage]) -> None:
    events = sorted(events)
    inner = claimed(events[1:-1]) if len(events) > 2 else claimed(events)
    outer = claimed([events[0], events[-1]]) if len(events) > 2 else inner
    ids = [outer.record_id, inner.record_id, "0000000000"]
    found = settlement.recovered(usage.unspent(events, ()), ids, TOOL)
    assert {claim.record_id for claim in found} == {outer.record_id, inner.record_id}


def test_so_many_records_do_not_take_long() -> None:
    parts = usage.unspent(
        [event(f"{n:024x}", 1.7e9 + n, Tokens(1, 0, 0)) for n in range(20_000)], ()
    )
    ids = [usage.record_id(parts[:n]) for n in range(1, 400)]
    assert len(settlement.recovered(parts, ids, TOOL)) < settlement.MOST_LOOKUPS / 5_000


def commit(*claims: usage.Claim, at: float, by: str = "counted", author: bytes = b"me") -> Commit:
    lines = [
        f"Carbon-gCO2e: low=1 central=2 high=3 id={claim.record_id}\n"
        f"Carbon-Tokens: output=1 input=1 cached=1 by={by} id={claim.record_id}\n"
        f"Carbon-Basis: tool={TOOL} evidence=detected grid=US method=2 id={claim.record_id}\n"
        for claim in claims
    ]
    return Commit(at, at, author, ("subject\n\n" + "".join(lines)).encode())


NOW = 1.7e9 + 10 * 86_400
EVENTS = [event(f"{n:024x}", NOW - 3_600 + 60 * n, Tokens(n + 1, 0, 0)) for n in range(6)]
FIRST, SECOND = claimed(EVENTS[:2]), claimed(EVENTS[2:4])
ELSEWHERE = claimed([event("e" * 24, NOW, Tokens(5, 0, 0))])


@pytest.mark.parametrize(
    ("history", "made", "others", "left"),
    [
        pytest.param([], None, [], [0, 1, 2, 3, 4, 5], id="no-commit"),
        pytest.param([commit(at=NOW - 60)], None, [], [0, 1, 2, 3, 4, 5], id="first-use"),
        pytest.param([commit(FIRST, at=NOW - 3_500)], None, [], [2, 3, 4, 5], id="one-record"),
        pytest.param(
            [commit(SECOND, at=NOW - 3_400), commit(FIRST, at=NOW - 3_500)],
            None,
            [],
            [4, 5],
            id="two-records",
        ),
        pytest.param([commit(SECOND, at=NOW - 3_400)], None, [], [4, 5], id="one-was-dropped"),
        pytest.param(
            [commit(ELSEWHERE, at=NOW - 3_500)], None, [], [2, 3, 4, 5], id="unknown-record"
        ),
        pytest.param(
            [commit(ELSEWHERE, at=NOW - 3_500)],
            NOW - 3_590,
            [usage.Ledger(0.0, (ELSEWHERE,))],
            [0, 1, 2, 3, 4, 5],
            id="record-of-another-work-tree",
        ),
        pytest.param(
            [commit(ELSEWHERE, at=NOW - 3_500, author=b"you")],
            None,
            [],
            [0, 1, 2, 3, 4, 5],
            id="record-of-somebody-else",
        ),
        pytest.param(
            [commit(ELSEWHERE, at=NOW - 3_500, by="lines")], None, [], [2, 3, 4, 5], id="by-lines"
        ),
    ],
)
def test_what_history_says_without_a_side_file(
    history: list[Commit], made: float | None, others: list[usage.Ledger], left: list[int]
) -> None:
    question = Question(history, b"me", NOW, made, others, ())
    assert settlement.read_since(question) <= EVENTS[0].time
    ledger = settlement.ledger(question, EVENTS)
    parts = usage.unspent(EVENTS, ledger.claims, ledger.settled)
    assert [part.event_id for part in parts] == [EVENTS[n].event_id for n in left]
