"""What can be read in a git directory without starting git."""

from __future__ import annotations

import os

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

MAX_SMALL_FILE = 8 * 1024 * 1024


class GitDir(NamedTuple):
    """One work tree's git directory, the directory it shares with others, and what lies in it."""

    path: str
    common: str
    entries: frozenset[str]

    def join(self, name: str) -> str:
        return os.path.join(self.path, name)


def read(path: str, last: int = MAX_SMALL_FILE) -> bytes:
    """The last bytes of a regular file, all of a small one, empty if there is none. Raises
    CarbonError if there is one that cannot be read: to take it for none would count wrongly."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return b""
    except OSError as error:
        raise CarbonError(f"{path} cannot be read ({error.strerror}): nothing changed") from None
    try:
        content = b""
        if last < MAX_SMALL_FILE:
            os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - last), os.SEEK_SET)
        while len(content) < last and (chunk := os.read(descriptor, last)):
            content += chunk
    except IsADirectoryError:
        return b""
    except OSError as error:
        raise CarbonError(f"{path} cannot be read ({error.strerror}): nothing changed") from None
    finally:
        os.close(descriptor)
    return content


def find(message_file: str, environment: Mapping[str, str]) -> GitDir:
    """The git directory that a message file lies in. Raises CarbonError if it lies elsewhere."""
    here = os.path.dirname(message_file) or "."
    path = environment.get("GIT_DIR") or here
    try:
        inside = os.path.samefile(path, here)
        entries = frozenset(os.listdir(path))
    except OSError:
        inside, entries = False, frozenset()
    if not inside or "HEAD" not in entries or not {"objects", "commondir"} & entries:
        raise CarbonError(f"{message_file} is not a message file in a git directory: left alone")
    common = path
    if "commondir" in entries:
        common = os.path.join(path, os.fsdecode(read(os.path.join(path, "commondir")).strip()))
    return GitDir(path, common, entries)


def head(git_dir: GitDir) -> str | None:
    """The commit that HEAD names, empty if it is unborn, None if only git can tell (reftable)."""
    content = read(git_dir.join("HEAD")).strip()
    if not content.startswith(b"ref:"):
        return content.decode("ascii", "replace")
    ref = content[4:].strip()
    if ref == b"refs/heads/.invalid":
        return None
    loose = read(os.path.join(git_dir.common, os.fsdecode(ref))).strip()
    if loose:
        return None if loose.startswith(b"ref:") else loose.decode("ascii", "replace")
    packed = read(os.path.join(git_dir.common, "packed-refs"))
    if len(packed) == MAX_SMALL_FILE:
        return None
    end = packed.find(b" " + ref + b"\n")
    return packed[packed.rfind(b"\n", 0, end) + 1 : end].decode("ascii") if end >= 0 else ""


def loose_commit(git_dir: GitDir, name: str) -> bytes | None:
    """A raw commit object that is not packed yet, as a branch's newest mostly is."""
    packed = read(os.path.join(git_dir.common, "objects", name[:2], name[2:]))
    if not packed:
        return None
    import zlib

    try:
        content = zlib.decompressobj().decompress(packed, MAX_SMALL_FILE)
    except zlib.error:
        return None
    header, _, body = content.partition(b"\0")
    return body if header.startswith(b"commit ") else None


def is_sha256(git_dir: GitDir) -> bool:
    """Whether this repository names its objects by SHA-256."""
    config = read(os.path.join(git_dir.common, "config")).lower().replace(b" ", b"")
    return b"objectformat=sha256" in config
