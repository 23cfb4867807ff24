"""Where usage stands: the newest commits of all work trees, and the claims kept beside them."""

from __future__ import annotations

import os

from . import git, gitdir, process, record, usage
from .errors import CarbonError
from .usage import Commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .gitdir import GitDir
    from .usage import Ledger

# In the directory that work trees share: what a work tree has recorded outlives it.
LEDGER = "usage"
# Enough for what was committed, fetched or rebased since the last record, and for all but that.
NEWEST, MAX_COMMITS = 50, 1_000
# Of the modules handover and notes, which other hooks need.
FOLDER, NOTES, PENDING_NOTE = "commit-carbon", "refs/notes/carbon", "pending-note"
_CROCKFORD = record.CROCKFORD.encode("ascii")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# How git begins what it logs where a commit is made, and not merely checked out or fetched.
MAKING = (b"commit", b"rebase", b"cherry-pick", b"revert", b"am")
START = b"(start)"
LOG_BYTES = 1 << 18
REBASES = ("rebase-merge/orig-head", "rebase-apply/orig-head")


def _name(git_dir: GitDir) -> str:
    """What the ledger of a work tree is called."""
    linked = os.path.realpath(git_dir.path) != os.path.realpath(git_dir.common)
    return f"{LEDGER}.{os.path.basename(git_dir.path)}" if linked else LEDGER


def ledgers(git_dir: GitDir) -> tuple[Ledger | None, list[Ledger]]:
    """The ledger of this work tree, and those of others, also of such as are gone."""
    here, own, others = _name(git_dir), None, []
    for path in _files(git_dir):
        ledger = usage.load(gitdir.read(path).split(b"\n")[:-1])
        if os.path.basename(path) == here:
            own = ledger
        elif ledger:
            others.append(ledger)
    return own, others


def store(git_dir: GitDir, ledger: Ledger, now: float) -> None:
    """Write the ledger of this work tree. Raises CarbonError if it cannot be written.

    Not synced to the disk: what is lost of it, history tells as well.
    """
    folder = os.path.join(git_dir.common, FOLDER)
    path = os.path.join(folder, _name(git_dir))
    content = b"".join([line + b"\n" for line in usage.dump(ledger)])
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        new = f"{path}.{os.getpid()}.{FOLDER}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o600)
        with open(descriptor, "wb", buffering=0) as file:
            file.write(content)
        os.replace(new, path)
    except OSError as error:
        raise CarbonError(f"{path} cannot be written ({error.strerror})") from None
    for path in _files(git_dir):
        try:
            if os.stat(path).st_mtime < now - usage.KEPT_SECONDS:
                os.unlink(path)
        except OSError:
            continue


def _files(git_dir: GitDir) -> list[str]:
    folder = os.path.join(git_dir.common, FOLDER)
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    # What else begins so is a file that is being written.
    names = [name for name in names if not name.endswith(f".{FOLDER}")]
    return [os.path.join(folder, name) for name in names if name.split(".")[0] == LEDGER]


def begin_history(
    git_dir: GitDir, environment: Mapping[str, str], most: int = NEWEST
) -> Callable[[], list[Commit]]:
    """The newest commits of all refs, of all HEADs, and of a rebase that is under way.

    git works until they are called for, which raises CarbonError if it cannot tell.
    """
    rebased = [gitdir.read(git_dir.join(name)).strip() for name in REBASES]
    arguments = [
        *("log", "-z", "--all", "--ignore-missing", "--no-color", "--encoding=UTF-8"),
        *(f"--notes={NOTES}", f"--max-count={most}", "--format=%H %ct %at %ae%n%B%n%N"),
        *(name.decode("ascii") for name in rebased if name.isalnum()),
        "--",
    ]
    answer = _begin(arguments, environment)
    return lambda: [_commit(part) for part in answer().split(b"\0")[:-1]]


def _begin(arguments: Sequence[str], environment: Mapping[str, str]) -> Callable[[], bytes]:
    if not hasattr(os, "posix_spawnp"):
        return lambda: git.run(arguments, environment)
    command = ["git", *git.SAFE_OPTIONS, *arguments]
    child = process.start(command, {**environment, **git.SAFE_ENVIRONMENT})

    def answer() -> bytes:
        done = process.finish(child)
        if done.status:
            raise CarbonError(f"git {arguments[0]} failed")
        return done.output

    return answer


def _commit(raw: bytes) -> Commit:
    head, _, text = raw.partition(b"\n")
    name, committed, authored, author = head.split(b" ", 3)
    return Commit(float(committed), float(authored), author, text, name)


def made_here(git_dir: GitDir, environment: Mapping[str, str]) -> frozenset[bytes]:
    """The commits that came about in this work tree, as far as the log of its HEAD goes back."""
    log = gitdir.read(git_dir.join("logs/HEAD"), LOG_BYTES)
    if not log:
        try:
            form = "--format=- %H -%x09%gs"
            log = git.run(["log", "-g", form, f"--max-count={MAX_COMMITS}"], environment)
        except CarbonError:
            return frozenset()
    # The old name, the new one, who and when; behind a tab, what was done.
    entries = [line.partition(b"\t") for line in log.splitlines()]
    return frozenset(
        name
        for names, _, what in entries
        if what.startswith(MAKING) and not what.partition(b":")[0].endswith(START)
        for name in names.split(b" ")[1:2]
    )


def ids(texts: Iterable[bytes]) -> frozenset[str]:
    """The ids of the records in messages, wherever a squash has moved them."""
    found = {piece[: record.ID_LENGTH] for text in texts for piece in text.split(b" id=")[1:]}
    return frozenset(
        name.decode("ascii")
        for name in found
        if len(name) == record.ID_LENGTH and not name.strip(_CROCKFORD)
    )


def waiting_note(git_dir: GitDir) -> bytes:
    """A note that is attached when the next commit is made, if its own commit came about."""
    waiting = gitdir.read(os.path.join(git_dir.join(FOLDER), PENDING_NOTE))
    before = (gitdir.head(git_dir) or "-").encode("ascii")
    return waiting if waiting.split(b"\n")[1:2] not in ([], [before]) else b""


def _linked(git_dir: GitDir) -> list[str]:
    """The git directories of linked work trees."""
    folder = os.path.join(git_dir.common, "worktrees")
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return []


def made(git_dir: GitDir) -> float | None:
    """When a linked work tree was made; None for a repository's own."""
    try:
        return os.stat(git_dir.join("commondir")).st_mtime
    except OSError:
        return None


def other_trees(tree: str, git_dir: GitDir) -> list[str]:
    """Linked work trees and submodules: what is used in them is recorded in them."""
    found = []
    for path in _linked(git_dir):
        linked = os.fsdecode(gitdir.read(os.path.join(path, "gitdir")).strip())
        found.append(os.path.realpath(os.path.dirname(linked)))
    for line in gitdir.read(os.path.join(tree, ".gitmodules")).split(b"\n"):
        key, equals, value = line.partition(b"=")
        if equals and key.strip() == b"path":
            found.append(os.path.realpath(os.path.join(tree, os.fsdecode(value.strip()))))
    return [other for other in found if other != tree]
