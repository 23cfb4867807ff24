"""A sample of the faults of `campaign_faults`: a failing system call or a kill loses no message."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from campaign_faults import Bench, Fault, calls, faults, wrong
from support import Repository

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
    assert failures(bench, cases[:: len(cases) // 16]) == []


UNREADABLE = ("HEAD", "refs/heads/main", "packed-refs")


@pytest.mark.parametrize("error", ["EIO", "EACCES", "EMFILE"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_head_that_cannot_be_read_is_not_taken_for_none(
    bench: Bench, name: str, error: str
) -> None:
    """Else every file of the repository would count as this commit's."""
    if name == "packed-refs":
        Repository(bench.folder / "pristine", bench.environment).git("pack-refs", "--all")
    off = bench.run(hook=False)[0]
    path = bench.folder / "run" / ".git" / name
    outcome, _ = bench.run(
        f"-P {path} -P .git/{name} -e trace=openat -e inject=openat:error={error}"
    )
    assert "INJECTED" in outcome.trace
    assert (outcome.code, outcome.message) == (off.code, off.message)
    said = [line for line in outcome.errors.splitlines() if line.startswith("commit-carbon-hook")]
    assert len(said) == 1
    assert "cannot be read" in said[0]


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGINT"])
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
