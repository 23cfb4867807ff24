"""The ccusage of npm, in one pinned version, as the other reader of the same logs.

It is installed once into the user's cache folder; its install scripts do not run, and it is
started with `--offline`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

VERSION = "20.0.24"
INSTALL_S = 180
RUN_S = 60


class Totals(NamedTuple):
    output: int
    input: int
    cached: int


def program() -> Path:
    """The program; without npm the test is skipped, or fails where REQUIRE_CCUSAGE is set."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "commit-carbon-hook-tests" / f"ccusage-{VERSION}"
    installed = folder / "node_modules" / ".bin" / "ccusage"
    if not installed.exists():
        problem = _install(folder)
        if problem and os.environ.get("REQUIRE_CCUSAGE"):
            pytest.fail(problem)
        if problem:
            pytest.skip(problem)
    return installed


@cache
def _install(folder: Path) -> str:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "ccusage is compared where npm and node are on PATH"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        Path(work, "package.json").write_text('{"private": true}\n')
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
        command = [npm, "install", *options, "--prefix", work, f"ccusage@{VERSION}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S)
        except subprocess.TimeoutExpired:
            return f"npm did not install ccusage {VERSION} in {INSTALL_S} s"
        if done.returncode:
            return f"npm cannot install ccusage {VERSION}: {done.stderr.strip()[-300:]}"
        try:
            # Whoever comes first wins; another test process may be doing the same.
            os.rename(work, folder)
            Path(work).mkdir()
        except OSError:
            pass
    return ""


def totals(agent: str, home: Path) -> Totals:
    """What `ccusage <agent> daily` adds up in that home; cache writes count as input."""
    # npm leaves a link out of the shell's reach on some systems: node runs the script itself.
    script = program().resolve()
    done = subprocess.run(
        ["node", script, agent, "daily", "--json", "--offline", "--timezone", "UTC"],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LOG_LEVEL": "0"},
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=True,
    )
    found = json.loads(done.stdout)["totals"]
    return Totals(
        found["outputTokens"],
        found["inputTokens"] + found["cacheCreationTokens"],
        found["cacheReadTokens"],
    )
