"""The record: formatting and parsing are inverses, and what is not one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook import factor_table, record
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.estimate import Range, Tokens
from commit_carbon_hook.record import Basis, Emissions, Record

RESULT = b"Carbon-gCO2e: low=3.7 central=15 high=60 id=7K3M9QX2T4"
TOKENS = b"Carbon-Tokens: output=12000 input=72000 cached=1800000 by=lines id=7K3M9QX2T4"
BASIS = b"Carbon-Basis: tool=claude-code evidence=detected grid=US method=2 id=7K3M9QX2T4"
SAMPLE = Record(
    "7K3M9QX2T4",
    Emissions(3_700_000_000, 15_000_000_000, 60_000_000_000),
    Tokens(12_000, 72_000, 1_800_000),
    "lines",
    Basis("claude-code", "", "detected", "US", "2"),
)

table = factor_table
ids = st.text(record.CROCKFORD, min_size=10, max_size=10)
grams = st.floats(0, record.MAX_GRAMS)
counts = st.integers(0, record.MAX_TOKENS)
bases = st.builds(
    Basis,
    st.sampled_from(sorted(table.TOOLS)),
    st.sampled_from(["", *sorted(table.MODELS)]),
    st.sampled_from(record.EVIDENCE),
    st.sampled_from(sorted(table.ZONES)),
    st.sampled_from(sorted(table.METHODS)),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Records as they are written."""
    low, central, high = sorted(draw(st.tuples(grams, grams, grams)))
    return Record(
        draw(ids),
        record.quantized(Range(low, central, high)),
        Tokens(draw(counts), draw(counts), draw(counts)),
        draw(st.sampled_from(record.TOKEN_BASES)),
        draw(bases.filter(record.fits)),
    )


def test_the_sample_of_the_specification() -> None:
    assert record.lines(SAMPLE) == [RESULT, TOKENS, BASIS]
    assert record.parse([RESULT, TOKENS, BASIS]) == ([SAMPLE], [])


@given(records())
def test_parsing_is_the_inverse_of_formatting(one: Record) -> None:
    lines = record.lines(one)
    assert record.parse(lines) == ([one], [])
    assert all(len(line) <= record.MAX_COLUMNS and line.isascii() for line in lines)


@given(st.lists(records(), max_size=4, unique_by=lambda one: one.id), st.randoms())
def test_the_order_of_the_lines_does_not_matter(many: list[Record], random: object) -> None:
    lines = [line for one in many for line in record.lines(one)]
    random.shuffle(lines)  # type: ignore[attr-defined]
    found, rejected = record.parse(lines)
    assert sorted(found) == sorted(many)
    assert not rejected


@given(st.binary(max_size=120))
def test_anything_is_a_record_line_or_refused(noise: bytes) -> None:
    for key in record.KEYS:
        found, rejected = record.parse([key + b": " + noise])
        assert len(found) + len(rejected) == 1


@given(grams)
def test_two_significant_digits_survive(value: float) -> None:
    (central,) = {*record.quantized(Range(value, value, value))}
    assert record.nanograms(record.grams_text(central)) == central
    assert len(record.grams_text(central).replace(".", "").strip("0")) <= 2
    assert central == pytest.approx(value * record.NANOGRAMS_PER_GRAM, rel=0.051, abs=1)


def test_something_is_never_written_as_nothing() -> None:
    assert record.quantized(Range(0, 1e-15, 1e-12)) == (0, 1, 1)


def test_an_implausible_estimate_is_an_error() -> None:
    with pytest.raises(CarbonError, match="not plausible"):
        record.quantized(Range(1, 1, float("inf")))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"Carbon-gCO2e: about 5 grams", id="prose"),
        pytest.param(RESULT.replace(b"3.7", b"3,7"), id="comma"),
        pytest.param(RESULT.replace(b"3.7", b"03.7"), id="leading-zero"),
        pytest.param(RESULT.replace(b"3.7", b"3."), id="no-fraction"),
        pytest.param(RESULT.replace(b"3.7", b".7"), id="no-whole"),
        pytest.param(RESULT.replace(b"3.7", b"+3"), id="plus"),
        pytest.param(RESULT.replace(b"3.7", b"-3"), id="minus"),
        pytest.param(RESULT.replace(b"3.7", b"1_0"), id="underscore"),
        pytest.param(RESULT.replace(b"3.7", b"1e1"), id="exponent"),
        pytest.param(RESULT.replace(b"3.7", b"nan"), id="nan"),
        pytest.param(RESULT.replace(b"3.7", b"inf"), id="inf"),
        pytest.param(RESULT.replace(b"3.7", "٣".encode()), id="arabic-digit"),
        pytest.param(RESULT.replace(b"3.7", b"1.0000000001"), id="too-fine"),
        pytest.param(RESULT.replace(b"60", b"6000000000"), id="too-large"),
        pytest.param(RESULT.replace(b"3.7", b"16"), id="low-above-central"),
        pytest.param(RESULT.replace(b"60", b"14"), id="high-below-central"),
        pytest.param(RESULT.replace(b"7K3M9QX2T4", b"7K3M9QX2T"), id="short-id"),
        pytest.param(RESULT.replace(b"7K3M9QX2T4", b"7K3M9QX2TU"), id="letter-u-in-id"),
        pytest.param(RESULT.replace(b"7K3M9QX2T4", b"7k3m9qx2t4"), id="lower-case-id"),
        pytest.param(RESULT[:-14], id="no-id"),
        pytest.param(RESULT.replace(b" central", b"  central"), id="two-spaces"),
        pytest.param(RESULT.replace(b"low=3.7 central=15", b"central=15 low=3.7"), id="order"),
        pytest.param(RESULT + b" more=1", id="more-fields"),
        pytest.param(RESULT.replace(b"gCO2e", b"gco2e"), id="key-case"),
        pytest.param(TOKENS, id="tokens-alone"),
        pytest.param(BASIS, id="basis-alone"),
    ],
)
def test_refused(line: bytes) -> None:
    found, rejected = record.parse([line])
    assert found == []
    assert [one.line for one in rejected] == [line]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(TOKENS.replace(b"12000", b"012000"), id="leading-zero"),
        pytest.param(TOKENS.replace(b"12000", b"-1"), id="minus"),
        pytest.param(TOKENS.replace(b"12000", b"1.5"), id="fraction"),
        pytest.param(TOKENS.replace(b"12000", b"1000000000000"), id="too-many"),
        pytest.param(TOKENS.replace(b"by=lines", b"by=guess"), id="unknown-basis"),
        pytest.param(BASIS.replace(b"detected", b"proven"), id="unknown-evidence"),
        pytest.param(BASIS.replace(b"claude-code", b"Claude Code"), id="space-in-name"),
        pytest.param(BASIS.replace(b"claude-code", b"../etc"), id="foreign-character"),
        pytest.param(BASIS.replace(b"claude-code", b"c" * 33), id="long-name"),
    ],
)
def test_a_damaged_line_costs_only_itself(line: bytes) -> None:
    found, rejected = record.parse([RESULT, line])
    assert [one.emissions for one in found] == [SAMPLE.emissions]
    assert [one.line for one in rejected] == [line]


def test_two_versions_of_one_record_are_told_apart() -> None:
    larger = SAMPLE._replace(
        emissions=Emissions(*[3 * one for one in SAMPLE.emissions]), tokens=Tokens(3, 2, 1)
    )
    found, _ = record.parse([*record.lines(SAMPLE), *record.lines(larger)])
    assert found == [SAMPLE, larger]


def test_no_key_is_a_prefix_of_another() -> None:
    keys = [*record.KEYS, b"Carbon-Tool"]
    assert not [(a, b) for a in keys for b in keys if a != b and b.startswith(a)]


@given(st.lists(st.binary(max_size=20), max_size=4), st.lists(st.binary(max_size=20), max_size=4))
def test_an_id_names_its_parts(one: list[bytes], other: list[bytes]) -> None:
    assert (record.identity(one) == record.identity(other)) == (one == other)
    assert len(record.identity(one)) == record.ID_LENGTH
