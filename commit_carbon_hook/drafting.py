"""From a decision to a draft: the questions to git, at most one for a plain commit."""

from __future__ import annotations

import os
from time import time

from . import attribution, decision, git, gitdir, message, record
from .draft import Draft, renewable, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .config import Settings
    from .gitdir import GitDir
    from .invocation import Invocation

CLEANUP_MODES = ("strip", "whitespace", "verbatim", "scissors")


def top(git_dir: GitDir, environment: Mapping[str, str]) -> str:
    """The work tree's top folder: git starts hooks there, prek in a project below it."""
    here = os.path.join(os.getcwd(), environment.get("GIT_WORK_TREE", ""))
    if "GIT_WORK_TREE" in environment:
        return here
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return os.path.dirname(os.path.abspath(git_dir.path))
        here = above
    return here


def draft(
    action: str,
    call: Invocation,
    git_dir: GitDir,
    text: bytes,
    prefix: bytes,
    settings: Settings,
) -> Draft | None:
    """The draft of this commit's records; None where the message is to be left as it is."""
    carried = _records(text, prefix)
    if action == decision.FOLD:
        return _folded(call, git_dir, carried)
    if action == decision.AMEND:
        return _amended(call, git_dir, settings)
    if action == decision.COPY:
        carried = ()
    if "SQUASH_MSG" in git_dir.entries and decision.REBASE not in git_dir.entries:
        squashed = _records(gitdir.read(git_dir.join("SQUASH_MSG")), prefix)
        if squashed:
            return Draft(union((*carried, *squashed)))
    # Records in a message that was given are of work that is committed anew (a squash by hand),
    # but `--fixup=amend:` copies those of the commit that it will be folded into.
    if carried and not text.startswith(b"amend! "):
        return None
    head = _head(call, git_dir)
    if _is_counting(call, settings):
        from . import counting

        # git lists the history while it counts the lines, and while the log readers are imported.
        call.history = counting.begin(git_dir, call.environment)
    staged = git.staged(head or _empty_tree(git_dir), call.environment, call.begun)
    if not staged.lines:
        return None
    made = Draft(carried, staged.lines, 0, head, record.identity([staged.content]))
    return _counted(made, call, git_dir, settings)


def _counted(made: Draft, call: Invocation, git_dir: GitDir, settings: Settings) -> Draft:
    """The draft with what the tools' own logs say, if that is asked for."""
    if not _is_counting(call, settings):
        return made
    from . import counting

    folder = top(git_dir, call.environment)
    found = counting.count(folder, git_dir, call.environment, settings, call.history)
    return made._replace(counted=found.records, covered=found.covered)


def _is_counting(call: Invocation, settings: Settings) -> bool:
    tool = call.environment.get(attribution.TOOL_VARIABLE, "").lower()
    return settings.tokens == "auto" and tool != attribution.NONE


def _amended(call: Invocation, git_dir: GitDir, settings: Settings) -> Draft | None:
    head = _head(call, git_dir)
    parents, _, body = parts(git.commit(head, call.environment))
    if settings.store == "notes":
        from . import notes

        body = notes.read(head, call.environment)
    kept = _records(body, b"#")
    staged = git.staged(head, call.environment)
    if not staged.lines and decision.REBASE in git_dir.entries:
        return Draft(kept) if kept else None
    if not staged.lines and (kept or len(parents) > 1):
        made = _counted(Draft(kept), call, git_dir, settings)
        return made if kept or made.counted else None
    whole = 0
    parent, content = head, staged.content
    if len(parents) < 2 and (not kept or renewable(kept)):
        against = parents[0] if parents else ""
        commit = git.staged(against or _empty_tree(git_dir), call.environment)
        if not kept:
            anew = Draft((), commit.lines, 0, against, record.identity([commit.content]))
            return _counted(anew, call, git_dir, settings)
        # git concatenates the old note to the new one, so a note's record is never changed.
        whole = commit.lines if settings.store == "message" else 0
    made = Draft(kept, staged.lines, whole, parent, record.identity([content]))
    return _counted(made, call, git_dir, settings)


def _folded(call: Invocation, git_dir: GitDir, carried: tuple[record.Record, ...]) -> Draft | None:
    fixups = gitdir.read(git_dir.join(decision.CURRENT_FIXUPS)).decode("ascii", "replace")
    names = [line.split()[1] for line in fixups.splitlines() if len(line.split()) > 1]
    replayed = names or ["REBASE_HEAD"]
    names = ["HEAD", *replayed] if names or call.amending else replayed
    found = list(carried)
    for raw in git.commits(names, call.environment):
        found += _records(parts(raw)[2], b"#")
    return Draft(union(found)) if found else None


def _records(text: bytes, prefix: bytes) -> tuple[record.Record, ...]:
    lines = message.record_lines(text, prefix)
    return union(record.parse(lines)[0]) if lines else ()


def _head(call: Invocation, git_dir: GitDir) -> str:
    head = call.head or gitdir.head(git_dir)
    return git.resolve("HEAD", call.environment) if head is None else head


def _empty_tree(git_dir: GitDir) -> str:
    return git.EMPTY_TREE["sha256" if gitdir.is_sha256(git_dir) else "sha1"]


def parts(raw: bytes) -> tuple[list[str], bytes, bytes]:
    """Parents, author and message of a raw commit object."""
    header, _, body = raw.partition(b"\n\n")
    parents, author = [], b""
    for line in header.split(b"\n"):
        if line.startswith(b"parent "):
            parents.append(line[7:].decode("ascii"))
        elif line.startswith(b"author ") and not author:
            author = line[7:]
    return parents, author, body


def author_is_heads(call: Invocation, git_dir: GitDir) -> bool:
    """Whether git exports HEAD's author, as it does for --amend, and could not mean now.

    A commit in the very second of HEAD's, by the same author, looks the same; it is taken for
    a new one, because a record too many can be told from its neighbour and one too few cannot.
    """
    date = call.environment.get("GIT_AUTHOR_DATE", "")[1:]
    seconds = date.partition(" ")[0]
    if not seconds.isdigit() or int(seconds) >= int(time()) - 1:
        return False
    head = _head(call, git_dir)
    if not head:
        return False
    raw = gitdir.loose_commit(git_dir, head) or git.commit(head, call.environment)
    variables = call.environment
    exported = (
        f"{variables.get('GIT_AUTHOR_NAME', '')} <{variables.get('GIT_AUTHOR_EMAIL', '')}> {date}"
    ).encode("utf-8", "surrogateescape")
    return parts(raw)[1] == exported


def has_message(call: Invocation, text: bytes, prefix: bytes) -> bool:
    """Whether git's clean-up for this commit would leave anything of what the user wrote."""
    if not message.is_empty(text, "strip", prefix) and _has_plain_line(text):
        return True
    if message.is_empty(text, "whitespace", prefix):
        return False
    # Only comment-like lines: now the exact mode and prefix matter.
    prefix = _comment_prefix(call, text, prefix)
    return not message.is_empty(text, _cleanup_mode(call), prefix)


def placement(call: Invocation, text: bytes, prefix: bytes) -> tuple[str, bytes]:
    """The clean-up mode and the comment prefix that decide where trailers go: before comment
    lines that git will take out, after those that it will keep."""
    if not call.editor_follows:
        return "whitespace", prefix
    if message.ends_in_comments(text, prefix):
        prefix = _comment_prefix(call, text, prefix)
    if message.is_empty(text, "strip", prefix) and not message.is_empty(text, "whitespace", prefix):
        return _cleanup_mode(call), prefix
    return "strip", prefix


def _has_plain_line(text: bytes) -> bool:
    """Whether some line cannot be a comment under any prefix that people use."""
    for line in text.split(b"\n"):
        first = line[:1]
        if (first.isalnum() or first >= b"\x80") and not line.startswith(b"Signed-off-by:"):
            return not line.startswith(record.KEYS) or _has_plain_line(
                text.partition(line + b"\n")[2]
            )
    return False


def _comment_prefix(call: Invocation, text: bytes, seen: bytes) -> bytes:
    """The prefix that the file shows, else the one that git is configured to use."""
    if message.shows_prefix(text, seen):
        return seen
    for key in ("core.commentString", "core.commentChar"):
        value = git.configured(key, call.environment)
        if value and value != "auto":
            return value.encode()
        if value:
            return seen
    return b"#"


def _cleanup_mode(call: Invocation) -> str:
    seen = call.committing()
    arguments = (seen and seen.arguments) or []
    mode = _option(arguments, "--cleanup") or git.configured("commit.cleanup", call.environment)
    if mode in CLEANUP_MODES and (mode != "scissors" or call.editor_follows):
        return mode
    return "strip" if call.editor_follows and mode != "scissors" else "whitespace"


def _option(arguments: Sequence[str], name: str) -> str:
    for index, argument in enumerate(arguments):
        if argument == name:
            return "".join(arguments[index + 1 : index + 2])
        if argument.startswith(name + "="):
            return argument[len(name) + 1 :]
    return ""
