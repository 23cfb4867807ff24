"""The hook's time with counted tokens, as a ratio to the line rule's, and that of a status line.

    python benchmarks/counting.py [--rounds N] [--megabytes N] [--folder FOLDER]

The usual case: a repository with some hundred records, and 200 responses in the log of the session
under way, 40 of them since the last record. Large: the same with a log folder of that size beside
it, of sessions from before the last record; and with that much in the log under way itself. The
commands are whole processes and take turns, so that a machine whose speed drifts does not favour
one of them. Exit code 1 if a bar is missed: 1.5 x in the usual case, 2 s and 150 ms in any.
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
USUAL_RATIO, HOOK_SECONDS, STATUS_SECONDS = 1.5, 2.0, 0.15
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
    transcript(session, tree, old, [time.time() + n / 1_000 for n in range(NEW)])
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


def command(module: str, *words: str) -> list[str]:
    """A door as `commit-carbon install` writes it, and as the wrapper of a wheel starts it."""
    package = Path(__import__("commit_carbon_hook").__file__ or "").parent.parent
    code = (
        f"import sys; sys.path.insert(0, {str(package)!r}); sys.argv[0] = 'commit-carbon-hook';"
        f"from commit_carbon_hook.{module} import main; raise SystemExit(main())"
    )
    return [sys.executable, "-IS", "-c", code, *words]


def hook(tree: Path, environment: dict[str, str]) -> float:
    """Seconds of one run of the hook over a new message."""
    (tree / ".git" / "COMMIT_EDITMSG").write_text("A subject\n\nA body of one line.\n")
    os.chdir(tree)
    return run(command("hook", ".git/COMMIT_EDITMSG", "message"), environment)


def status_line(tree: Path, environment: dict[str, str]) -> float:
    """Seconds of one status line of the session under way."""
    transcript = Path(environment["HOME"]) / ".claude" / "projects" / "-tree" / "session.jsonl"
    asked = {"session_id": "session", "transcript_path": str(transcript), "cwd": str(tree)}
    given = tree / ".git" / "status-input"
    given.write_text(json.dumps(asked))
    os.chdir(tree)
    return run(command("cli", "session", "--statusline"), environment, given)


def run(words: list[str], environment: dict[str, str], given: Path | None = None) -> float:
    """Wall seconds of one whole process; what it prints goes beside what it is given."""
    actions: list[tuple[int, int, str, int, int]] = []
    if given:
        new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions.append((os.POSIX_SPAWN_OPEN, 0, str(given), os.O_RDONLY, 0))
        actions.append((os.POSIX_SPAWN_OPEN, 1, f"{given}.out", new, 0o600))
    start = time.perf_counter()
    pid = os.posix_spawn(words[0], words, environment, file_actions=actions)
    os.waitpid(pid, 0)
    return time.perf_counter() - start


def main() -> int:
    """Print the table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--folder", help="where to put the logs (default: a temporary folder)")
    arguments = parser.parse_args()
    size = arguments.megabytes
    print(f"{arguments.rounds} rounds, Python {sys.version.split()[0]}; median ms (slowest)")
    print(f"{'case':27} {'lines':>14} {'auto':>14} {'ratio':>6} {'status line':>14}  result")
    fine = True
    for label, megabytes, where in (
        ("usual", 1, ""),
        (f"{size} MB beside", size, "beside"),
        (f"{size} MB in the log under way", size, "under way"),
    ):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
            fine = measure(label, prepare(Path(name), megabytes, where), arguments.rounds) and fine
            os.chdir("/")
    return 0 if fine else 1


def measure(label: str, place: tuple[Path, dict[str, str]], rounds: int) -> bool:
    """Print one line of the table; whether it is within the bars."""
    tree, environment = place
    turns = []
    for _ in range(rounds + 2):
        lines = hook(tree, {**environment, "COMMIT_CARBON_TOKENS": "lines"})
        turns.append((lines, hook(tree, environment), status_line(tree, environment)))
    lines_s, auto_s, status_s = zip(*turns[2:], strict=True)
    ratio = statistics.median(a / b for a, b in zip(auto_s, lines_s, strict=True))
    text = (tree / ".git" / "COMMIT_EDITMSG").read_text()
    wanted = f"output={300 * NEW} input={5 * NEW} cached={50_000 * NEW} by=counted"
    shown = (tree / ".git" / "status-input.out").read_text().strip()
    cells = [
        f"{statistics.median(s) * 1e3:.0f} ({max(s) * 1e3:.0f})"
        for s in (lines_s, auto_s, status_s)
    ]
    print(
        f"{label:27} {cells[0]:>14} {cells[1]:>14} {ratio:6.2f} {cells[2]:>14}"
        f"  {'complete' if wanted in text else 'MISSING OR CUT'}; {shown}"
    )
    return (
        wanted in text
        and (ratio <= USUAL_RATIO or label != "usual")
        and max(auto_s) <= HOOK_SECONDS
        and statistics.median(status_s) <= STATUS_SECONDS
    )


if __name__ == "__main__":
    raise SystemExit(main())
