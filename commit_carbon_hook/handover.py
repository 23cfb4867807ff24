"""From prepare-commit-msg to the stage after the editor: a draft, for this very commit only."""

from __future__ import annotations

import os

from . import draft as drafts
from . import gitdir, message, message_file, record
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from .draft import Draft
    from .gitdir import GitDir
    from .invocation import Invocation
else:
    from .values import NamedTuple

FOLDER = "commit-carbon"
FILE = "handover"
FORMAT = b"commit-carbon handover 1"


class HandedOver(NamedTuple):
    """A draft, and the digest of the template that an untouched message would still equal."""

    draft: Draft
    template: str


def commit_key(call: Invocation, git_dir: GitDir) -> str:
    """What both stages of one `git commit` see and no other commit does.

    The process and its start time; where processes cannot be seen, HEAD and the author date.
    """
    seen = call.committing()
    author = call.environment.get("GIT_AUTHOR_DATE", "")
    return f"{seen.name if seen else '-'} {gitdir.head(git_dir) or '-'} {author}"


def digest(text: bytes, prefix: bytes) -> str:
    """A name for what the user wrote: without comments, sign-offs and our own lines."""
    mine = message.remove_record_lines(message.cleaned(text, "strip", prefix), prefix)
    lines = [line for line in mine.split(b"\n") if not line.startswith(b"Signed-off-by:")]
    return record.identity([b"\n".join(lines).strip()])


def store(git_dir: GitDir, name: str, lines: list[bytes]) -> None:
    """Keep a few lines in the git directory, readable by their owner only."""
    folder = git_dir.join(FOLDER)
    path = os.path.join(folder, name)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # An empty file first, so that the message writer's care serves here too.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise CarbonError(f"{path} cannot be written ({error.strerror})") from None
    message_file.replace(path, b"\n".join(lines) + b"\n")


def consume(git_dir: GitDir, name: str) -> list[bytes]:
    """The lines kept under a name; they are gone afterwards."""
    path = os.path.join(git_dir.join(FOLDER), name)
    content = gitdir.read(path)
    if content:
        try:
            os.unlink(path)
        except OSError:
            return []
    return content.split(b"\n")[:-1]


def leave(draft: Draft, call: Invocation, git_dir: GitDir, text: bytes, prefix: bytes) -> None:
    """Hand a draft over to the commit-msg stage."""
    template = digest(text, prefix) if call.source == "template" else "-"
    key = commit_key(call, git_dir).encode("utf-8", "surrogateescape")
    store(git_dir, FILE, [FORMAT, key, template.encode("ascii"), *drafts.dump(draft)])


def take(call: Invocation, git_dir: GitDir) -> HandedOver | None:
    """What was handed over for this very commit, once."""
    if FOLDER not in git_dir.entries:
        return None
    lines = consume(git_dir, FILE)
    key = commit_key(call, git_dir).encode("utf-8", "surrogateescape")
    if len(lines) < 4 or lines[0] != FORMAT or lines[1] != key:
        return None
    try:
        return HandedOver(drafts.load(lines[3:]), lines[2].decode("ascii").strip("-"))
    except (IndexError, ValueError):
        return None
