"""The period of a summary: what is a date, what is refused, and what git is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook.dates import HINT, asked, parse
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.history import Day, Instant, Period, day

FIRST_OF_NOVEMBER = 1_698_796_800


def never(text: str) -> Instant:
    raise CarbonError(f"{text}: asked")


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        pytest.param("2023-11-01", Day(19_662), Day(19_662), id="day"),
        pytest.param("2023-11", Day(19_662), Day(19_691), id="month"),
        pytest.param("2024-02", Day(19_754), Day(19_782), id="leap-february"),
        pytest.param("2023", Day(19_358), Day(19_722), id="year"),
        pytest.param("9999", Day(2_932_532), Day(2_932_896), id="last-year"),
        pytest.param("9999-12", Day(2_932_866), Day(2_932_896), id="last-month"),
    ],
)
def test_days_months_and_years(text: str, since: Day, until: Day) -> None:
    assert parse(text) == since
    assert parse(text, is_end=True) == until


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2023-11-01T00:00:00Z", id="moment"),
        pytest.param("2023-11-01T01:00:00+01:00", id="zone"),
        pytest.param("2023-11-01 00:00", id="utc-without-a-zone"),
        pytest.param("@1698796800", id="seconds"),
    ],
)
def test_moments(text: str) -> None:
    assert parse(text) == parse(text, is_end=True) == Instant(FIRST_OF_NOVEMBER)


@pytest.mark.parametrize(
    "text",
    [
        "2025-13-01", "2025-02-30", "2024-11-31", "2025-00", "2025-13", "0000", "25-01-01",
        "2025-1-5", "2025-W05", "2025-W05-1", "2025-001", "20250101", "2025/01/01", "01.02.2025",
        "2025-01-01T25:00", "2025-01-01T", "2025-01-01 noon", "5", "31", "10am", "٢٠٢٥", "2025 ago",
        "Q1", "Q1 2025", "March 2025", "Feb 30 2025", "tommorow", "a week ago", "5 dys ago",
        "-2025", "+1", "-", "@", "@x", "@१", "2 weeks 2025", "last 2025-01-01", "x\x1b[31m",
        "@99999999999999999999", "9999-12-31T23:59-14:00x",
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    for is_end in (False, True):
        with pytest.raises(CarbonError, match="not a date: write YYYY-MM-DD"):
            parse(text, is_end=is_end)


@pytest.mark.parametrize(
    "text",
    [
        "2 weeks ago", "3 days ago", "40 years ago", "2.weeks.ago", "1 year 2 months ago",
        "1000 days ago", "1 Week Ago", "yesterday", "noon yesterday", "last friday",
        "two weeks ago", "5 minutes", "midnight", "monday 10:30",
    ],
)  # fmt: skip
def test_words_are_left_to_git(text: str) -> None:
    assert parse(text) is None
    period = asked(text, None, lambda _: Instant(FIRST_OF_NOVEMBER))
    assert period == (Period(Instant(FIRST_OF_NOVEMBER)), "2023-11-01T00:00:00Z", "")


def test_a_moment_that_no_calendar_has_is_shown_in_seconds() -> None:
    assert asked("yesterday", None, lambda _: Instant(10**18)).since == f"@{10**18}"


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        pytest.param("2025", "2025", ("2025-01-01", "2025-12-31"), id="year"),
        pytest.param("2025-01", "2025-03", ("2025-01-01", "2025-03-31"), id="quarter"),
        pytest.param(" 2025-01-05 ", None, ("2025-01-05", ""), id="spaces"),
        pytest.param(None, "2025-01-05T10:00Z", ("", "2025-01-05T10:00Z"), id="moment"),
        pytest.param("2025-01-05", "2025-01-05", ("2025-01-05", "2025-01-05"), id="one-day"),
        pytest.param(
            "2025-01-05T23:00Z", "2025-01-05", ("2025-01-05T23:00Z", "2025-01-05"), id="mixed"
        ),
    ],
)
def test_what_a_report_shows(since: str | None, until: str | None, shown: tuple[str, str]) -> None:
    assert asked(since, until, never)[1:] == shown


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        pytest.param("", None, f"--since: empty: {HINT}, or leave the option out", id="empty"),
        pytest.param(None, "  ", "--until: empty", id="blank"),
        pytest.param("2025-02-30", None, "--since 2025-02-30: not a date", id="since"),
        pytest.param(None, "2025-13-01", "--until 2025-13-01: not a date", id="until"),
        pytest.param("yesterday", None, "--since yesterday: asked", id="git-says-no"),
        pytest.param(
            "2025-05-05", "2025-01", "--since 2025-05-05: later than --until 2025-01-31", id="later"
        ),
        pytest.param(
            "2025-05-05T00:00Z", "2025-05-04T23:59Z", "later than --until", id="later-moment"
        ),
        pytest.param("2025-05-08", "2025-05-05T00:00Z", "later than", id="later-than-a-moment"),
        pytest.param("2025-05-08T00:00Z", "2025-05-05", "later than", id="later-than-a-day"),
    ],
)
def test_refusals(since: str | None, until: str | None, said: str) -> None:
    with pytest.raises(CarbonError) as caught:
        asked(since, until, never)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        bound = parse(text) if text.strip() else None
    except CarbonError:
        return
    assert bound is None or isinstance(bound, Day | Instant)


@given(st.integers(0, 2_932_896), st.integers(-720, 840), st.integers(-(10**9), 10**9))
def test_no_period_with_a_commit_is_refused(number: int, zone: int, gap: int) -> None:
    """Whatever lies between a day and a moment, in some zone, is never called later."""
    time = number * 86_400 + abs(gap) % 86_400
    local = day(time, zone)
    for since, until in ((local, f"@{time}"), (f"@{time}", local)):
        period = asked(since, until, never).period
        assert period.holds(time, zone)
