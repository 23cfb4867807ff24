"""A sample of the faults of `campaign_faults`: a failing system call or a kill loses no message."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from campaign_faults import SIGNALS, Bench, Fault, calls, faults, wrong

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
# Where a message is written: every one of these calls fails, in every way.
DECISIVE = ("write", "fsync", "rename", "unlink", "pipe2", "clone3", "clone", "vfork", "wait4")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench("message", tmp_path / "bench")


def failures(bench: Bench, cases: list[Fault]) -> list[str]:
    """What is wrong after these faults."""
    off, on = bench.run(hook=False)[0], bench.run()[0]
    assert "Carbon-gCO2e: " in on.message
    assert "Carbon" not in off.message
    return [
        f"{fault.injection}: {text}" for fault in cases for text in wrong(bench, fault, off, on)
    ]


def test_every_call_that_writes_the_message_may_fail(bench: Bench) -> None:
    cases = [fault for fault in faults(bench, errors=True, signals=False) if fault.call in DECISIVE]
    assert len(cases) > 20
    assert failures(bench, cases) == []


def test_any_other_call_may_fail(bench: Bench) -> None:
    cases = [
        fault for fault in faults(bench, errors=True, signals=False) if fault.call not in DECISIVE
    ]
    assert failures(bench, cases[:: len(cases) // 40]) == []


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_kill_at_any_call_leaves_the_old_message_or_the_new_one(
    bench: Bench, signal: str
) -> None:
    """And the commit that is tried again gets the same record."""
    numbers = calls(bench)
    cases = [Fault(call, number, signal) for call in DECISIVE for number in numbers.get(call, ())]
    cases += [
        Fault(call, numbers[call][-1], signal) for call in ("openat", "read", "close", "newfstatat")
    ]
    assert failures(bench, cases) == []
