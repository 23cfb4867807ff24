"""Explain how the records of commits were estimated, step by step.

commit-carbon explain HEAD
commit-carbon explain 4f2a91c HEAD~3
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .. import config, explanation, git, history, notes, record, tables, verification
from ..errors import CarbonError
from ..grid import implied
from ..terminal import decoded, safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

EVIDENCE = {
    "detected": "found in the environment of the commit or in the tool's own log",
    "declared": "said by the author, the message or the project's configuration",
    "assumed": "nothing known about a tool",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which commits."""
    parser.add_argument("commits", metavar="COMMIT", nargs="+", help="a revision, as git names it")
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")


def run(arguments: argparse.Namespace) -> int:
    """Print every record's equation; 1 if one does not follow from its own lines."""
    if not Path(arguments.repository).is_dir():
        raise CarbonError(f"explain: {arguments.repository} is not a directory")
    os.chdir(arguments.repository)
    environment = dict(os.environ)
    config.load(".", environment)
    wrong = 0
    for number, name in enumerate(arguments.commits):
        if number:
            print()
        wrong += _explain(_name(name, environment), environment)
    return 1 if wrong else 0


def _name(text: str, environment: Mapping[str, str]) -> str:
    try:
        return git.resolve(text + "^{commit}", environment)
    except CarbonError as error:
        raise git.plainer(error, f"explain: {text!r} names no commit here: see git log") from None


def _explain(sha: str, environment: Mapping[str, str]) -> int:
    commit = history.parse_commit(sha, git.commit(sha, environment))
    found = history.find(commit)
    noted, more = history.find_records(notes.read(sha, environment))
    subject = decoded(commit.message.split(b"\n")[0], commit.encoding)
    print(f"commit {sha[:12]}  {safe(subject)}")
    for one in (*found.rejected, *more):
        print(f"  rejected: {safe(decoded(one.line))}: {one.reason}")
    records = [*found.records, *noted]
    if not records:
        _explain_without(commit, found, environment)
    return sum(_explain_record(one) for one in records)


def _explain_record(one: record.Record) -> int:
    print(f"\n  record {one.id}")
    for line in record.lines(one):
        print(f"    {line.decode('ascii')}")
    verdict = verification.judged("", one)
    if verdict.word == verification.UNKNOWN or one.basis is None or one.tokens is None:
        print(f"    cannot be recomputed: {verdict.reason}")
        return 0
    done = implied.estimate(one)
    for label, text in explanation.steps(done, one.by, one.basis):
        print(f"    {label:10} {text}")
    print(f"    {'evidence':10} {one.basis.evidence}: {EVIDENCE[one.basis.evidence]}")
    if verdict.word == verification.FOLLOWS:
        print(f"    {'check':10} {implied.follows(one)}")
        return 0
    print(f"    {'check':10} DIFFERS: {verdict.reason}")
    return 1


def _explain_without(
    commit: history.Commit, found: history.Finding, environment: Mapping[str, str]
) -> None:
    if found.identity is None:
        print("  no record, and no known AI identity in its author or trailers: nothing is counted")
        return
    tool = found.identity.tool
    basis = record.Basis(
        tool,
        found.identity.model,
        "declared",
        tables.default_zone(tool, found.identity.model),
        tables.DEFAULT_METHOD,
    )
    print(f"  no record, but a known identity: {tool}; summaries estimate it afterwards:")
    if len(commit.parents) > 1:
        print("    a merge: its lines belong to the commits that it merges")
        return
    lines = git.count_lines(git.changes(commit.sha, environment))
    tokens = tables.lines_to_tokens(lines, basis)
    done = tables.estimate(tokens, "lines", basis)
    for label, text in explanation.steps(done, "lines", basis, lines):
        print(f"    {label:10} {text}")
