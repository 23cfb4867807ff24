"""One run of a sequence of `campaign_operations` in a new repository, and what it left."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from campaign_operations import PROLOGUE, Sequence, prepare
from support import SCRIPTS, Repository, clean_environment

IDS = re.compile(rb"^Carbon-gCO2e: .*id=(\w{10})\r?$", re.MULTILINE)
AUTHOR_DATE = "2026-06-01T12:00:00+02:00"
COMMITTER_DATE = "@4102444800 +0000"
NOT_STATE = ("commit-carbon", "COMMIT_EDITMSG", "logs", "hooks", "rr-cache")

Install = Callable[[Repository], None]


class Commit(NamedTuple):
    """A commit object: tree, parents, the other header lines and the message."""

    tree: str
    parents: tuple[str, ...]
    header: tuple[str, ...]
    message: bytes

    @property
    def ids(self) -> set[str]:
        """The ids of its records."""
        return {one.decode("ascii") for one in IDS.findall(self.message)}


class Result(NamedTuple):
    """What a sequence left.

    The log of its steps, the refs, every commit that any reflog holds, the reachable ones, the
    state of the work tree and the git directory, what was printed, and by commit: its subject,
    how many of its records git finds as trailers, and its changes as a patch.
    """

    log: list[str]
    refs: dict[str, str]
    commits: dict[str, Commit]
    reachable: set[str]
    state: str
    output: str
    subjects: dict[str, str]
    trailers: dict[str, int]
    changes: dict[str, str]

    def ancestors(self, name: str) -> set[str]:
        """A commit and everything before it."""
        found: set[str] = set()
        queue = [name]
        while queue:
            one = queue.pop()
            if one in self.commits and one not in found:
                found.add(one)
                queue += self.commits[one].parents
        return found


def install_by_command(repository: Repository) -> None:
    """What `commit-carbon install` writes."""
    repository.run(str(SCRIPTS / "commit-carbon"), "install")


def install_twice(repository: Repository) -> None:
    """Both message stages, each of which runs twice on one message."""
    program = SCRIPTS / "commit-carbon-hook"
    for stage in ("prepare-commit-msg", "commit-msg"):
        once = f'"{program}" --stage {stage} "$@"'
        differs = 'cmp -s "$1" "$ROOT/once" || echo "twice differs" >> "$LOG"'
        repository.hook(stage, f'{once}\ncp "$1" "$ROOT/once"\n{once}\n{differs}\nexit 0')


DOORS: dict[str, Install] = {
    "files": Repository.install,
    "install": install_by_command,
    "twice": install_twice,
}


def run(sequence: Sequence, folder: Path, install: Install | None) -> Result:
    """Run a sequence in a new repository."""
    home = folder / "home"
    home.mkdir(parents=True)
    (folder / "r").mkdir()
    prepare(folder)
    environment = {**clean_environment(home), "ROOT": str(folder), "LOG": str(folder / "log")}
    environment |= {"GIT_EDITOR": str(folder / "editor-true"), "GIT_SEQUENCE_EDITOR": ":"}
    environment |= {"GIT_COMMITTER_DATE": COMMITTER_DATE}
    environment |= {"GIT_AUTHOR_DATE": AUTHOR_DATE} if sequence.exported_dates else {}
    repository = Repository(folder / "r", environment)
    lines = ["git init -q -b main ."]
    for setting in sequence.config:
        key, _, value = setting.partition("=")
        lines.append(f"git config {key} '{value}'")
    for name in "one", "two", "three":
        lines.append(f"seq -f 'base %.0f' 30 > {name}; git add {name}")
        lines.append(f"git commit -qm 'base {name}'")
    repository.run("bash", "-c", "\n".join(lines))
    if install:
        install(repository)
    lines = [PROLOGUE]
    for number, step in enumerate(sequence.steps):
        lines += [f"at {number}", step.script]
    lines.append(f"at {len(sequence.steps)}")
    done = repository.run("bash", "-c", "\n".join(lines), check=False)
    return describe(repository, folder, done.stdout + done.stderr)


def describe(repository: Repository, folder: Path, output: str) -> Result:
    """Read everything that two runs are compared by."""
    listing = repository.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    every = ("log", "--all", "--reflog", "HEAD")
    patches = repository.git(
        *every, "-p", "-U0", "--no-ext-diff", "--no-renames", "--format=commit%x00%H"
    ).split("commit\0")[1:]
    trailers = "%(trailers:key=Carbon-gCO2e,valueonly)"
    facts = repository.git(*every, "-z", f"--format=%H%x01%s%x01{trailers}").split("\0")
    rows = [row.split("\1") for row in facts if row]
    entries = {path.name for path in (repository.path / ".git").iterdir()} - {*NOT_STATE}
    return Result(
        log=(folder / "log").read_text().splitlines(),
        refs={"HEAD": repository.head(), **dict(line.split(" ") for line in listing)},
        commits=read_commits(repository, [row[0] for row in rows]),
        reachable=set(repository.git("rev-list", "--all", "HEAD").split()),
        state=repository.git("status", "--porcelain") + "\n".join(sorted(entries)),
        output=output,
        subjects={row[0]: row[1] for row in rows},
        trailers={row[0]: row[2].count("id=") for row in rows},
        changes={patch[:40]: patch[40:] for patch in patches},
    )


def read_commits(repository: Repository, names: list[str]) -> dict[str, Commit]:
    """Commit objects, from one process."""
    output = subprocess.run(
        ["git", "cat-file", "--batch"],
        cwd=repository.path,
        env=repository.environment,
        input="\n".join(names).encode() + b"\n",
        capture_output=True,
        check=True,
    ).stdout
    found = {}
    while output:
        line, _, rest = output.partition(b"\n")
        name, _, size = line.decode("ascii").split(" ")
        header, _, message = rest[: int(size)].partition(b"\n\n")
        lines = header.decode("utf-8", "replace").split("\n")
        parents = tuple(one[7:] for one in lines if one.startswith("parent "))
        others = tuple(one for one in lines if not one.startswith(("parent ", "tree ")))
        found[name] = Commit(lines[0], parents, others, message)
        output = rest[int(size) + 1 :]
    return found
