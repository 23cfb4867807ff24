"""The lines that commits changed, counted by one `git diff-tree` for all of them."""

from __future__ import annotations

import os
from contextlib import suppress

from . import frames, numstat
from .git import EMPTY_TREE
from .git_stream import reading, temporary
from .numstat import UNREADABLE, Changed
from .walk import BrokenHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import IO

    from .git_stream import Git

NUMSTAT = (
    "-c", "core.bare=true", "-c", "core.bigFileThreshold=512m",
    "-c", f"core.attributesFile={os.devnull}",
    "diff-tree", "--stdin", "--always", "--root", "--numstat", "-z", "-M", "-l1000",
    "--diff-algorithm=myers", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all",
)  # fmt: skip
MAX_RESTARTS = 100


class GitChanges:
    """A repository's changes. Attributes do not apply: they would come from whatever is checked
    out, and a bare clone would count differently."""

    def __init__(self, git: Git, directory: str, hash_name: str, boundary: Collection[str]) -> None:
        self._git = git
        self._directory = directory
        self._hash = hash_name
        # Where a shallow clone ends, git would take the whole tree for new.
        self._boundary = boundary

    def of(self, shas: Iterable[str]) -> Iterator[Changed]:
        """One answer for each name, in their order."""
        with (
            temporary(f"{sha}\n" for sha in shas) as names,
            temporary(
                sha for sha in map(bytes.decode, names) if sha[:-1] not in self._boundary
            ) as asked,
        ):
            names.seek(0)
            counted = self._counted(asked)
            for line in names:
                sha = line[:-1].decode()
                if sha in self._boundary:
                    yield Changed(sha, UNREADABLE, bytes.fromhex(sha)[:16])
                else:
                    yield next(counted)

    def _counted(self, names: IO[bytes]) -> Iterator[Changed]:
        """The answers of git, started again behind every commit at which it gives up."""
        names.seek(0)
        width = len(names.readline())
        position = restarts = 0
        while names.seek(0, os.SEEK_END) > position * width:
            names.seek(position * width)
            answers = 0
            try:
                if restarts <= MAX_RESTARTS:
                    for changed in self._diff_tree(names):
                        answers += 1
                        yield changed
            except BrokenHistory:
                restarts += 1
            position += answers
            if not answers:
                names.seek(position * width)
                yield self._alone(names.readline())
                position += 1

    def _alone(self, line: bytes) -> Changed:
        """The answer for one commit. The last one before git gave up is held back: whether it
        was complete shows here."""
        sha = line[:-1].decode()
        with temporary([f"{sha}\n"]) as name, suppress(BrokenHistory):
            for changed in self._diff_tree(name):
                return changed
        return Changed(sha, UNREADABLE, bytes.fromhex(sha)[:16])

    def _diff_tree(self, names: IO[bytes]) -> Iterator[Changed]:
        """Raises BrokenHistory, and holds back the last answer, if git ends with an error."""
        os.lseek(names.fileno(), names.tell(), os.SEEK_SET)
        environment = {
            "GIT_DIR": self._directory,
            "GIT_INDEX_FILE": os.path.join(self._directory, "no-index"),
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ATTR_SOURCE": EMPTY_TREE[self._hash],
        }
        with self._git.child(*NUMSTAT, stdin=names, cwd=self._directory, **environment) as differ:
            held: Changed | None = None
            for changed in numstat.parse(frames.tokens(reading(differ))):
                if held:
                    yield held
                held = changed
            if differ.wait():
                raise BrokenHistory
            if held:
                yield held
