"""Kilo: a database like OpenCode's, and the task folders of the editor extension before it."""

from __future__ import annotations

import os

from .events import Reader
from .opencode import read_database, read_storage
from .roo_code import read_tasks
from .vscode_tasks import storage_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .events import Machine
    from .scan import Scan


def places(machine: Machine) -> list[str]:
    data = machine.data_folder("kilo")
    named = machine.environ.get("KILO_DB", "").strip()
    database = os.path.join(data, named if named and named != ":memory:" else "kilo.db")
    return [data, database, *storage_folders(machine, "kilocode.kilo-code")]


def read(scan: Scan) -> None:
    data, database, *storages = places(scan.machine)
    if os.path.lexists(database):
        read_database(scan, database)
    else:
        read_storage(scan, data)
    for storage in storages:
        read_tasks(scan, storage)


READER = Reader(places, read)
