"""Random histories, summarized again and again, against a model that knows the true records.

    python tests/campaign_histories.py --histories 300 --steps 40 --seed 1

Commits, amends, rebases with every verb, picks, reverts, merges, squash merges in the form of
each forge, patches by mail and several clones; between them summaries of branches, ranges and
several repositories, from the cache and without it, by both engines. Prints what differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

from campaign_lineage import Truth
from campaign_rewrites import World


def asked(world: World) -> tuple[list[str], set[str]]:
    """The words of a random question, and the commits that it is about."""
    chance, here = world.chance, world.here

    def tips(*places: int) -> list[str]:
        found = []
        for place in places:
            repository = world.repositories[place]
            found += world.lines("for-each-ref", "--format=%(objectname)", where=repository)
            found.append(repository.head())
        return found

    kind = chance.randrange(5)
    if kind == 0:
        return [], world.reached([here.head()])
    if kind == 1:
        return ["--all"], world.reached(tips(-1))
    if kind == 2:
        places = range(len(world.repositories))
        words = [word for one in world.repositories for word in ("-C", str(one.path))]
        return ["--all", *words], world.reached(tips(*places))
    one, other = (chance.choice(world.branches()) for _ in range(2))
    first, second = (world.reached([here.head(name)]) for name in (one, other))
    return ([f"{one}..{other}"], second - first) if kind == 3 else ([one, other], first | second)


def said(world: World, *words: str) -> str:
    """The summary as JSON."""
    command = ["commit-carbon-summarize", "--format", "json", *words]
    return world.here.run(*command).stdout


def differences(world: World) -> list[str]:
    """Ask once, and say what is wrong."""
    words, commits = asked(world)
    text = said(world, *words)
    document = json.loads(text, parse_float=Decimal)
    total = document["recorded"]
    found = Truth(
        document["commits"]["scanned"],
        total["records"],
        total["emissions_gco2e"]["central"],
        len(document["conflicts"]),
    )
    wrong = []
    if found != world.truth(commits) or document["rejected"] or not document["complete"]:
        wrong.append(f"{words}: {found} is not {world.truth(commits)}")
    engine = world.chance.choice(["git", "dulwich"])
    if said(world, "--no-cache", "--engine", engine, *words) != text:
        wrong.append(f"{words}: cold, by {engine}, says something else")
    return wrong


def attempt(seed: int, steps: int) -> list[str]:
    """Live through one history."""
    with tempfile.TemporaryDirectory(prefix="histories-") as folder:
        world = World(Path(folder) / "world", seed)
        for number in range(1, steps + 1):
            world.step()
            if number % 10 == 0 or number == steps:
                wrong = differences(world)
                if wrong:
                    return [f"seed {seed}, step {number}, after {world.log}: {'; '.join(wrong)}"]
    return []


def main() -> int:
    """0 if nothing differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--histories", type=int, default=300)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.histories)
    failed = 0
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for wrong in pool.map(partial(attempt, steps=arguments.steps), seeds):
            failed += bool(wrong)
            for line in wrong:
                print(line, flush=True)
    print(f"{arguments.histories} histories, {failed} with differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
