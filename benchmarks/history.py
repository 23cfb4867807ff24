"""How fast `commit-carbon-summarize` reads a history, as a ratio to git's own trailer listing.

    python benchmarks/history.py [--commits 10000 --commits 100000] [--repository PATH] [--rounds 5]

Makes histories with `git fast-import` in a temporary folder (30 % of the commits with a record,
10 % with the co-author trailer of an AI tool and no record), or takes a repository that is there.
Every round runs, in turn, the base
`git log --all --format='%H%x00%aI%x00%an%x00%(trailers:unfold,only)'` and the summary, cold, with
the output thrown away. Printed are medians: wall time, ratio to the base, ratio of CPU time,
microseconds a commit, and the peak memory of our process and of the largest git under it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BASE = ["log", "--all", "--format=%H%x00%aI%x00%an%x00%(trailers:unfold,only)"]
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
START = 1_700_000_000
WORDS = "add remove rename parser cache index request reply header token time zone test".split()
CO_AUTHOR = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>\n"


class Run(NamedTuple):
    """One child process, with all that it started."""

    wall_s: float
    cpu_s: float
    own_kib: int
    children_kib: int


def message(chance: random.Random) -> str:
    """A message of the size that is usual in large projects."""
    lines = [" ".join(chance.choices(WORDS, k=7)), ""]
    lines += [" ".join(chance.choices(WORDS, k=11)) for _ in range(chance.randrange(1, 12))]
    text = "\n".join(lines) + "\n\n"
    kind = chance.random()
    if kind < 0.3:
        text += record(chance)
    elif kind < 0.4:
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


def stream(commits: int) -> Iterator[bytes]:
    """A `git fast-import` stream; the same for the same number."""
    chance = random.Random(commits)
    for mark in range(1, commits + 1):
        text = message(chance).encode()
        number = chance.randrange(400)
        person = f"Author {number} <author{number}@example.com>"
        when = f"{START + mark * 60} +0000"
        yield b"commit refs/heads/main\nmark :%d\n" % mark
        yield f"author {person} {when}\ncommitter {person} {when}\n".encode()
        yield b"data %d\n%s\n" % (len(text), text)
        if mark % 16 == 0 and mark > 40:
            yield b"merge :%d\n" % (mark - chance.randrange(2, 40))
        yield b"M 100644 inline f%d\ndata %d\n%d\n\n" % (mark % 97, len(str(mark)) + 1, mark)


def make(path: Path, commits: int) -> None:
    git = ["git", "-C", str(path)]
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    importer = subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    assert importer.stdin
    importer.stdin.writelines(stream(commits))
    importer.stdin.close()
    if importer.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "repack", "-adq"], check=True)


def run(command: list[str], directory: Path) -> Run:
    """Run to the end in a child that reports its own children, output thrown away."""
    wrapper = (
        "import json,os,resource,sys,time\n"
        "start=time.perf_counter()\n"
        "pid=os.posix_spawnp(sys.argv[1],sys.argv[1:],os.environ,file_actions="
        "[(os.POSIX_SPAWN_OPEN,1,os.devnull,os.O_WRONLY,0)])\n"
        "_,status,usage=os.wait4(pid,0)\n"
        "wall=time.perf_counter()-start\n"
        "print(json.dumps([wall,usage.ru_utime+usage.ru_stime,usage.ru_maxrss,status]))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", wrapper, *command], cwd=directory, stdout=subprocess.PIPE, check=True
    )
    wall, cpu, rss, status = json.loads(out.stdout)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return Run(wall, cpu, rss, 0)
