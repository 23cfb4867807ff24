"""Random sequences of git operations: with the hook they end as without it, but for the records.

`python tests/campaign_flows.py` runs thousands of them.
"""

from __future__ import annotations

import pytest
from campaign_flows import check
from campaign_operations import make_sequence
from campaign_runs import DOORS

LENGTH = 12
SEEDS = range(1, 9)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_sequence_differs_by_trailers_only(seed: int) -> None:
    """Every third one through hooks that run twice: the second run must change nothing."""
    door = list(DOORS)[seed % len(DOORS)]
    assert check(make_sequence(seed, LENGTH), DOORS[door]) == []
