"""The files in which a repository keeps its objects: whether they are still what they were.

The names of commits say what their content must be; whether it can be read shows only here.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from .values import NamedTuple

ALTERNATES = os.path.join("info", "alternates")
MOST_STORES = 16


class StoredFile(NamedTuple):
    """A file, its size, and when it and its entry were changed, in nanoseconds since 1970."""

    path: str
    size: int
    modified: int
    changed: int

    @property
    def holds_objects(self) -> bool:
        """Whether it holds objects or says where they are in another; others only save time."""
        folder, name = os.path.split(self.path)
        return len(os.path.basename(folder)) == 2 or name.endswith((".pack", ".idx"))


def files(objects: str) -> list[StoredFile]:
    """All files of the object folder and of those that it borrows from, sorted. Raises OSError,
    and LookupError where it borrows in a way that is not known here."""
    found: list[StoredFile] = []
    stores = [os.path.abspath(objects)]
    for number, store in enumerate(stores):
        if number == MOST_STORES:
            raise LookupError
        pending = [store]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        pending.append(entry.path)
                        continue
                    status = entry.stat()
                    times = status.st_mtime_ns, status.st_ctime_ns
                    found.append(StoredFile(entry.path, status.st_size, *times))
        stores += [one for one in _borrowed(store) if one not in stores]
    found.sort()
    return found


def _borrowed(store: str) -> list[str]:
    try:
        with open(os.path.join(store, ALTERNATES), "rb") as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return []
    paths = [os.fsdecode(line) for line in lines if line and not line.startswith(b"#")]
    if any(path.startswith('"') for path in paths):
        raise LookupError
    return [os.path.normpath(os.path.join(store, path)) for path in paths]
