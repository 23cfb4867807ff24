"""Every flow of `flows`, through hooks that run twice on each message: the second changes nothing.

python tests/campaign_twice.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flows import FLOWS
from support import SCRIPTS, Repository
from test_flows import run_flow

STAGES = ("prepare-commit-msg", "commit-msg")


def twice(name: str, folder: Path) -> tuple[int, int]:
    """How often the hook ran in a flow, and how often its second run changed the message."""
    log = folder / "log"
    log.touch()

    def install(repository: Repository) -> None:
        for stage in STAGES:
            once = f'"{SCRIPTS}/commit-carbon-hook" --stage {stage} "$@"'
            same = f'cmp -s "$1" "{folder}/once" && echo same || echo differs'
            lines = [once, f'cp "$1" "{folder}/once"', once, f'{{ {same}; }} >> "{log}"', "exit 0"]
            repository.hook(stage, "\n".join(lines))

    run_flow(folder / "flow", FLOWS[name], install)
    said = log.read_text().split()
    return len(said), said.count("differs")


def main() -> int:
    """0 if no second run changed anything."""
    runs = failed = 0
    for name in FLOWS:
        with tempfile.TemporaryDirectory(prefix="twice-") as folder:
            ran, differs = twice(name, Path(folder))
        runs += ran
        failed += differs
        if differs:
            print(f"{name}: {differs} of {ran} second runs changed the message")
    print(f"{runs} hooks ran twice, {failed} changed their own output")
    return 1 if failed or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
