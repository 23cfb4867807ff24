"""Random histories as `git fast-import` streams: merges, renames, odd bytes, odd headers."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator

from histories import CO_AUTHOR, NOVEMBER_2023, record
from support import Repository

AUTHORS = [
    b"Ada Lovelace <ada@example.com>",
    b"Claude <noreply@anthropic.com>",
    b"Bob (aider) <bob@example.com>",
    "José <jose@example.com>".encode("latin-1"),
    "Žofie <zofie@example.com>".encode(),
    b"\x1b[31mred <red@example.com>",
    b"=cmd|x <>",
    b"copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
]
TRAILERS = [
    CO_AUTHOR.encode(),
    b"co-authored-by: Cursor <cursoragent@cursor.com>",
    b"Assisted-by: ClaudeCode:claude-sonnet-4.5",
    b"Made-with: Cursor",
    b"Signed-off-by: Ada <ada@example.com>",
    b"Carbon-Tool: none",
    b"Co-authored-by: Claude\xff <noreply@anthropic.com>",
    b"Amp-Thread-ID: https://ampcode.com/threads/T-1",
]
BYTES = [b"\xff\xfe", b"\x0b\x0c\x85", "\u2028\u202e".encode(), b"\t\r", b"Carbon-", b"---", b"#"]
WORDS = [b"line %d" % number for number in range(40)]


def text(chance: random.Random) -> bytes:
    """A file of few distinct lines, sometimes binary, sometimes without a last line end."""
    if chance.random() < 0.05:
        return b"\0binary %d" % chance.randrange(9)
    ends = chance.choice([b"\n", b"\n", b"\r\n"])
    lines = chance.choices(WORDS, k=chance.choice([0, 5, 30, 120]))
    return ends.join(lines) + chance.choice([ends, ends, b""])


def edited(content: bytes, chance: random.Random) -> bytes:
    """The content with some lines deleted, added and moved."""
    lines = content.split(b"\n")
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(lines))
        change = chance.randrange(3)
        if change == 0:
            del lines[at : at + chance.randrange(1, 6)]
            lines = lines or [b""]
        elif change == 1:
            lines[at:at] = chance.choices(WORDS, k=chance.randrange(1, 6))
        else:
            cut = lines[at : at + 4]
            del lines[at : at + 4]
            to = chance.randrange(len(lines) + 1)
            lines[to:to] = cut
    return b"\n".join(lines)


def spoken(chance: random.Random) -> bytes:
    """A message: prose, records whole and spoilt, trailers, bytes that are no text."""
    parts = [b"Subject %d" % chance.randrange(1000)]
    for _ in range(chance.randrange(4)):
        lines = record(str(chance.randrange(60)), central=chance.choice(["2", "7.5"])).encode()
        kind = chance.randrange(8)
        if kind == 0:
            parts.append(b" ".join(chance.choices(WORDS, k=9)) + chance.choice(BYTES))
        elif kind == 1:
            parts.append(lines)
        elif kind == 2:
            parts.append(lines.replace(b"Carbon", b"    Carbon"))
        elif kind == 3:
            parts.append(lines.replace(b"Carbon", b"* Carbon"))
        elif kind == 4:
            parts.append(lines.replace(b"low=", b"low=x"))
        elif kind == 5:
            parts.append(lines.split(b"\n")[chance.randrange(3)])
        elif kind == 6:
            parts.append(b"# " + lines)
        else:
            parts.append(chance.choice(BYTES) * 3)
    if chance.random() < 0.6:
        parts.append(b"\n".join(chance.choices(TRAILERS, k=chance.randrange(1, 4))))
    message = b"\n\n".join(parts) + chance.choice([b"\n", b"", b"\n\n \n"])
    return message.replace(b"\n", b"\r\n") if chance.random() < 0.1 else message


def stream(seed: int, commits: int) -> Iterator[bytes]:
    """The history; the same for the same numbers."""
    chance = random.Random(seed)  # noqa: S311
    trees: list[dict[bytes, tuple[bytes, bytes]]] = [{}]
    for mark in range(1, commits + 1):
        parent = mark - 1 if chance.random() < 0.7 else chance.randrange(0, mark)
        tree = dict(trees[parent])
        yield b"commit refs/heads/b%d\nmark :%d\n" % (mark % 5, mark)
        zone = chance.choice([b"+0000", b"-0800", b"+0545", b"+1400"])
        when = b"%d %s" % (NOVEMBER_2023 + chance.randrange(10**7), zone)
        author = chance.choice(AUTHORS)
        yield b"author %s %s\ncommitter %s %s\n" % (author, when, author, when)
        if b"Jos" in author:
            yield b"encoding ISO-8859-1\n"
        message = spoken(chance)
        yield b"data %d\n%s\n" % (len(message), message)
        if parent:
            yield b"from :%d\n" % parent
        other = chance.randrange(1, mark) if mark > 1 and chance.random() < 0.15 else 0
        if other and other != parent:
            yield b"merge :%d\n" % other
        for _ in range(chance.choice([0, 1, 1, 3])):
            change(tree, chance)
        yield b"deleteall\n"
        for path, (mode, content) in tree.items():
            yield b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(content), content)
        yield b"\n"
        trees.append(tree)


def change(tree: dict[bytes, tuple[bytes, bytes]], chance: random.Random) -> None:
    """Add, edit, rename, delete a file, or change what it is."""
    folder = chance.choice([b"", b"a/", b"a/b/", b"c/"])
    path = folder + chance.choice([b"one", b"two.txt", b"three", b"sub.c", b"a.b"])
    kind = chance.randrange(6)
    if any(other.startswith(path + b"/") or path.startswith(other + b"/") for other in tree):
        return
    if kind < 2 or not tree:
        tree[path] = (b"100644", text(chance))
        return
    old = chance.choice(sorted(tree))
    mode, content = tree.pop(old)
    if kind == 2:
        tree[old] = (mode, edited(content, chance))
    elif kind == 3:
        tree[path] = (mode, edited(content, chance) if chance.random() < 0.5 else content)
    elif kind == 4:
        tree[old] = (chance.choice([b"100755", b"120000", b"100644"]), content)


def fill(repository: Repository, seed: int, commits: int) -> None:
    """Make the history, with an annotated tag on one of its branches."""
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"],
        input=b"".join(stream(seed, commits)),
        cwd=repository.path,
        env=repository.environment,
        check=True,
    )
    repository.git("symbolic-ref", "HEAD", "refs/heads/b1")
    repository.git("tag", "-a", "v1", "-m", "tag", "b2")
