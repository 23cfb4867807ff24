"""The message file: read with care, replaced as a whole or not at all."""

from __future__ import annotations

import os
import stat

from .errors import CarbonError

MAX_BYTES = 8 * 1024 * 1024
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_SUFFIX = ".commit-carbon"
_BINARY = getattr(os, "O_BINARY", 0)


def read(path: str) -> bytes:
    """The message's bytes. Raises CarbonError for anything but a plain file of sensible size."""
    try:
        state = os.lstat(path)
        if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1:
            raise CarbonError(f"{path} is a link or a special file: left alone")
        if state.st_size > MAX_BYTES:
            raise CarbonError(f"{path} is larger than {MAX_BYTES >> 20} MiB: left alone")
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | _BINARY)
        try:
            chunks = []
            while chunk := os.read(descriptor, 1 << 20):
                chunks.append(chunk)
            return b"".join(chunks)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CarbonError(f"{path} cannot be read ({error.strerror}): left alone") from None


def replace(path: str, content: bytes) -> None:
    """Put `content` in the place of the file: a crash leaves the old bytes or the new ones.

    A temporary file beside it, synced, then renamed over it; one that a killed process has left
    there goes. Raises CarbonError with the old file still in place.
    """
    temporary = f"{path}.{os.getpid()}{_SUFFIX}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY
    try:
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        folder, name = os.path.split(path)
        for entry in os.listdir(folder or "."):
            if entry.startswith(name + ".") and entry.endswith(_SUFFIX):
                _discard(os.path.join(folder, entry))
        descriptor = os.open(temporary, flags, mode)
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)  # whatever the umask takes away
            written = 0
            while written < len(content):
                written += os.write(descriptor, content[written:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError as error:
        _discard(temporary)
        raise CarbonError(f"{path} cannot be written ({error.strerror}): left as it was") from None


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
