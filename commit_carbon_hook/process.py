"""Processes: start one and read it, and find the `git commit` above this one."""

from __future__ import annotations

import os

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

MAX_ANCESTORS = 16

_running: set[int] = set()


class Done(NamedTuple):
    """What a finished process wrote, and its exit status (0 for success)."""

    status: int
    output: bytes
    errors: bytes


class Started(NamedTuple):
    """A child under way: its number, and the pipes that it writes to."""

    pid: int
    output: int
    errors: int


def run(command: list[str], environment: Mapping[str, str], stdin: bytes = b"") -> Done:
    """Run a program found on PATH. Raises CarbonError if it cannot be started.

    Standard input and standard error must fit into a pipe.
    """
    if not hasattr(os, "posix_spawnp"):
        return _run_portably(command, environment, stdin)
    return finish(start(command, environment, stdin))


def start(command: list[str], environment: Mapping[str, str], stdin: bytes = b"") -> Started:
    """Start a program with `posix_spawn`: importing `subprocess` costs more than git itself."""
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, in_read, 0),
        (os.POSIX_SPAWN_DUP2, out_write, 1),
        (os.POSIX_SPAWN_DUP2, err_write, 2),
    ]
    try:
        pid = os.posix_spawnp(command[0], command, dict(environment), file_actions=actions)
        _running.add(pid)
    except OSError as error:
        os.close(out_read)
        os.close(err_read)
        raise CarbonError(f"cannot start {command[0]}: {error.strerror}") from None
    else:
        if stdin:
            os.write(in_write, stdin)
    finally:
        for end in (in_read, in_write, out_write, err_write):
            os.close(end)
    return Started(pid, out_read, err_read)


def finish(child: Started) -> Done:
    """Read what a child writes until it ends."""
    try:
        output, errors = _read(child.output), _read(child.errors)
    finally:
        os.close(child.output)
        os.close(child.errors)
        _, status = os.waitpid(child.pid, 0)
        _running.discard(child.pid)
    return Done(status, output, errors)


def output(command: list[str], environment: Mapping[str, str]) -> bytes | None:
    """What a program writes, however much; None if it fails, or where it cannot be started."""
    if not hasattr(os, "posix_spawnp"):
        return None
    read, write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawnp(command[0], command, dict(environment), file_actions=actions)
    except OSError:
        os.close(read)
        return None
    finally:
        os.close(write)
    try:
        written = _read(read)
    finally:
        os.close(read)
        _, status = os.waitpid(pid, 0)
    return None if status else written


def kill_running() -> None:
    """End the children that nobody waits for any more; all of them only read."""
    for pid in _running:
        try:
            os.kill(pid, 9)
        except OSError:
            continue


def _read(descriptor: int) -> bytes:
    chunks = []
    while chunk := os.read(descriptor, 65536):
        chunks.append(chunk)
    return b"".join(chunks)


def _run_portably(command: list[str], environment: Mapping[str, str], stdin: bytes) -> Done:
    import subprocess

    try:
        done = subprocess.run(
            command, env=dict(environment), input=stdin, capture_output=True, check=False
        )
    except OSError as error:
        raise CarbonError(f"cannot start {command[0]}: {error.strerror}") from None
    return Done(done.returncode, done.stdout, done.stderr)


class Committing(NamedTuple):
    """The git process that commits: a name for it, and its arguments after `commit`.

    The arguments are None where git commits within another command (a rebase, a cherry-pick).
    """

    name: str
    arguments: list[str] | None


def committing(environment: Mapping[str, str]) -> Committing | None:
    """The nearest git above this process, None where none can be seen."""
    look = _from_proc if os.path.exists("/proc/self/stat") else _from_ps(environment)
    pid = os.getppid()
    for _ in range(MAX_ANCESTORS):
        seen = look(pid)
        if seen is None:
            return None
        parent, started, arguments = seen
        if os.path.basename(arguments[0]) == "git":
            after = arguments[arguments.index("commit") + 1 :] if "commit" in arguments else None
            return Committing(f"{pid}.{started}", after)
        pid = parent
    return None


def _from_proc(pid: int) -> tuple[int, str, list[str]] | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat, open(f"/proc/{pid}/cmdline", "rb") as line:
            fields = stat.read().rpartition(b")")[2].split()
            arguments = os.fsdecode(line.read()).split("\0")[:-1]
    except OSError:
        return None
    return (int(fields[1]), fields[19].decode("ascii"), arguments) if arguments else None


def _from_ps(
    environment: Mapping[str, str],
) -> Callable[[int], tuple[int, str, list[str]] | None]:
    """The same from one `ps` (macOS, BSD): no start times, and arguments split at blanks."""
    table = {}
    try:
        listing = run(["ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "args="], environment).output
    except CarbonError:
        listing = b""
    for line in os.fsdecode(listing).splitlines():
        pid, parent, *arguments = line.split()
        if arguments:
            table[int(pid)] = (int(parent), "", arguments)
    return table.get
