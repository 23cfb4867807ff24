"""Random sequences of usage, commits, aborts, amends, rebases and work trees, for Hypothesis.

The suite runs a few short ones, `campaign_usage.py` as many as one likes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from usage_world import MOST_AMOUNTS, World

TREES = st.sampled_from(["main", "linked"])
SIDE_FILES = st.sampled_from(["usage", "usage.*", "usage*"])
TOOLS = st.sampled_from(["claude-code", "claude-code", "codex-cli", "opencode"])


class Sequences(RuleBasedStateMachine):
    """Any order of work and of commits: each amount is in one record, or still unspent."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder)
        # What may be lost, and the messages of which more may be lost.
        self.lost: set[int] = set()
        self.doubtful: set[int] = set()
        self.forgotten: set[str] = set()
        self.branches = 0
        self.linked = "main"

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def tree(self, name: str) -> str:
        return self.linked if name == "linked" else name

    def made(self, name: str) -> int:
        """How many commits since the first one a work tree's branch has."""
        return int(self.world.trees[name].git("rev-list", "--count", "--first-parent", "HEAD")) - 1

    # --- work

    @precondition(lambda self: len(self.world.amounts) < MOST_AMOUNTS)
    @rule(tool=TOOLS, name=TREES)
    def use(self, tool: str, name: str) -> None:
        self.world.use(tool, self.tree(name))

    @precondition(lambda self: self.world.messages and len(self.world.amounts) < MOST_AMOUNTS)
    @rule(back=st.integers(0, 3))
    def grow(self, back: int) -> None:
        index = max(0, len(self.world.messages) - 1 - back)
        if self.world.messages[index][0] in self.world.trees:
            amount = self.world.grow(index)
            if index in self.doubtful:
                self.lost.add(amount.number)

    # --- commits

    @rule(name=TREES)
    def commit(self, name: str) -> None:
        name = self.tree(name)
        self.world.stage(name)
        self.world.commit(name)

    @precondition(lambda self: self.world.opencode.exists())
    @rule(name=TREES)
    def commit_while_a_log_is_busy(self, name: str) -> None:
        name = self.tree(name)
        self.world.stage(name)
        before = self.world.unspent(name)
        is_known = self.world.has_side_file(name)
        with self.world.busy_opencode():
            self.world.commit(name)
        if not is_known:
            # Nobody can tell what is spent, so that lines stand for all that was used.
            recorded = set().union(*self.world.recorded())
            self.lost |= before - self.world.unspent(name) - recorded

    @rule(name=TREES)
    def commit_in_an_editor(self, name: str) -> None:
        name = self.tree(name)
        self.world.stage(name)
        self.world.commit(name, "-e", "-m", "edited", GIT_EDITOR="echo more >>")

    @rule(name=TREES)
    def commit_by_lines(self, name: str) -> None:
        """Lines stand for what no record had claimed."""
        name = self.tree(name)
        self.world.stage(name)
        self.lost |= self.world.unspent(name)
        self.world.commit(name, "-m", "by lines", COMMIT_CARBON_TOKENS="lines")

    @rule(name=TREES)
    def commit_as_another(self, name: str) -> None:
        name = self.tree(name)
        self.world.stage(name)
        self.world.commit(name, "-m", "another's", "--author=Bot <bot@example.com>")

    @rule(name=TREES)
    def commit_nothing(self, name: str) -> None:
        self.world.commit(self.tree(name), "--allow-empty", "-m", "nothing")

    @rule(name=TREES, how=st.sampled_from(["editor", "hook", "record"]))
    def abort(self, name: str, how: str) -> None:
        name = self.tree(name)
        self.world.stage(name)
        if how == "editor":
            assert not self.world.commit(name, "-e", check=False, GIT_EDITOR="false")
        elif how == "hook":
            assert not self.world.commit(name, "-m", "x", check=False, REFUSE="1")
        else:
            # The records are taken out of the message by hand.
            editor = "sed -i -e '/^Carbon-/d'"
            self.world.commit(name, "-t", "/dev/null", GIT_EDITOR=f"echo typed > $1; {editor}")

    @precondition(lambda self: self.made("main"))
    @rule(name=TREES, staged=st.booleans(), how=st.sampled_from(["-mother", "--no-edit"]))
    def amend(self, name: str, staged: bool, how: str) -> None:
        name = self.tree(name)
        if self.made(name):
            if staged:
                self.world.stage(name)
            self.world.commit(name, "--amend", "--allow-empty", how)

    # --- history

    @rule(name=TREES, how=st.sampled_from(["reword", "squash", "fixup", "drop", "edit"]))
    def rebase(self, name: str, how: str) -> None:
        name = self.tree(name)
        repository = self.world.trees[name]
        if self.made(name) < 2:
            return
        repository.git("reset", "-q", "--hard")
        line = {"squash": 2, "fixup": 2}.get(how, 1)
        done = repository.run(
            "git", "rebase", "-qi", "HEAD~2",
            check=False,
            GIT_SEQUENCE_EDITOR=f"sed -i -e '{line}s/^pick/{how}/'",
            GIT_EDITOR="true" if how != "reword" else "sed -i -e '1s/$/ again/'",
        )  # fmt: skip
        if done.returncode:
            # What is squashed with its own revert is empty, and git asks what to do.
            repository.git("rebase", "--abort")
        elif how == "edit":
            self.every_amount_is_in_one_place()
            self.world.stage(name)
            self.world.commit(name, "--amend", "--allow-empty", "--no-edit")
            repository.run("git", "rebase", "--continue", check=False)

    @rule(name=TREES)
    def drop(self, name: str) -> None:
        name = self.tree(name)
        if self.made(name):
            self.world.trees[name].git("reset", "-q", "--hard", "HEAD~1")

    @rule(name=TREES)
    def commit_again(self, name: str) -> None:
        name = self.tree(name)
        if self.made(name):
            self.world.trees[name].git("reset", "-q", "--soft", "HEAD~1")
            self.world.stage(name)
            self.world.commit(name, "-C", "ORIG_HEAD")

    @rule(name=TREES, how=st.sampled_from(["--no-ff", "--squash", "pick", "revert"]))
    def branch(self, name: str, how: str) -> None:
        """A commit on a branch of its own, brought back."""
        name = self.tree(name)
        repository = self.world.trees[name]
        self.branches += 1
        side = f"side{self.branches}"
        before = repository.git("symbolic-ref", "--short", "HEAD").strip()
        repository.git("checkout", "-q", "-b", side)
        self.world.stage(name)
        self.world.commit(name)
        repository.git("checkout", "-q", before)
        self.world.stage(name)
        self.world.commit(name)
        if how == "pick":
            repository.git("cherry-pick", side)
        elif how == "revert":
            repository.git("revert", "--no-edit", "HEAD")
        else:
            repository.git("merge", "-q", "--no-edit", how, side)
            if how == "--squash":
                self.world.commit(name, "--no-edit")
                repository.git("branch", "-q", "-D", side)

    @rule()
    def link(self) -> None:
        """Another linked work tree; the one before it is removed, its work committed."""
        if self.linked != "main":
            self.world.stage(self.linked)
            self.world.commit(self.linked)
            self.world.remove_tree(self.linked)
        self.branches += 1
        self.linked = f"linked{self.branches}"
        self.world.add_tree(self.linked)
        if self.forgotten:
            # Its usage too is told from history, in which a record may not be found again.
            self.forgotten.add(self.linked)

    @rule(names=SIDE_FILES)
    def forget(self, names: str) -> None:
        """Without the side files nothing comes back, and what is lost was not recorded."""
        before = self.world.all_unspent()
        self.world.forget(names)
        after = self.world.all_unspent()
        assert after <= before
        self.lost |= before - after
        self.doubtful |= set(range(len(self.world.messages)))
        self.forgotten |= set(self.world.trees)

    @invariant()
    def every_amount_is_in_one_place(self) -> None:
        recorded = self.world.recorded()
        together = [number for held in recorded for number in held]
        together += self.world.all_unspent()
        assert len(together) == len(set(together)), "an amount stands twice"
        missing = set(self.world.amounts) - set(together)
        # Until there is a side file again, a commit whose record cannot be told anew, or one in the
        # second of some usage, settles what is before it; if that has a record, the next one which
        # drops it loses it.
        self.lost |= {n for n in missing if self.world.place(n)[1] in self.forgotten}
        anew = {tree for tree in self.forgotten if self.world.has_side_file(tree)}
        self.lost |= {n for n in set().union(*recorded) if self.world.place(n)[1] in anew}
        self.forgotten -= anew
        assert missing <= self.lost, f"lost: {missing - self.lost}"
