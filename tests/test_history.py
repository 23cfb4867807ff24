"""Commits as git stores them: headers, author dates, periods, and what a message carries."""

from __future__ import annotations

import pytest
from histories import CO_AUTHOR, message, record
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook import record as strict
from commit_carbon_hook import record_scan
from commit_carbon_hook.history import (
    Commit,
    Day,
    Instant,
    Period,
    day,
    find,
    month,
    parse_author,
    parse_commit,
)

SHA = "1" * 40
HEADER = (
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    b"parent " + b"a" * 40 + b"\nparent " + b"b" * 40 + b"\n"
    b"author Ada <ada@example.com> 1700000000 +0530\n"
    b"committer Bob <bob@example.com> 1800000000 +0000\n"
)


def test_a_commit() -> None:
    raw = (
        HEADER + b"encoding ISO-8859-1\ngpgsig -----\n author X <x@y> 1 +0000\n\nSubject\n\nBody\n"
    )
    assert parse_commit(SHA, raw) == Commit(
        SHA,
        ("a" * 40, "b" * 40),
        b"Ada <ada@example.com>",
        1_700_000_000,
        330,
        b"ISO-8859-1",
        b"Subject\n\nBody\n",
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(HEADER, b"", id="no-message"),
        pytest.param(HEADER + b"\n", b"", id="empty-message"),
        pytest.param(HEADER + b"\nA\0Carbon-gCO2e: x", b"A", id="git-reads-up-to-a-nul"),
        pytest.param(HEADER + b"other x\0\n\nA", b"", id="also-in-the-header"),
    ],
)
def test_messages(raw: bytes, text: bytes) -> None:
    assert parse_commit(SHA, raw).message == text


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"tree 1\n\nauthor A <a> 1 +0000\n", id="author-in-the-message-only"),
        pytest.param(b"object 1\nauthor A <a> 1 +0000\n", id="no-tree"),
    ],
)
def test_what_is_no_commit(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a commit"):
        parse_commit(SHA, raw)


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        pytest.param(b"A <a@b> 5 -0130", (b"A <a@b>", 5, -90), id="west"),
        pytest.param(b"A <a>b> 5 +0000", (b"A <a>b>", 5, 0), id="last-bracket"),
        pytest.param(b"A <a@b> -5 +0000", (b"A <a@b>", -5, 0), id="before-1970"),
        pytest.param(b"A <a@b>", (b"A <a@b>", 0, 0), id="no-date"),
        pytest.param(b"A <a@b> 5 UTC", (b"A <a@b>", 5, 0), id="zone-in-letters"),
        pytest.param(b"A <a@b> 1_0 +0000", (b"A <a@b>", 0, 0), id="not-a-number"),
        pytest.param(b"A <a@b> 99999999999999999999 +0000", (b"A <a@b>", 0, 0), id="too-large"),
        pytest.param(b"nobody", (b"", 0, 0), id="no-address"),
    ],
)
def test_authors(line: bytes, parsed: tuple[bytes, int, int]) -> None:
    assert parse_author(line) == parsed


@pytest.mark.parametrize(
    ("time", "zone", "shown"),
    [
        pytest.param(0, 0, "1970-01-01", id="epoch"),
        pytest.param(-1, 0, "1969-12-31", id="before"),
        pytest.param(1_698_795_000, 60, "2023-11-01", id="the-authors-own-day"),
        pytest.param(1_698_795_000, 0, "2023-10-31", id="utc"),
        pytest.param(10**17, 0, "unknown", id="beyond-the-calendar"),
    ],
)
def test_days(time: int, zone: int, shown: str) -> None:
    assert day(time, zone) == shown
    assert month(time, zone) == shown[:7]


def test_a_period_of_days_is_in_the_authors_calendar() -> None:
    period = Period(Day(19_662), Day(19_662))
    assert period.holds(1_698_795_000, 60)
    assert not period.holds(1_698_795_000, 0)
    assert period.holds(1_698_796_800, 0)
    assert period.holds(1_698_883_199, 0)
    assert not period.holds(1_698_883_200, 0)


def test_a_period_of_moments_includes_its_ends() -> None:
    period = Period(Instant(10), Instant(20))
    assert [time for time in (9, 10, 20, 21) if period.holds(time, 600)] == [10, 20]


def commit(text: str, author: bytes = b"Ada <ada@example.com>") -> Commit:
    return Commit(SHA, (), author, 0, 0, b"", text.encode())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param(message("S", record("1")), ["0000000001"], id="trailers"),
        pytest.param(message("S", record("1"), "More text."), ["0000000001"], id="mid-body"),
        pytest.param(
            message("S", record("1"), record("2")), ["0000000001", "0000000002"], id="two"
        ),
        pytest.param(
            message("S", "".join(f"    {line}\n" for line in record("1").splitlines())),
            ["0000000001"],
            id="indented-by-merge-squash",
        ),
        pytest.param(
            message("S", "* first", record("1"), "---------", CO_AUTHOR),
            ["0000000001"],
            id="listed",
        ),
        pytest.param(
            message("S", "> " + record("1").replace("\n", "\n> ")), ["0000000001"], id="quoted"
        ),
        pytest.param(record("1").replace("\n", "\r\n"), ["0000000001"], id="crlf-and-no-subject"),
        pytest.param("Carbon-gCO2e: about 5 g", [], id="prose"),
        pytest.param("see Carbon-gCO2e: low=1 central=2 high=3 id=0000000001", [], id="mid-line"),
    ],
)
def test_records_stand_anywhere_in_a_message(text: str, ids: list[str]) -> None:
    assert [one.id for one in find(commit(text)).records] == ids


def test_a_line_that_breaks_the_grammar_is_listed() -> None:
    found = find(commit(message("S", record("1", central="1_5"))))
    assert not found.records
    assert [(line.partition(b":")[0], reason) for line, reason in found.rejected] == [
        (b"Carbon-gCO2e", "1_5 is not a number of grams"),
        (b"Carbon-Tokens", "no Carbon-gCO2e line with this id"),
        (b"Carbon-Basis", "no Carbon-gCO2e line with this id"),
    ]


def test_a_tool_is_found_only_where_there_is_no_record() -> None:
    assert find(commit(message("S", CO_AUTHOR))).identity == ("claude-code", "claude-opus")
    assert find(commit(message("S", record("1") + CO_AUTHOR))).identity is None
    assert find(commit(message("S", CO_AUTHOR, "prose"))).identity is None


WHOLE = record("7K3M9QX2T4", central="3.75").encode().splitlines()
GOOD = [
    line.replace(old, new)
    for line in WHOLE
    for old, new in [
        (b"3.75", b"0.000000001"),
        (b"low=1 ", b"low=4 "),
        (b"low=1 ", b"low=01 "),
        (b"low=1 ", b"low=1. "),
        (b"900", b"9999999999"),
        (b"12000", b"1234567890123"),
        (b"by=lines", b"by=guess"),
        (b"tool=claude-code", b"tool=claude-code model=claude-opus"),
        (b"tool=claude-code", b"tool=Claude"),
        (b"grid=US", b"grid=US-CAMX@live"),
        (b"7K3M9QX2T4", b"7K3M9QX2TU"),
        (b"7K3M9QX2T4", b"0000000001"),
        (b" id=", b"  id="),
        (b"method=2", b"method=2 "),
    ]
]


@given(st.lists(st.sampled_from([*WHOLE, *GOOD, b"Carbon-gCO2e: prose"]), max_size=5))
def test_the_fast_way_to_read_records_agrees_with_the_grammar(lines: list[bytes]) -> None:
    assert record_scan.parse(lines) == strict.parse(lines)


@given(
    st.sampled_from(range(3)), st.integers(0, 90), st.binary(min_size=1, max_size=1), st.booleans()
)
def test_the_fast_way_accepts_no_spoilt_record(
    line: int, at: int, byte: bytes, insert: bool
) -> None:
    lines = list(WHOLE)
    lines[line] = lines[line][:at] + byte + lines[line][at + (not insert) :]
    assert record_scan.parse(lines) == strict.parse(lines)


def test_the_fast_way_is_taken() -> None:
    records, rejected = record_scan.parse(WHOLE)
    assert (records, rejected) == strict.parse(WHOLE)
    assert len(records) == 1
