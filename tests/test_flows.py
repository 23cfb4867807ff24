"""The oracle: a flow with the hook differs from the same flow without it by trailers only."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flows import EDITORS, FLOWS, IN_NOTES, Flow
from oracle import (
    IDS,
    install_twice,
    read_commits,
    said_twice,
    without_blanks,
    without_names,
    without_records,
)
from support import SCRIPTS, Repository, clean_environment

PROLOGUE = """
g() { git "$@"; printf '%s %s\\n' "$?" "$1" >> "$CODES"; }
c() { echo "line of $1" >> "$1"; git add "$1"; g commit -qm "commit $1"; }
"""
EXPORTED_DATES = {
    "GIT_AUTHOR_DATE": "2026-06-01T12:00:00+02:00",
    "GIT_COMMITTER_DATE": "2026-06-01T12:00:00+02:00",
}
REPLAY = re.compile(r"rebase|cherry-pick|revert|merge|pull|am ")
NAMES = "base-commits"
NOTES = {"COMMIT_CARBON_STORE": "notes"}
Install = Callable[[Repository], None]


class Outcome(NamedTuple):
    """What a flow left: exit codes, and of every commit that it made, parents first: tree,
    parents' places, message, subject, and the ids of records in its trailers and its note."""

    codes: str
    status: str
    graph: list[tuple[str, list[int]]]
    messages: list[bytes]
    subjects: list[str]
    trailers: list[list[str]]
    notes: list[list[str]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with three commits; every run of a flow starts in a copy."""
    folder = tmp_path_factory.mktemp("base")
    repository = Repository(folder / "r", clean_environment(folder))
    repository.path.mkdir()
    repository.git("init", "-q", "-b", "main", "--template=")
    for number in "123":
        repository.write(f"c{number}", f"line {number}\n")
        repository.git("commit", "-qm", f"c{number}")
    (repository.path / ".git" / NAMES).write_text(repository.git("rev-list", "HEAD"))
    return repository.path


def run_flow(
    base: Path, folder: Path, flow: Flow, install: Install | None, **variables: str
) -> Outcome:
    """Run a flow in a copy of the base repository and describe what it left."""
    home, editor, codes = folder / "home", folder / "editor", folder / "codes"
    home.mkdir(parents=True)
    codes.touch()
    shutil.copytree(base, folder / "r")
    repository = Repository(folder / "r", clean_environment(home))
    if install:
        install(repository)
    editor.write_text(f"#!/bin/sh\n{EDITORS[flow.editor]}\n")
    editor.chmod(0o755)
    settings = [f"git config {key} '{value}'\n" for key, _, value in map(split, flow.config)]
    names = {"CODES": str(codes), "GIT_EDITOR": str(editor), "GIT_SEQUENCE_EDITOR": ":"}
    script = "".join([*settings, PROLOGUE, flow.script])
    repository.run("bash", "-c", script, check=False, **names, **variables)
    return describe(repository, codes.read_text())


def split(setting: str) -> tuple[str, str, str]:
    return setting.partition("=")


def describe(repository: Repository, codes: str) -> Outcome:
    """All commits of the flow, without what differs between two runs."""
    form = "--format=%H%x01%s%x01%(trailers)%x01%N"
    listing = repository.git(
        "log", "-z", "--reverse", "--topo-order", "--notes=carbon", form, "HEAD"
    ).split("\0")
    rows = [line.split("\1") for line in listing if line]
    places = {row[0]: place for place, row in enumerate(rows)}
    commits = read_commits(repository, list(places))
    old = (repository.path / ".git" / NAMES).read_text().split()
    made = [row for row in rows if row[0] not in old]
    mine = [commits[row[0]] for row in made]
    return Outcome(
        codes,
        repository.git("status", "--porcelain"),
        [(one.tree, [places[name] for name in one.parents]) for one in mine],
        [one.message for one in mine],
        [without_names(row[1].encode("utf-8", "replace")).decode() for row in made],
        [ids(row[2]) for row in made],
        [ids(row[3]) for row in made],
    )


def ids(text: str) -> list[str]:
    return [one.decode("ascii") for one in IDS.findall(text.encode("utf-8", "replace"))]


def assert_differs_by_records_only(off: Outcome, on: Outcome, records: list[int]) -> None:
    assert on.codes == off.codes
    assert on.status == off.status
    assert on.graph == off.graph
    assert on.subjects == off.subjects
    assert [without_records(without_names(one)) for one in on.messages] == [
        without_blanks(without_names(one)) for one in off.messages
    ]
    written = [ids(one.decode("utf-8", "replace")) for one in on.messages]
    assert on.trailers == written, "git finds every record"
    assert [len(one) for one in written] == records
    every = [one for some in written for one in some]
    assert len(set(every)) == len(every), "one record stands in two commits"


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_with_the_hook_differs_by_trailers_only(
    name: str, base: Path, tmp_path: Path
) -> None:
    """A second run of each hook changes nothing either."""
    flow = FLOWS[name]
    off = run_flow(base, tmp_path / "off", flow, None)
    on = run_flow(base, tmp_path / "on", flow, install_twice)
    assert_differs_by_records_only(off, on, flow.records)
    runs = said_twice(tmp_path / "on")
    assert set(runs) <= {"same"}
    assert runs or not any(flow.records)
    if REPLAY.search(flow.script):
        # git exports no date to a replay's hooks; that the user does says nothing.
        dated = run_flow(base, tmp_path / "dated", flow, Repository.install, **EXPORTED_DATES)
        assert_differs_by_records_only(off, dated, flow.records)


def install_with_notes(repository: Repository) -> None:
    repository.install()
    program = SCRIPTS / "commit-carbon-hook"
    repository.hook("post-commit", f'exec "{program}" --stage post-commit "$@"')


@pytest.mark.parametrize("name", IN_NOTES)
def test_a_flow_with_records_in_notes_leaves_the_same_messages(
    name: str, base: Path, tmp_path: Path
) -> None:
    flow = FLOWS[name]
    off = run_flow(base, tmp_path / "off", flow, None)
    on = run_flow(base, tmp_path / "on", flow, install_with_notes, **NOTES)
    assert_differs_by_records_only(off, on, [0] * len(flow.records))
    assert [without_names(one) for one in on.messages] == [without_names(m) for m in off.messages]
    assert [len(one) for one in on.notes] == IN_NOTES[name]
