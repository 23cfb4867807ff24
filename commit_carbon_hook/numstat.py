"""Lines changed, from the output of `git diff-tree --stdin --always --numstat -z`."""

from __future__ import annotations

from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import NamedTuple
else:
    from .values import NamedTuple

UNREADABLE = -1


class Changed(NamedTuple):
    """Additions plus deletions of one commit, or UNREADABLE. `digest` stands for what changed:
    the paths and their numbers."""

    sha: str
    lines: int
    digest: bytes


def parse(tokens: Iterable[bytes]) -> Iterator[Changed]:
    """One Changed for each commit; `tokens` is the output, split at its NULs.

    A commit's name stands alone, then `added TAB deleted TAB path` for each file; a rename has
    an empty path and is followed by the old and the new one. Binary files have `-` for numbers.
    """
    sha, lines, digest = "", 0, blake2b(digest_size=16)
    stream = iter(tokens)
    for token in stream:
        added, tab, rest = token.partition(b"\t")
        if not tab:
            if sha:
                yield Changed(sha, lines, digest.digest())
            sha, lines, digest = token.decode("ascii", "replace"), 0, blake2b(digest_size=16)
            continue
        deleted, _, path = rest.partition(b"\t")
        if added != b"-":
            lines += int(added) + int(deleted)
        digest.update(token + b"\0")
        if not path:
            digest.update(next(stream, b"") + b"\0" + next(stream, b"") + b"\0")
    if sha:
        yield Changed(sha, lines, digest.digest())
