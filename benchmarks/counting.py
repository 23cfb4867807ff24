"""The hook's time with counted tokens, as a ratio to the line rule's, whole processes, in one run.

    python benchmarks/counting.py [--rounds N] [--megabytes N] [--folder FOLDER]

The usual case: a repository with some hundred records, and 200 responses in the log of the session
under way, 40 of them since the last record. Large: the same with a log folder of that size beside
it, of sessions from before the last record; and with that much in the log under way itself. The
commands take turns, so that a machine whose speed drifts does not favour one of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A U Thor"), ("EMAIL", "author@example.com"))
}
FILES = 200
RECORDS = 300
RESPONSES = 200
NEW = 40
LINE_BYTES = 3_000
"""Of which a transcript keeps on average about 3 kB for every line that names tokens."""


def response(folder: Path, number: int, at: float) -> str:
    """Two lines of a transcript: a tool's output, and a response with its usage."""
    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    common = {"timestamp": stamp.replace("+00:00", "Z"), "cwd": str(folder), "sessionId": "s"}
    counts = {"output_tokens": 300, "input_tokens": 5, "cache_read_input_tokens": 50_000}
    message = {"id": f"msg_{number:024}", "model": "claude-opus-4-6", "usage": counts}
    lines = [
        {**common, "type": "user", "message": {"content": "x" * LINE_BYTES}},
        {**common, "type": "assistant", "requestId": f"req_{number}", "message": message},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def transcript(path: Path, folder: Path, first: int, times: list[float]) -> None:
    """A transcript with a response at each of these times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for number, at in enumerate(times, first):
            file.write(response(folder, number, at))
    os.utime(path, (times[-1], times[-1]))


def prepare(folder: Path, megabytes: int, where: str) -> tuple[Path, dict[str, str]]:
    """A work tree with records and logs, and the environment that git gives a hook."""
    tree, home = folder / "tree", folder / "home"
    tree.mkdir()
    git = ["git", "-C", str(tree)]
    environment = {**os.environ, **IDENTITY, "HOME": str(home), "COMMIT_CARBON_TOKENS": "auto"}
    subprocess.run([*git, "init", "-q", "-b", "main"], env=environment, check=True)
    for number in range(FILES):
        (tree / f"f{number}").write_text("".join(f"line {n} of {number}\n" for n in range(30)))
    subprocess.run([*git, "add", "."], env=environment, check=True)
    subprocess.run([*git, "commit", "-qm", "start"], env=environment, check=True)
    # As git sets it for a hook: `git commit -m`.
    environment |= {
        "GIT_INDEX_FILE": ".git/index",
        "GIT_EDITOR": ":",
        "GIT_AUTHOR_DATE": f"@{int(time.time())} +0000",
    }
    now = time.time()
    projects = home / ".claude" / "projects"
    session = projects / "-tree" / "session.jsonl"
    per_response = len(response(tree, 0, now))
    many = (megabytes << 20) // per_response
    if where == "beside":
        in_one = 2_000
        for start in range(0, many, in_one):
            count = min(in_one, many - start)
            times = [now - 40 * 86_400 + start + n for n in range(count)]
            transcript(projects / "-old" / f"{start}.jsonl", tree, 10_000_000 + start, times)
    elif where == "under way":
        step = 20 * 86_400 / many
        times = [now - 21 * 86_400 + n * step for n in range(many)]
        transcript(session, tree, 10_000_000, times)
    head = "HEAD"
    for commit in range(RECORDS):
        head = subprocess.run(
            [*git, "commit-tree", "HEAD^{tree}", "-p", head],
            input=f"commit {commit}\n\n{record(commit)}",
            env={**environment, "GIT_AUTHOR_EMAIL": "other@example.com"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    subprocess.run([*git, "update-ref", "HEAD", head], check=True)
    old = RESPONSES - NEW
    transcript(session, tree, 0, [now - 3_600 + n * 10 for n in range(old)])
    stage(git, tree, environment)
    hook(tree, environment)
    subprocess.run(
        [*git, "commit", "-qnF", ".git/COMMIT_EDITMSG"],
        env={**environment, "GIT_AUTHOR_DATE": "@1700000000 +0000"},
        check=True,
    )
    stage(git, tree, environment)
    transcript(session, tree, old, [time.time() - NEW + n for n in range(NEW)])
    return tree, environment


def stage(git: list[str], tree: Path, environment: dict[str, str]) -> None:
    """Stage new lines in ten files."""
    for number in range(10):
        with (tree / f"f{number}").open("a") as file:
            file.write("new line\n" * 20)
    subprocess.run([*git, "add", "."], env=environment, check=True)


def record(number: int) -> str:
    """A record as another commit has it."""
    name = f"{number:010}"
    return (
        f"Carbon-gCO2e: low=1 central=2 high=3 id={name}\n"
        f"Carbon-Tokens: output=1 input=1 cached=1 by=counted id={name}\n"
        f"Carbon-Basis: tool=claude-code evidence=detected grid=US method=2 id={name}\n"
    )


def command() -> list[str]:
    """The hook as `commit-carbon install` writes it."""
    package = Path(__import__("commit_carbon_hook").__file__ or "").parent.parent
    code = (
        f"import sys; sys.path.insert(0, {str(package)!r}); sys.argv[0] = 'commit-carbon-hook';"
        "from commit_carbon_hook.hook import main; raise SystemExit(main())"
    )
    return [sys.executable, "-IS", "-c", code, ".git/COMMIT_EDITMSG", "message"]


def hook(tree: Path, environment: dict[str, str]) -> float:
    """Seconds of one run of the hook over a new message."""
    (tree / ".git" / "COMMIT_EDITMSG").write_text("A subject\n\nA body of one line.\n")
    os.chdir(tree)
    return run(command(), environment)


def run(command: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of one whole process."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment)
    os.waitpid(pid, 0)
    return time.perf_counter() - start


def main() -> int:
    """Print the table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--folder", help="where to put the logs (default: a temporary folder)")
    arguments = parser.parse_args()
    print(f"{arguments.rounds} rounds, Python {sys.version.split()[0]}")
    print(
        f"{'case':34} {'lines ms':>9} {'auto ms':>9} {'ratio':>6} {'of fastest':>10}"
        f" {'slowest ms':>10}  record"
    )
    for label, megabytes, where in (
        ("usual", 1, ""),
        (f"{arguments.megabytes} MB beside", arguments.megabytes, "beside"),
        (f"{arguments.megabytes} MB in the log under way", arguments.megabytes, "under way"),
    ):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
            tree, environment = prepare(Path(name), megabytes, where)
            lines: list[float] = []
            auto: list[float] = []
            for turn in range(arguments.rounds + 2):
                times = (
                    hook(tree, {**environment, "COMMIT_CARBON_TOKENS": "lines"}),
                    hook(tree, environment),
                )
                if turn >= 2:
                    lines.append(times[0])
                    auto.append(times[1])
            text = (tree / ".git" / "COMMIT_EDITMSG").read_text()
            wanted = f"output={300 * NEW} input={5 * NEW} cached={50_000 * NEW} by=counted"
            ratio = statistics.median(a / b for a, b in zip(auto, lines, strict=True))
            print(
                f"{label:34} {statistics.median(lines) * 1e3:9.1f}"
                f" {statistics.median(auto) * 1e3:9.1f} {ratio:6.2f} {min(auto) / min(lines):10.2f}"
                f" {max(auto) * 1e3:10.1f}"
                f"  {'complete' if wanted in text else 'MISSING OR CUT'}"
            )
            os.chdir("/")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
