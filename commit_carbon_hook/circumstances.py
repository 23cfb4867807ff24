"""Everything that the answer of a summary depends on, in one digest: the words of the command,
the program itself, settings, and the names of the commits that are asked for.

Where that is not certain there is no digest. What an answer is made of is named here, so an
option or a file that is new to this module makes a summary slower, never wrong.
"""

from __future__ import annotations

import os
import stat
import sys

from . import git_calls, object_store, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

SETTINGS_FILE = ".commit-carbon.toml"
SETTINGS_BYTES = 4 * 1024
TRACES_FOLDER = ".agent-trace"
BORROWED = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
NOTES = ("refs/notes/carbon", "refs/notes/ai")
FLAGS = ("--all", "--no-progress")
DATES = ("--since", "--until")
VALUES = (
    "-C", *DATES, "--group-by", "--format", "--restate", "--max-gco2e", "--max-per-commit",
    "--value", "--report",
)  # fmt: skip
# Variables that say which repository and how to read it, how to count, and how to write text.
VARIABLES = ("GIT_", "COMMIT_CARBON_", "SOURCE_DATE_EPOCH", "PYTHON", "LC_", "LANG", "TZ")
_DIGITS = frozenset("0123456789")
_MARK = "--is-bare-repository"


class Asked(NamedTuple):
    """What a command line asks for."""

    repositories: tuple[str, ...]
    revisions: tuple[str, ...]
    every_ref: bool


def digest(words: Sequence[str], environment: Mapping[str, str], encoding: str) -> str:
    """32 hexadecimal digits that are the same only if the answer is; empty where nobody knows."""
    from _blake2 import blake2b  # as in `record.new_id`

    asked = asked_by(words)
    if asked is None:
        return ""
    made = blake2b(digest_size=16)
    try:
        for part in _parts(words, asked, environment, encoding):
            made.update(b"%d:" % len(part) + part)
    except (OSError, ValueError, LookupError):
        return ""
    return made.hexdigest()


def asked_by(words: Sequence[str]) -> Asked | None:
    """The command line, if it has nothing but words whose effect is known here."""
    repositories, revisions = [], []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            revisions.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in FLAGS and not equals:
            continue
        if name not in VALUES or (equals and name == "-C"):
            return None
        value = value if equals else next(rest, "")
        if not value or value.startswith("-") or (name in DATES and not _is_day(value)):
            return None
        if name == "-C":
            repositories.append(value)
    every_ref = "--all" in words
    if every_ref or not revisions:
        revisions.append("HEAD")
    return Asked(tuple(repositories or [""]), tuple(revisions), every_ref)


def _is_day(text: str) -> bool:
    """Whether this is written as YYYY-MM-DD, YYYY-MM or YYYY; other dates depend on the moment,
    and on git."""
    parts = text.split("-")
    widths = [len(part) for part in parts]
    return widths in ([4, 2, 2], [4, 2], [4]) and _DIGITS.issuperset("".join(parts))


def _parts(
    words: Sequence[str], asked: Asked, environment: Mapping[str, str], encoding: str
) -> Iterator[bytes]:
    for text in (*words, os.getcwd(), encoding, sys.version):
        yield os.fsencode(text)
    for name in sorted(environment):
        if name.startswith(VARIABLES):
            yield os.fsencode(f"{name}={environment[name]}")
    yield program()
    for path in asked.repositories:
        yield from _repository(path, asked, environment)


def program() -> bytes:
    """The files of this program and of its factors: their names, sizes and times.

    Raises OSError where they are not files.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    pending, found = [package], []
    if not os.path.isdir(os.path.join(package, "factors")):
        pending.append(os.path.join(os.path.dirname(package), "factors"))
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                else:
                    status = entry.stat()
                    times = status.st_mtime_ns, status.st_ctime_ns
                    found.append((entry.path, status.st_size, *times))
    return os.fsencode(repr(sorted(found)))


def _repository(path: str, asked: Asked, environment: Mapping[str, str]) -> Iterator[bytes]:
    """Raises LookupError for a repository of which nobody knows whether it is the same."""
    output = _named(path, asked.revisions, asked.every_ref, environment)
    if output is None and asked.every_ref:
        # A HEAD without a commit yet adds nothing to the other refs.
        output = _named(path, [one for one in asked.revisions if one != "HEAD"], True, environment)
    lines = output.split(b"\n") if output else []
    if len(lines) < 5 or lines[1] != b"false" or environment.get(BORROWED):
        raise LookupError
    top = os.path.join(path, os.fsdecode(lines[4]) or ".")
    top = top if lines[3] == b"true" else os.fsdecode(lines[0])
    if os.path.lexists(os.path.join(top, TRACES_FOLDER)):
        raise LookupError
    yield path.encode("utf-8", "surrogateescape")
    yield output or b""
    yield os.fsencode(os.path.realpath(top))
    for file in object_store.files(os.path.join(path, os.fsdecode(lines[2]))):
        yield os.fsencode(f"{file[0]} {file[1]} {file[2]} {file[3]}")
    yield _settings(os.path.join(top, SETTINGS_FILE))


def _named(
    path: str, revisions: Sequence[str], every_ref: bool, environment: Mapping[str, str]
) -> bytes | None:
    """What git says about a repository, and the names of all objects that are asked for."""
    return process.output(
        git_calls.command(
            path,
            ("rev-parse", "--absolute-git-dir", "--is-shallow-repository"),
            ("--git-path", "objects", "--is-inside-work-tree", "--show-cdup"),
            # A pattern, as the ref need not be there; a mark, as only values are printed.
            *((_MARK, f"--glob={ref[:-1]}[{ref[-1]}]") for ref in NOTES),
            (_MARK, *(["--all"] if every_ref else []), *revisions, "--"),
        ),
        git_calls.environment(path, environment),
    )


def _settings(path: str) -> bytes:
    """A file of settings as it is; LookupError for one that leads to other files."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise LookupError
        with open(path, "rb") as file:
            content = file.read(SETTINGS_BYTES + 1)
    except FileNotFoundError:
        return b""
    if len(content) > SETTINGS_BYTES or b"factors" in content or b"\\" in content:
        raise LookupError
    return b"=" + content
