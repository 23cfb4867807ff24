"""What may tell a commit with the hook from the same one without it: the records."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from support import SCRIPTS, Repository

import commit_carbon_hook

RECORD_LINE = re.compile(rb"^ {0,8}(?:[*>-] )?Carbon-(?:gCO2e: low|Tokens: output|Basis: tool)=")
IDS = re.compile(rb"^Carbon-gCO2e: .*id=(\w{10})\r?$", re.MULTILINE)
VARYING = re.compile(rb"\b[0-9a-f]{7,64}\b|(?<=Date:   ).*")
# One process, because starting two takes most of a test's time.
TWICE = """
from commit_carbon_hook.hook import main

def content():
    with open(sys.argv[3], "rb") as file:
        return file.read()

main()
once = content()
main()
with open(__file__ + "-twice", "a") as log:
    print("same" if content() == once else f"{sys.argv[2]} differs", file=log)
"""


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


def without_names(message: bytes) -> bytes:
    """A message without the names of commits and the dates that differ between two runs."""
    return VARYING.sub(b"<name or date>", message)


def without_blanks(message: bytes) -> bytes:
    """A message with one empty line where there are several, and none at the end."""
    return re.sub(rb"(?:\r?\n){2,}", b"\n\n", message).rstrip(b"\r\n")


def without_records(message: bytes) -> bytes:
    """A message without record lines, and without the empty line that parts them from the rest."""
    kept = [line for line in message.split(b"\n") if not RECORD_LINE.match(line)]
    return without_blanks(b"\n".join(kept))


def install_twice(repository: Repository) -> None:
    """Both message stages, each of which runs twice on one message: see `said_twice`."""
    script = repository.path.parent / "commit-carbon-hook"
    package = Path(commit_carbon_hook.__file__ or "").parent.parent
    script.write_text(f"import sys\nsys.path.insert(0, {str(package)!r})\n{TWICE}")
    for stage in ("prepare-commit-msg", "commit-msg"):
        repository.hook(stage, f'exec "{SCRIPTS}/python" -IS "{script}" --stage {stage} "$@"')


def said_twice(folder: Path) -> list[str]:
    """For each run of a hook of `install_twice`, whether its second half changed the message."""
    log = folder / "commit-carbon-hook-twice"
    return log.read_text().splitlines() if log.exists() else []
