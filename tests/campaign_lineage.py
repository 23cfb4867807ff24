"""Some repositories, and a model that knows what each of their commits carries.

The graph comes from git; which records a commit carries comes from what was done, never from a
message.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from support import Repository, clean_environment

Records = frozenset[tuple[str, str]]
NONE: Records = frozenset()


class Node(NamedTuple):
    """A commit: the ids that it carries, each with its central grams, and its parents."""

    records: Records
    parents: tuple[str, ...]


class Truth(NamedTuple):
    """What a summary must say."""

    scanned: int
    records: int
    central: Decimal
    conflicts: int


class Lineage:
    """Some repositories, and every commit that was ever made in them."""

    def __init__(self, root: Path, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.root = root
        self.nodes: dict[str, Node] = {}
        self.made = 0
        self.log: list[str] = []
        (root / "home").mkdir(parents=True)
        self.environment = clean_environment(root / "home")
        self.environment |= {"GIT_EDITOR": ":", "XDG_CACHE_HOME": str(root / "cache")}
        self.repositories = [Repository(root / "r0", self.environment)]
        (root / "r0").mkdir()
        self.here.git("init", "-q", "-b", "main")

    @property
    def here(self) -> Repository:
        """The repository that is worked in."""
        return self.repositories[-1]

    def reached(self, tips: Iterable[str]) -> set[str]:
        """All commits that these lead to."""
        pending, found = list(tips), set[str]()
        while pending:
            sha = pending.pop()
            if sha not in found:
                found.add(sha)
                pending += self.nodes[sha].parents
        return found

    def truth(self, commits: Iterable[str]) -> Truth:
        """What a summary of these commits must say."""
        shas = set(commits)
        values: dict[str, set[Decimal]] = {}
        for sha in shas:
            for name, grams in self.nodes[sha].records:
                values.setdefault(name, set()).add(Decimal(grams))
        total = sum((max(grams) for grams in values.values()), Decimal())
        return Truth(
            len(shas), len(values), total, sum(len(grams) > 1 for grams in values.values())
        )

    def lines(self, *arguments: str, where: Repository | None = None) -> list[str]:
        """The words of git's answer."""
        return (where or self.here).git(*arguments).split()

    def branches(self) -> list[str]:
        """All local and remote branches."""
        kinds = ["refs/heads", "refs/remotes"]
        return self.lines("for-each-ref", "--format=%(refname)", *kinds)

    def line(self, most: int) -> list[str]:
        """Up to so many of the newest commits without a merge in between, oldest first."""
        found: list[str] = []
        sha = self.here.head()
        while len(found) < most and len(self.nodes[sha].parents) == 1:
            found.append(sha)
            [sha] = self.nodes[sha].parents
        return found[::-1]

    def note(self, base: Iterable[str], carried: list[Records]) -> None:
        """Note the new commits, oldest first."""
        hidden = [f"^{sha}" for sha in base]
        order = ["rev-list", "--reverse", "--topo-order", "--parents", "HEAD", *hidden]
        rows = [row.split() for row in self.here.git(*order).splitlines()]
        assert len(rows) == len(carried), (rows, carried, self.log)
        for (sha, *parents), records in zip(rows, carried, strict=True):
            self.nodes[sha] = Node(records, tuple(parents))

    def tried(self, *arguments: str, **variables: str) -> bool:
        """Whether git did it; if not, everything is as before."""
        before = self.here.head()
        if not self.here.run("git", *arguments, check=False, **variables).returncode:
            return True
        for state in ("rebase", "cherry-pick", "merge", "revert", "am"):
            self.here.run("git", state, "--abort", check=False)
        self.here.git("reset", "-q", "--hard", before)
        return False
