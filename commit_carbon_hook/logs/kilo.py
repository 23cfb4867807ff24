"""Kilo: a database like OpenCode's, and the task folders of the editor extension before it."""

from __future__ import annotations

import os

from .opencode import read_database, read_storage
from .roo_code import read_tasks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Place
    from .scan import Scan


def read(scan: Scan, places: list[Place]) -> None:
    (data,), place, *storages = places
    database = os.path.join(*place)
    if os.path.lexists(database):
        read_database(scan, database)
    else:
        read_storage(scan, data)
    for storage in storages:
        read_tasks(scan, storage)
