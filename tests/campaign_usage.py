"""Long random sequences of usage and commits: the sum over records equals that over unique events.

    python tests/campaign_usage.py --sequences 60 --steps 40 --seed 1

Real repositories, the real hook, real log files. The line above takes some five minutes. A failing
sequence is cut down to the steps that it needs, which takes as long again, and printed as Python.
"""

from __future__ import annotations

import argparse

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from usage_sequences import Sequences


def main() -> int:
    """Run the sequences; the first failure ends them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=100)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run_state_machine_as_test(
        seed(arguments.seed)(Sequences),
        settings=settings(
            max_examples=arguments.sequences,
            stateful_step_count=arguments.steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(
        f"{arguments.sequences} sequences of up to {arguments.steps} steps: nothing lost or twice"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
