"""Git as a child that streams: how it is started and read, and what it may not do.

What a repository's configuration names is not run, nothing is fetched and no lock is taken.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from time import sleep

from .errors import CarbonError
from .git import remedy
from .git_calls import OPTIONS
from .git_calls import environment as environment_for
from .scratch import no_room

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system
    fcntl = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import IO

PIPE = subprocess.PIPE
PIPE_BYTES = 1 << 20
PIECE_BYTES = 1 << 16
PAUSE_SECONDS = 0.001


class GitProgramMissing(CarbonError):  # noqa: N818 - it is what it says
    """There is no git program: the embedded engine can read the history instead."""


class Git:
    """The git program at one repository, or at what it finds from here for an empty path."""

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment_for(path, environment)

    def ask(self, *arguments: str) -> bytes:
        """The output of a short command. Raises CarbonError with git's first line of error."""
        try:
            done = subprocess.run(
                self._command(arguments), env=self._environment, capture_output=True, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError:
            raise GitProgramMissing("no git program found: use --engine dulwich") from None
        except ValueError:
            raise CarbonError("a name with a NUL in it") from None
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").splitlines()
            fatal = [line for line in lines if line.startswith("fatal: ")] or lines or ["no reason"]
            raise CarbonError(fatal[0].removeprefix("fatal: ") + remedy(lines))
        return done.stdout

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", *(("-C", self._path) if self._path else ()), *OPTIONS, *arguments]

    @contextmanager
    def child(
        self, *arguments: str, stdin: int | IO[bytes] | None, cwd: str | None = None, **more: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A child whose output is read; it does not outlive the block."""
        command = self._command(arguments) if cwd is None else ["git", *OPTIONS, *arguments]
        child = subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**self._environment, **more}, cwd=cwd, bufsize=0,
        )  # fmt: skip
        _widen(child)
        try:
            yield child
        finally:
            for stream in (child.stdin, child.stdout):
                if stream:
                    with suppress(OSError):
                        stream.close()
            child.kill()
            child.wait()


def _widen(child: subprocess.Popen[bytes]) -> None:
    """Make the pipe of a child's output larger: fewer turns save a third of the CPU time."""
    if child.stdout and fcntl and hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def reading(child: subprocess.Popen[bytes]) -> Callable[[int], bytes]:
    """What reads up to so many bytes of a child's output, with -1 all that is left."""
    return child.stdout.read if child.stdout else lambda _: b""


def streaming(child: subprocess.Popen[bytes]) -> Callable[[int], bytes]:
    """The same for a child that writes without a pause: its output comes in large pieces.

    Git writes 4 KiB at a time. Waiting for each of them takes a third of all CPU time.
    """
    read = reading(child)

    def gathered(most: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := read(most):
            parts.append(part)
            size += len(part)
            if size >= PIECE_BYTES:
                break
            sleep(PAUSE_SECONDS)
        return b"".join(parts)

    return gathered


def writing(child: subprocess.Popen[bytes]) -> Callable[[bytes], object]:
    """What writes to a child's input, at once."""
    return child.stdin.write if child.stdin else len


@contextmanager
def temporary(lines: Iterable[str]) -> Iterator[IO[bytes]]:
    """A temporary file with these lines, to be read from its start. Raises CarbonError where it
    cannot be written."""
    is_written = False
    try:
        with TemporaryFile(prefix="commit-carbon-") as file:
            file.writelines(line.encode("ascii") for line in lines)
            file.flush()
            is_written = True
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            file.seek(0)
            yield file
    except OSError as error:
        if is_written:
            raise
        raise no_room(error) from None
