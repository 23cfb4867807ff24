"""The only room that starts git for a commit: one small function for each question.

No function here asks anything that a repository's configuration could answer with a program:
file system monitors are off, nothing is fetched, no lock is taken.
"""

from __future__ import annotations

import os

from . import process
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
# A promisor remote may name a program (`ext::`), so a child that could fetch must not.
SAFE_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
SAFE_OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
TRUST = "git config --global --add safe.directory "
MAX_PATHS_PER_CALL = 500
STAGED = (
    *("diff-index", "--cached", "--raw", "--numstat", "-z", "-M", "--no-abbrev"),
    *("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-relative"),
)


class Staged(NamedTuple):
    """Staged lines against a tree, as git counts them, and the output that names the content."""

    lines: int
    content: bytes


def run(arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes = b"") -> bytes:
    """The standard output of a git command. Raises CarbonError with git's first line of error."""
    done = process.run(_command(arguments), {**environment, **SAFE_ENVIRONMENT}, stdin)
    return _output(done, arguments[0])


def _command(arguments: Sequence[str]) -> list[str]:
    return ["git", *SAFE_OPTIONS, *arguments]


def _output(done: process.Done, name: str) -> bytes:
    if done.status:
        lines = done.errors.decode("utf-8", "replace").strip().split("\n")
        raise CarbonError(f"git {name} failed: {lines[0] or 'no reason given'}{remedy(lines)}")
    return done.output


def remedy(lines: Sequence[str]) -> str:
    """What git's own error says to run where somebody else owns a repository, as in containers."""
    found = [line.strip() for line in lines if line.strip().startswith(TRUST)]
    return f": run {found[0]}" if found else ""


def plainer(error: CarbonError, text: str) -> CarbonError:
    """An error in words that fit better, unless git has said what to run."""
    return error if TRUST in str(error) else CarbonError(text)


def begin_staged(tree: str, environment: Mapping[str, str]) -> process.Started | None:
    """Start what `staged` needs, so that git works while Python imports."""
    if not hasattr(os, "posix_spawnp"):
        return None
    return process.start(_command([*STAGED, tree]), {**environment, **SAFE_ENVIRONMENT})


def staged(
    tree: str, environment: Mapping[str, str], begun: process.Started | None = None
) -> Staged:
    """Lines changed in the index against a tree-ish: additions + deletions, renames followed.

    The environment is git's own: it names a temporary index for `commit -a` and `commit -- path`.
    """
    try:
        if begun:
            output = _output(process.finish(begun), STAGED[0])
        else:
            output = run([*STAGED, tree], environment)
    except CarbonError:
        # In a partial clone, a deleted file's lines may not be here; git would fetch them.
        output = _without_deletions([*STAGED, tree], tree, environment)
    return Staged(count_lines(output), output)


def _without_deletions(command: Sequence[str], tree: str, environment: Mapping[str, str]) -> bytes:
    names = run(
        ["diff-index", "--cached", "--name-only", "-z", "--diff-filter=d", "--no-renames", tree],
        environment,
    )
    paths = [os.fsdecode(name) for name in names.split(b"\0") if name]
    literal = {**environment, "GIT_LITERAL_PATHSPECS": "1"}
    output = b""
    for start in range(0, len(paths), MAX_PATHS_PER_CALL):
        output += run([*command, "--", *paths[start : start + MAX_PATHS_PER_CALL]], literal)
    return output


def count_lines(output: bytes) -> int:
    """Additions plus deletions in `--numstat -z` output, with `--raw` or without it."""
    total = 0
    fields = iter(output.split(b"\0"))
    for field in fields:
        if field.startswith(b":"):
            next(fields)
            if field.rpartition(b" ")[2][:1] in (b"R", b"C"):
                next(fields)
            continue
        added, _, rest = field.partition(b"\t")
        deleted, tab, path = rest.partition(b"\t")
        if not tab:
            continue
        if not path:
            next(fields), next(fields)
        if added != b"-":
            total += int(added) + int(deleted)
    return total


def changes(commit: str, environment: Mapping[str, str]) -> bytes:
    """What a commit changed against its parent, as `count_lines` reads it."""
    options = ["-r", "--root", "--no-commit-id", "--numstat", "-z", "-M", "--no-ext-diff"]
    return run(["diff-tree", *options, "--no-textconv", commit], environment)


def commit(name: str, environment: Mapping[str, str]) -> bytes:
    """The raw commit object of a revision."""
    return run(["cat-file", "commit", name], environment)


def commits(names: Sequence[str], environment: Mapping[str, str]) -> list[bytes]:
    """The raw commit objects of a few revisions, from one process; missing ones are left out."""
    wanted = "".join(f"{name}\n" for name in names).encode()
    output = run(["cat-file", "--batch"], environment, wanted)
    found = []
    while output:
        header, _, rest = output.partition(b"\n")
        words = header.split(b" ")
        if len(words) != 3:
            output = rest
            continue
        size = int(words[2])
        if words[1] == b"commit":
            found.append(rest[:size])
        output = rest[size + 1 :]
    return found


def newest_messages(most: int, environment: Mapping[str, str]) -> bytes:
    """`date LF message NUL` of the newest commits of all refs and HEAD, newest first."""
    return _log(["--all", f"--max-count={most}", "--format=%ct%n%B"], environment)


def newest(most: int, environment: Mapping[str, str]) -> list[str]:
    """The names of HEAD's newest commits that are no merges."""
    try:
        out = run(["rev-list", "--no-merges", f"--max-count={most}", "HEAD", "--"], environment)
    except CarbonError:
        return []
    return out.decode("ascii").split()


def history(most: int, environment: Mapping[str, str]) -> bytes:
    """`author date LF author address LF message NUL` of HEAD's newest ancestors, newest first."""
    return _log([f"--max-count={most}", "--format=%at%n%ae%n%B"], environment)


def _log(arguments: Sequence[str], environment: Mapping[str, str]) -> bytes:
    try:
        return run(
            ["log", "-z", "--no-show-signature", "--no-color", *arguments, "--"], environment
        )
    except CarbonError:
        return b""  # no commit yet


def resolve(name: str, environment: Mapping[str, str]) -> str:
    """The object id of a revision."""
    out = run(["rev-parse", "--verify", "--quiet", "--end-of-options", name], environment)
    return out.decode("ascii").strip()


def configured(key: str, environment: Mapping[str, str]) -> str:
    """A value of git's configuration, empty where it is not set."""
    try:
        return run(["config", "--get", key], environment).decode("utf-8", "replace").strip()
    except CarbonError:
        return ""


def configured_all(pattern: str, environment: Mapping[str, str]) -> str:
    """The lines `key value` of git's configuration whose key matches, empty without any."""
    try:
        return run(["config", "--get-regexp", pattern], environment).decode("utf-8", "replace")
    except CarbonError:
        return ""


def git_path(name: str, environment: Mapping[str, str]) -> str:
    """Where git keeps something of this repository, for example `hooks`."""
    return os.fsdecode(run(["rev-parse", "--git-path", name], environment).rstrip(b"\n"))
