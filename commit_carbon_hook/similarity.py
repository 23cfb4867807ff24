"""Which deleted file became which new one: git's rename detection at 50 %, without copies.

The score is the share of the larger file that the two have in common, in pieces that end at a
line end or after 64 bytes. See gitdiffcore(7).
"""

from __future__ import annotations

from .line_diff import is_binary, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import NamedTuple
else:
    from .values import NamedTuple

MAX_SCORE = 60_000
MINIMUM_SCORE = 30_000
# Files that keep their name need no second look, if they are this similar.
SAME_NAME_SCORE = 45_000
LIMIT = 1_000
PIECE_BYTES = 64
CANDIDATES = 4


class File(NamedTuple):
    """A file of a tree. Its mode is 0 for a regular file; others only match their like."""

    path: bytes
    sha: str
    mode: int = 0


def renames(
    deleted: Sequence[File], created: Sequence[File], content: Callable[[str], bytes]
) -> list[tuple[File, File]]:
    """Pairs of a deleted and a created file. `content` gives a blob."""
    pairs = _exact(deleted, created)
    taken = {file for pair in pairs for file in pair}
    old = [file for file in deleted if file not in taken and not file.mode]
    new = [file for file in created if file not in taken and not file.mode]
    if not old or not new or len(old) * len(new) > LIMIT * LIMIT:
        return pairs
    measure = _Measure(content)
    for one, other in _same_names(old, new):
        if measure.score(one, other) >= SAME_NAME_SCORE:
            pairs.append((one, other))
            old.remove(one)
            new.remove(other)
    return pairs + _best(old, new, measure)


def _exact(deleted: Sequence[File], created: Sequence[File]) -> list[tuple[File, File]]:
    sources: dict[tuple[str, int], list[File]] = {}
    for file in deleted:
        sources.setdefault(file[1:], []).append(file)
    pairs = []
    for target in created:
        same = sources.get(target[1:])
        if same:
            named = [file for file in same if _name(file) == _name(target)]
            source = (named or same)[0]
            same.remove(source)
            pairs.append((source, target))
    return pairs


def _same_names(old: Iterable[File], new: Iterable[File]) -> list[tuple[File, File]]:
    """Pairs with the same file name, where only one file on each side has it."""
    sides = []
    for files in (old, new):
        by_name: dict[bytes, list[File]] = {}
        for file in files:
            by_name.setdefault(_name(file), []).append(file)
        sides.append({name: found[0] for name, found in by_name.items() if len(found) == 1})
    return [(sides[0][name], file) for name, file in sides[1].items() if name in sides[0]]


def _best(old: Sequence[File], new: Sequence[File], measure: _Measure) -> list[tuple[File, File]]:
    """The most similar pairs first; every file is in one pair at most."""
    scored: list[tuple[int, int, int, File, File]] = []
    for index, target in enumerate(new):
        candidates = []
        for source in old:
            score = measure.score(source, target)
            if score >= MINIMUM_SCORE:
                same = int(_name(source) == _name(target))
                candidates.append((-score, -same, index, source, target))
        scored += sorted(candidates, key=lambda one: one[:2])[:CANDIDATES]
    scored.sort(key=lambda one: one[:3])
    pairs = []
    taken: set[File] = set()
    for _, _, _, source, target in scored:
        if source not in taken and target not in taken:
            taken |= {source, target}
            pairs.append((source, target))
    return pairs


def _name(file: File) -> bytes:
    return file.path.rpartition(b"/")[2]


class _Measure:
    """Scores of pairs; every file is cut into pieces once."""

    def __init__(self, content: Callable[[str], bytes]) -> None:
        self.content = content
        self.known: dict[str, tuple[int, dict[bytes, int]]] = {}

    def pieces(self, sha: str) -> tuple[int, dict[bytes, int]]:
        known = self.known.get(sha)
        if known is None:
            raw = self.content(sha)
            known = self.known[sha] = (len(raw), pieces(raw))
        return known

    def score(self, one: File, other: File) -> int:
        (size, here), (other_size, there) = self.pieces(one.sha), self.pieces(other.sha)
        smaller, larger = sorted((size, other_size))
        if not smaller or larger * (MAX_SCORE - MINIMUM_SCORE) < (larger - smaller) * MAX_SCORE:
            return 0
        copied = sum(min(count, there.get(piece, 0)) for piece, count in here.items())
        return copied * MAX_SCORE // larger


def pieces(content: bytes) -> dict[bytes, int]:
    """How many bytes of a file each distinct piece of it makes; in text, CR LF counts as LF."""
    found: dict[bytes, int] = {}
    text = content if is_binary(content) else content.replace(b"\r\n", b"\n")
    for line in lines(text):
        for at in range(0, len(line), PIECE_BYTES):
            piece = line[at : at + PIECE_BYTES]
            found[piece] = found.get(piece, 0) + len(piece)
    return found
