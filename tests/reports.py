"""Histories with everything that a report shows, one of them full of hostile names."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from collections.abc import Iterable
from pathlib import Path

from records import CO_AUTHOR
from support import Repository, clean_environment

from commit_carbon_hook import tables
from commit_carbon_hook.record import Basis, Record, id_of_number, lines, quantized

TEXTS = ("text", "json", "csv", "markdown", "html", "badge", "svg", "cyclonedx",
         "commit-carbon-yaml")  # fmt: skip
REPORTS = ("ghg", "csrd", "cdp", "sec", "sci")
MID_JANUARY_2024 = 1_705_276_800
MONTH = 2_629_800
BASES = (
    (Basis("claude-code", "claude-opus", "detected", "US", "2"), "lines"),
    (Basis("cursor", "", "declared", "FR", "2"), "lines"),
    (Basis("codex-cli", "gpt-codex", "detected", "CAMX", "2"), "counted"),
    (Basis("unspecified", "", "assumed", "WORLD", "2"), "lines"),
    (Basis("ollama", "", "detected", "GB", "2"), "counted"),
)
HOSTILE = (
    "\x1b[31mred\x1b]8;;http://x\x07",
    "\x9b31m\x90\x85",
    "\u202egnp.exe\u2066\u2069\u200e",
    "zero\u200bwidth\ufeff\u2060\u00ad",
    "\u2028\u2029\x0b\x0c",
    "=cmd|' /C calc'!A0",
    "  +1+1",
    "\uff1dHYPERLINK(1)",
    "@SUM(1)",
    "-2+3",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</style></title><svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)' x='",
    "&lt;b&gt; &amp; ]]> --> <!--",
    "| a | b |\\",
    "{{7*7}} ${x} `id` %s {0}",
    "yes: &a *b !!python/object/apply:os.system [x, {y: z}] # no",
    'quote " backslash \\ end\\',
    "A" * 3_000,
    "\U000e0041\U000e007f\ufe0f\u3164",
    "\U0001f600 Žofie 山田",
    "1e5",
    "null",
    "",
)


def estimated(number: int, basis: Basis, by: str, changed: int = 100) -> Record:
    """The record with the id of this number."""
    tokens = tables.lines_to_tokens(changed, basis)
    emissions = quantized(tables.estimate(tokens, by, basis).emissions_gco2e)
    return Record(id_of_number(number), emissions, tokens, by, basis)


def block(record: Record) -> str:
    """The record's lines."""
    return "".join(line.decode() + "\n" for line in lines(record))


def at(home: Path, name: str) -> Repository:
    """A new repository in a folder of this name."""
    environment = clean_environment(home)
    path = home / name
    command = ["git", "init", "-q", "-b", "main", "--", str(path)]
    subprocess.run(command, env=environment, check=True)
    return Repository(path, environment)


def stored(repository: Repository, kind: str, data: bytes) -> bytes:
    """Write a loose object, as odd as it may be, and return its name."""
    content = f"{kind} {len(data)}\0".encode() + data
    name = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    path = repository.path / ".git" / "objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(content))
    return name.encode()


def fill(repository: Repository, entries: Iterable[tuple[str, int, int, str]]) -> list[str]:
    """Make commits of author, time, lines of a file of its own and message; their names."""
    files: dict[bytes, bytes] = {}
    names: list[bytes] = []
    for number, (author, time, own, text) in enumerate(entries):
        content = "".join(f"{number} {line}\n" for line in range(own)).encode()
        files[b"f%04d" % number] = stored(repository, "blob", content)
        tree = b"".join(
            b"100644 %s\0%s" % (path, bytes.fromhex(blob.decode()))
            for path, blob in sorted(files.items())
        )
        who = author.encode("utf-8", "surrogateescape") + b" <a@example.com>"
        commit = b"tree %s\n%sauthor %s %d +0000\ncommitter C <c@example.com> %d +0000\n\n%s" % (
            stored(repository, "tree", tree),
            b"parent %s\n" % names[-1] if names else b"",
            who,
            time,
            time,
            text.encode(),
        )
        names.append(stored(repository, "commit", commit))
    head = repository.path / ".git" / "refs" / "heads" / "main"
    head.write_bytes(names[-1] + b"\n")
    return [name.decode() for name in names]


def varied(repository: Repository) -> list[str]:
    """23 commits over 15 months: every basis, a gap, a bot without a record, commits by hand, a
    refused line, a contradiction, a record that lost lines, months out of order."""
    entries = []
    for month in range(15):
        basis, by = BASES[month % len(BASES)]
        time = MID_JANUARY_2024 + month * MONTH
        if month == 4:
            continue
        record = estimated(month, basis, by, 40 * (month + 1))
        entries.append((f"Author {month % 2}", time, 10 + month, f"Change\n\n{block(record)}"))
        if month % 5 == 1:
            entries.append(("Bot", time + 1, 30, f"Bot {month}\n\n{CO_AUTHOR}\n"))
        if month % 5 == 2:
            entries.append(("Hand", time + 2, 20, "By hand\n"))
    first = estimated(0, *BASES[0], 9_000)
    entries.append(("Amender", MID_JANUARY_2024, 1, f"Larger\n\n{block(first)}"))
    cut = block(estimated(99, *BASES[1], 5)).split("\n")[0]
    entries.append(("Cutter", MID_JANUARY_2024 + 3 * MONTH, 1, f"Cut\n\n{cut}\n"))
    bad = "Carbon-gCO2e: low=9 central=2 high=1 id=AAAAAAAAAA"
    entries.append(("Spoiler", MID_JANUARY_2024 + 3 * MONTH, 1, f"Bad\n\n{bad}\n"))
    return fill(repository, entries)


def hostile(repository: Repository) -> list[str]:
    """A commit by every hostile author, with a record and a refused line that holds the name."""
    entries = []
    for number, name in enumerate(HOSTILE):
        author = name.replace("\n", " ").replace("\r", " ")
        record = block(estimated(number, *BASES[number % len(BASES)]))
        text = f"Subject {name}\n\nCarbon-Basis: {author}\n{record}"
        entries.append((author, MID_JANUARY_2024 + number * MONTH, 5, text))
    return fill(repository, entries)


_made: dict[tuple[object, ...], bytes] = {}


def made(repository: Repository, *arguments: str, **variables: str) -> bytes:
    """What the summary prints, asked for once for each tip; nothing on standard error."""
    head = repository.path / ".git" / "refs" / "heads" / "main"
    tip = head.read_bytes() if head.exists() else b""
    key = (repository.path, tip, arguments, *sorted(variables.items()))
    if key in _made and "--output" not in arguments:
        return _made[key]
    done = subprocess.run(
        ["commit-carbon-summarize", *arguments],
        cwd=repository.path,
        env={**repository.environment, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    return _made.setdefault(key, done.stdout)


def groups(*names: str) -> list[str]:
    """Arguments for these groups."""
    return [word for name in names for word in ("--group-by", name)]
