"""How git is called to read a history: what a repository's configuration names is not run,
nothing is fetched, no lock is taken, no object stands for another."""

from __future__ import annotations

import os

from .git import SAFE_ENVIRONMENT, SAFE_OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Small windows into packs keep git's memory at a quarter, for 2 to 8 % more time.
OPTIONS = (
    *SAFE_OPTIONS, "--no-replace-objects",
    "-c", "core.packedGitWindowSize=1m", "-c", "core.packedGitLimit=32m",
)  # fmt: skip
# Variables that say which repository; where a repository is named, they say nothing.
LOCATION = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)  # fmt: skip


def command(path: str, *arguments: Iterable[str]) -> list[str]:
    """A git command at a repository, or for an empty path at what git finds from here."""
    place = ["-C", path] if path else []
    return ["git", *place, *OPTIONS, *(word for words in arguments for word in words)]


def environment(path: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment for it."""
    kept = () if path else LOCATION
    found = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("GIT_")
        or name.startswith(("GIT_CONFIG", "GIT_EXEC_PATH"))
        or name in kept
    }
    return {
        **found,
        **SAFE_ENVIRONMENT,
        # Like replaced objects: parents are those that the commits name.
        "GIT_GRAFT_FILE": os.devnull,
        # Output is read as it comes; git need not write every line by itself.
        "GIT_FLUSH": "0",
    }
