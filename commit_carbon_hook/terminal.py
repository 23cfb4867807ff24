"""Text from a repository made safe to show, and whether a stream may be coloured.

Names, messages and file names are written by anyone: they may hold escape sequences, text that
runs from right to left, characters without a width, or bytes that are no text at all.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

# Kept by `str.isprintable`, and yet they show nothing or change what stands beside them.
_DECEPTIVE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# Bytes of commits that are not UTF-8 and name one of these in their `encoding` header.
_ENCODINGS = (
    "iso-8859-", "iso8859-", "latin", "windows-125", "cp125", "koi8-", "euc-", "shift_jis", "sjis",
    "gb2312", "gbk", "gb18030", "big5",
)  # fmt: skip


def decoded(raw: bytes, encoding: bytes = b"") -> str:
    """Bytes of a commit as text; what is neither UTF-8 nor in `encoding` shows as `\\xff`."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        name = encoding.decode("ascii", "replace").lower()
    if name.startswith(_ENCODINGS):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return raw.decode("utf-8", "backslashreplace")


def safe(text: str) -> str:
    """The text with every character that is not plainly visible written as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char.isprintable() and char not in _DECEPTIVE else escaped(char) for char in text
    )


def escaped(char: str) -> str:
    """One character as `\\x1b`, `\\u202e` or `\\U000e0001`."""
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 3] + "..."


def is_rich(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether colours and boxes are wanted on this stream (https://no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal, 80 where there is none."""
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80
