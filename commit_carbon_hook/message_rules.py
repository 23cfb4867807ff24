"""How git reads a commit message file: comments, scissors, the end, the final trailer block.

The rules are taken from git-interpret-trailers(1), the `--cleanup` modes of git-commit(1) and
git's behaviour; where releases differ, the newer one's. Bytes in, bytes out, in linear time.

`prefix` is the comment prefix of the file, never empty. `mode` is the clean-up that git will do:
"strip" takes comment lines out, "whitespace", "scissors" and "verbatim" leave them in the commit.
"""

from __future__ import annotations

SIGNED_OFF = b"Signed-off-by: "

_GIT_MADE = (SIGNED_OFF, b"(cherry picked from commit ")
_SCISSORS = b" " + b"-" * 24 + b" >8 " + b"-" * 24
# git's own idea of white space: no vertical tab, no form feed.
SPACE = b" \t\n\r"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_UNQUOTING = bytes(range(128)).translate(None, b"'\"")
_PUNCTUATION = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_LONGEST_PREFIX = 32


def comment_prefix(message: bytes, default: bytes = b"#") -> bytes:
    """The comment prefix that this file uses, whatever git is configured to use.

    Taken from a scissors line that is followed by another comment line, else from a trailing
    comment block that carries git's hint (which quotes the prefix, in every language that git
    speaks), else `default`. A list or a quotation that ends a message is not a comment block.
    """
    if find_cut(message, default) < len(message):
        return default
    at = message.find(_SCISSORS)
    while at >= 0:
        low = max(0, at - _LONGEST_PREFIX - 1)
        begin = message.rfind(b"\n", low, at) + 1
        lead = message[begin:at] if begin or not low else b""
        after = at + len(_SCISSORS)
        if lead and lead[0] not in SPACE and message.startswith(b"\n" + lead + b" ", after):
            return lead
        at = message.find(_SCISSORS, after)
    text = message.rstrip(SPACE)
    last = text[text.rfind(b"\n") + 1 :]
    return default if last.startswith(default) else _hinted_prefix(text, last) or default


def shows_prefix(message: bytes, prefix: bytes) -> bool:
    """Whether git's hint or a scissors line shows this comment prefix in the file."""
    return comment_prefix(message, b"\0") == prefix


def _hinted_prefix(text: bytes, last: bytes) -> bytes:
    """The prefix that the lines up to the last share and one of them quotes, or nothing."""
    prefix = last[: len(last) - len(last.lstrip(_PUNCTUATION))]
    if not prefix or len(prefix) > _LONGEST_PREFIX:
        return b""
    for line in reversed(text.split(b"\n")):
        if not line.startswith(prefix) or line[len(prefix) : len(prefix) + 1].strip(SPACE):
            return b""
        at = line.find(prefix, len(prefix) + 1)
        while at > 0:
            around = line[at - 1 : at] + line[at + len(prefix) : at + len(prefix) + 1]
            if len(around.strip(_UNQUOTING)) == 2:
                return prefix
            at = line.find(prefix, at + 1)
    return b""


def find_cut(message: bytes, prefix: bytes) -> int:
    """The offset of the scissors line, or the length."""
    line = prefix + _SCISSORS
    at = message.find(line)
    while at >= 0:
        after = at + len(line)
        if message[after : after + 1] in (b"", b"\n") and (not at or message[at - 1] == 10):
            return at
        at = message.find(line, after)
    return len(message)


def find_end(message: bytes, prefix: bytes) -> int:
    """The offset at which git's trailer code takes the log message to end.

    Before the scissors line, and before trailing comment lines, empty lines and an old-style
    `Conflicts:` list. 0 if there is nothing else.
    """
    offset = end = find_cut(message, prefix)
    in_list = False
    for line in reversed(message[:offset].split(b"\n")):
        offset -= len(line)
        if not line or line.startswith(prefix):
            if not in_list:
                end = offset
        elif line == b"Conflicts:":
            in_list, end = False, offset
        elif line.startswith(b"\t"):
            in_list = True
        else:
            break
        offset -= 1
    return end


def trailers(message: bytes, prefix: bytes) -> list[tuple[bytes, bytes]]:
    """The trailers (key, unfolded value) as `git interpret-trailers --parse --no-divider` gives."""
    _, lines = last_paragraph(message, find_end(message, prefix), prefix)
    return parse_block(lines, prefix) or []


def cleaned(message: bytes, mode: str, prefix: bytes) -> bytes:
    """What git's clean-up leaves of the message above a scissors line.

    As `git stripspace`, for "strip" `git stripspace -s`; with "verbatim" every byte.
    """
    text = message[: find_cut(message, prefix)]
    if mode == "verbatim":
        return text
    kept: list[bytes] = []
    for line in text.split(b"\n"):
        if mode == "strip" and line.startswith(prefix):
            continue
        line = line.rstrip(SPACE)
        if line or (kept and kept[-1]):
            kept.append(line)
    if kept and not kept[-1]:
        kept.pop()
    return b"\n".join(kept) + b"\n" if kept else b""


def is_void(line: bytes, prefix: bytes, mode: str) -> bool:
    """Whether the clean-up leaves nothing of this line."""
    return not line.strip(SPACE) or (mode == "strip" and line.startswith(prefix))


def content_end(message: bytes, end: int, prefix: bytes, mode: str = "strip") -> int:
    """The offset after the last line above `end` of which the clean-up leaves something, or 0."""
    offset = end
    for line in reversed(message[:end].split(b"\n")):
        if not is_void(line, prefix, mode):
            return min(offset + 1, end)
        offset -= len(line) + 1
    return 0


def last_paragraph(message: bytes, end: int, prefix: bytes) -> tuple[int, list[bytes]]:
    """The start and the lines of the last paragraph above `end`; no lines if it is the title."""
    lines = message[:end].split(b"\n")
    seen = False
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.startswith(prefix):
            continue
        if line.strip(SPACE):
            seen = True
        elif seen:
            paragraph = lines[index + 1 :]
            return end - sum(map(len, paragraph)) - len(paragraph) + 1, paragraph
    return end, []


def parse_block(lines: list[bytes], prefix: bytes) -> list[tuple[bytes, bytes]] | None:
    """The trailers of a paragraph, or None if git does not take it for a trailer block."""
    found: list[list[bytes]] = []
    good = bad = 0
    git_made = in_trailer = False
    for line in lines:
        if line.startswith(prefix):
            in_trailer = False
        elif not line or line[0] in SPACE:
            if in_trailer and found:
                found[-1].append(line)
            bad += not in_trailer and bool(line.strip(SPACE))
        else:
            key = _key(line)
            known = line.startswith(_GIT_MADE)
            git_made = git_made or known
            in_trailer = known or bool(key)
            good += in_trailer
            bad += not in_trailer
            found.append([key, line])
    if not good or (bad and not (git_made and good * 3 >= bad)):
        return None
    return [(item[0], _unfold(item[1:])) for item in found if item[0]]


def is_trailer(line: bytes, prefix: bytes) -> bool:
    """Whether a line of a trailer block begins a trailer."""
    if line.startswith(prefix) or line[:1] in (b"", b" ", b"\t"):
        return False
    return line.startswith(_GIT_MADE) or bool(_key(line))


def _key(line: bytes) -> bytes:
    """The key if the line begins a trailer, else nothing."""
    key = line[: max(0, line.find(b":"))].rstrip(b" \t")
    return b"" if key.translate(None, _LETTERS + b"-") else key


def _unfold(lines: list[bytes]) -> bytes:
    value = lines[0][lines[0].find(b":") + 1 :]
    more = [line.lstrip(SPACE) for line in lines[1:]]
    return b" ".join([value, *filter(None, more)]).strip(SPACE)
