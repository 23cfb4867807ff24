"""Our record lines in a commit message file: found, put in, taken out, everything else kept.

Bytes in, bytes out, in linear time. `prefix` and `mode` are those of `message_rules`.
"""

from __future__ import annotations

from .message_rules import (
    SIGNED_OFF,
    SPACE,
    cleaned,
    comment_prefix,
    content_end,
    find_cut,
    find_end,
    is_trailer,
    is_void,
    last_paragraph,
    parse_block,
    shows_prefix,
    trailers,
)
from .record import KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "cleaned",
    "comment_prefix",
    "ends_in_comments",
    "find_end",
    "insert",
    "is_empty",
    "record_lines",
    "remove_record_lines",
    "replace_records",
    "shows_prefix",
    "trailers",
]


_STEM = b"Carbon-"
_STARTS = tuple(key + b":" for key in KEYS)
_LEADS = (b"", b"* ", b"- ", b"> ")
_INDENT = 8


def insert(message: bytes, lines: Sequence[bytes], prefix: bytes, mode: str = "strip") -> bytes:
    """The message with `lines` (trailers, without line ends) ahead of the trailers of its block.

    Ahead, because git looks only at the last trailer to see whether a sign-off is there already.
    Without such a block they become the last paragraph, and git will find them there. They never
    join the subject, also where it looks like a trailer (`fix: x`) below an empty line. They come
    before trailing comments if git will strip those, and always before the scissors line. An
    empty message gets two empty lines ahead, so that line 1 is left for a subject.

    Everything else is kept byte for byte. Line ends follow the line above (LF or CRLF). A message
    whose last line has no line end still has none afterwards: the line end that separates it
    from ours is put between them, and none after ours.
    """
    if not lines:
        return message
    at, joins = _place(message, prefix, mode)
    nearest = message.rfind(b"\n", 0, at) if at else message.find(b"\n")
    eol = b"\r\n" if nearest > 0 and message[nearest - 1] == 13 else b"\n"
    text = eol.join(lines)
    if not at:
        return eol + eol + text + eol + message
    gap = b"" if joins else eol
    if message[at - 1] == 10:
        return message[:at] + gap + text + eol + message[at:]
    return message[:at] + eol + gap + text + message[at:]


def _first_trailer(start: int, lines: list[bytes], prefix: bytes) -> int:
    """The offset of a block's first trailer: lines of prose may come before it."""
    for line in lines:
        if is_trailer(line, prefix):
            return start
        start += len(line) + 1
    return start


def record_lines(message: bytes, prefix: bytes) -> list[bytes]:
    """All lines above `find_end` that begin with a record key and a colon, in their order.

    Also behind up to 8 spaces and one of `* `, `- `, `> `, where squash merges put them; given
    without that and without a carriage return. Whether a line is well formed is not asked here.
    """
    return [line for _, _, line in _record_spans(message, prefix)]


def remove_record_lines(
    message: bytes, prefix: bytes, keep: Callable[[bytes], bool] | None = None
) -> bytes:
    """The message without its record lines, except those for which `keep(line)` is true.

    The inverse of `insert`: for a message `m` without record lines and any mode,
    `remove_record_lines(insert(m, lines, prefix, mode), prefix) == m`, byte for byte. Elsewhere
    in a body the empty line above goes too where another one follows below.
    """
    runs: list[list[int]] = []
    for start, stop, line in _record_spans(message, prefix):
        if keep is not None and keep(line):
            continue
        if runs and runs[-1][1] == start:
            runs[-1][1] = stop
        else:
            runs.append([start, stop])
    if not runs:
        return message
    end = content_end(message, find_end(message, prefix), prefix)
    kept, at = [], 0
    for start, stop in runs:
        # git ends a message above `Conflicts:`, but that list is a paragraph's own text here.
        final = stop == end and not message.startswith(b"Conflicts:", stop)
        kept.append(message[at : max(at, _tidy(message, start, stop, final))])
        at = stop
    return b"".join(kept) + message[at:]


def replace_records(
    message: bytes,
    lines: Sequence[bytes],
    prefix: bytes,
    mode: str = "strip",
    keep: Callable[[bytes], bool] | None = None,
) -> bytes:
    """The message with `lines` as its only record lines, except those that `keep` holds back.

    The same bytes if it has exactly these, in this order, as trailers of its final block.
    """
    present = [line for line in record_lines(message, prefix) if keep is None or not keep(line)]
    if present == list(lines):
        block = {key + b": " + value for key, value in trailers(message, prefix)}
        if block.issuperset(present):
            return message
    return insert(remove_record_lines(message, prefix, keep), lines, prefix, mode)


def is_empty(message: bytes, mode: str, prefix: bytes) -> bool:
    """Whether git would find this message empty if our record lines were not in it.

    As for git, `Signed-off-by: ` lines count for nothing, nor does what is below a scissors line.
    With "verbatim" git commits blank lines; they are empty here, as no trailer can stand below.
    """
    text = remove_record_lines(message, prefix)
    return all(
        line.startswith(SIGNED_OFF) or is_void(line, prefix, mode)
        for line in text[: find_cut(text, prefix)].split(b"\n")
    )


def ends_in_comments(message: bytes, prefix: bytes) -> bool:
    """Whether comment lines follow the last line of which the clean-up "strip" leaves something."""
    at = content_end(message, find_end(message, prefix), prefix)
    return any(
        line.startswith(prefix) for line in message[at : find_cut(message, prefix)].split(b"\n")
    )


def _place(message: bytes, prefix: bytes, mode: str) -> tuple[int, bool]:
    """Where new trailers go, and whether they join a block there."""
    cut = find_cut(message, prefix)
    end = find_end(message, prefix)
    at = content_end(message, end, prefix)
    last = content_end(message, cut, prefix, mode)
    start, lines = last_paragraph(message, end, prefix)
    if parse_block(lines, prefix) is None:
        return last, False
    if all(is_void(line, prefix, mode) for line in message[:start].split(b"\n")):
        # The title, unless it is what `git commit -s` writes below the room for a subject.
        signed = all(line.startswith(SIGNED_OFF) or is_void(line, prefix, mode) for line in lines)
        if signed and at == last:
            return _first_trailer(start, lines, prefix), True
        return last, False
    tail = message[at:last].rstrip(SPACE)
    if tail and all(line.startswith(prefix) for line in tail.split(b"\n")):
        # Comment lines that stay in the commit and end the block, such as `Closes:` above `#12`.
        return last, True
    return _first_trailer(start, lines, prefix), True


def _record_spans(message: bytes, prefix: bytes) -> list[tuple[int, int, bytes]]:
    """Start, stop (after the line end) and bare text of every record line."""
    at = message.find(_STEM)
    if at < 0:
        return []
    end = find_end(message, prefix)
    spans = []
    while 0 <= at < end:
        following = at + len(_STEM)
        low = max(0, at - _INDENT - 3)
        start = message.rfind(b"\n", low, at) + 1
        if message.startswith(_STARTS, at) and (start or not low):
            mark = message[start:at].lstrip(b" ")
            indent = at - start - len(mark)
            if mark in _LEADS and indent <= _INDENT and not message.startswith(prefix, start):
                following = message.find(b"\n", at, end) + 1 or end
                line = message[at:following].removesuffix(b"\n").removesuffix(b"\r")
                spans.append((start, following, line))
        at = message.find(_STEM, following)
    return spans


def _tidy(message: bytes, start: int, stop: int, final: bool) -> int:
    """Where to cut before a run of record lines, to take with it what `insert` put there."""
    above = message[max(0, start - 4) : start]
    if final and start == len(above) and above in (b"\n\n", b"\r\n\r\n"):
        return 0
    gap = 0
    if above.endswith(b"\n\r\n") or above == b"\r\n":
        gap = 2
    elif above.endswith(b"\n\n") or above == b"\n":
        gap = 1
    if not (final or message.startswith((b"\n", b"\r\n"), stop)):
        gap = 0
    if message.endswith(b"\n", 0, stop):
        return start - gap
    # The last line of the file has no line end: then the one above had none before `insert`.
    at = start - gap
    nearest = message.rfind(b"\n", 0, max(0, at - 1))
    crlf = gap == 2 or (not gap and nearest > 0 and message[nearest - 1] == 13)
    return max(0, at - (2 if crlf and message.endswith(b"\r\n", 0, at) else 1))
