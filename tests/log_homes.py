"""Homes with the logs of tools: the fixtures below `tests/logs`, set up in a temporary folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from generated_logs import stamp

from commit_carbon_hook.logs import Budget, Found, Machine, all_events, events

LOGS = Path(__file__).parent / "logs"
TREE = "/home/dev/project"
WRITTEN = date(2026, 9, 1)
NOW = datetime(2026, 9, 2, tzinfo=UTC).timestamp()
TOOLS = sorted(path.name for path in LOGS.iterdir())


class Home(NamedTuple):
    """A home folder, the work tree that is asked for, and the tool whose logs are there."""

    path: Path
    tree: str
    tool: str

    def machine(self, platform: str = "linux", **environ: str) -> Machine:
        return Machine(environ, str(self.path), platform, NOW)

    def in_tree(
        self,
        since: float | None = None,
        machine: Machine | None = None,
        budget: Budget | None = None,
    ) -> Found:
        machine, budget = machine or self.machine(), budget or patient()
        return events(self.tree, since, tools=[self.tool], machine=machine, budget=budget)

    def thoroughly(self, since: float | None = None) -> Found:
        """As `doctor` reads."""
        return events(
            self.tree,
            since,
            tools=[self.tool],
            machine=self.machine(),
            budget=patient(),
            thorough=True,
        )

    def everywhere(
        self,
        since: float | None = None,
        machine: Machine | None = None,
        budget: Budget | None = None,
    ) -> Found:
        machine, budget = machine or self.machine(), budget or patient()
        return all_events(since, tools=[self.tool], machine=machine, budget=budget)

    def write(self, name: str, *lines: object, unfinished: str = "") -> Path:
        """Write a file of JSON lines, last touched now."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines) + unfinished)
        os.utime(path, (NOW, NOW))
        return path


def rows(found: Found) -> list[tuple[str, str, int, int, int]]:
    """The events of the readers as the fixtures state them."""
    return sorted(
        (stamp(event.time), event.model, event.output, event.input, event.cached)
        for event in found.events
    )


def patient() -> Budget:
    """A budget that no loaded machine exhausts."""
    return Budget(seconds=600)


def fixture(tool: str, folder: Path) -> Home:
    """The fixture of a tool. Its databases are made of the SQL beside them."""
    home = folder / "home"
    shutil.copytree(LOGS / tool / "home", home)
    for script in sorted(home.rglob("*.db.sql")):
        with database(script.with_suffix("")) as connection:
            connection.executescript(script.read_text())
        script.unlink()
    tree = TREE
    if (LOGS / tool / "project").is_dir():
        # Of these logs only their own place tells the work tree.
        shutil.copytree(LOGS / tool / "project", folder / "project")
        tree = str(folder / "project")
    for path in folder.rglob("*"):
        os.utime(path, (NOW, NOW))
    return Home(home, tree, tool)


def recent_fixtures(home: Path, tree: Path) -> None:
    """All fixtures in one home, as if their work had been done yesterday in this work tree.

    The work tree stands for `/home/dev/project`, the folder that it is in for `/home/dev`.
    """
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    seconds = (yesterday - WRITTEN).days * 86_400
    old, new = (sha256(os.fsencode(path)).hexdigest() for path in (TREE, tree))

    def moved(text: str) -> str:
        text = text.replace(WRITTEN.isoformat(), yesterday.isoformat())
        text = re.sub(r"\b17882\d{5}", lambda found: str(int(found[0]) + seconds), text)
        return text.replace(old, new).replace(os.path.dirname(TREE), str(tree.parent))

    for tool in TOOLS:
        for base, target in (("home", home), ("project", tree)):
            for source in sorted((LOGS / tool / base).rglob("*")):
                if not source.is_file():
                    continue
                path = target / moved(str(source.relative_to(LOGS / tool / base)))
                path.parent.mkdir(parents=True, exist_ok=True)
                content = moved(source.read_text("utf-8", "surrogateescape"))
                if path.suffix == ".sql":
                    with database(path.with_suffix("")) as connection:
                        connection.executescript(content)
                else:
                    path.write_text(content, "utf-8", "surrogateescape", newline="")


def expected(tool: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LOGS / tool / "expected.json").read_text())
    return found


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """When each file was written, and what it holds."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }
