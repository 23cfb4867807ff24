"""The count on standard error: only for people, only when it takes long, and gone afterwards."""

from __future__ import annotations

import io
import time

import pytest

from commit_carbon_hook.progress import FIRST_SECONDS, shown
from commit_carbon_hook.sieve import Tally


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def read(stream: io.StringIO, seconds: float, wanted: bool = True) -> str:
    with shown(stream, wanted) as watch:
        tally = Tally()
        watch(tally)
        tally.others, tally.passed = 12_000, 345
        time.sleep(seconds)
    return stream.getvalue()


def test_a_long_read_is_counted_and_the_count_erased() -> None:
    said = read(Screen(), FIRST_SECONDS + 0.5)
    assert "12,345 commits read" in said
    assert said.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("stream", "seconds", "wanted"),
    [
        pytest.param(Screen(), 0.05, True, id="quick"),
        pytest.param(io.StringIO(), FIRST_SECONDS + 0.3, True, id="piped"),
        pytest.param(Screen(), FIRST_SECONDS + 0.3, False, id="not-wanted"),
    ],
)
def test_nothing_is_said(stream: io.StringIO, seconds: float, wanted: bool) -> None:
    assert read(stream, seconds, wanted) == ""
