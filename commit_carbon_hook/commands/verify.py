"""Recompute every record of a history from its tokens, tool, grid and method, offline.

  commit-carbon verify
  commit-carbon verify v1.0..HEAD
Exit code 1 if the grams of a record do not follow from its own lines.
"""

from __future__ import annotations

import argparse

from .. import verification


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which history."""
    parser.add_argument("revisions", metavar="RANGE", nargs="*", help="default: HEAD")
    parser.add_argument("-C", dest="repository", metavar="REPO", default="", help="default: here")
    parser.add_argument("--engine", choices=("git", "dulwich"), default="", help="default: git")


def run(arguments: argparse.Namespace) -> int:
    """Print what differs and the counts."""
    counts = dict.fromkeys(
        (verification.FOLLOWS, verification.DIFFERS, verification.UNKNOWN, verification.REJECTED), 0
    )
    for sha, word, record_id, reason in verification.verdicts(
        arguments.revisions or ["HEAD"], arguments.repository, arguments.engine
    ):
        if word not in counts:
            continue
        counts[word] += 1
        if word != verification.FOLLOWS:
            print(f"{sha[:12]} {word}: {record_id + ': ' if record_id else ''}{reason}")
    print(
        f"follow from their own lines: {counts[verification.FOLLOWS]} record(s);"
        f" differ: {counts[verification.DIFFERS]};"
        f" cannot be recomputed: {counts[verification.UNKNOWN]};"
        f" rejected lines: {counts[verification.REJECTED]}"
    )
    return 1 if counts[verification.DIFFERS] else 0
