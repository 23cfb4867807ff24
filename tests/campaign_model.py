"""What two runs of a sequence may differ in, and which records the second should have left."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from campaign_operations import Sequence, Step
from campaign_runs import Result
from oracle import IDS, RECORD_LINE, Commit, without_blanks, without_names, without_records

# An editor that deletes our lines; dropped and reordered commits, whose lines a conflict brings in.
USERS_OWN = ("spoil", "drop", "--onto", "order=")
BY_LINES = re.compile(rb"^Carbon-Tokens: output=(\d+) .*by=lines id=\w{10}\r?$", re.MULTILINE)
TOOL = re.compile(rb"^Carbon-Basis: tool=(\S+) ", re.MULTILINE)
TOKEN = re.compile(r"^([+-])(token-\d+) of", re.MULTILINE)
NAME = re.compile(r"\b[0-9a-f]{7,64}\b")
COMMENT = re.compile(rb"^#.*\n?", re.MULTILINE)


def differences(off: Result, on: Result) -> list[str]:
    """In what two runs differ, other than by Carbon trailers."""
    found = []
    logs = [[NAME.sub("<name>", line) for line in one.log] for one in (off, on)]
    if logs[0] != logs[1]:
        pairs = zip(*logs, strict=False)
        found.append(f"log {next((pair for pair in pairs if pair[0] != pair[1]), 'length')}")
    if on.refs.keys() != off.refs.keys():
        found.append(f"refs {sorted(on.refs.keys() ^ off.refs.keys())}")
    if on.state != off.state:
        found.append(f"state: off {off.state!r}, on {on.state!r}")
    seen: dict[tuple[str, str], bool] = {}
    for ref in sorted(off.refs.keys() & on.refs.keys()):
        found += _compare(off, on, (off.refs[ref], on.refs[ref]), seen)
    return found


def _compare(
    off: Result, on: Result, names: tuple[str, str], seen: dict[tuple[str, str], bool]
) -> list[str]:
    """The first differences in the histories of two commits; nothing for pairs seen before."""
    if names in seen:
        return []
    a, b = off.commits[names[0]], on.commits[names[1]]
    found = []
    for pair in zip(a.parents, b.parents, strict=False):
        found += _compare(off, on, pair, seen)
    same_parents = all(seen[pair] for pair in zip(a.parents, b.parents, strict=False))
    subjects = [
        NAME.sub("<name>", run.subjects[name]) for run, name in zip((off, on), names, strict=True)
    ]
    text = ""
    if len(a.parents) != len(b.parents):
        text = "number of parents"
    elif same_parents and a.tree != b.tree:
        text = "tree"
    elif same_parents and _header(a) != _header(b):
        text = f"header: off {a.header}, on {b.header}"
    elif same_parents and not same_text(a.message, b.message):
        text = f"message: off {a.message!r}, on {b.message!r}"
    elif same_parents and a.message and subjects[0] != subjects[1]:
        text = f"subject: off {subjects[0]!r}, on {subjects[1]!r}"
    seen[names] = same_parents and not text
    return [*found, f"{names[0][:8]}/{names[1][:8]} {text}"] if text else found


def _header(commit: Commit) -> list[str]:
    """The header lines, without dates that come from the clock; those of the steps are later."""
    return [re.sub(r"> (?!4)\d+ ", "> ", line) for line in commit.header]


def same_text(off: bytes, on: bytes) -> bool:
    """Whether two messages differ by record lines, and an empty line beside them, only."""
    off, on = without_names(off), without_names(on)
    squash = b"# This is a combination of " in off
    if squash:
        # git may leave its own comments in it (commentChar=auto, a chain concluded by hand).
        off, on = COMMENT.sub(b"", off), COMMENT.sub(b"", on)
    # Where our lines are, git adds a trailer to their block instead of a new one.
    joined = b"\n(cherry picked from " in off or b"# Conflicts:\n" in off
    if squash or joined or len(IDS.findall(on)) > 1:
        collapsed = [
            re.sub(rb"\n+", b"\n", one) for one in (without_records(on), without_blanks(off))
        ]
        return collapsed[0] == collapsed[1]
    return taken_out(on).rstrip(b"\r\n") == off.rstrip(b"\r\n")


def taken_out(message: bytes) -> bytes:
    """A message without its record lines; of empty lines on both sides of them, one stays."""
    kept: list[bytes] = []
    behind = False
    for line in message.split(b"\n"):
        ours = bool(RECORD_LINE.match(line))
        doubled = behind and not line.strip() and (not kept or not kept[-1].strip())
        if not ours and not doubled:
            kept.append(line)
        behind = ours
    return b"\n".join(kept)


def unexpected(sequence: Sequence, on: Result) -> list[str]:
    """In what the records differ from what the steps should have left."""
    places = [line.split()[2:] for line in on.log if line.startswith("at ")]
    found = [
        line
        for line in on.output.splitlines()
        if "commit-carbon-hook" in line or line.endswith(" differs")
    ]
    known: set[str] = set()
    own: set[str] = set()
    for number, step in enumerate(sequence.steps[: len(places) - 1]):
        before, after = places[number][0], places[number + 1][0]
        known |= on.ancestors(before)
        new = on.ancestors(after) - known
        said = [text for name in sorted(new) for text in _of_new_commit(on, step, name)]
        own |= new if step.kind in ("write", "silent") else set()
        if step.kind == "keep" and before != after:
            said += _of_amended(on, step, before, after)
        if "rebase" in step.script and not any(one in step.script for one in USERS_OWN):
            elsewhere = {one for tip in places[number] for one in on.ancestors(tip)}
            said += _of_rewritten(on, before, after, new - elsewhere)
        found += [f"step {number}: {text}" for text in said]
    return found + _shared(on, own & on.reachable)


def _of_new_commit(on: Result, step: Step, name: str) -> Iterator[str]:
    commit, short = on.commits[name], name[:8]
    # git itself doubles the message of a squash chain whose editor failed.
    if "rebase" not in step.script and len(IDS.findall(commit.message)) != len(commit.ids):
        yield f"an id twice in {short}"
    # `am --signoff` starts a paragraph of its own below a list of conflicts, git may leave a
    # half-made squash message, and folding a commit without a message leaves our lines alone.
    made_by_git = re.search(rb"# Conflicts:\n|# This is a combination of ", commit.message)
    odd = made_by_git or not taken_out(commit.message).strip()
    if on.trailers[name] != len(commit.ids) and not odd:
        yield f"git finds {on.trailers[name]} of {len(commit.ids)} in {short}: {commit.message!r}"
    expected = len(commit.ids)
    if step.kind == "silent":
        expected = 0
    elif step.kind == "write" and len(commit.parents) < 2 and "TOOL=none" not in step.script:
        expected = int(_lines(on, name) > 0 and bool(commit.message.strip()))
    if len(commit.ids) != expected:
        yield f"{short} has {len(commit.ids)} records, not {expected}: {commit.message!r}"
    counts, tools = BY_LINES.findall(commit.message), TOOL.findall(commit.message)
    if step.kind == "write" and len(counts) == len(tools) == 1:
        tokens = max(2500, 40 * _lines(on, name)) * (1 if tools[0] == b"unspecified" else 3)
        if int(counts[0]) != tokens:
            yield f"{short} has {counts[0].decode()} tokens, not {tokens}"


def _of_amended(on: Result, step: Step, before: str, after: str) -> Iterator[str]:
    lost = on.commits[before].ids - on.commits[after].ids
    if lost:
        yield f"amending lost {lost}"
    merge = len(on.commits[after].parents) > 1
    if _lines(on, after) and not (merge or on.commits[after].ids or "TOOL=none" in step.script):
        yield f"amended {after[:8]} has no record"


def _of_rewritten(on: Result, before: str, after: str, new: set[str]) -> Iterator[str]:
    """A commit's work that lives on in a new commit has its record with it.

    Unless that commit was skipped or empty at a stop: its work was then taken by the one before.
    """
    left_out = {line.removeprefix("left out ") for line in on.log if line.startswith("left out ")}
    left = {one for name in on.ancestors(after) for one in on.commits[name].ids}
    for name in on.ancestors(before) - on.ancestors(after) - left_out:
        lost = on.commits[name].ids - left
        if lost and any(_added(on, name) & _added(on, other) for other in new):
            yield f"{lost} of {name[:8]} got lost, its lines did not"


def _shared(on: Result, own: set[str]) -> list[str]:
    """One record in two commits that were made by themselves and share no work."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name in sorted(own):
        for one in on.commits[name].ids:
            holders[one].append(name)
    # `--fixup=amend:` copies a message with its records.
    copied = {one for each in on.commits.values() if b"amend! " in each.message for one in each.ids}
    found = []
    for one in holders.keys() - copied:
        names = holders[one]
        work = [{token for _, token in _touched(on, name)} for name in names]
        if any(each and work[0] and not each & work[0] for each in work):
            found.append(f"{one} stands in {names}, which share nothing")
    return found


def _touched(on: Result, name: str) -> set[tuple[str, str]]:
    return set(TOKEN.findall(on.changes.get(name, "")))


def _added(on: Result, name: str) -> set[str]:
    return {token for sign, token in _touched(on, name) if sign == "+"}


def _lines(on: Result, name: str) -> int:
    """The lines that a commit changes; there are no renames in these sequences."""
    return len(re.findall(r"^[+-](?!\+\+ |-- )", on.changes.get(name, ""), re.MULTILINE))
