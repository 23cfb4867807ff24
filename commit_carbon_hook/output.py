"""Where a report goes: standard output, or a file that is replaced as a whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress

from . import doors
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UTF_8 = "utf-8"


def check(path: str) -> None:
    """Refuse, before anything is read, what cannot be replaced by a report: links, devices, pipes,
    folders, and files in a folder that does not exist. Raises CarbonError."""
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise CarbonError(f"{path}: no such folder: make it first")
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise CarbonError(f"{path}: cannot be written: {error.strerror}") from None
    if stat.S_ISLNK(mode):
        raise CarbonError(f"{path}: a symbolic link: name the file itself")
    if not stat.S_ISREG(mode):
        raise CarbonError(f"{path}: not a regular file: name another one")


def to_file(path: str, chunks: Iterable[bytes]) -> None:
    """Write a file beside `path` and put it in its place. Raises CarbonError, and then `path` is
    what it was."""
    from tempfile import NamedTemporaryFile

    check(path)
    made = ""
    try:
        with NamedTemporaryFile(
            dir=os.path.dirname(path) or ".", prefix=".commit-carbon-", delete=False
        ) as file:
            made = file.name
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _mode(path))
        os.replace(made, path)
    except OSError as error:
        what = f"{path}: cannot be written: {error.strerror}"
        raise CarbonError(f"{what}: make room, or name another file") from None
    finally:
        if made:
            with suppress(OSError):
                os.unlink(made)


def _mode(path: str) -> int:
    """The permissions that the file has, or that a new one gets from the umask."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def to_standard_output(chunks: Iterable[bytes], copy: Callable[[bytes], object] = len) -> None:
    """Write bytes as they are; what was printed as text before comes first. Where nobody reads
    any more, the rest is not made. `copy` gets every chunk too."""
    sys.stdout.flush()
    try:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
            copy(chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        doors.silence(sys.stdout)
