"""Print the records of a range as one block of lines, to paste into a squash message.

  commit-carbon squash-body main..topic
  git merge --squash topic && { echo 'Add it'; echo; commit-carbon squash-body HEAD..topic; } |
    git commit -F -
Each record stands there once. Exit codes: 0 done; 2 usage or unreadable input.
"""

from __future__ import annotations

import argparse

from .. import squash_body
from ..doors import complain

PROGRAM = "commit-carbon"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which commits."""
    parser.add_argument("revisions", metavar="RANGE", nargs="+", help="as for git log: main..topic")
    parser.add_argument("-C", dest="repository", metavar="REPO", default="", help="default: here")
    parser.add_argument("--engine", choices=("git", "dulwich"), default="", help="default: git")


def run(arguments: argparse.Namespace) -> int:
    """Print the block, and remarks on standard error."""
    found = squash_body.body(arguments.revisions, arguments.repository, arguments.engine)
    for line in found.lines:
        print(line.decode("ascii"))
    if not found.lines:
        complain(PROGRAM, "squash-body: no commit of the range has a record: nothing to paste")
    for remark in found.remarks:
        complain(PROGRAM, f"squash-body: {remark}")
    return 0
