"""The engine that reads histories without a git program. It runs nothing at all."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

from . import loose_object, numstat, tree_diff
from .errors import CarbonError
from .numstat import UNREADABLE, Changed
from .revisions import COMMIT, Objects, peeled, resolve
from .sieve import sift
from .walk import is_branch, parents, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dulwich.repo import Repo

    from .history import Commit, Instant
    from .sieve import Sieve, Tally
    from .walk import Tips

TREE, BLOB = 2, 3


class DulwichHistory:
    """A repository read through dulwich; the engine of `walk.Engine`."""

    parallel = False

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        """Open `path`, or the repository around here."""
        from dulwich.errors import NotGitRepository
        from dulwich.repo import Repo

        named = path or environment.get("GIT_DIR", "")
        with _refusals(named or "here"):
            try:
                self._repo: Repo = Repo(named) if named and not path else Repo.discover(path or ".")
            except NotGitRepository:
                raise CarbonError(
                    f"{named or 'here'}: not a git repository: go to one or name one with -C"
                ) from None
            self._store = self._repo.object_store
            self._boundary = {sha.decode("ascii") for sha in self._repo.get_shallow()}
            self._digits = self._repo.object_format.hex_length
        self.shallow = bool(self._boundary)
        self.directory = os.fsdecode(self._repo.controldir())
        self.objects = os.fsdecode(self._repo.object_store.path)
        self.work_tree = "" if self._repo.bare else os.fsdecode(self._repo.path)
        self._objects = Objects(self._ref, self._read, self._starting)

    def tips(self, revisions: Sequence[str], every_ref: bool) -> Tips:
        """See `walk.Engine`."""
        with _refusals(self.directory):
            if self._is_unborn():
                revisions = [name for name in revisions if name != "HEAD"]
            tips = resolve(revisions, self._objects)
            names = sorted(self._repo.refs.allkeys()) if every_ref else []
            found = (self._ref(os.fsdecode(name)) for name in names)
            commits = [peeled(sha, self._objects) for sha in found if sha]
        include = dict.fromkeys([*tips.include, *(sha for sha in commits if sha)])
        return tips._replace(include=tuple(include))

    def _is_unborn(self) -> bool:
        from dulwich.refs import HEADREF

        target = self._repo.refs.read_ref(HEADREF) or b""
        return target.startswith(b"ref: ") and self._ref("HEAD") is None

    def commits(
        self,
        tips: Tips,
        sieve: Sieve,
        tally: Tally,
        thorough: bool = False,  # noqa: ARG002 - it is always that
    ) -> Iterator[Commit]:
        """See `walk.Engine`."""
        frames = walk(tips, self._commit, tally.unreadable, self._boundary)
        return sift(frames, sieve, tally)

    def changed(self, shas: Iterable[str]) -> Iterator[Changed]:
        """See `walk.Engine`."""
        readers = tree_diff.Objects(self._tree, self._blob)
        for sha in shas:
            try:
                yield self._changed(sha, readers)
            except KeyError:
                yield Changed(sha, UNREADABLE, bytes.fromhex(sha)[:16])

    def _changed(self, sha: str, readers: tree_diff.Objects) -> Changed:
        above = [] if sha in self._boundary else parents(self._needed(sha, COMMIT), len(sha))
        if sha in self._boundary:
            # Where a shallow clone ends, the whole tree would seem new.
            raise KeyError(sha)
        rows: Iterable[bytes] = ()
        if len(above) < 2:
            old = self._tree_of(above[0]) if above else None
            rows = tree_diff.numstat(old, self._tree_of(sha), readers)
        tokens = [part for row in rows for part in row.split(b"\0")]
        return next(numstat.parse([sha.encode("ascii"), *tokens]))

    def notes(self, ref: str) -> dict[str, bytes]:
        """See `walk.Engine`."""
        tip = self._ref(ref)
        sha = peeled(tip, self._objects) if tip else None
        if sha is None:
            return {}
        found = {}
        readers = tree_diff.Objects(self._tree, self._blob)
        for _, entry in tree_diff.differences(None, self._tree_of(sha), b"", readers):
            if entry:
                name = entry.path.replace(b"/", b"").decode("ascii", "replace")
                found[name] = self._blob(entry.sha)
        return found

    def note_names(self, ref: str) -> dict[str, str]:
        """See `walk.Engine`."""
        tip = self._ref(ref)
        sha = peeled(tip, self._objects) if tip else None
        readers = tree_diff.Objects(self._tree, self._blob)
        found = {}
        # A tree that is missing ends the list.
        with suppress(KeyError):
            tree = self._tree_of(sha) if sha else None
            for _, entry in tree_diff.differences(None, tree, b"", readers):
                if entry:
                    name = entry.path.replace(b"/", b"").decode("ascii", "replace")
                    found[name] = entry.sha
        return found

    def blobs(self, names: Sequence[str], largest: int) -> Iterator[bytes | None]:
        """See `walk.Engine`."""
        for name in names:
            found = self._read(name)
            fits = found and found[0] == BLOB and len(found[1]) <= largest
            yield found[1] if found and fits else None

    def branches(self) -> dict[str, str]:
        """See `walk.Engine`."""
        names = [os.fsdecode(name) for name in self._repo.refs.allkeys()]
        found = {name: self._ref(name) for name in names if name != "HEAD" and is_branch(name)}
        return {name: sha for name, sha in found.items() if sha}

    def remote(self) -> str:
        """See `walk.Engine`."""
        with suppress(KeyError):
            return os.fsdecode(self._repo.get_config().get((b"remote", b"origin"), b"url"))
        return ""

    def instant(self, text: str) -> Instant:
        """See `walk.Engine`; only git understands more than ISO dates."""
        raise CarbonError(f"{text}: not a date for the dulwich engine: write YYYY-MM-DD")

    def close(self) -> None:
        """See `walk.Engine`."""
        self._repo.close()

    def _ref(self, name: str) -> str | None:
        try:
            sha = self._repo.refs[os.fsencode(name)]  # type: ignore[index]
        except (KeyError, ValueError):
            return None
        return sha.decode("ascii")

    def _starting(self, digits: str) -> Iterable[str]:
        return [sha.decode("ascii") for sha in self._store.iter_prefix(digits.encode("ascii"))]

    def _read(self, sha: str) -> tuple[int, bytes] | None:
        """Type and content of an object; None for a missing or damaged one."""
        if len(sha) != self._digits:
            return None
        try:
            return self._store.get_raw(sha.encode("ascii"))  # type: ignore[arg-type]
        except Exception:  # damage shows in as many ways as there are bytes
            return loose_object.read(self.objects, sha)

    def _commit(self, sha: str) -> bytes | None:
        found = self._read(sha)
        return found[1] if found and found[0] == COMMIT else None

    def _needed(self, sha: str, kind: int) -> bytes:
        found = self._read(sha)
        if found is None or found[0] != kind:
            raise KeyError(sha)
        return found[1]

    def _tree_of(self, sha: str) -> str:
        line = self._needed(sha, COMMIT).partition(b"\n")[0]
        return line.removeprefix(b"tree ").decode("ascii", "replace")

    def _tree(self, sha: str) -> dict[bytes, tuple[int, str]]:
        from dulwich.objects import parse_tree

        entries = parse_tree(self._needed(sha, TREE), self._digits // 2)
        return {name: (mode, hexadecimal.decode("ascii")) for name, mode, hexadecimal in entries}

    def _blob(self, sha: str) -> bytes:
        return self._needed(sha, BLOB)


@contextmanager
def _refusals(place: str) -> Iterator[None]:
    """What dulwich does not support, in one line."""
    try:
        yield
    except CarbonError:
        raise
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CarbonError(f"{place}: dulwich cannot read it ({reason}): use --engine git") from None
