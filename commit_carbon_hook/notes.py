"""Records as git notes (`--store=notes`), for projects that allow no such trailers.

A note needs the commit's name, which no message stage knows: the lines wait in the git
directory until post-commit, or until the next commit where that stage is not installed.
"""

from __future__ import annotations

from . import drafting, git, gitdir, handover, record
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .gitdir import GitDir
    from .invocation import Invocation

REF = "refs/notes/carbon"
FILE = "pending-note"
FORMAT = b"commit-carbon note 1"


def read(commit: str, environment: Mapping[str, str]) -> bytes:
    """A commit's note in the shape of a message, empty if it has none."""
    try:
        return b"Note\n\n" + git.run(["notes", f"--ref={REF}", "show", commit], environment)
    except CarbonError:
        return b""


def leave(records: Sequence[record.Record], call: Invocation, git_dir: GitDir) -> None:
    """Keep the lines for the commit that is under way, in place of an aborted one's."""
    if handover.FOLDER in git_dir.entries:
        attach(call, git_dir)
    if records:
        lines = [line for one in records for line in record.lines(one)]
        before = (gitdir.head(git_dir) or "-").encode("ascii")
        date = call.environment.get("GIT_AUTHOR_DATE", "").encode("utf-8", "surrogateescape")
        handover.store(git_dir, FILE, [FORMAT, before, date, *lines])


def attach(call: Invocation, git_dir: GitDir) -> None:
    """Attach the lines that wait to HEAD, if it is the commit that they were kept for."""
    waiting = handover.consume(git_dir, FILE)
    head = gitdir.head(git_dir)
    if len(waiting) < 4 or waiting[0] != FORMAT or not head or head.encode() == waiting[1]:
        return
    _, author, _ = drafting.parts(git.commit(head, call.environment))
    date = waiting[2].lstrip(b"@")
    if author.rpartition(b"> ")[2] != date:
        return
    body = b"\n".join(waiting[3:]) + b"\n"
    git.run(["notes", f"--ref={REF}", "add", "-f", "-F", "-", head], call.environment, body)
