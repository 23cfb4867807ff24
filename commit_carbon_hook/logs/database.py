"""Reading a tool's SQLite database while the tool writes, without leaving a trace in its folder."""

from __future__ import annotations

import os
from contextlib import contextmanager

from .files import regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from .scan import Scan

_BUSY_S = 0.1
_BESIDE = ("-journal", "-wal", "-shm")
_STEPS_BETWEEN_CHECKS = 20_000
_HARMLESS = frozenset("/:-._~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@contextmanager
def reading(scan: Scan, path: str, untouched: bool = False) -> Iterator[sqlite3.Connection | None]:
    """A read-only connection, or None if there is no such database.

    Nor is there one if the database was not written in the window, unless `untouched` is wanted. An
    error of the database while it is read ends the reading and is a problem, not an exception.
    """
    if not _is_wanted(scan, path, untouched):
        yield None
        return
    import sqlite3

    connection = None
    try:
        connection = sqlite3.connect(_address(scan, path), uri=True, timeout=_BUSY_S)
        connection.set_progress_handler(lambda: not scan.take(), _STEPS_BETWEEN_CHECKS)
        yield connection
    except (sqlite3.Error, UnicodeError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        scan.was_busy = scan.was_busy or code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if not scan.budget.exhausted:
            scan.problems.note("database")
    finally:
        if connection is not None:
            connection.close()


def columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """The names of a table's columns, empty without the table."""
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def _is_wanted(scan: Scan, path: str, untouched: bool) -> bool:
    # In WAL mode the main file can stay untouched for days.
    files = regular(scan, path)
    return any(untouched or scan.window.touched(file.mtime) for file in files) or any(
        scan.window.touched(log.mtime) for file in files for log in regular(scan, path + "-wal")
    )


def _address(scan: Scan, path: str) -> str:
    # A plain read-only connection writes its read marks into the -shm file of a WAL database, and
    # creates that file where it is missing. `readonly_shm` reads it as it is; where no writer has
    # left a log, everything is in the main file, and `immutable` opens nothing else.
    if any(os.path.islink(path + end) for end in _BESIDE):
        scan.problems.note("link")
        mode = "mode=ro&immutable=1"
    elif os.path.exists(path + "-journal"):
        mode = "mode=ro"
    elif _size(path + "-wal") and os.path.exists(path + "-shm"):
        mode = "mode=ro&readonly_shm=1"
    else:
        mode = "mode=ro&immutable=1"
        if _size(path + "-wal"):
            scan.problems.note("database")
    posix = os.path.abspath(path).replace(os.sep, "/")
    quoted = "".join(c if c in _HARMLESS else _percent(c) for c in posix)
    return f"file:{'' if quoted.startswith('/') else '/'}{quoted}?{mode}"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
