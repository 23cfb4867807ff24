"""What a commit changed, from its tree and its parent's, without git."""

from __future__ import annotations

from .line_diff import counts
from .similarity import File, renames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NamedTuple
else:
    from .values import NamedTuple

_TREE, _GITLINK = 0o40000, 0o160000
_TYPE, _REGULAR = 0o170000, 0o100000
NOTHING = b""


class Entry(NamedTuple):
    """A file of a tree."""

    path: bytes
    mode: int
    sha: str


class Objects(NamedTuple):
    """Readers of trees (as entries by name) and blobs; they raise KeyError for missing objects."""

    tree: Callable[[str], dict[bytes, tuple[int, str]]]
    blob: Callable[[str], bytes]


def numstat(old: str | None, new: str, objects: Objects) -> Iterator[bytes]:
    """The lines of `git diff-tree -r --root --numstat -z -M`, in the order of the paths; `old` is
    None for a root commit. Submodules are left out."""
    deleted: dict[bytes, Entry] = {}
    created: dict[bytes, Entry] = {}
    rows: dict[bytes, tuple[bytes, Entry | None, Entry | None]] = {}
    for before, after in differences(old, new, NOTHING, objects):
        if after is None and before is not None:
            deleted[before.path] = before
        elif before is None and after is not None:
            created[after.path] = after
        elif before and after:
            rows[after.path] = (NOTHING, before, after)
    pairs = renames(_files(deleted), _files(created), objects.blob)
    for source, target in pairs:
        rows[target.path] = (source.path, deleted.pop(source.path), created.pop(target.path))
    rows.update({path: (NOTHING, entry, None) for path, entry in deleted.items()})
    rows.update({path: (NOTHING, None, entry) for path, entry in created.items()})
    for path in sorted(rows):
        renamed, before, after = rows[path]
        names = b"\0%s\0%s" % (renamed, path) if renamed else path
        yield b"%s\t%s" % (_figures(before, after, objects), names)


def _files(entries: dict[bytes, Entry]) -> list[File]:
    return [
        File(path, entry.sha, 0 if entry.mode & _TYPE == _REGULAR else entry.mode)
        for path, entry in sorted(entries.items())
    ]


def _figures(before: Entry | None, after: Entry | None, objects: Objects) -> bytes:
    old = objects.blob(before.sha) if before else b""
    new = objects.blob(after.sha) if after else b""
    changed = counts(old, new)
    return b"%d\t%d" % changed if changed else b"-\t-"


def differences(
    old: str | None, new: str | None, prefix: bytes, objects: Objects
) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Files that differ between two trees; equal subtrees are not read."""
    before = objects.tree(old) if old else {}
    after = objects.tree(new) if new else {}
    for name in sorted({*before, *after}):
        left, right = before.get(name), after.get(name)
        if left == right:
            continue
        path = prefix + name
        left_tree = left[1] if left and left[0] == _TREE else None
        right_tree = right[1] if right and right[0] == _TREE else None
        if left_tree or right_tree:
            yield from differences(left_tree, right_tree, path + b"/", objects)
        here = Entry(path, *left) if left and not left_tree and left[0] != _GITLINK else None
        there = Entry(path, *right) if right and not right_tree and right[0] != _GITLINK else None
        if here or there:
            yield here, there
