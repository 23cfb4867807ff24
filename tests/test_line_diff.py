"""Line counts against git's own, also where git saves time and is not minimal."""

from __future__ import annotations

import random
import subprocess
from itertools import pairwise

import pytest
from generated import edited, text
from hypothesis import given
from hypothesis import strategies as st
from support import Repository

from commit_carbon_hook import edit_search
from commit_carbon_hook.line_diff import common_lines, counts, kept_lines


def numstats(repository: Repository) -> list[tuple[bytes, bytes, tuple[int, int] | None]]:
    """Old and new content of all changes of one file, with git's own counts."""
    names = repository.git("rev-list", "--reverse", "HEAD").split()
    found = []
    for old, new in pairwise(names):
        words = repository.git("diff-tree", "--numstat", old, new).split()
        counted = (int(words[0]), int(words[1])) if words and words[0] != "-" else None
        contents = [
            subprocess.run(
                ["git", "show", f"{name}:file"],
                cwd=repository.path,
                capture_output=True,
                check=True,
            ).stdout
            for name in (old, new)
        ]
        found.append((contents[0], contents[1], counted if words else (0, 0)))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_line_counts_are_gits(repository: Repository, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    content = text(chance)
    for number in range(40):
        (repository.path / "file").write_bytes(content)
        repository.git("add", "file")
        repository.git("commit", "-q", "--allow-empty", "-m", str(number))
        content = edited(content, chance) if chance.random() < 0.9 else text(chance)
    for old, new, counted in numstats(repository):
        assert counts(old, new) == counted


@pytest.mark.parametrize(
    ("old", "new", "added", "deleted"),
    [
        pytest.param(b"", b"a\nb\n", 2, 0, id="new"),
        pytest.param(b"a\nb", b"a\nb\n", 1, 1, id="last-line-end"),
        pytest.param(b"a\r\n", b"a\n", 1, 1, id="line-ends"),
        pytest.param(b"a\n" * 5, b"a\n" * 3, 0, 2, id="repeated"),
        pytest.param(b"a\nb\nc\n", b"c\na\nb\n", 1, 1, id="moved"),
        pytest.param(b"a\x0bb\x0cc\x85", b"a\x0bb\x0cc\x85", 0, 0, id="not-line-ends"),
    ],
)
def test_line_counts(old: bytes, new: bytes, added: int, deleted: int) -> None:
    assert counts(old, new) == (added, deleted)


def test_binary_content_has_no_lines() -> None:
    assert counts(b"\0", b"a\n") is None
    assert counts(b"a" * 8_000 + b"\0", b"a\n") == (1, 1)


def scattered(seed: int) -> tuple[bytes, bytes]:
    """Two long files with hundreds of changes, and with lines that are repeated everywhere."""
    chance = random.Random(seed)  # noqa: S311
    words = [b"line %d" % number for number in range(chance.choice([50, 700, 5_000]))]
    old = chance.choices(words, k=chance.choice([900, 3_000]))
    new = []
    for line in old:
        kind = chance.random()
        if kind < 0.5:
            new.append(line)
        elif kind < 0.8:
            new.append(chance.choice(words))
    block = new[100:400]
    new[500:500] = block
    if chance.random() < 0.5:
        new += chance.choices(words, k=900)
    return b"\n".join(old) + b"\n", b"\n".join(new) + b"\n"


@pytest.mark.parametrize("seed", range(10))
def test_git_is_followed_where_it_stops_early(repository: Repository, seed: int) -> None:
    old, new = scattered(seed)
    for content in (old, new):
        (repository.path / "file").write_bytes(content)
        repository.git("add", "file")
        repository.git("commit", "-q", "-m", "file")
    [(_, _, counted)] = numstats(repository)
    assert counts(old, new) == counted


def test_some_of_these_are_longer_than_need_be() -> None:
    longer = 0
    for seed in range(10):
        old, new = (content.split(b"\n") for content in scattered(seed))
        assert kept_lines(old, new) <= common_lines(old, new)
        longer += kept_lines(old, new) < common_lines(old, new)
    assert longer


def longest(old: list[int], new: list[int]) -> int:
    """The length of the longest common subsequence, from its definition."""
    row = [0] * (len(new) + 1)
    for one in old:
        following = [0]
        for index, other in enumerate(new):
            same = row[index] + 1
            following.append(same if one == other else max(row[index + 1], following[-1]))
        row = following
    return row[-1]


few = st.lists(st.integers(0, 3), max_size=30)


@given(few, few)
def test_both_searches_find_the_longest_common_subsequence(old: list[int], new: list[int]) -> None:
    sides = [[b"%d" % number for number in side] for side in (old, new)]
    assert common_lines(*sides) == longest(old, new)
    assert edit_search.common_lines(old, new) == longest(old, new)


def test_long_files_are_no_trap() -> None:
    chance = random.Random(1)  # noqa: S311
    old, new = ([b"%d" % chance.randrange(9_000) for _ in range(30_000)] for _ in range(2))
    assert 0 < common_lines(old, new) < 30_000
