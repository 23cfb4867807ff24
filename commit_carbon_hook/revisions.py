"""Revisions as git writes them, read without git: names, abbreviations, ancestors, ranges.

Reflogs (`@{...}`) and searches (`:/text`) are left to git. See gitrevisions(7).
"""

from __future__ import annotations

import re

from .errors import CarbonError
from .walk import Tips, parents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NamedTuple
else:
    from .values import NamedTuple

HEAD = "HEAD"
_RULES = (
    "{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD",
)  # fmt: skip
_SUFFIX = re.compile(r"(?:\^\{[a-z]*\}|\^[0-9]*|~[0-9]*)\Z")
_DESCRIBED = re.compile(r".+-g([0-9a-f]{4,64})\Z")
_ABBREVIATED = re.compile(r"[0-9a-f]{4,64}\Z")
_ELSEWHERE = ("@{", ":/", "^{/")
COMMIT, TAG = 1, 4


class Objects(NamedTuple):
    """How names are looked up: a ref's object name or None; the type and content of an object or
    None; all object names that begin so."""

    ref: Callable[[str], str | None]
    read: Callable[[str], tuple[int, bytes] | None]
    starting: Callable[[str], Iterable[str]]


def resolve(revisions: Iterable[str], objects: Objects) -> Tips:
    """The commits that revisions and ranges stand for. Raises CarbonError for unknown ones."""
    include: list[str] = []
    exclude: list[str] = []
    for revision in revisions:
        if any(mark in revision for mark in _ELSEWHERE):
            raise CarbonError(f"{revision}: only git knows reflogs and searches: use --engine git")
        if "..." in revision:
            left, _, right = revision.partition("...")
            one = commit(left or HEAD, revision, objects)
            other = commit(right or HEAD, revision, objects)
            include += [one, other]
            exclude += common(one, other, objects)
        elif ".." in revision:
            left, _, right = revision.partition("..")
            exclude.append(commit(left or HEAD, revision, objects))
            include.append(commit(right or HEAD, revision, objects))
        elif revision.startswith("^"):
            exclude.append(commit(revision[1:], revision, objects))
        elif revision.endswith("^@"):
            include += _parents(commit(revision[:-2], revision, objects), objects)
        elif revision.endswith("^!"):
            sha = commit(revision[:-2], revision, objects)
            include.append(sha)
            exclude += _parents(sha, objects)
        else:
            include.append(commit(revision, revision, objects))
    return Tips(tuple(dict.fromkeys(include)), tuple(dict.fromkeys(exclude)))


def commit(name: str, revision: str, objects: Objects) -> str:
    """The commit that one name stands for."""
    suffixes = []
    base = name
    while match := _SUFFIX.search(base):
        suffixes.append(match.group())
        base = base[: match.start()]
    sha = _object(HEAD if base == "@" else base, objects)
    if sha is None:
        raise CarbonError(f"{revision}: no such revision here: see git log --all --oneline")
    sha = peeled(sha, objects)
    for suffix in reversed(suffixes):
        if sha is None:
            break
        sha = _step(sha, suffix, objects)
    if sha is None:
        raise CarbonError(f"{revision}: not a commit: see git log --all --oneline")
    return sha


def _step(sha: str, suffix: str, objects: Objects) -> str | None:
    digits = suffix[1:]
    if suffix.startswith("^{"):
        return sha if digits in ("{}", "{commit}") else None
    if suffix.startswith("~"):
        generations, which = int(digits or 1), 1
    else:
        generations, which = int(digits != "0"), int(digits or 1)
    here: str | None = sha
    for _ in range(generations):
        above = _parents(here, objects) if here else []
        here = above[which - 1] if len(above) >= which else None
    return here


def _object(name: str, objects: Objects) -> str | None:
    if _ABBREVIATED.match(name) and len(name) in (40, 64) and objects.read(name):
        return name
    for rule in _RULES:
        sha = objects.ref(rule.format(name))
        if sha:
            return sha
    described = _DESCRIBED.match(name)
    digits = described.group(1) if described else name
    if not _ABBREVIATED.match(digits):
        return None
    found = sorted({sha for sha in objects.starting(digits) if peeled(sha, objects)})
    if len(found) > 1:
        raise CarbonError(f"{name}: stands for several commits: write more digits")
    return found[0] if found else None


def peeled(sha: str, objects: Objects) -> str | None:
    """The commit that an object is or that tags lead to, None for anything else."""
    for _ in range(100):
        found = objects.read(sha)
        if found is None or found[0] not in (COMMIT, TAG):
            return None
        if found[0] == COMMIT:
            return sha
        line = found[1].partition(b"\n")[0]
        sha = line.removeprefix(b"object ").decode("ascii", "replace")
    return None


def common(one: str, other: str, objects: Objects) -> list[str]:
    """The commits from which everything that both histories share can be reached."""
    shared = _ancestors(one, objects) & _ancestors(other, objects)
    below = {parent for sha in shared for parent in _parents(sha, objects)}
    return sorted(shared - below)


def _ancestors(sha: str, objects: Objects) -> set[str]:
    seen: set[str] = set()
    pending = [sha]
    while pending:
        here = pending.pop()
        if here not in seen:
            seen.add(here)
            pending += _parents(here, objects)
    return seen


def _parents(sha: str, objects: Objects) -> list[str]:
    found = objects.read(sha)
    return parents(found[1], len(sha)) if found and found[0] == COMMIT else []
