"""A seeded generator of git operations as shell lines, for `campaign_flows`.

Every edit adds lines with a name of its own (`token-17`) to a file, so that commits which hold
the same work can be told from commits that do not, whatever was rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from shlex import quote
from typing import NamedTuple

from flows import EDITORS

PROLOGUE = Path(__file__).with_name("campaign_steps.sh").read_text()
MESSAGES = {
    "subject": "A subject\n",
    "no-newline": "A subject",
    "body": "A subject\n\nA body\nof two lines.\n",
    "hash": "#12 a subject\n\n# a heading\n\ntext\n",
    "hash-only": "#12 a subject\n",
    "trailers": "fix: subject\n\nBody.\n\nAcked-by: Some One <one@example.com>\n",
    "prefix-key": "A subject\n\nCarbon: 5\nCarbon-Low: 3\n",
    "colon": "fix: only a title\n",
    "divider": "A subject\n\nabove\n---\nbelow\n",
    "crlf": "A subject\r\n\r\nA body.\r\n",
    "blank-tail": "A subject\n\nbody\n\n\n",
    "blank-head": "\n\nA subject\n\n\nbody\n",
    "list": "A subject\n\n* one\n* two\n",
    "quoted": "A subject\n\n> Carbon-Note: quoted\n\nCarbon-gCO2e: not a record\n",
    "unicode": "Ünïcode ☃\n\nCo-authored-by: Åsa <asa@example.com>\n",
    "picked": f"A subject\n\n(cherry picked from commit {'0123456789' * 4})\n",
    "long": "A subject\n\n" + "word " * 60 + "\n",
}
CONFIGS = (
    (),
    (),
    (),
    ("core.commentChar=;",),
    ("core.commentChar=auto",),
    ("commit.cleanup=scissors",),
    ("commit.verbose=true",),
    ("rebase.autoSquash=true", "rebase.updateRefs=true"),
    ("trailer.carbon-note.key=Carbon-Note", "trailer.separators=:="),
    ("merge.conflictStyle=diff3", "format.signOff=true", "merge.log=true"),
    ("pull.rebase=true", "rerere.enabled=true", "commit.status=false"),
    ("diff.algorithm=histogram", "diff.renames=false", "diff.noprefix=true"),
)
TOOLS = ("", "", "", "CLAUDECODE=1", "COMMIT_CARBON_TOOL=codex-cli", "COMMIT_CARBON_TOOL=none")
COMMIT_EDITORS = ("true", "type", "type", "append", "append", "quit", "fail", "clear", "comments")
VERBS = (
    "pick", "pick", "pick", "reword", "fixup", "squash", "edit", "drop", "break", "exec",
    "fixup -C", "fixup -c",
)  # fmt: skip
STOPS = (
    "continue", "continue", "message", "commit", "edit-commit", "amend", "amend-message", "skip",
    "abort",
)  # fmt: skip
AUTHOR = "--author 'O <o@x>' --date 2020-01-01T00:00:00Z"


class Step(NamedTuple):
    """One operation: its shell lines, and what it should do to the records.

    `kind` is "write" (a new commit gets one record), "silent" (new commits get none), "keep" (an
    amended commit keeps what it had) or "any".
    """

    script: str
    kind: str


class Sequence(NamedTuple):
    """A repository's configuration and environment, and the steps that run in it."""

    seed: int
    config: tuple[str, ...]
    exported_dates: bool
    steps: tuple[Step, ...]


class Generator:
    """Draws steps; remembers only the names that it has given away."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.seed = seed
        self.tokens = 0
        self.branches = ["main"]

    def sequence(self, length: int) -> Sequence:
        """A whole sequence."""
        config = self.random.choice(CONFIGS)
        exported = self.chance(0.25)
        drawn = self.random.choices([*OPERATIONS], [*OPERATIONS.values()], k=length)
        return Sequence(self.seed, config, exported, tuple(make(self) for make in drawn))

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens}"

    def edit(self) -> str:
        name = self.pick("one", "two", "three", "sub/four")
        count = self.random.choice((1, 1, 2, 90))
        folder = "mkdir -p sub; " if "/" in name else ""
        return f"{folder}e {name} {self.random.randint(1, 30)} {self.token()} {count}"

    def editor(self, *names: str) -> str:
        return f'GIT_EDITOR="$ROOT/editor-{self.pick(*(names or COMMIT_EDITORS))}" '

    def stops(self, *more: str) -> str:
        chosen = [self.pick(*STOPS, *more) for _ in range(self.random.randint(0, 3))]
        editor = self.editor("true", "append", "type")
        return f"{editor}MORE={self.token()} settle {' '.join(chosen)}"

    def message(self, *without: str) -> str:
        return f'"$ROOT/message-{self.pick(*[name for name in MESSAGES if name not in without])}"'

    def branch(self) -> str:
        return self.pick(*self.branches)

    def new_branch(self) -> str:
        self.branches.append(f"b{len(self.branches)}")
        return self.branches[-1]

    def tool(self) -> str:
        chosen = self.pick(*TOOLS)
        return f"{chosen} " if chosen else ""

    def back(self, most: int = 3) -> str:
        return f"HEAD~{self.random.randint(1, most)}"


def plain(make: Generator) -> Step:
    """A commit whose message is given."""
    form = make.pick(
        "-F MESSAGE", "-F MESSAGE", "-s -F MESSAGE", "-F MESSAGE --trailer 'Acked-by: A <a@x>'",
        "-F MESSAGE --cleanup=strip", "-F MESSAGE --cleanup=verbatim",
        "-F MESSAGE --cleanup=scissors",
        "-n -F MESSAGE", "-a -F MESSAGE", "-F MESSAGE -- .", f"-F MESSAGE {AUTHOR}",
        "-v -F MESSAGE",
        "-m subject -m 'a body'", "-i -m included one two", "LATIN-1",
    )  # fmt: skip
    # With --cleanup=strip git would take a `#` subject for a comment.
    message = make.message(*(("hash-only",) if "--cleanup" in form else ()))
    command = f"commit -q {form.replace('MESSAGE', message)}"
    if form == "LATIN-1":
        command = '-c i18n.commitEncoding=ISO-8859-1 commit -q -F "$ROOT/latin-1"'
    return Step(f"{make.edit()}; {make.tool()}g {command}", "write")


def edited(make: Generator) -> Step:
    """A commit through an editor, which may refuse; then perhaps once more."""
    form = make.pick(
        "", "", "-v", "-s", "-a", '-t "$ROOT/template"', "-e -m given", "--cleanup=scissors",
        "-v -s",
        "--allow-empty-message", "--status", "--squash HEAD", f"-c {make.back(2)}", "-e -F MESSAGE",
    ).replace("MESSAGE", make.message("hash-only"))  # fmt: skip
    script = f"{make.edit()}; {make.tool()}{make.editor()}g commit -q {form}"
    if make.chance(0.4):
        script += f"; {make.editor('type', 'append')}g commit -q {form}"
    return Step(script, "any" if "-c HEAD" in form or "--squash" in form else "write")


def odd(make: Generator) -> Step:
    """A commit of nothing that counts, or a message that git refuses."""
    edit = make.edit()
    what = make.pick(
        "g commit -q --allow-empty -m nothing",
        "chmod +x one 2> /dev/null; g commit -qam mode",
        f"printf 'a\\0{make.token()}' > bin; git add bin; g commit -qm binary",
        f"{edit}; g commit -q -m ''",
        f"{edit}; g -c core.commentChar=# commit -q --cleanup=strip -m '# c'",
        f"{edit}; g commit -q --allow-empty-message -m ''",
        f"{edit}; COMMIT_CARBON=0 g commit -q -m 'switched off'",
        f"{edit}; g -c core.hooksPath=/dev/null commit -q -m 'no hooks'",
        f"{edit}; g commit -q -m dry --dry-run > /dev/null",
    )
    return Step(f"git reset -q --hard; {what}; git reset -q --hard", "silent")


def amend(make: Generator) -> Step:
    """An amended commit."""
    form = make.pick(
        "--no-edit", "--no-edit", "-m 'amended subject'", "-F MESSAGE", "-m other --reset-author",
        "--no-edit --date 2021-01-01T00:00:00Z", "--no-edit -s", "-C HEAD", f"-m x {AUTHOR}",
        "--no-edit --cleanup=verbatim", "--allow-empty -m 'amended'", "",
    )  # fmt: skip
    editor = make.editor("true", "append", "spoil", "fail", "clear") if form == "" else ""
    before = f"{make.edit()}; " if make.chance(0.5) else ""
    form = form.replace("MESSAGE", make.message())
    return Step(f"{before}{make.tool()}{editor}g commit -q --amend {form}", "keep")


def fixup(make: Generator) -> Step:
    """A fixup or squash commit, and perhaps its autosquash."""
    form = make.pick("--fixup", "--fixup", "--squash", "--fixup=amend:", "--fixup=reword:")
    target = make.pick("HEAD", "HEAD", "HEAD~1", "HEAD~2")
    if form.endswith(":"):
        commit = f"{make.editor('true', 'append')}g commit -q {form}{target}"
    else:
        commit = f"g commit -q {form} {target}" + (" -m more" if form == "--squash" else "")
    script = f"{make.edit()}; {commit}"
    if make.chance(0.7):
        editor = make.editor("true", "append")
        script += f"; {editor}g rebase -q -i --autosquash HEAD~4; {make.stops()}"
    return Step(script, "any")


def interactive(make: Generator) -> Step:
    """An interactive rebase with random verbs in a random order."""
    order = ["1", "2", "3", "4"]
    shuffled = make.chance(0.3)
    if shuffled:
        make.random.shuffle(order)
    options = make.pick(
        "", "", "", "--root", "--rebase-merges", "--keep-empty", "--no-ff", "--signoff",
        "--committer-date-is-author-date", "--reset-author-date", "--autosquash",
    )  # fmt: skip
    onto = "" if options == "--root" else make.back(4)
    if onto and make.chance(0.15):
        onto = f"--onto {make.branch()} {onto}"
    verbs = "|".join(make.pick(*VERBS) for _ in order)
    editor = make.editor("true", "append", "type", "fail", "spoil")
    command = f'{editor}GIT_SEQUENCE_EDITOR="$ROOT/todo" g rebase -q -i {options} {onto}'
    stops = make.stops("more", "more-amend")
    place = f'order="{" ".join(order)}"; todo "{verbs}" "$order"' if shuffled else f'todo "{verbs}"'
    return Step(f"{place}; {command}; {stops}", "any")


def rebase(make: Generator) -> Step:
    """A rebase onto another branch."""
    form = make.pick(
        "", "", "--apply", "--rebase-merges", "--force-rebase", "--signoff", "-x true",
        "--no-keep-empty",
        "--onto HEAD~2", "-x 'git commit -q --amend --no-edit -s'",
    )  # fmt: skip
    base = "HEAD~1" if "--onto" in form else make.branch()
    return Step(f"g rebase -q {form} {base}; {make.stops()}", "any")


def pick(make: Generator) -> Step:
    """A cherry-pick."""
    form = make.pick(
        "", "", "-x", "-s", "-e", "--ff", "--allow-empty", "--keep-redundant-commits", "-n"
    )
    name = make.branch()
    what = name + make.pick("", "", "~1", "~1", "~2", f"~2..{name}")
    script = f"{make.editor('true', 'append')}g cherry-pick {form} {what}"
    if form == "-n":
        script += f"; resolve; {make.tool()}g commit -q -m 'picked as mine'; git reset -q --hard"
    return Step(f"{script}; {make.stops()}", "any")


def revert(make: Generator) -> Step:
    """A revert."""
    form = make.pick("--no-edit", "--no-edit", "-n", "-e", "-s --no-edit")
    what = make.pick("HEAD", "HEAD~1", "HEAD~2")
    script = f"{make.editor('true', 'append')}g revert {form} {what}"
    if form == "-n":
        script += "; resolve; g commit -q -m 'taken back'"
    return Step(f"git reset -q --hard; {script}; {make.editor('true')}settle", "silent")


def merge(make: Generator) -> Step:
    """A merge."""
    form = make.pick(
        "--no-edit", "--no-ff --no-edit", "--no-ff -m 'merge message'", "--no-ff -e",
        "-X ours --no-edit",
        "--ff-only", "--no-commit --no-ff", "--no-ff --log --no-edit",
        "--no-ff --signoff --no-edit",
    )  # fmt: skip
    other = make.branch() + (f" {make.branch()}" if make.chance(0.1) else "")
    script = f"{make.editor('true', 'append')}g merge -q {form} {other}"
    if "--no-commit" in form:
        conclude = ("commit -q -m concluded", "commit -q --no-edit", "merge --continue")
        script += f"; g {make.pick(*conclude)}"
    return Step(f"{script}; {make.stops()}", "any")


def squash_merge(make: Generator) -> Step:
    """A squash merge and the commit that concludes it."""
    how = make.pick("-m 'squashed'", "--no-edit", "", f"-F {make.message()}", "-v")
    commit = f"{make.tool()}{make.editor('true', 'append', 'type', 'fail')}g commit -q {how}"
    script = f"g merge -q --squash {make.branch()}; resolve; {commit}; git reset -q --hard"
    return Step(script, "any")


def branch(make: Generator) -> Step:
    """Another branch."""
    if make.chance(0.5) or len(make.branches) > 5:
        return Step(f"git reset -q --hard; g checkout -q {make.branch()}", "any")
    start = make.pick("HEAD", "HEAD~1", "HEAD~2", "main")
    name = make.new_branch()
    if make.chance(0.1):
        return Step(f"g checkout -q --orphan {name}; g commit -q -m 'new root'", "any")
    return Step(f"git reset -q --hard; g checkout -q -b {name} {start} || git branch {name}", "any")


def reset(make: Generator) -> Step:
    """Commits taken back and made again."""
    how = make.pick(
        "g reset -q --soft HEAD~1; g commit -q -C ORIG_HEAD",
        "g reset -q --soft HEAD~1; GIT_EDITOR=true g commit -q -c ORIG_HEAD",
        "g reset -q --soft HEAD~2; g commit -q -m 'both'",
        "g reset -q --hard HEAD~1",
        "g reset -q HEAD~1; git add -A; g commit -q -m 'again'",
        f"g reset -q --soft HEAD~1; g commit -q -F {make.message()}",
    )
    return Step(how, "any")


def stash(make: Generator) -> Step:
    """A stash, and a commit of what it held."""
    commit = f"{make.tool()}g commit -q -m 'from a stash'"
    return Step(f"{make.edit()}; g stash -q; g stash pop -q --index; {commit}", "write")


def worktree(make: Generator) -> Step:
    """Commits in a linked work tree."""
    name = make.new_branch()
    lines = [
        f'git worktree add -q -b {name} "$ROOT/{name}" > /dev/null 2>&1; cd "$ROOT/{name}"',
        f"{make.edit()}; g commit -q -m 'in a linked work tree'",
        f"{make.edit()}; {make.editor('append')}g commit -q -v",
        "g commit -q --amend -m 'linked again'",
        f'cd "$ROOT/r"; git worktree remove -f "$ROOT/{name}"',
    ]
    return Step("; ".join(lines), "any")


def mail(make: Generator) -> Step:
    """Patches written and applied again."""
    form = make.pick("", "-3", "--signoff", "--keep-cr", "--no-scissors")
    lines = [
        'rm -rf "$ROOT/p"; git format-patch -q -o "$ROOT/p" HEAD~2',
        f'g reset -q --hard HEAD~2; g am -q {form} "$ROOT"/p/*; {make.stops()}',
    ]
    return Step("; ".join(lines), "any")


def split(make: Generator) -> Step:
    """A commit split at a stop of a rebase."""
    lines = [
        f"{make.edit()}; {make.edit()}; g commit -q -m 'to split'",
        'todo edit; GIT_SEQUENCE_EDITOR="$ROOT/todo" g rebase -q -i HEAD~1',
        "g reset -q HEAD~1; git add one; g commit -q -m 'first part'",
        f"git add -A; {make.editor('append')}g commit -q",
        f"{make.pick('g rebase --continue', 'g rebase --continue', 'g rebase --abort')}; settle",
    ]
    return Step("; ".join(lines), "any")


OPERATIONS: dict[Callable[[Generator], Step], int] = {
    plain: 10, edited: 9, amend: 8, interactive: 8, branch: 8, fixup: 6, pick: 6, rebase: 4,
    merge: 4,
    squash_merge: 4, reset: 4, odd: 3, revert: 3, stash: 2, worktree: 2, mail: 2, split: 2,
}  # fmt: skip


def make_sequence(seed: int, length: int) -> Sequence:
    """The sequence of this seed."""
    return Generator(seed).sequence(length)


def prepare(folder: Path) -> None:
    """Write the files that the steps use into a folder."""
    (folder / "template").write_text("Why:\n")
    (folder / "latin-1").write_bytes(b"caf\xe9\n\nna\xefve\n")
    for name, text in MESSAGES.items():
        (folder / f"message-{name}").write_text(text, newline="")
    for name, body in EDITORS.items():
        editor = folder / f"editor-{name}"
        editor.write_text(f"#!/bin/sh\n{body}\n")
        editor.chmod(0o755)


def as_script(sequence: Sequence) -> str:
    """A sequence for people: configuration, environment, and a line for each step."""
    settings = [f"git config {quote(one)}" for one in sequence.config]
    exported = ["export GIT_AUTHOR_DATE=..."] if sequence.exported_dates else []
    return "\n".join([*settings, *exported, *(step.script for step in sequence.steps)])
