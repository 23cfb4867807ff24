"""One run of a sequence of `campaign_operations` in a new repository, and what it left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from campaign_operations import PROLOGUE, Sequence, prepare
from oracle import Commit, install_twice, read_commits, said_twice
from support import SCRIPTS, Repository, clean_environment

AUTHOR_DATE = "2026-06-01T12:00:00+02:00"
COMMITTER_DATE = "@4102444800 +0000"
NOT_STATE = ("commit-carbon", "COMMIT_EDITMSG", "logs", "hooks", "rr-cache")

Install = Callable[[Repository], None]


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
    output = "\n".join([done.stdout, done.stderr, *said_twice(folder)])
    return describe(repository, folder, output)


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
