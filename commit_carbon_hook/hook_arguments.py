"""The hook's help, and what is wrong with its arguments: argparse, off the hook's path."""

from __future__ import annotations

import argparse

from . import invocation
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
git calls it with the message file, and pre-commit and prek do the same:
  commit-carbon-hook .git/COMMIT_EDITMSG message
  commit-carbon-hook --stage commit-msg .git/COMMIT_EDITMSG

It writes the estimate into the message, or leaves the message as it is; its exit code is 0
whatever happens. Every flag can also be set as COMMIT_CARBON_<FLAG> or in .commit-carbon.toml.
COMMIT_CARBON=0 switches it off, COMMIT_CARBON_TOOL=none says that no tool took part.
"""
HELP = {
    "tool": "the tool that this project is written with, or none",
    "method": "the method: 2 (default), 1, 1-as-published",
    "grid": "the grid zone of the data centre: a country, an eGRID subregion, ...",
    "tokens": "where tokens come from: lines (default) or auto (the tool's own log)",
    "unattributed": "commits without any evidence of a tool: record (default) or skip",
    "store": "where records go: message (default) or notes (refs/notes/carbon)",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise CarbonError(f"{message}: see {self.prog} --help: the commit has no record")


def parser() -> argparse.ArgumentParser:
    """The parser that shows the help; the hook itself reads its arguments without it."""
    made = _Parser(
        prog=invocation.PROGRAM,
        description="Write the estimated carbon emissions of a commit into its message.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("file", metavar="FILE", help="the message file, as git names it")
    made.add_argument("source", metavar="SOURCE", nargs="?", help="git's second argument")
    made.add_argument("object", metavar="SHA", nargs="?", help="git's third argument")
    made.add_argument("--stage", choices=invocation.STAGES, default=invocation.PREPARE)
    for name in invocation.FLAGS:
        made.add_argument(f"--{name}", metavar=name.upper(), help=HELP[name])
    made.add_argument("--version", action="version", version=_version())
    return made


def explain(words: Sequence[str]) -> None:
    """Print the help or the version, or raise CarbonError that names the mistake."""
    parser().parse_args(words)
    raise CarbonError("the arguments are not understood: see --help: the commit has no record")


def _version() -> str:
    from importlib.metadata import version

    return f"%(prog)s {version('commit-carbon-hook')}"
