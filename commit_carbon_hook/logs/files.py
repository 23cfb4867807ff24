"""Reading a tool's files: no link is followed, no special file opened, nothing written."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NamedTuple

    from .scan import Scan
else:
    from ..values import NamedTuple

_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_FIRST_BLOCK = 1 << 16
_LARGEST_BLOCK = 1 << 22


class LogFile(NamedTuple):
    """A regular file, when it was last written (seconds since 1970 UTC), and its size."""

    path: str
    mtime: float
    size: int

    @property
    def name(self) -> str:
        return os.path.basename(self.path)


def folder(scan: Scan, root: str, *parts: str) -> str:
    """The real path of a folder below a tool's own folder, or "" if there is none.

    The tool's folder itself may be a link, as people arrange their home; what lies in it may not.
    """
    path = os.path.join(os.path.realpath(root), *parts)
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ""
    except OSError as error:
        _lost(scan, error)
        return ""
    if not is_folder:
        return ""
    if os.path.normcase(os.path.realpath(path)) != os.path.normcase(path):
        scan.problems.note("link")
        return ""
    return path


def walk(scan: Scan, top: str, endings: tuple[str, ...], depth: int = 6) -> list[LogFile]:
    """The files below a folder that end so and were written in the window, newest first."""
    found: list[LogFile] = []
    pending = [(top, depth)] if top else []
    while pending and scan.take():
        path, levels = pending.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if levels > 0:
                            pending.append((entry.path, levels - 1))
                    elif entry.is_symlink():
                        scan.problems.note("link")
                    elif entry.name.endswith(endings):
                        _keep(scan, entry, found)
        except OSError as error:
            _lost(scan, error)
    return sorted(found, key=lambda file: (-file.mtime, file.path))


def subfolders(scan: Scan, top: str) -> list[str]:
    """The folders directly in a folder, by name."""
    found = []
    try:
        with os.scandir(top) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    found.append(entry.path)
                elif entry.is_symlink():
                    scan.problems.note("link")
    except OSError as error:
        _lost(scan, error)
    return sorted(found)


def single(scan: Scan, path: str) -> list[LogFile]:
    """The file of that path if it is regular and was written in the window."""
    return [file for file in regular(scan, path) if scan.window.touched(file.mtime)]


def regular(scan: Scan, path: str) -> list[LogFile]:
    """The file of that path if it is there and regular."""
    try:
        state = os.lstat(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        _lost(scan, error)
        return []
    if not stat.S_ISREG(state.st_mode):
        scan.problems.note("link" if stat.S_ISLNK(state.st_mode) else "special")
        return []
    return [LogFile(path, state.st_mtime, state.st_size)]


def read_whole(scan: Scan, path: str, limit: int = 1 << 30) -> bytes:
    """The bytes of a file, b"" if it is not there, too large, or cannot be read."""
    handle = _open(scan, path)
    if handle is None:
        return b""
    try:
        size = os.fstat(handle).st_size
        if size > limit or not scan.take(size):
            return b""
        return _read_at(handle, 0, size)
    except OSError as error:
        _lost(scan, error)
        return b""
    finally:
        os.close(handle)


def read_first_line(scan: Scan, path: str, limit: int = 1 << 20) -> bytes:
    """The first line of a file, b"" if it is not complete within the limit."""
    handle = _open(scan, path)
    if handle is None:
        return b""
    try:
        data = b""
        while b"\n" not in data and len(data) < limit and scan.take(_FIRST_BLOCK):
            block = _read_at(handle, len(data), _FIRST_BLOCK)
            if not block:
                break
            data += block
    except OSError as error:
        _lost(scan, error)
        return b""
    finally:
        os.close(handle)
    line, newline, _ = data.partition(b"\n")
    return line if newline else b""


def lines_backward(
    scan: Scan, path: str, marks: tuple[bytes, ...], trace: bytes = b""
) -> Iterator[bytes]:
    """The lines of a file that contain one of the marks, and the trace, the last line first."""
    handle = _open(scan, path)
    if handle is None:
        return
    try:
        thorough = scan.window.thorough
        is_last = True
        for text in _blocks_backward(scan, handle):
            end = len(text)
            if is_last and _is_half_written(text[text.rfind(b"\n") + 1 :]):
                scan.problems.note("partial")
                end = text.rfind(b"\n")
            is_last = False
            if not thorough and not (trace in text and any(mark in text for mark in marks)):
                continue
            # One at a time: what lies before the window is not looked at.
            while end >= 0:
                start = text.rfind(b"\n", 0, end)
                line = text[start + 1 : end]
                end = start
                if trace in line and any(mark in line for mark in marks):
                    if not scan.take():
                        return
                    yield line
                elif thorough and line.strip():
                    scan.parse(line)
    except OSError as error:
        _lost(scan, error)
    finally:
        os.close(handle)


def _is_half_written(line: bytes) -> bool:
    return bool(line) and not line.rstrip().endswith(b"}")


def _blocks_backward(scan: Scan, handle: int) -> Iterator[bytes]:
    """Whole lines in the order of the file, the last block first."""
    position = os.fstat(handle).st_size
    size = _FIRST_BLOCK
    pieces: list[bytes] = []
    while position > 0:
        step = min(size, position)
        if not scan.take(step):
            return
        position -= step
        block = _read_at(handle, position, step)
        if len(block) != step:
            scan.problems.note("vanished")
            return
        size = min(size * 2, _LARGEST_BLOCK)
        end = block.find(b"\n") if position > 0 else -1
        if position == 0 or end >= 0:
            pieces.append(block[end + 1 :])
            yield b"".join(reversed(pieces))
            pieces = [block[:end]]
        else:
            pieces.append(block)


def _keep(scan: Scan, entry: os.DirEntry[str], found: list[LogFile]) -> None:
    state = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(state.st_mode):
        scan.problems.note("special")
    elif scan.window.touched(state.st_mtime):
        found.append(LogFile(entry.path, state.st_mtime, state.st_size))


def _open(scan: Scan, path: str) -> int | None:
    handle = None
    try:
        if not hasattr(os, "O_NOFOLLOW") and os.path.islink(path):
            scan.problems.note("link")
            return None
        handle = os.open(path, _OPEN)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            opened, handle = handle, None
            return opened
        scan.problems.note("special")
    except OSError as error:
        _lost(scan, error)
    finally:
        if handle is not None:
            os.close(handle)
    return None


def _read_at(handle: int, position: int, amount: int) -> bytes:
    os.lseek(handle, position, os.SEEK_SET)
    parts = []
    while amount > 0:
        part = os.read(handle, amount)
        if not part:
            break
        parts.append(part)
        amount -= len(part)
    return b"".join(parts)


def _lost(scan: Scan, error: OSError) -> None:
    if error.errno == errno.ELOOP:
        scan.problems.note("link")
    elif isinstance(error, (FileNotFoundError, NotADirectoryError)):
        scan.problems.note("vanished")
    else:
        scan.problems.note("unreadable")
