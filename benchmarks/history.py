"""How fast `commit-carbon-summarize` reads a history, as a ratio to git's own trailer listing.

    python benchmarks/history.py [--commits 10000 --commits 100000] [--rounds 5]
    python benchmarks/history.py --commits 10000 --commits 100000 --commits 1000000 --rounds 3
    python benchmarks/history.py --repository PATH

Makes histories with `git fast-import` in a temporary folder (30 % of the commits with a record,
10 % with the co-author trailer of an AI tool and no record), or takes a repository that is there.
`--people` makes the same without that trailer: then no commit has lines to be counted.

Every round runs, in turn, the base
`git log --all --format='%H%x00%aI%x00%an%x00%(trailers:unfold,only)'`, the summary with
`--no-cache`, then `python -c pass` and `git for-each-ref`, and the summary again from the cache;
output is thrown away. Printed are medians. Cold: wall time, ratio to the base, ratio of CPU time,
microseconds a commit, peak memory of our process and of the largest git under it. Warm: wall
time, ratio to Python and for-each-ref, share of cold. Below several sizes stands the exponent of
the time a history takes by its size (1 is linear).
"""

from __future__ import annotations

import argparse
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BASE = ["log", "--all", "--format=%H%x00%aI%x00%an%x00%(trailers:unfold,only)"]
PROGRAM = Path(sys.executable).parent / "commit-carbon-summarize"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
START = 1_700_000_000
WARM_ROUNDS = 21
WORDS = [
    "add",
    "remove",
    "rename",
    "parser",
    "cache",
    "index",
    "request",
    "reply",
    "header",
    "token",
    "time",
    "zone",
    "test",
]
CO_AUTHOR = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>\n"


class Run(NamedTuple):
    """One child process, with all that it started."""

    wall_s: float
    cpu_s: float


def message(chance: random.Random, tools: bool) -> str:
    """A message of the size that is usual in large projects."""
    lines = [" ".join(chance.choices(WORDS, k=7)), ""]
    lines += [" ".join(chance.choices(WORDS, k=11)) for _ in range(chance.randrange(1, 12))]
    text = "\n".join(lines) + "\n\n"
    kind = chance.random()
    if kind < 0.3:
        text += record(chance)
    elif kind < 0.4 and tools:
        text += CO_AUTHOR
    if kind > 0.8:
        text += "Signed-off-by: Ada <ada@example.com>\n"
    return text


def record(chance: random.Random) -> str:
    name = "".join(chance.choices(CROCKFORD, k=10))
    central = chance.randrange(10, 99)
    output = chance.randrange(100, 9000) * 120
    tool = chance.choice(["claude-code", "cursor", "codex-cli"])
    return (
        f"Carbon-gCO2e: low={central / 40:.1f} central={central / 10} high={central / 2.5:.0f}"
        f" id={name}\n"
        f"Carbon-Tokens: output={output} input={output * 6} cached={output * 150} by=lines"
        f" id={name}\n"
        f"Carbon-Basis: tool={tool} evidence=detected grid=US method=2 id={name}\n"
    )


def stream(commits: int, tools: bool) -> Iterator[bytes]:
    """A `git fast-import` stream; the same for the same arguments."""
    chance = random.Random(commits)  # noqa: S311
    for mark in range(1, commits + 1):
        text = message(chance, tools).encode()
        number = chance.randrange(400)
        person = f"Author {number} <author{number}@example.com>"
        when = f"{START + mark * 60} +0000"
        yield b"commit refs/heads/main\nmark :%d\n" % mark
        yield f"author {person} {when}\ncommitter {person} {when}\n".encode()
        yield b"data %d\n%s\n" % (len(text), text)
        if mark % 16 == 0 and mark > 40:
            yield b"merge :%d\n" % (mark - chance.randrange(2, 40))
        yield b"M 100644 inline f%d\ndata %d\n%d\n\n" % (mark % 97, len(str(mark)) + 1, mark)


def make(path: Path, commits: int, tools: bool = True) -> None:
    git = ["git", "-C", str(path)]
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    importer = subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    if importer.stdin:
        importer.stdin.writelines(stream(commits, tools))
        importer.stdin.close()
    if importer.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "repack", "-adq"], check=True)


def run(command: list[str], directory: Path, **more: str) -> Run:
    """Run to the end, output thrown away; CPU time is that of all processes together."""
    out = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    here = Path.cwd()
    os.chdir(directory)
    try:
        start = time.perf_counter()
        child = os.posix_spawnp(command[0], command, {**os.environ, **more}, file_actions=out)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - start
    finally:
        os.chdir(here)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return Run(wall, usage.ru_utime + usage.ru_stime)


def memory(directory: Path) -> tuple[float, float]:
    """Peak MiB of the summary's own process, and of the largest git that it started."""
    program = (
        "import os,resource,sys\n"
        "from commit_carbon_hook.summarize import main\n"
        "kept=os.dup(1)\n"
        "os.dup2(os.open(os.devnull,os.O_WRONLY),1)\n"
        "main(['--all','--format','json','--no-cache'])\n"
        "sizes=[resource.getrusage(who).ru_maxrss for who in (0,-1)]\n"
        "os.write(kept,b'%d %d'%tuple(sizes))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=directory, stdout=subprocess.PIPE, check=True
    )
    own, git = (int(word) / 1024 for word in done.stdout.split())
    return own, git


def measure(name: str, directory: Path, commits: int, rounds: int) -> float:
    """Print one line of the table, and return the seconds of a cold summary."""
    base = ["git", *BASE]
    ours = [str(PROGRAM), "--all", "--format", "json"]
    nothing = [[sys.executable, "-c", "pass"], ["git", "for-each-ref"]]
    with tempfile.TemporaryDirectory() as cache:
        pairs, warm = [], []
        run(ours, directory, XDG_CACHE_HOME=cache)
        for _ in range(rounds):
            pairs.append((run(base, directory), run([*ours, "--no-cache"], directory)))
        for _ in range(WARM_ROUNDS):
            start = sum(run(command, directory).wall_s for command in nothing)
            warm.append((run(ours, directory, XDG_CACHE_HOME=cache).wall_s, start))
    seconds = statistics.median(one.wall_s for _, one in pairs)
    wall = statistics.median(one.wall_s / git.wall_s for git, one in pairs)
    cpu = statistics.median(one.cpu_s / git.cpu_s for git, one in pairs)
    warm_s = statistics.median(one for one, _ in warm)
    ratio = statistics.median(one / start for one, start in warm)
    own, git = memory(directory)
    print(
        f"{name:20} {commits:>9,} {seconds:8.2f} {wall:7.2f} {cpu:6.2f}"
        f" {seconds / commits * 1e6:9.1f} {own:7.0f} {git:7.0f}"
        f" {warm_s * 1e3:8.0f} {ratio:9.2f} {f'1/{seconds / warm_s:.0f}':>8}",
        flush=True,
    )
    return seconds


def exponent(seconds: dict[int, float]) -> float:
    """The slope of log time over log size, by least squares."""
    points = [(math.log(size), math.log(time)) for size, time in seconds.items()]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", type=int, action="append", default=[])
    parser.add_argument("--repository", type=Path, action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", action="store_true")
    arguments = parser.parse_args()
    print(
        f"{'history':20} {'commits':>9} {'cold s':>8} {'to git':>7} {'cpu':>6}"
        f" {'us/commit':>9} {'our MiB':>7} {'git MiB':>7} {'warm ms':>8} {'to python':>9}"
        f" {'of cold':>8}"
    )
    for repository in arguments.repository:
        listed = subprocess.run(
            ["git", "-C", str(repository), "rev-list", "--all", "--count"],
            stdout=subprocess.PIPE,
            check=True,
        )
        measure(repository.resolve().name, repository, int(listed.stdout), arguments.rounds)
    if not arguments.repository:
        times: dict[str, dict[int, float]] = {"made": {}, "made, commit-graph": {}}
        for commits in arguments.commits or [10_000, 100_000]:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder)
                make(path, commits, not arguments.people)
                for name, seconds in times.items():
                    seconds[commits] = measure(name, path, commits, arguments.rounds)
                    write = ["git", "-C", folder, "commit-graph", "write", "--reachable"]
                    subprocess.run(write, check=True, stderr=subprocess.DEVNULL)
        for name, seconds in times.items():
            if len(seconds) > 1:
                print(f"{name:20} time grows with the size to the power {exponent(seconds):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
