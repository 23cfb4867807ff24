"""Everything that git and forges do with commits, each done and noted, or undone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from campaign_lineage import NONE, Lineage, Records
from histories import message, record, say
from support import Repository

CENTRALS = ["15", "7.5", "1.4", "120"]
VERBS = ["pick", "pick", "reword", "edit", "squash", "fixup", "fixup -C", "drop"]
IDLE = ["exec true", "break", "label here\nreset here"]


def starred(text: str) -> str:
    """As GitHub, Bitbucket and Gitea list the commits of a request."""
    return f"* {text}"


def indented(text: str) -> str:
    """As `git merge --squash` and GitLab's `%{all_commits}` indent them."""
    return re.sub(r"(?m)^(?=.)", "    ", text)


def listed(text: str) -> str:
    """Every line as an item."""
    return re.sub(r"(?m)^(?=.)", "* ", text)


def quoted(text: str) -> str:
    """Every line as a quotation."""
    return re.sub(r"(?m)^", "> ", text)


SQUASHES: list[Callable[[str], str]] = [starred, indented, listed, quoted, str]


class World(Lineage):
    """Random operations."""

    def __init__(self, root: Path, seed: int) -> None:
        super().__init__(root, seed)
        self.commit()

    def step(self) -> None:
        """One random operation."""
        operations = [
            self.commit, self.commit, self.commit, self.amend, self.new_value, self.branch,
            self.branch, self.switch, self.rebase, self.rebase, self.onto, self.pick, self.revert,
            self.merge, self.squash, self.squash, self.mail, self.clone, self.fetch, self.move,
            self.delete, self.pack,
        ]  # fmt: skip
        operation = self.chance.choice(operations)
        self.log.append(operation.__name__)
        operation()

    def commit(self) -> None:
        new = []
        for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
            self.made += 1
            new.append((f"{self.made:0>10}", self.chance.choice(CENTRALS)))
        base = [self.here.head()] if self.nodes else []
        parts = [record(name, central=grams) for name, grams in new]
        say(self.here, message(f"Commit {self.chance.random()}", "Why.", *parts))
        self.note(base, [frozenset(new)])

    def amend(self) -> None:
        node = self.nodes[self.here.head()]
        date = f"{1_700_000_000 + self.chance.randrange(10**6)} +0000"
        self.here.git("commit", "-q", "--amend", "--no-edit", "--allow-empty", "--date", date)
        self.note(node.parents, [node.records])

    def new_value(self) -> None:
        """The same record with other grams, as when more is staged."""
        node = self.nodes[self.here.head()]
        if not node.records:
            return
        name, old = self.chance.choice(sorted(node.records))
        grams = self.chance.choice(CENTRALS)
        text = self.here.message().replace(
            f"central={old} high=900 id={name}", f"central={grams} high=900 id={name}"
        )
        command = ["git", "commit", "-q", "--amend", "--allow-empty", "--cleanup=verbatim"]
        self.here.run(*command, "-F", "-", stdin=text)
        self.note(node.parents, [node.records - {(name, old)} | {(name, grams)}])

    def branch(self) -> None:
        start = self.chance.choice(sorted(self.reached([self.here.head()])))
        self.made += 1
        self.here.git("checkout", "-q", "-b", f"b{self.made}", start)

    def switch(self) -> None:
        names = self.lines("for-each-ref", "--format=%(refname:short)", "refs/heads")
        self.here.git("checkout", "-q", self.chance.choice(names))

    def rebase(self) -> None:
        shas = self.line(5)
        if len(shas) < 2:
            return
        [base] = self.nodes[shas[0]].parents
        todo, carried, alone = [], list[Records](), True
        for sha in shas:
            verb = self.chance.choice(VERBS if carried else ["pick", "reword", "edit"])
            if verb == "fixup -C" and not alone:
                verb = "pick"
            records = self.nodes[sha].records
            if verb in ("pick", "reword", "edit"):
                carried.append(records)
                alone = True
            elif verb == "squash":
                carried[-1] |= records
                alone = False
            elif verb == "fixup -C":
                carried[-1] = records
                alone = False
            todo.append(f"{verb} {sha}")
            if self.chance.random() < 0.2 and verb not in ("squash", "fixup", "fixup -C"):
                todo.append(self.chance.choice(IDLE))
        # An idle line may not split a group.
        text = re.sub(r"\n(exec|break|label)[^\n]*(\nreset here)?(?=\n(squash|fixup))", "",
                      "\n".join(todo) + "\n")  # fmt: skip
        (self.root / "todo").write_text(text)
        editor = f"cp {shlex.quote(str(self.root / 'todo'))}"
        words = ["rebase", "-q", "-i", "--empty=keep", "--no-autosquash", base]
        state = self.here.path / ".git" / "rebase-merge"
        before = self.here.head()
        self.here.run("git", *words, check=False, GIT_SEQUENCE_EDITOR=editor)
        for _ in range(10):
            if not state.exists():
                break
            self.here.run("git", "rebase", "--continue", check=False)
        if state.exists():
            self.here.git("rebase", "--abort")
            assert self.here.head() == before
        else:
            self.note([base], carried)

    def onto(self) -> None:
        shas = self.line(3)
        target = self.chance.choice(self.branches())
        if not shas:
            return
        [base] = self.nodes[shas[0]].parents
        words = ["--reapply-cherry-picks", "--empty=keep", "--onto", target, base]
        onto = self.here.head(target)
        if self.tried("rebase", "-q", *words):
            carried = [self.nodes[sha].records for sha in shas]
            rows = self.lines("rev-list", "HEAD", f"^{onto}")
            self.note([onto], carried if rows else [])

    def pick(self) -> None:
        other = self.chance.choice(self.branches())
        listed = self.lines("rev-list", "--no-merges", "-n", "3", other)[::-1]
        words = ["-x", "--allow-empty", "--keep-redundant-commits", "-Xtheirs"]
        before = self.here.head()
        if self.tried("cherry-pick", *words, *listed):
            self.note([before], [self.nodes[sha].records for sha in listed])

    def revert(self) -> None:
        before = self.here.head()
        merge = ["-m", "1"] if len(self.nodes[before].parents) > 1 else []
        if self.tried("revert", "--no-edit", *merge, "HEAD"):
            self.note([before], [NONE])

    def merge(self) -> None:
        before, other = self.here.head(), self.chance.choice(self.branches())
        if self.tried("merge", "-q", "--no-ff", "--no-edit", "-Xours", other):
            new = self.here.head() != before
            self.note([before, self.here.head(other)], [NONE] if new else [])

    def squash(self) -> None:
        before, other = self.here.head(), self.here.head(self.chance.choice(self.branches()))
        shas = self.lines("rev-list", "--reverse", "--no-merges", other, f"^{before}")
        if not shas or not self.tried("merge", "-q", "--squash", "-Xours", other):
            return
        carried = frozenset[tuple[str, str]]().union(*(self.nodes[sha].records for sha in shas))
        how = self.chance.randrange(len(SQUASHES) + 2)
        if how == len(SQUASHES):
            self.here.git("commit", "-q", "--no-edit", "--allow-empty")
        else:
            # A forge with a blank body, or with the title only, loses them.
            parts = [] if how > len(SQUASHES) else [self.here.message(sha) for sha in shas]
            carried = carried if parts else NONE
            text = message("Topic (#12)", *(SQUASHES[how](part.rstrip()) for part in parts))
            command = ["git", "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"]
            self.here.run(*command, stdin=text)
        self.note([before], [carried])

    def mail(self) -> None:
        source = self.chance.choice(self.repositories)
        shas = self.lines("rev-list", "--reverse", "--no-merges", "-n", "4", "HEAD", where=source)
        found = [source.git("format-patch", "--stdout", "-1", sha) for sha in shas]
        shas = [sha for sha, patch in zip(shas, found, strict=True) if patch]
        root = self.lines("rev-list", "--max-parents=0", "HEAD")[0]
        self.made += 1
        back = self.here.git("rev-parse", "--abbrev-ref", "HEAD").strip()
        self.here.git("checkout", "-q", "-b", f"mail{self.made}", root)
        (self.root / "mbox").write_text("".join(found))
        if shas and self.tried("am", "-q", str(self.root / "mbox")):
            rows = self.lines("rev-list", "HEAD", f"^{root}")
            if len(rows) == len(shas):
                self.note([root], [self.nodes[sha].records for sha in shas])
                return
        self.here.git("checkout", "-q", back)
        self.here.git("branch", "-q", "-D", f"mail{self.made}")

    def clone(self) -> None:
        if len(self.repositories) < 3:
            path = self.root / f"r{len(self.repositories)}"
            self.here.git("clone", "-q", str(self.here.path), str(path))
            self.repositories.append(Repository(path, self.environment))

    def fetch(self) -> None:
        other = self.chance.choice(self.repositories)
        if other is not self.here:
            refs = f"+refs/heads/*:refs/remotes/{other.path.name}/*"
            self.here.git("fetch", "-q", "--no-tags", str(other.path), refs)

    def move(self) -> None:
        """Go on in another repository."""
        self.chance.shuffle(self.repositories)

    def delete(self) -> None:
        names = self.lines("for-each-ref", "--format=%(refname:short)", "refs/heads")
        current = self.here.git("rev-parse", "--abbrev-ref", "HEAD").strip()
        names = [name for name in names if name != current]
        if names:
            self.here.git("branch", "-q", "-D", self.chance.choice(names))

    def pack(self) -> None:
        self.here.git("repack", "-adq")
        if self.chance.random() < 0.5:
            self.here.git("commit-graph", "write", "--reachable")
