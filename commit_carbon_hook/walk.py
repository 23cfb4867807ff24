"""Walking a history object by object: what the embedded engine does always, and what is left
where objects are missing and git itself gives up. Also the shape that both engines have."""

from __future__ import annotations

from .sieve import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import NamedTuple, Protocol

    from .history import Commit, Instant
    from .numstat import Changed
    from .sieve import Frame, Sieve, Tally
else:
    from .values import NamedTuple

    Protocol = object


BRANCHES = ("refs/heads/", "refs/remotes/", "refs/pull/", "refs/merge-requests/")


class Tips(NamedTuple):
    """Commits whose histories are read, and commits whose histories are left out, by name."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]


class BrokenHistory(Exception):  # noqa: N818 - a state, not a fault
    """Git gave up on a damaged history: read it again object by object."""


class Engine(Protocol):
    """A repository that is open for reading. Everything raises CarbonError for a repository, a
    revision or a date that it cannot read."""

    parallel: bool
    """Whether one thread may ask for changes while another one reads commits."""
    shallow: bool
    directory: str
    """The git directory."""
    objects: str
    """The folder of the objects."""
    work_tree: str
    """The folder that may hold a configuration; empty without one."""

    def tips(self, revisions: Sequence[str], every_ref: bool) -> Tips:
        """The commits that revisions and ranges, as git writes them, stand for."""

    def commits(
        self, tips: Tips, sieve: Sieve, tally: Tally, thorough: bool = False
    ) -> Iterator[Commit]:
        """The commits of a history that pass the sieve, each once. Raises BrokenHistory, half
        way perhaps, where the history is damaged and `thorough` is not set."""

    def changed(self, shas: Iterable[str]) -> Iterator[Changed]:
        """The lines that commits changed against their parent; none for merges."""

    def notes(self, ref: str) -> dict[str, bytes]:
        """The notes of a ref, by the name of the commit."""

    def note_names(self, ref: str) -> dict[str, str]:
        """The names of the notes of a ref, by the name of the commit."""

    def blobs(self, names: Sequence[str], largest: int) -> Iterator[bytes | None]:
        """The contents of blobs one after the other; None for one that is longer than `largest`
        bytes or cannot be read."""

    def branches(self) -> dict[str, str]:
        """The commits of all branches, also remote ones and those of requests, by full name."""

    def remote(self) -> str:
        """The address of the remote `origin`, empty without one. It may hold credentials."""

    def instant(self, text: str) -> Instant:
        """A date that is not written as YYYY-MM-DD."""

    def close(self) -> None:
        """Let go of files and processes."""


def is_branch(ref: str) -> bool:
    """Whether a ref is the head of some work: no tag, note, stash or anything that a tool keeps."""
    return ref.startswith(BRANCHES) and not ref.endswith("/HEAD")


def walk(
    tips: Tips,
    read: Callable[[str], bytes | None],
    unreadable: list[Unreadable],
    boundary: Collection[str] = (),
) -> Iterator[Frame]:
    """Every commit that is reachable from the tips, once, in a frame of its own.

    `read` gives a raw commit object or None; what it cannot give is noted and not followed.
    The parents of `boundary`, where a shallow clone ends, are not asked for.
    """
    hidden: set[bytes] = set()
    for _ in _reach(tips.exclude, read, hidden, [], boundary):
        pass
    for sha, raw in _reach(tips.include, read, hidden, unreadable, boundary):
        name = sha.encode("ascii") + b"\n"
        yield name + raw, 0, len(name), len(name) + len(raw)


def _reach(
    starts: Iterable[str],
    read: Callable[[str], bytes | None],
    seen: set[bytes],
    unreadable: list[Unreadable],
    boundary: Collection[str],
) -> Iterator[tuple[str, bytes]]:
    """Depth first; `seen` holds what was given already, and grows."""
    pending = list(reversed(list(starts)))
    while pending:
        sha = pending.pop()
        key = bytes.fromhex(sha)
        if key in seen:
            continue
        seen.add(key)
        raw = read(sha)
        if raw is None:
            unreadable.append(Unreadable(sha, "missing or damaged"))
            continue
        yield sha, raw
        if sha not in boundary:
            pending += reversed(parents(raw, len(sha)))


def parents(raw: bytes, digits: int) -> list[str]:
    """The parents that a raw commit object names, as far as they are names."""
    found = []
    at = raw.find(b"\n") + 1
    while raw.startswith(b"parent ", at):
        sha = raw[at + 7 : at + 7 + digits]
        at += 8 + digits
        if len(sha) == digits and not sha.strip(b"0123456789abcdef"):
            found.append(sha.decode("ascii"))
    return found
