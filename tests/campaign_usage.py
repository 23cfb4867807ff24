"""Long random sequences of usage and commits: the sum over records equals that over unique events.

    python tests/campaign_usage.py --sequences 60 --steps 40 --seed 1

Real repositories, the real hook, real log files. The line above takes some five minutes and tells
every tenth. The first failing sequence is printed as Python at once: as time passes in it, it may
not fail again. With --cut-down it is first shortened to the steps that it needs, which takes some
minutes more.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from usage_sequences import Sequences

BATCH = 6
STEPS = StringIO()


class Told(Sequences):
    """Sequences that end the program where one fails, with the steps that led there."""

    def teardown(self) -> None:
        if isinstance(sys.exc_info()[1], Exception):  # Hypothesis' own signals are none
            traceback.print_exc()
            steps = STEPS.getvalue().rpartition("state = ")[2]
            print(steps, file=sys.stderr, flush=True)
            os._exit(1)
        super().teardown()
        STEPS.seek(0)
        STEPS.truncate()


def main() -> int:
    """Run the sequences; the first failure ends them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequences", type=int, default=100)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="the first; each batch has its own")
    parser.add_argument("--cut-down", action="store_true", help="shorten a failing sequence")
    arguments = parser.parse_args()
    for done in range(0, arguments.sequences, BATCH):
        batch_seed = arguments.seed + done // BATCH
        size = min(BATCH, arguments.sequences - done)
        print(f"{done}/{arguments.sequences}: seed {batch_seed}", file=sys.stderr, flush=True)
        chosen = settings(
            max_examples=size,
            stateful_step_count=arguments.steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        if arguments.cut_down:
            run_state_machine_as_test(seed(batch_seed)(Sequences), settings=chosen)
        else:
            chosen = settings(chosen, phases=[Phase.generate], verbosity=Verbosity.debug)
            with redirect_stdout(STEPS):
                run_state_machine_as_test(seed(batch_seed)(Told), settings=chosen)
    print(
        f"{arguments.sequences} sequences of up to {arguments.steps} steps: nothing lost or twice"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
