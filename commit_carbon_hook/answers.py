"""The door of commit-carbon-summarize: an answer that was given before is given again, if nothing
that it depends on has changed since. Anything else is left to `summarize`."""

from __future__ import annotations

import os
import sys
import time

from . import cache_files, circumstances

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

PROGRAM = "commit-carbon-summarize"
FOLDER = "answers"
MOST = 500
MOST_BYTES = 4 << 20
_SEPARATOR = b"\0"


class Answer(NamedTuple):
    """What a summary said: its exit code, the report, why limits said no, and the methods in
    use. Their factors are valid until `quiet_until`, or the empty day if they need a warning."""

    code: int
    report: bytes
    reasons: tuple[str, ...]
    methods: tuple[str, ...]
    quiet_until: str


class Keeper:
    """Takes an answer while it is given, and keeps it for the next time; none without a key."""

    def __init__(self, words: Sequence[str], key: str) -> None:
        self._words = words
        self._key = key
        self._report = bytearray()
        self._whole = True

    def copy(self, chunk: bytes) -> None:
        """Note a part of the report; one that is too large will not be kept."""
        self._whole = self._whole and len(self._report) + len(chunk) <= MOST_BYTES
        if self._whole:
            self._report += chunk

    def keep(self, code: int, reasons: Sequence[str], methods: Iterable[str]) -> None:
        """The answer is given; nothing of it was uncertain."""
        if not self._key or not self._whole:
            return
        from .factor_table import METHODS, WARNINGS

        used = tuple(sorted(name for name in methods if name in METHODS))
        days = ["" if name in WARNINGS else METHODS[name][9] for name in used]
        answer = Answer(code, bytes(self._report), tuple(reasons), used, min(days, default="9"))
        # Whether the repository changed while it was read.
        if key_of(self._words) == self._key:
            cache_files.save(_path(self._key), [_packed(self._key, answer)], MOST)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 a gate says no, 2 usage or unreadable input."""
    words = sys.argv[1:] if argv is None else list(argv)
    key = key_of(words)
    answer = _found(key) if key else None
    if answer:
        return _give(answer)
    from . import summarize

    return summarize.main(words, Keeper(words, key))


def key_of(words: Sequence[str]) -> str:
    """What the answer to a command line depends on; empty where it must not be kept."""
    # How a terminal is drawn on depends on more.
    if sys.stdout is None or sys.stdout.isatty() or not cache_files.folder(os.environ):
        return ""
    return circumstances.digest(words, os.environ, f"{sys.stdout.encoding} {sys.stdout.errors}")


def _path(key: str) -> str:
    return os.path.join(cache_files.folder(os.environ), FOLDER, key)


def _packed(key: str, answer: Answer) -> bytes:
    lines = (
        *(key, str(answer.code), answer.quiet_until),
        *("\n".join(answer.methods), "\n".join(answer.reasons)),
    )
    return b"".join(os.fsencode(line) + _SEPARATOR for line in lines) + answer.report


def _found(key: str) -> Answer | None:
    stored = cache_files.find(_path(key))
    if stored is None:
        return None
    with stored.file as file:
        content = file.read(stored.size)
    named, code, quiet_until, methods, reasons, report = content.split(_SEPARATOR, 5)
    if os.fsdecode(named) != key:
        return None
    return Answer(
        int(code),
        report,
        tuple(os.fsdecode(reasons).splitlines()),
        tuple(os.fsdecode(methods).splitlines()),
        os.fsdecode(quiet_until),
    )


def _give(answer: Answer) -> int:
    if not answer.reasons and time.strftime("%Y-%m-%d", time.gmtime()) <= answer.quiet_until:
        try:
            sys.stdout.buffer.write(answer.report)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError:
            return _give_guarded(answer)
        return answer.code
    return _give_guarded(answer)


def _give_guarded(answer: Answer) -> int:
    from . import doors, output

    def body() -> int:
        output.to_standard_output([answer.report])
        doors.warn_of(PROGRAM, answer.methods)
        for reason in answer.reasons:
            doors.complain(PROGRAM, reason)
        return answer.code

    return doors.guard(PROGRAM, body)


if __name__ == "__main__":
    raise SystemExit(main())
