"""The output of git's bulk commands cut into frames, one for each commit."""

from __future__ import annotations

from .sieve import Unreadable
from .walk import BrokenHistory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .sieve import Frame

BLOCK_BYTES = 1 << 20
INDENT = b"    "


def from_cat_file(read: Callable[[int], bytes], unreadable: list[Unreadable]) -> Iterator[Frame]:
    """Frames of `git cat-file --batch`: a line `name type size`, the object, a line end."""
    digits, least, buffer = 0, 1, b""
    while buffer := _more(read, buffer, least):
        digits = digits or buffer.find(b" ")
        at, size, least = 0, len(buffer), 0
        stop = buffer.find(b"\n")
        while stop >= 0:
            if buffer[at + digits : at + digits + 8] == b" commit ":
                end = stop + 1 + int(buffer[at + digits + 8 : stop])
                if end >= size:
                    least = end + 1 - at
                    break
                yield buffer, at, stop + 1, end
                at = end + 1
            else:
                unreadable.append(_unreadable(buffer[at:stop]))
                at = stop + 1
            stop = buffer.find(b"\n", at)
        buffer = buffer[at:]


def _unreadable(line: bytes) -> Unreadable:
    name, _, reason = line.partition(b" ")
    if reason != b"missing":
        raise BrokenHistory
    return Unreadable(name.decode("ascii", "replace"), "missing or damaged")


def from_rev_list(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """Frames of `git rev-list --header`: a line with the name, the object with its message
    indented, a NUL."""
    buffer = b""
    while buffer := _more(read, buffer, 0):
        at, end = 0, buffer.find(b"\0")
        while end >= 0:
            yield buffer, at, buffer.find(b"\n", at) + 1, end
            at = end + 1
            end = buffer.find(b"\0", at)
        buffer = buffer[at:]


def objects(output: bytes) -> Iterator[bytes]:
    """The contents in a whole output of `git cat-file --batch`; empty for a missing object."""
    while output:
        header, _, output = output.partition(b"\n")
        words = header.split(b" ")
        size = int(words[2]) if len(words) == 3 else 0
        yield output[:size]
        output = output[size + 1 :] if len(words) == 3 else output


def contents(read: Callable[[int], bytes]) -> Iterator[bytes | None]:
    """The same from a stream, one object in memory; None for a missing one."""
    buffer, at = b"", 0
    while True:
        stop = buffer.find(b"\n", at)
        while stop < 0:
            buffer, at = _more(read, buffer[at:], 0), 0
            if not buffer:
                return
            stop = buffer.find(b"\n")
        words = buffer[at:stop].split(b" ")
        if len(words) != 3:
            yield None
            at = stop + 1
            continue
        end = stop + 1 + int(words[2])
        if end >= len(buffer):
            more = _more(read, buffer[stop + 1 :], end - stop)
            if len(more) < end - stop:
                raise BrokenHistory
            buffer, end, stop = more, end - stop - 1, -1
        yield buffer[stop + 1 : end]
        at = end + 1


def answer(read: Callable[[int], bytes]) -> bytes | None:
    """One answer of `git cat-file --batch` to one name, None if it is not a commit."""
    output = b""
    while b"\n" not in output:
        output = _grown(read, output)
    header, _, content = output.partition(b"\n")
    words = header.split(b" ")
    if len(words) != 3:
        return None
    size = int(words[2])
    while len(content) <= size:
        content = _grown(read, content, size + 1)
    return content[:size] if words[1] == b"commit" else None


def _grown(read: Callable[[int], bytes], buffer: bytes, least: int = 0) -> bytes:
    """The buffer and more. Raises BrokenHistory at the end of the stream."""
    grown = _more(read, buffer, least)
    if not grown:
        raise BrokenHistory
    return grown


def tokens(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The parts of a stream between NULs."""
    rest = b""
    while part := read(BLOCK_BYTES):
        *whole, rest = (rest + part).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _more(read: Callable[[int], bytes], buffer: bytes, least: int) -> bytes:
    """The buffer and more, up to `least` bytes if that is much, or nothing at the end of the
    stream. Raises BrokenHistory if the stream ends behind an unfinished frame."""
    parts, size = [buffer], len(buffer)
    # A long frame is not joined again for every small piece of it.
    least = max(least, size + 1, 2 * size if size > BLOCK_BYTES else 0)
    while size < least:
        part = read(BLOCK_BYTES)
        if not part:
            break
        parts.append(part)
        size += len(part)
    if len(parts) == 1:
        if buffer:
            raise BrokenHistory
        return b""
    return b"".join(parts)
