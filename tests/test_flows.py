"""The oracle: a flow with the hook differs from the same flow without it by trailers only."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flows import EDITORS, FLOWS, Flow
from support import Repository, clean_environment

PROLOGUE = """
g() { git "$@"; printf '%s %s\\n' "$?" "$1" >> "$CODES"; }
c() { echo "line of $1" >> "$1"; git add "$1"; g commit -qm "commit $1"; }
"""
RECORD_LINE = re.compile(rb"^ {0,8}(?:[*>-] )?Carbon-(?:gCO2e: low|Tokens: output|Basis: tool)=")
IDS = re.compile(r"Carbon-gCO2e: .*id=(\w{10})")
VARYING = re.compile(rb"\b[0-9a-f]{7,64}\b|(?<=Date:   ).*")


class Outcome(NamedTuple):
    """What a flow left: exit codes, and per commit its tree, parents' places and message."""

    codes: str
    commits: list[tuple[str, list[int], bytes]]
    status: str
    subjects: list[str]
    trailer_ids: list[list[str]]


def run_flow(
    folder: Path, flow: Flow, install: Callable[[Repository], None] | None, **variables: str
) -> Outcome:
    """Run a flow in a new repository and describe what it left."""
    folder.mkdir()
    home = folder / "home"
    home.mkdir()
    environment = clean_environment(home)
    subprocess.run(
        ["git", "init", "-q", "-b", "main", str(folder / "r")], env=environment, check=True
    )
    repository = Repository(folder / "r", environment)
    for number in "123":
        repository.write(f"c{number}", f"line {number}\n")
        repository.git("commit", "-qm", f"c{number}")
    base = set(repository.git("rev-list", "HEAD").split())
    for setting in flow.config:
        repository.git("config", *setting.split("=", 1))
    if install:
        install(repository)
    editor = folder / "editor"
    editor.write_text(f"#!/bin/sh\n{EDITORS[flow.editor]}\n")
    editor.chmod(0o755)
    codes = folder / "codes"
    codes.touch()
    script = PROLOGUE + flow.script
    repository.run(
        "bash",
        "-c",
        script,
        check=False,
        CODES=str(codes),
        GIT_EDITOR=str(editor),
        GIT_SEQUENCE_EDITOR=":",
        **variables,
    )
    subjects, trailers = [], []
    for name in new_commits(repository, base):
        subject, _, block = repository.git("log", "-1", "--format=%s%n%(trailers)", name).partition(
            "\n"
        )
        subjects.append(VARYING.sub(b"<name or date>", subject.encode("utf-8", "replace")).decode())
        trailers.append(IDS.findall(block))
    return Outcome(
        codes.read_text(),
        graph(repository, base),
        repository.git("status", "--porcelain"),
        subjects,
        trailers,
    )


def new_commits(repository: Repository, base: set[str]) -> list[str]:
    names = repository.git("rev-list", "--reverse", "--topo-order", "HEAD").split()
    return [name for name in names if name not in base]


def graph(repository: Repository, base: set[str]) -> list[tuple[str, list[int], bytes]]:
    """All commits but the base ones, parents first, without what differs between two runs."""
    names = repository.git("rev-list", "--reverse", "--topo-order", "HEAD").split()
    places = {name: place for place, name in enumerate(names)}
    found = []
    for name in names:
        raw = subprocess.run(
            ["git", "cat-file", "commit", name],
            cwd=repository.path,
            env=repository.environment,
            capture_output=True,
            check=True,
        ).stdout
        header, _, message = raw.partition(b"\n\n")
        lines = header.decode("utf-8", "replace").split("\n")
        tree = lines[0]
        parents = [places[line[7:]] for line in lines if line.startswith("parent ")]
        if name not in base:
            found.append((tree, parents, VARYING.sub(b"<name or date>", message)))
    return found


def without_records(message: bytes) -> bytes:
    """A message without record lines, and without the empty line that parts them from the rest."""
    kept = [line for line in message.split(b"\n") if not RECORD_LINE.match(line)]
    text = b"\n".join(kept)
    return re.sub(rb"(?:\r?\n){2,}", b"\n\n", text).rstrip(b"\r\n")


def without_blanks(message: bytes) -> bytes:
    return re.sub(rb"(?:\r?\n){2,}", b"\n\n", message).rstrip(b"\r\n")


def record_ids(message: bytes) -> list[str]:
    return IDS.findall(message.decode("utf-8", "replace"))


DATES = {
    "clock": {},
    "exported": {
        "GIT_AUTHOR_DATE": "2026-06-01T12:00:00+02:00",
        "GIT_COMMITTER_DATE": "2026-06-01T12:00:00+02:00",
    },
}


@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_with_the_hook_differs_by_trailers_only(
    name: str, dates: str, tmp_path: Path
) -> None:
    flow = FLOWS[name]
    without = run_flow(tmp_path / "off", flow, None, **DATES[dates])
    with_hook = run_flow(tmp_path / "on", flow, Repository.install, **DATES[dates])
    assert_differs_by_trailers_only(without, with_hook)
    assert with_hook.subjects == without.subjects
    assert with_hook.trailer_ids == [record_ids(commit[2]) for commit in with_hook.commits]
    assert [len(record_ids(commit[2])) for commit in with_hook.commits] == flow.records
    every_id = [one for commit in with_hook.commits for one in record_ids(commit[2])]
    assert len(set(every_id)) == len(every_id), "one record stands in two commits"


def assert_differs_by_trailers_only(without: Outcome, with_hook: Outcome) -> None:
    assert with_hook.codes == without.codes
    assert with_hook.status == without.status
    assert [commit[:2] for commit in with_hook.commits] == [c[:2] for c in without.commits]
    assert [without_records(commit[2]) for commit in with_hook.commits] == [
        without_blanks(commit[2]) for commit in without.commits
    ]
