"""Files in the user's cache: written as a whole or not at all, and believed only if they are whole.

Everything in them can be made again, so nothing here ever fails: what cannot be read is not
there, and what cannot be written is left.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO, NamedTuple
else:
    from .values import NamedTuple

DIGEST_BYTES = 32
BLOCK_BYTES = 1 << 20
MOST_BYTES = 1 << 30
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Stored(NamedTuple):
    """A file that is whole: its content is the first `size` bytes, which come next."""

    file: BinaryIO
    size: int


def folder(environment: Mapping[str, str]) -> str:
    """Where summaries keep what they read; empty where there is no place for it
    (https://specifications.freedesktop.org/basedir-spec/)."""
    top = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(top):
        home = environment.get("HOME", "")
        top = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    return os.path.join(top, "commit-carbon", "history") if top else ""


def find(path: str) -> Stored | None:
    """A file of this user whose content is what was written. The caller closes it."""
    from _blake2 import blake2b  # as in `record.new_id`

    try:
        file = open(os.open(path, _OPEN), "rb", buffering=0)  # noqa: SIM115 - given away
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(file.fileno())
        size = status.st_size - DIGEST_BYTES
        if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and size >= 0:
            digest, left = blake2b(digest_size=DIGEST_BYTES), size
            while left and (block := file.read(min(left, BLOCK_BYTES))):
                digest.update(block)
                left -= len(block)
            if not left and file.read(DIGEST_BYTES) == digest.digest():
                file.seek(0)
                return Stored(file, size)
    except OSError:
        pass
    file.close()
    return None


def save(path: str, chunks: Iterable[bytes], most: int) -> None:
    """Put a file in its place, and remove the oldest of its folder where there are more than
    `most`, or where they are too large."""
    from _blake2 import blake2b

    home = os.path.dirname(path)
    made = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
    digest = blake2b(digest_size=DIGEST_BYTES)
    try:
        os.makedirs(home, 0o700, exist_ok=True)
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, ValueError):
        return
    try:
        with open(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.write(digest.digest())
        os.replace(made, path)
        _prune(home, most)
    except OSError:
        pass
    finally:
        # After the replacement there is nothing to remove.
        _remove(made)


def _prune(home: str, most: int) -> None:
    with os.scandir(home) as entries:
        found = [(one.stat(follow_symlinks=False), one.path) for one in entries if one.is_file()]
    newest = sorted(found, key=lambda one: -one[0].st_mtime_ns)
    total = 0
    for number, (status, path) in enumerate(newest):
        total += status.st_size
        if number and (number >= most or total > MOST_BYTES):
            _remove(path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
