"""The engine that reads histories through the git program, in bulk, and the fastest one."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress

from . import frames
from .errors import CarbonError
from .git_changes import GitChanges
from .git_stream import PIPE, Git, GitProgramMissing, reading, streaming, temporary, writing
from .history import Instant
from .sieve import sift
from .walk import BrokenHistory, Tips, is_branch, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from subprocess import Popen

    from .history import Commit
    from .numstat import Changed
    from .sieve import Frame, Sieve, Tally

NOW = ("now", "today")


class GitHistory:
    """A repository read through the git program; the engine of `walk.Engine`."""

    parallel = True

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        """Open `path`, or without one what git finds from here."""
        self._git = Git(path, environment)
        answers = self._opened(path).split("\n")
        self.directory, shallow, objects, shallow_file, self._hash, inside = answers[:6]
        self.shallow = shallow == "true"
        self.objects = os.path.join(path, objects)
        self._shallow_file = os.path.join(path, shallow_file)
        self.work_tree = os.path.join(path, answers[6] or ".") if inside == "true" else ""

    def _opened(self, path: str) -> str:
        try:
            return self._git.ask(
                "rev-parse", "--absolute-git-dir", "--is-shallow-repository",
                "--git-path", "objects", "--git-path", "shallow",
                "--show-object-format", "--is-inside-work-tree", "--show-cdup",
            ).decode("utf-8", "surrogateescape")  # fmt: skip
        except GitProgramMissing:
            raise
        except CarbonError as error:
            reason = str(error)
            if "not a git repository" in reason:
                reason = "not a git repository: go to one or name one with -C"
            raise CarbonError(f"{path or 'here'}: {reason}") from None

    def tips(self, revisions: Sequence[str], every_ref: bool) -> Tips:
        """See `walk.Engine`. A HEAD without a commit yet has an empty history."""
        names: list[str] = []
        for revision in revisions:
            try:
                resolved = os.fsdecode(self._git.ask("rev-parse", revision, "--")).split()
            except CarbonError as error:
                if revision == "HEAD" and self._is_unborn():
                    continue
                raise self._unknown(revision, str(error)) from None
            try:
                peeled = [f"{name}^{{commit}}" for name in resolved if name != "--"]
                names += self._git.ask("rev-parse", *peeled).decode().split() if peeled else []
            except CarbonError:
                raise CarbonError(
                    f"{revision}: not a commit: see git log --all --oneline"
                ) from None
        if every_ref:
            listed = self._git.ask("rev-list", "--no-walk=unsorted", "--ignore-missing", "--all")
            names += listed.decode().split()
        unique = dict.fromkeys(names)
        return Tips(
            tuple(name for name in unique if not name.startswith("^")),
            tuple(name[1:] for name in unique if name.startswith("^")),
        )

    @staticmethod
    def _unknown(revision: str, reason: str) -> CarbonError:
        if "ambiguous argument" in reason or "bad revision" in reason:
            reason = "no such revision here"
        return CarbonError(f"{revision}: {reason}: see git log --all --oneline")

    def _is_unborn(self) -> bool:
        with suppress(CarbonError):
            self._git.ask("rev-parse", "--verify", "--quiet", "HEAD")
            return False
        with suppress(CarbonError):
            return bool(self._git.ask("symbolic-ref", "--quiet", "HEAD"))
        return False

    def commits(
        self, tips: Tips, sieve: Sieve, tally: Tally, thorough: bool = False
    ) -> Iterator[Commit]:
        """See `walk.Engine`."""
        if not tips.include:
            return iter(())
        if thorough:
            return sift(self._one_by_one(tips, tally), sieve, tally)
        if self._has_commit_graph():
            return sift(self._piped(tips, tally), sieve, tally)
        return sift(self._listed(tips), sieve, tally, frames.INDENT)

    def _has_commit_graph(self) -> bool:
        info = os.path.join(self.objects, "info")
        return os.path.exists(os.path.join(info, "commit-graph")) or os.path.exists(
            os.path.join(info, "commit-graphs", "commit-graph-chain")
        )

    def _piped(self, tips: Tips, tally: Tally) -> Iterator[Frame]:
        """With a commit-graph, listing costs little: let `cat-file` inflate the objects."""
        with (
            temporary(_lines(tips)) as names,
            self._git.child("rev-list", "--stdin", stdin=names) as lister,
            self._git.child("cat-file", "--batch", "--buffer", stdin=lister.stdout) as reader,
        ):
            yield from frames.from_cat_file(streaming(reader), tally.unreadable)
            if reader.wait() or lister.wait():
                raise BrokenHistory

    def _listed(self, tips: Tips) -> Iterator[Frame]:
        """Without one, listing inflates every commit anyway: let it print them too."""
        arguments = ("rev-list", "--stdin", "--header", "--encoding=none")
        with (
            temporary(_lines(tips)) as names,
            self._git.child(*arguments, stdin=names) as lister,
        ):
            yield from frames.from_rev_list(streaming(lister))
            if lister.wait():
                raise BrokenHistory

    def _one_by_one(self, tips: Tips, tally: Tally) -> Iterator[Frame]:
        with ExitStack() as stack:
            reader: list[Popen[bytes]] = []

            def read(sha: str) -> bytes | None:
                if not reader:
                    started = self._git.child("cat-file", "--batch", stdin=PIPE)
                    reader.append(stack.enter_context(started))
                try:
                    writing(reader[0])(f"{sha}\n".encode("ascii"))
                    return frames.answer(reading(reader[0]))
                except (BrokenHistory, OSError):
                    # A damaged object ends the process; the next object needs another.
                    reader.clear()
                    return None

            yield from walk(tips, read, tally.unreadable, self._boundary())

    def _boundary(self) -> frozenset[str]:
        if not self.shallow:
            return frozenset()
        with open(self._shallow_file, encoding="ascii", errors="replace") as file:
            return frozenset(file.read().split())

    def changed(self, shas: Iterable[str]) -> Iterator[Changed]:
        """See `walk.Engine`."""
        return GitChanges(self._git, self.directory, self._hash, self._boundary()).of(shas)

    def notes(self, ref: str) -> dict[str, bytes]:
        """See `walk.Engine`."""
        try:
            self._git.ask("rev-parse", "--verify", "--quiet", ref)
        except CarbonError:
            return {}
        entries = [
            entry.partition(b"\t")
            for entry in self._git.ask("ls-tree", "-r", "-z", ref).split(b"\0")
        ]
        blobs = {
            path.replace(b"/", b"").decode("ascii", "replace"): meta.split()[2]
            for meta, tab, path in entries
            if tab and meta.split()[1] == b"blob"
        }
        with (
            temporary(f"{blob.decode()}\n" for blob in blobs.values()) as names,
            self._git.child("cat-file", "--batch", "--buffer", stdin=names) as reader,
        ):
            return dict(zip(blobs, frames.objects(reading(reader)(-1)), strict=False))

    def note_names(self, ref: str) -> dict[str, str]:
        """See `walk.Engine`."""
        try:
            entries = self._git.ask("ls-tree", "-r", "-z", ref).split(b"\0")
        except CarbonError:
            return {}
        found = {}
        for meta, tab, path in (entry.partition(b"\t") for entry in entries):
            if tab and meta.split()[1] == b"blob":
                name = path.replace(b"/", b"").decode("ascii", "replace")
                found[name] = meta.split()[2].decode("ascii")
        return found

    def blobs(self, names: Sequence[str], largest: int) -> Iterator[bytes | None]:
        """See `walk.Engine`."""
        with (
            temporary(f"{name}\n" for name in names) as asked,
            self._git.child("cat-file", "--batch-check", "--buffer", stdin=asked) as checker,
        ):
            answers = [line.split() for line in reading(checker)(-1).splitlines()]
        sizes = [int(words[2]) if words[1:2] == [b"blob"] else largest + 1 for words in answers]
        fit = [name for name, size in zip(names, sizes, strict=False) if size <= largest]
        with (
            temporary(f"{name}\n" for name in fit) as asked,
            self._git.child("cat-file", "--batch", "--buffer", stdin=asked) as reader,
        ):
            contents = frames.contents(reading(reader))
            for number in range(len(names)):
                small = number < len(sizes) and sizes[number] <= largest
                try:
                    yield next(contents, None) if small else None
                except BrokenHistory:
                    contents = iter(())
                    yield None

    def branches(self) -> dict[str, str]:
        """See `walk.Engine`."""
        listed = self._git.ask("for-each-ref", "--format=%(objectname) %(refname)")
        rows = [os.fsdecode(line).split(" ", 1) for line in listed.splitlines()]
        return {name: sha for sha, name in rows if is_branch(name)}

    def remote(self) -> str:
        """See `walk.Engine`."""
        with suppress(CarbonError):
            return os.fsdecode(self._git.ask("config", "--get", "remote.origin.url")).strip()
        return ""

    def instant(self, text: str) -> Instant:
        """See `walk.Engine`; what git calls a date, for example `2 weeks ago`."""
        from time import time

        seconds = int(self._git.ask("rev-parse", f"--since={text}").strip().partition(b"=")[2])
        if abs(seconds - time()) < 3 and text.strip().lower() not in NOW:
            # git reads what it does not understand as the present moment.
            raise CarbonError(
                f"{text}: not a date: write YYYY-MM-DD or, for example, '2 weeks ago'"
            )
        return Instant(seconds)

    def close(self) -> None:
        """Nothing stays open between calls."""


def _lines(tips: Tips) -> list[str]:
    return [*(f"{name}\n" for name in tips.include), *(f"^{name}\n" for name in tips.exclude)]
