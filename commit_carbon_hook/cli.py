"""commit-carbon: estimate, explain, verify, look up, install and diagnose."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from . import doors
from .command_line import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "commit-carbon"
COMMANDS = {
    "estimate": "estimate an activity, with every step of the equation",
    "explain": "how the records of a commit were estimated",
    "verify": "recompute every record of a history and say which differ",
    "preview": "the trailers that the newest commits would have had; changes nothing",
    "grid": "the carbon intensity of grid zones",
    "factors": "the factors of tools, models and methods, and where they come from",
    "session": "tokens, energy, carbon and cost of AI tools on this machine, from their logs",
    "squash-body": "the records of a range as lines for a squash commit's message",
    "install": "install the hook as plain git hooks, beside those that are there",
    "doctor": "what works in this repository, and what gets lost",
}
EPILOG = """\
The estimates are rough approximations with a range, not certified accounting.
Summaries: commit-carbon-summarize --help. The hook itself: commit-carbon-hook --help.
"""


def parser(only: str = "") -> argparse.ArgumentParser:
    """The parser, with the arguments of one command or of all."""
    made = Parser(
        prog=PROGRAM,
        description="Carbon emissions of AI-assisted commits: look into one estimate.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--version", action=doors.Version, nargs=0, help="print the version")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        if only and name != only:
            continue
        module = import_module(f".commands.{name.replace('-', '_')}", __package__)
        sub = commands.add_parser(
            name,
            help=text,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 a check says no, 2 usage or unreadable input."""
    words = list(sys.argv[1:] if argv is None else argv)

    def body() -> int:
        only = words[0] if words and words[0] in COMMANDS else ""
        arguments = parser(only).parse_args(words)
        code: int = arguments.run(arguments)
        return code

    return doors.guard(PROGRAM, body)


if __name__ == "__main__":
    raise SystemExit(main())
