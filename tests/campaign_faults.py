"""Every system call of the hook made to fail, and the hook killed at every one of them.

    python tests/campaign_faults.py                      # everything: about an hour
    python tests/campaign_faults.py --operation message --signals

strace counts `when=N` for each kind of system call by itself, so one kind is injected at a time,
and a case counts only if the trace says that its fault was injected. What the interpreter does
before the hook's `main` runs is not ours: faults begin with `setitimer`, the first system call of
`main`. Needs strace.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from support import SCRIPTS, Repository, clean_environment

PROGRAM = SCRIPTS / "commit-carbon-hook"
FIRST_CALL = "setitimer"
ANY = ("EIO", "EACCES", "ENOMEM")
ERRORS = {
    "openat": ("ENOSPC", "EIO", "EROFS", "EACCES", "EMFILE", "ENFILE", "ENOENT", "EINTR"),
    "read": ("EIO", "EINTR", "EISDIR", "ENOMEM"),
    "write": ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EPIPE", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EROFS", "EINTR"),
    "close": ("EIO", "ENOSPC", "EINTR"),
    "rename": ("ENOSPC", "EIO", "EROFS", "EACCES", "EXDEV", "EPERM"),
    "unlink": ("EIO", "EROFS", "EACCES"),
    "mkdir": ("ENOSPC", "EROFS", "EACCES"),
    "newfstatat": ("EIO", "EACCES", "ENOENT", "ENOMEM"),
    "lseek": ("EIO", "ESPIPE"),
    "pipe2": ("EMFILE", "ENFILE"),
    "clone3": ("EAGAIN", "ENOMEM"),
    "clone": ("EAGAIN", "ENOMEM"),
    "vfork": ("EAGAIN", "ENOMEM"),
    "wait4": ("ECHILD", "EINTR"),
    "mmap": ("ENOMEM",),
}
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT")
# The end of the process, and calls that never give an error (`brk` gives the old break instead).
LEFT_OUT = ("exit_group", "execve", "rt_sigreturn", "munmap", "getpid", "getppid", "gettid", "brk")
LINE = re.compile(r"commit-carbon-hook: [ -~]+")


class Operation(NamedTuple):
    """What happens before, the command whose hook meets the fault, and the stage that is traced."""

    setup: str
    command: str
    stage: str = "prepare-commit-msg"
    editor: str = ":"


EDIT = "echo more >> file; git add file; "
OPERATIONS = {
    "message": Operation(EDIT, "git commit -qm 'A subject' -m 'A body.'"),
    "editor": Operation(EDIT, "git commit -q", editor="type"),
    "after-editor": Operation(EDIT, "git commit -q", "commit-msg", editor="type"),
    "amend": Operation(
        # An old commit: without /proc, amending one of this very second looks like a new commit.
        EDIT + "git commit -qm one --date 2026-01-01T00:00:00Z; seq 99 >> file; git add file",
        "git commit -q --amend -m two",
    ),
    "fixup": Operation(
        EDIT + "git commit -qm one; echo f >> file; git commit -qa --fixup HEAD",
        "git rebase -q -i --autosquash HEAD~2",
    ),
    "pick": Operation(
        "git checkout -qb side; echo > new; git add new; git commit -qm side; git checkout -q main",
        "git cherry-pick side",
    ),
    "notes": Operation(
        EDIT + "printf 'store = \"notes\"\\n' > .commit-carbon.toml",
        "git commit -qm noted",
        "post-commit",
    ),
    "notes-left": Operation(
        EDIT + "printf 'store = \"notes\"\\n' > .commit-carbon.toml", "git commit -qm noted"
    ),
}


class Fault(NamedTuple):
    """The Nth system call of a kind, and what happens there; `lasting` for all later ones too."""

    call: str
    number: int
    what: str
    lasting: bool = False

    @property
    def injection(self) -> str:
        """strace's expression."""
        how = "signal" if self.what.startswith("SIG") else "error"
        return f"{self.call}:{how}={self.what}:when={self.number}{'+' if self.lasting else ''}"


class Outcome(NamedTuple):
    """What the command left."""

    code: int
    errors: str
    message: str
    file: bytes
    litter: tuple[str, ...]
    trace: str


class Bench:
    """One operation, set up once, and run from a fresh copy for every fault."""

    def __init__(self, name: str, folder: Path) -> None:
        self.operation = OPERATIONS[name]
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "home").mkdir()
        self.environment = clean_environment(folder / "home")
        self.environment |= {"GIT_SEQUENCE_EDITOR": ":", "GIT_EDITOR": ":", "STRACE": ""}
        if self.operation.editor != ":":
            editor = folder / "editor"
            editor.write_text('#!/bin/sh\nprintf "Typed subject\\n\\nTyped body.\\n" > "$1"\n')
            editor.chmod(0o755)
            self.environment["GIT_EDITOR"] = str(editor)
        pristine = folder / "pristine"
        pristine.mkdir()
        repository = Repository(pristine, self.environment)
        repository.git("init", "-q", "-b", "main", "--template=")
        repository.run("sh", "-c", "echo base > file; git add file; git commit -qm base")
        for stage in ("prepare-commit-msg", "commit-msg", "post-commit"):
            traced = "$STRACE " if stage == self.operation.stage else ""
            flag = "" if stage == "prepare-commit-msg" else f" --stage {stage}"
            if stage != "post-commit" or name.startswith("notes"):
                repository.hook(stage, f'exec {traced}"{PROGRAM}"{flag} "$@"')
        repository.run("bash", "-c", self.operation.setup)
        self.head = repository.head()

    def run(self, trace: str = "", hook: bool = True) -> tuple[Outcome, Repository]:
        """Run the operation once, with this expression of strace around the traced stage."""
        path = self.folder / "run"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "pristine", path)
        repository = Repository(path, self.environment)
        log = self.folder / "trace"
        log.unlink(missing_ok=True)
        strace = f"strace -qq -o {log} {trace}" if trace else ""
        switch = {} if hook else {"COMMIT_CARBON": "0"}
        done = repository.run(
            "sh", "-c", self.operation.command, check=False, STRACE=strace, **switch
        )
        return self.describe(repository, done.returncode, done.stdout + done.stderr), repository

    def describe(self, repository: Repository, code: int, errors: str) -> Outcome:
        """The state after a run."""
        git = repository.path / ".git"
        litter = tuple(
            sorted(
                str(one.relative_to(git)) for one in git.rglob("*commit-carbon*") if one.is_file()
            )
        )
        file, log = git / "COMMIT_EDITMSG", self.folder / "trace"
        message = repository.message()
        notes = repository.run("git", "notes", "--ref=carbon", "show", "HEAD", check=False).stdout
        return Outcome(
            code,
            errors,
            message + notes,
            file.read_bytes(),
            litter,
            log.read_text() if log.exists() else "",
        )


def calls(bench: Bench) -> dict[str, range]:
    """For each kind of system call, the numbers of those that `main` makes."""
    outcome, _ = bench.run("-e trace=all")
    before: dict[str, int] = {}
    total: dict[str, int] = {}
    started = False
    for line in outcome.trace.splitlines():
        name = re.match(r"\w+(?=\()", line)
        if not name:
            continue
        started = started or name[0] == FIRST_CALL
        total[name[0]] = total.get(name[0], 0) + 1
        if not started:
            before[name[0]] = total[name[0]]
    assert started, "the hook's main was not reached"
    return {
        name: range(before.get(name, 0) + 1, count + 1)
        for name, count in total.items()
        if name not in LEFT_OUT and count > before.get(name, 0)
    }


def faults(bench: Bench, errors: bool, signals: bool) -> Iterator[Fault]:
    """All faults of an operation."""
    for call, numbers in calls(bench).items():
        for number in numbers:
            if errors:
                yield from (Fault(call, number, error) for error in ERRORS.get(call, ANY))
                yield Fault(call, number, ERRORS.get(call, ANY)[0], lasting=True)
            if signals:
                yield from (Fault(call, number, signal) for signal in SIGNALS)


def wrong(bench: Bench, fault: Fault, off: Outcome, on: Outcome) -> list[str]:
    """What is not as promised after a fault; nothing if all is well."""
    outcome, repository = bench.run(f"-e trace={fault.call} -e inject={fault.injection}")
    if fault.what.startswith("SIG"):
        return wrong_after_signal(bench, fault, off, on, outcome, repository)
    found = []
    if "INJECTED" not in outcome.trace:
        found.append("the fault was not injected")
    if outcome.code != off.code:
        found.append(f"exit code {outcome.code}")
    if outcome.message not in (off.message, on.message):
        found.append(f"message {outcome.message!r}")
    said = [
        line for line in outcome.errors.splitlines() if unnamed(line) not in unnamed(off.errors)
    ]
    if len(said) > 1 or not all(LINE.fullmatch(line) for line in said):
        found.append(f"said {said}")
    if any(name.endswith(".commit-carbon") for name in outcome.litter) and fault.call != "unlink":
        found.append(f"left {outcome.litter}")
    return found


def unnamed(text: str) -> str:
    """A text without the names of commits."""
    return re.sub(r"\b[0-9a-f]{7,40}\b", "<name>", text)


def wrong_after_signal(
    bench: Bench, fault: Fault, off: Outcome, on: Outcome, outcome: Outcome, repository: Repository
) -> list[str]:
    """As `wrong`, where git may refuse the commit, and the same command is then given again."""
    found = []
    if f"--- {fault.what}" not in outcome.trace and f"killed by {fault.what}" not in outcome.trace:
        found.append("the signal was not sent")
    if "Traceback" in outcome.errors or "report it" in outcome.errors:
        found.append(f"said {outcome.errors}")
    if outcome.code == 0:
        if outcome.message not in (off.message, on.message):
            found.append(f"message {outcome.message!r}")
        return found
    given = off.file if bench.operation.stage == "commit-msg" else None
    if given is not None and outcome.file not in (off.file, on.file):
        found.append(f"message file {outcome.file!r}")
    if repository.head() == bench.head and bench.operation.command.startswith("git commit"):
        again = repository.run("sh", "-c", bench.operation.command, check=False)
        after = bench.describe(repository, again.returncode, again.stdout + again.stderr)
        if (after.code, after.message) != (on.code, on.message):
            found.append(f"the retry gave {after.code} {after.message!r} {after.errors!r}")
        if any(name.startswith("COMMIT_EDITMSG.") for name in after.litter):
            found.append(f"the retry left {after.litter}")
    return found


def attempt(name: str, cases: list[Fault]) -> list[tuple[Fault, list[str]]]:
    """Run these faults of an operation."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        bench = Bench(name, Path(folder) / "bench")
        off, on = bench.run(hook=False)[0], bench.run()[0]
        return [(fault, found) for fault in cases if (found := wrong(bench, fault, off, on))]


def chunks(cases: list[Fault], size: int) -> Iterable[list[Fault]]:
    """Lists of at most so many faults."""
    return (cases[start : start + size] for start in range(0, len(cases), size))


def main() -> int:
    """0 if every fault was harmless."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--operation", choices=OPERATIONS, action="append")
    parser.add_argument("--errors", action="store_true", help="only failing calls")
    parser.add_argument("--signals", action="store_true", help="only signals")
    parser.add_argument("--every", type=int, default=1, help="only every Nth fault")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    both = arguments.errors == arguments.signals
    total = failed = 0
    with ProcessPoolExecutor(arguments.processes) as pool:
        for name in arguments.operation or OPERATIONS:
            with tempfile.TemporaryDirectory(prefix="faults-") as folder:
                bench = Bench(name, Path(folder) / "bench")
                cases = list(faults(bench, both or arguments.errors, both or arguments.signals))
            cases = cases[:: arguments.every]
            total += len(cases)
            jobs = [pool.submit(attempt, name, some) for some in chunks(cases, 40)]
            for job in jobs:
                for fault, found in job.result():
                    failed += 1
                    print(name, fault.injection, *found, flush=True)
            print(f"{name}: {len(cases)} faults", flush=True)
    print(f"{total} faults, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
