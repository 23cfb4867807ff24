"""The hook's time as a ratio to what no Python hook can do without, whole processes, in one run.

    python benchmarks/hook.py [--rounds N] [--files N]

Base: a bare interpreter (`python -c pass`) plus one `git diff-index --cached --numstat`. The
commands take turns, so that a machine whose speed drifts does not favour one of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A U Thor"), ("EMAIL", "author@example.com"))
}
DIFF = ["git", "diff-index", "--cached", "--numstat", "-z", "-M", "HEAD"]


def repository(folder: Path, files: int) -> dict[str, str]:
    """A repository with ten staged files out of `files`, and the environment git gives a hook."""
    environment = {**os.environ, **IDENTITY}
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q", "-b", "main"], env=environment, check=True)
    for number in range(files):
        path = folder / f"d{number % 50}" / f"f{number}"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"line {n} of {number}\n" for n in range(30)))
    subprocess.run([*git, "add", "."], env=environment, check=True)
    # Not now: where the hook sees no git above it, a commit with HEAD's author date is an amend.
    before = {**environment, "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z"}
    subprocess.run([*git, "commit", "-qm", "start"], env=before, check=True)
    for number in range(10):
        path = folder / f"d{number % 50}" / f"f{number}"
        path.write_text(path.read_text() + "new line\n" * 20)
    subprocess.run([*git, "add", "."], env=environment, check=True)
    message = folder / ".git" / "COMMIT_EDITMSG"
    message.write_text("A subject\n\nA body of one line.\n")
    return {
        **environment,
        "GIT_INDEX_FILE": ".git/index",
        "GIT_EDITOR": ":",
        "GIT_AUTHOR_DATE": f"@{int(time.time())} +0000",
    }


def run(command: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of one whole process."""
    start = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        environment,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    os.waitpid(pid, 0)
    return time.perf_counter() - start


def main() -> int:
    """Print the table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--files", type=int, default=2000)
    arguments = parser.parse_args()
    git = subprocess.run(
        ["sh", "-c", "command -v git"], capture_output=True, text=True, check=True
    ).stdout.strip()
    hook = str(SCRIPTS / "commit-carbon-hook")
    isolated = [sys.executable, "-IS", "-c"]
    package = Path(__import__("commit_carbon_hook").__file__ or "").parent.parent
    direct = (
        f"import sys; sys.path.insert(0, {str(package)!r}); sys.argv[0] = 'commit-carbon-hook';"
        "from commit_carbon_hook.hook import main; raise SystemExit(main())"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = repository(folder, arguments.files)
        os.chdir(folder)
        message = folder / ".git" / "COMMIT_EDITMSG"
        text = message.read_bytes()
        replay = {k: v for k, v in environment.items() if k != "GIT_AUTHOR_DATE"}
        commands = {
            "bare interpreter": ([sys.executable, "-c", "pass"], environment),
            "git diff-index": ([git, *DIFF[1:]], environment),
            "plain commit": ([hook, ".git/COMMIT_EDITMSG", "message"], environment),
            "replay": ([hook, ".git/COMMIT_EDITMSG", "message"], replay),
            "plain commit, installed by commit-carbon install": (
                [*isolated, direct, ".git/COMMIT_EDITMSG", "message"],
                environment,
            ),
            "replay, installed by commit-carbon install": (
                [*isolated, direct, ".git/COMMIT_EDITMSG", "message"],
                replay,
            ),
        }
        times: dict[str, list[float]] = {label: [] for label in commands}
        for round_number in range(arguments.rounds + 2):
            for label, (command, variables) in commands.items():
                message.write_bytes(text)
                seconds = run(command, variables)
                if round_number >= 2:
                    times[label].append(seconds)
        base = [
            a + b for a, b in zip(times["bare interpreter"], times["git diff-index"], strict=True)
        ]
        print(
            f"{arguments.files} files, {arguments.rounds} rounds, Python {sys.version.split()[0]}"
        )
        print(f"{'command':52} {'median ms':>9} {'ratio':>6}")
        print(
            f"{'base: interpreter + diff-index':52} {statistics.median(base) * 1e3:9.1f} {1:6.2f}"
        )
        for label, walls in times.items():
            ratio = statistics.median([a / b for a, b in zip(walls, base, strict=True)])
            print(f"{label:52} {statistics.median(walls) * 1e3:9.1f} {ratio:6.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
