"""Show the trailers that the newest commits would have had, and the summary; changes nothing.

commit-carbon preview
commit-carbon preview -C ~/src/project -n 3 --tool claude-code
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .. import completion, config, git, history, record, tables
from ..errors import CarbonError
from ..grid.names import fitting
from ..terminal import decoded, safe
from .estimate import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which repository, how many commits."""
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")
    parser.add_argument(
        "-n", dest="most", metavar="N", type=whole, default=3, help="newest commits (default: 3)"
    )
    parser.add_argument("--tool", help="the tool to assume where a commit does not name one")


def run(arguments: argparse.Namespace) -> int:
    """Print both."""
    if not Path(arguments.repository).is_dir():
        raise CarbonError(f"preview: {arguments.repository} is not a directory")
    os.chdir(arguments.repository)
    environment = dict(os.environ)
    tool = tables.tool(arguments.tool) if arguments.tool else ""
    try:
        top = os.fsdecode(git.run(["rev-parse", "--show-toplevel"], environment)).rstrip("\n")
    except CarbonError as error:
        if git.TRUST in str(error):
            raise
        top = "."
    settings = config.load(top, environment)
    names = git.newest(arguments.most, environment)
    if not names:
        raise CarbonError("preview: no commits here: run it in a repository with a history")
    print("Trailers that the newest commits would have had, without counting any tokens:")
    for name in names:
        _show(name, tool, settings, environment)
    print("\nWhat the history says today:")
    from ..summarize import main

    return main([])


def _show(name: str, tool: str, settings: config.Settings, environment: Mapping[str, str]) -> None:
    commit = history.parse_commit(name, git.commit(name, environment))
    subject = decoded(commit.message.split(b"\n")[0], commit.encoding)
    print(f"\n  {name[:12]}  {safe(subject)}")
    found = history.find(commit)
    if found.records:
        records = found.records
        print("    (its own records)")
    else:
        lines = git.count_lines(git.changes(name, environment))
        if not lines:
            print("    (no lines changed: no record)")
            return
        records = [_would_be(name, lines, found, tool, settings)]
    for one in records:
        for line in record.lines(one):
            print(f"    {line.decode('ascii')}")


def _would_be(
    name: str, lines: int, found: history.Finding, tool: str, settings: config.Settings
) -> record.Record:
    if found.identity:
        who, model, evidence = found.identity.tool, found.identity.model, "declared"
    else:
        who, model = tool or settings.tool or tables.UNSPECIFIED, ""
        evidence = "assumed" if who == tables.UNSPECIFIED else "declared"
    basis = record.Basis(
        who, model, evidence, settings.grid or tables.default_zone(who, model), settings.method
    )
    return completion.by_lines(lines, fitting(basis), record.identity([name.encode("ascii")]))
