"""What a message stage should do, decided by what git is really doing.

The second argument of prepare-commit-msg cannot tell a commit from a rebase pick, a cherry-pick
or a revert; the state files of the git directory and the exported author date can.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

NOTHING = "nothing"
FOLD = "fold"
AMEND = "amend"
COPY = "copy"
WRITE = "write"

REBASE = "rebase-merge"
CURRENT_FIXUPS = "rebase-merge/current-fixups"


class Situation(NamedTuple):
    """What the hook sees: names in the git directory, git's arguments and environment.

    `amending` is what the arguments of the `git commit` process or, without them, the exported
    author say; `commits_anew` that such a process is seen and does not amend.
    `repeats_merge_msg`: the message is, byte for byte, the prepared MERGE_MSG.
    """

    entries: frozenset[str]
    folding: bool
    source: str
    object: str
    author_date: str
    amending: bool
    commits_anew: bool
    repeats_merge_msg: bool


def decide(now: Situation) -> str:
    """One of NOTHING, FOLD, AMEND, COPY and WRITE."""
    if {"MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"} & now.entries:
        return NOTHING
    if REBASE in now.entries:
        if now.folding or "SQUASH_MSG" in now.entries:
            # A commit of one's own at a stop is none of the sequencer's, which amends.
            return WRITE if now.commits_anew else FOLD
        at_a_stop = now.source != "commit" or (now.amending and "REBASE_HEAD" in now.entries)
        if "MERGE_MSG" in now.entries and at_a_stop:
            # A pick that had a conflict: -m may have replaced the message with its records.
            return FOLD if now.author_date else NOTHING
    # `git commit` exports the date as @seconds; in any other form it is the user's own variable,
    # which a clean revert inherits.
    if not now.author_date or (now.author_date[:1] != "@" and now.repeats_merge_msg):
        return NOTHING
    if now.amending:
        return AMEND
    return COPY if now.source == "commit" else WRITE


def is_amend(arguments: Sequence[str]) -> bool:
    """Whether the arguments of `git commit` hold --amend, which git lets people abbreviate."""
    before = ""
    for argument in arguments:
        if argument == "--":
            return False
        takes_value = before in ("-m", "-F", "-C", "-c", "-t", "--message", "--file", "--trailer")
        if argument in ("--am", "--ame", "--amen", "--amend") and not takes_value:
            return True
        before = argument
    return False
