"""Random commit messages: our reading and writing of them against the real git.

    python tests/fuzz_message.py --cases 20000 --seed 7

Every law is checked on every case; git is asked about hundreds of messages in one process.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from commit_carbon_hook.message import (
    cleaned,
    comment_prefix,
    find_end,
    insert,
    is_empty,
    record_lines,
    remove_record_lines,
    replace_records,
    trailers,
)
from commit_carbon_hook.message_rules import is_trailer, last_paragraph

LINES = [
    b"Carbon-gCO2e: low=3.7 central=15 high=60 id=7K3M9QX2T4",
    b"Carbon-Tokens: output=12000 input=72000 cached=1800000 by=lines id=7K3M9QX2T4",
    b"Carbon-Basis: tool=claude-code evidence=detected grid=US method=2 id=7K3M9QX2T4",
]
MODES = ("strip", "whitespace", "scissors", "verbatim")
PREFIXES = (b"#", b"#", b"#", b";", b"%")
SCISSORS = b" ------------------------ >8 ------------------------"
TIMEOUT_SECONDS = 120

TITLES = [b"Fix the thing", b"fix: the thing", b"#12 fix", b"Merge branch 'x'", b"\xfcml\xe4ut"]
TRAILERS = [
    b"Signed-off-by: A B <a@b.example>",
    b"(cherry picked from commit 0123456789)",
    b"Acked-by: C",
    b"Bug : 42",
    b"Key \t:v",
    b"https://example.org/",
    b"-x: y",
    b"123: n",
    b"Why:",
    b"carbon-gco2e: 5",
    b"Foo: a\xe2\x80\xa8Bar: b",
    b"Foo: a\x0bBar: b\x0c",
    b"Foo: \xe9t\xe9",
    b"Foo: ends in blanks \t",
]
OTHERS = [
    b"some text",
    b"clientlib/x.py: t",
    b"Foo_bar: v",
    b"Cl\xc3\xa9: v",
    b"[//]: # (x)",
    b": nothing before",
    b"Two words: v",
    b"---",
    b"--- a/file",
    b"---------",
    b"diff --git a/f b/f",
    b"Conflicts:",
    b"Conflicts: no",
    b"\tfile",
    b"  continued",
    b" x: indented",
    b"\x0b",
    b"\x0c",
    b"* item",
    b"> quoted",
    b"Carbon- footprint",
    b"Carbon-gCO2e",
    b"\r",
    b"a\rb",
]
BLANKS = [b"", b"", b"", b" ", b"\t ", b"\r"]


def messages(rng: random.Random, count: int) -> Iterator[tuple[bytes, bytes, str]]:
    """`count` times a message without record lines, its comment prefix and a clean-up mode."""
    for _ in range(count):
        prefix = rng.choice(PREFIXES)
        comments = [
            prefix,
            prefix + b" a comment",
            prefix + b"\tfile",
            prefix + b"A: b",
            prefix * 2,
        ]
        kinds = [BLANKS, TRAILERS, OTHERS, comments]
        weights = rng.choice([(3, 6, 1, 1), (3, 3, 3, 1), (4, 2, 1, 4), (1, 1, 6, 2), (3, 4, 0, 0)])
        rows = [rng.choice(TITLES)] if rng.random() < 0.8 else []
        rows += [b""] * (rng.random() < 0.7)
        for kind in rng.choices(kinds, weights, k=rng.choice((0, 1, 2, 3, 5, 8, 13))):
            rows.append(rng.choice(kind))
        eol = rng.choice([b"\n"] * 7 + [b"\r\n"])
        if eol == b"\r\n":
            # git takes this list for one only after the clean-up has made it LF.
            rows = [row for row in rows if row != b"Conflicts:"]
        elif rng.random() < 0.08:
            rows.insert(rng.randrange(len(rows) + 1), prefix + SCISSORS)
        final = rng.random() < 0.85 or rows[-1:] == [b"Conflicts:"]
        text = eol.join(rows) + eol * final
        yield text, prefix, rng.choice(MODES)


class Git:
    """The git program in an empty folder, without any configuration but the comment prefix."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LC_ALL": "C",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(folder.parent),
        }

    def run(self, prefix: bytes, *arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run(
            ["git", "-c", f"core.commentChar={prefix.decode()}", *arguments],
            input=given,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env=self.environment,
            timeout=TIMEOUT_SECONDS,
            check=True,
        ).stdout

    def interpret_trailers(
        self, prefix: bytes, texts: Iterable[bytes], *options: str
    ) -> list[bytes]:
        """What `git interpret-trailers --no-divider` makes of each text, in one process."""
        fence = self.folder / "fence"
        fence.write_bytes(b"Fence\n\nFence-Line: 0\n")
        names = []
        for number, text in enumerate(texts):
            names += [str(number), fence.name]
            (self.folder / names[-2]).write_bytes(text)
        command = ("interpret-trailers", "--no-divider", *options)
        between = self.run(prefix, *command, fence.name)
        return self.run(prefix, *command, *names).split(between)[:-1]

    def stripspace(self, prefix: bytes, texts: list[bytes], *options: str) -> list[bytes]:
        """What `git stripspace` leaves of each text, in one process: fenced by unlike lines."""
        fence = b"\n=== fence ===\n"
        given = (fence + b"\n").join(text + b"\n" for text in texts)
        parts = (b"\n" + self.run(prefix, "stripspace", *options, given=given) + b"\n").split(fence)
        assert len(parts) == len(texts)
        return [part.strip(b"\n") + b"\n" if part.strip(b"\n") else b"" for part in parts]

    def log(self, prefix: bytes, texts: list[bytes]) -> list[tuple[bytes, list[bytes]]]:
        """Subject and trailers that `git log` shows of commits with these very messages."""
        if not (self.folder / "objects").exists():
            self.run(b"#", "init", "--quiet", "--bare", ".")
        stream = [b"reset refs/heads/fuzz\n"]
        for text in texts:
            stream.append(b"commit refs/heads/fuzz\ncommitter a <a@b.example> 0 +0000\n")
            stream.append(b"data %d\n%s\n" % (len(text), text))
        self.run(prefix, "fast-import", "--quiet", "--force", given=b"".join(stream))
        form = "--format=%x00%s%x01%(trailers:only,unfold)"
        shown = self.run(prefix, "log", "--reverse", form, "fuzz").split(b"\0")[1:]
        pairs = [one.rstrip(b"\n").partition(b"\1") for one in shown]
        return [(subject, block.split(b"\n") if block else []) for subject, _, block in pairs]


def as_printed(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(key + b": " + value + b"\n" for key, value in pairs)


def complete(text: bytes) -> bytes:
    """With a final line end: git before 2.46.2 adds to an incomplete last line."""
    return text if text.endswith(b"\n") or not text else text + b"\n"


def laws(text: bytes, prefix: bytes, mode: str) -> Iterator[str]:
    """The names of the laws, none of which needs git, that do not hold for this message."""
    written = insert(text, LINES, prefix, mode)
    if remove_record_lines(written, prefix) != text:
        yield "remove_record_lines is the inverse of insert"
    if record_lines(written, prefix) != LINES:
        yield "record_lines finds what insert wrote"
    if replace_records(written, LINES, prefix, mode) != written:
        yield "replace_records is the identity on its own output"
    other = [line.replace(b"7K3M9QX2T4", b"0000000000") for line in LINES]
    if replace_records(written, other, prefix, mode) != insert(text, other, prefix, mode):
        yield "replace_records forgets what was there"
    if ours(as_printed(trailers(written, prefix))) != LINES:
        yield "trailers shows what insert wrote"
    if is_empty(written, mode, prefix) != is_empty(text, mode, prefix):
        yield "is_empty does not see record lines"
    again = cleaned(text, mode, prefix)
    if cleaned(again, mode, prefix) != again and mode != "strip":
        yield "cleaned is idempotent"
    new = remove_record_lines(cleaned(written, mode, prefix), prefix)
    if new != again and not is_empty(text, mode, prefix):
        yield "the commit differs by the record lines only"


def ours(printed: bytes) -> list[bytes]:
    """Those of the printed trailers that were inserted."""
    return [line for line in printed.split(b"\n") if line in LINES]


def starts_with_prose(text: bytes, prefix: bytes) -> bool:
    """Whether the block begins with lines that are no trailers: git puts new ones before those."""
    _, lines = last_paragraph(text, find_end(text, prefix), prefix)
    first = next((line for line in lines if not line.startswith(prefix) and line.strip()), b"")
    return not is_trailer(first, prefix)


def named_difference(text: bytes, prefix: bytes) -> bool:
    """Whether insert differs from `git interpret-trailers` here on purpose.

    A message that is empty above its comments leaves line 1 free; what looks like a trailer but
    will be the subject is not joined; trailers come before trailing lines of white space, and
    after an old-style `Conflicts:` list that is not below a trailer block; CRLF stays CRLF.
    """
    end = find_end(text, prefix)
    body = [line for line in text[:end].split(b"\n") if not line.startswith(prefix)]
    filled = [index for index, line in enumerate(body) if line.strip()]
    return (
        not filled
        or b"" in body[: filled[0]]
        or any(line.isspace() for line in body)
        or body[0] == b""
        or text[:end].startswith(prefix)
        or b"\r\n" in text
        or b"Conflicts:\n" in text[end:]
    )


def check(git: Git, prefix: bytes, cases: list[tuple[bytes, str]]) -> Iterator[tuple[str, bytes]]:
    """(law, message) for everything that does not hold among these messages."""
    texts = [text for text, _ in cases]
    full = [complete(text) for text in texts]
    for text, mode in cases:
        yield from ((f"{law} [{mode}]", text) for law in laws(text, prefix, mode))
        if comment_prefix(text, prefix) != prefix:
            yield "comment_prefix is the default without a hint", text

    for text, printed in zip(full, git.interpret_trailers(prefix, full, "--parse"), strict=True):
        if as_printed(trailers(text, prefix)) != printed:
            yield "trailers as git interpret-trailers --parse", text

    written = [insert(text, LINES, prefix, mode) for text, mode in cases]
    for text, printed in zip(
        texts, git.interpret_trailers(prefix, written, "--parse"), strict=True
    ):
        if ours(printed) != LINES:
            yield "git finds what insert wrote", text

    add = [
        "--if-exists=add",
        "--where=start",
        *(f"--trailer={line.decode()}" for line in reversed(LINES)),
    ]
    kept = git.interpret_trailers(prefix, full)
    for text, same, added in zip(
        full, kept, git.interpret_trailers(prefix, full, *add), strict=True
    ):
        # A block that git rewrites (`Bug : 42`) cannot be compared byte for byte.
        as_is = same == text or not (trailers(text, prefix) or b"\n(cherry picked" in text)
        differs = as_is and insert(text, LINES, prefix) != added
        differs = differs and not starts_with_prose(text, prefix)
        if differs and not named_difference(text, prefix):
            yield "insert as git interpret-trailers --trailer", text

    heads = [text for text in texts if prefix + SCISSORS not in text]
    for mode, options in (("strip", ["-s"]), ("whitespace", [])):
        for text, left in zip(heads, git.stripspace(prefix, heads, *options), strict=True):
            if cleaned(text, mode, prefix) != left:
                yield f"cleaned as git stripspace [{mode}]", text

    done = [
        (text, cleaned(text, mode, prefix), cleaned(new, mode, prefix), mode)
        for (text, mode), new in zip(cases, written, strict=True)
        if not is_empty(text, mode, prefix)
    ]
    before = git.log(prefix, [one[1] for one in done])
    after = git.log(prefix, [one[2] for one in done])
    for (text, plain, _, mode), (subject, block), (new_subject, new_block) in zip(
        done, before, after, strict=True
    ):
        if new_subject != subject:
            yield f"the subject stays [{mode}]", text
        # What the clean-up changes for git (a comment between a trailer and its continuation) and
        # a trailer for a subject below an empty line: there the other lines may differ.
        unlike = trailers(text, prefix) != trailers(plain, prefix)
        untitled = mode == "verbatim" and not plain.split(b"\n")[0].strip()
        shown = [line for line in new_block if line in LINES]
        others = [line for line in new_block if line not in LINES]
        if shown != LINES or (others != block and not unlike and not untitled):
            yield f"git log shows all trailers and ours [{mode}]", text


def campaign(cases: int, seed: int, batch: int = 400) -> list[tuple[str, bytes]]:
    """All failures among `cases` random messages."""
    failures: list[tuple[str, bytes]] = []
    rng = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        git = Git(Path(folder).resolve())
        for start in range(0, cases, batch):
            groups: dict[bytes, list[tuple[bytes, str]]] = {}
            for text, prefix, mode in messages(rng, min(batch, cases - start)):
                groups.setdefault(prefix, []).append((text, mode))
            for prefix, group in groups.items():
                failures += check(git, prefix, group)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    failures = campaign(arguments.cases, arguments.seed)
    for law, text in sorted(failures, key=lambda one: (one[0], len(one[1])))[:40]:
        print(f"{law}: {text!r}")
    print(f"{arguments.cases} cases, seed {arguments.seed}: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
