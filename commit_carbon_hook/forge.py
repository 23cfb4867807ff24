"""Pull and merge requests as they show in a repository: their refs, where somebody fetched them,
and the commits that name them. Pure functions over names and messages."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from .values import NamedTuple

GITHUB, GITLAB = "github", "gitlab"
# The forge's own name of the ref, or where fetch configurations in use put it.
_REFS = {
    GITHUB: re.compile(r"refs/(?:remotes/.+/)?(?:pull|pulls|pr)/([0-9]{1,9})(?:/head)?\Z"),
    GITLAB: re.compile(r"refs/(?:remotes/.+/)?(?:merge-requests|mr)/([0-9]{1,9})(?:/head)?\Z"),
}
# A forge's trial merge of a request that may never be merged.
_TRIAL = re.compile(r"refs/(?:remotes/.+/)?(?:pull|merge-requests)/[0-9]+/(?:merge|train)\Z")
# GitHub and Gitea end the subject of a squash commit so; GitLab ends the body of a merge or of a
# squash commit so.
_IN_SUBJECT = re.compile(rb"\(#([0-9]{1,9})\)\s*\Z")
_IN_BODY = re.compile(rb"(?m)^See merge request \S*!([0-9]{1,9})\s*$")


class Request(NamedTuple):
    """A pull request or merge request."""

    forge: str
    number: int


def request_of_ref(ref: str) -> Request | None:
    """The request whose head a ref holds."""
    for forge, pattern in _REFS.items():
        found = pattern.match(ref)
        if found:
            return Request(forge, int(found[1]))
    return None


def is_trial(ref: str) -> bool:
    """Whether a ref only tries how a request would merge."""
    return _TRIAL.match(ref) is not None


def named(message: bytes) -> Request | None:
    """The request that a commit says it was made of."""
    found = _IN_SUBJECT.search(subject(message))
    if found:
        return Request(GITHUB, int(found[1]))
    # Only then, as this one must look at every line.
    found = _IN_BODY.search(message) if b"\nSee merge request " in message else None
    return Request(GITLAB, int(found[1])) if found else None


def subject(message: bytes) -> bytes:
    """The first line that says something."""
    return message.lstrip(b"\n").partition(b"\n")[0]
