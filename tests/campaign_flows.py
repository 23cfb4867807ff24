"""Random sequences of git operations, each run without the hook and with it.

    python tests/campaign_flows.py --sequences 1000 --seed 1 --door files

The two runs must end in the same exit codes, refs, trees, graph and state, with messages that
differ by Carbon trailers only; and the records must be those that a small model expects. A
failing sequence is cut down to the operations that it needs and printed as shell lines, which
use the functions of campaign_steps.sh.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from campaign_model import differences, unexpected
from campaign_operations import Sequence, as_script, make_sequence
from campaign_runs import DOORS, Install, run


def check(sequence: Sequence, install: Install) -> list[str]:
    """Run a sequence twice and say what is wrong."""
    with tempfile.TemporaryDirectory(prefix="flows-") as folder:
        root = Path(folder)
        with ThreadPoolExecutor(2) as pool:
            without = pool.submit(run, sequence, root / "off", None)
            on = run(sequence, root / "on", install)
            off = without.result()
        return differences(off, on) + unexpected(sequence, on)


def shrink(sequence: Sequence, install: Install) -> Sequence:
    """The same failure with fewer steps."""
    for number in reversed(range(len(sequence.steps))):
        steps = sequence.steps[:number] + sequence.steps[number + 1 :]
        smaller = sequence._replace(steps=steps)
        if check(smaller, install):
            sequence = smaller
    return sequence


def attempt(seed: int, length: int, door: str) -> tuple[list[str], str]:
    """Check one seed: what is wrong, and the shrunk script where anything is."""
    sequence = make_sequence(seed, length)
    wrong = check(sequence, DOORS[door])
    if not wrong:
        return [], ""
    small = shrink(sequence, DOORS[door])
    return check(small, DOORS[door]) or [*wrong, "(not every time)"], as_script(small)


def main() -> int:
    """0 if every sequence passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed; the others follow it")
    parser.add_argument("--length", type=int, default=15, help="operations in a sequence")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--door", choices=DOORS, default="files", help="how the hook is installed")
    arguments = parser.parse_args()
    failed = 0
    seeds = range(arguments.seed, arguments.seed + arguments.sequences)
    with ProcessPoolExecutor(arguments.processes) as pool:
        jobs = {
            seed: pool.submit(attempt, seed, arguments.length, arguments.door) for seed in seeds
        }
        for seed, job in jobs.items():
            wrong, script = job.result()
            failed += bool(wrong)
            if wrong:
                print(f"== seed {seed}", *wrong, script, sep="\n", flush=True)
    print(f"{arguments.sequences} sequences, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
