"""Every record counts once, whatever git or a forge did with the commits that carried it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from campaign_histories import attempt
from campaign_rewrites import World
from histories import authored, central, message, record, say, summary
from hypothesis import given
from hypothesis import strategies as st
from support import Repository
from test_union import Sorted, origin
from test_union import record as stored

from commit_carbon_hook.history import Day, Period
from commit_carbon_hook.ledger import Ledger
from commit_carbon_hook.record import Emissions, Record
from commit_carbon_hook.union import Origin

EDIT_TODO = "sed -i -e '2,$s/^pick/{verb}/'"


def two_on_a_branch(repository: Repository) -> None:
    """`main` with record 1, `topic` with records 2 and 3 on top."""
    say(repository, message("First", record("1")))
    repository.git("checkout", "-q", "-b", "topic")
    say(repository, message("Second", record("2")))
    say(repository, message("Third", "Why.", record("3")))
    repository.git("checkout", "-q", "main")


def amended(repository: Repository) -> None:
    repository.git("checkout", "-q", "topic")
    repository.git("commit", "-q", "--amend", "--no-edit", "--date", "2020-01-01T00:00:00Z")


def rebased(repository: Repository) -> None:
    repository.commit("moves main on")
    repository.git("rebase", "-q", "main", "topic")


def squashed_by_rebase(repository: Repository) -> None:
    repository.git("checkout", "-q", "topic")
    variables = {"GIT_SEQUENCE_EDITOR": EDIT_TODO.format(verb="squash"), "GIT_EDITOR": ":"}
    repository.git("rebase", "-q", "-i", "main", check=True, **variables)


def picked_twice(repository: Repository) -> None:
    repository.commit("moves main on")
    repository.git("checkout", "-q", "-b", "release")
    repository.git("cherry-pick", "-x", "--strategy-option=theirs", "topic~1", "topic")
    repository.git("checkout", "-q", "main")
    repository.git("cherry-pick", "--strategy-option=theirs", "topic~1", "topic")


def merged(repository: Repository) -> None:
    repository.git("merge", "-q", "--no-ff", "--no-edit", "topic")


def squashed_by_merge(repository: Repository) -> None:
    repository.git("merge", "-q", "--squash", "topic")
    repository.git("commit", "-q", "--no-edit", GIT_EDITOR=":")


def squashed_by_github(repository: Repository) -> None:
    body = f"* Second\n\n{record('2')}\n* Third\n\nWhy.\n\n{record('3')}\n---------"
    say(repository, message("Topic (#12)", body, "Co-authored-by: Bob <bob@example.com>"))


def squashed_by_gitlab(repository: Repository) -> None:
    listed = "\n".join(f"* {line}" for line in (record("2") + record("3")).splitlines())
    say(repository, message("Topic", listed, "See merge request group/project!12"))


def quoted_by_a_forge(repository: Repository) -> None:
    listed = "\n".join(f"> {line}" for line in (record("2") + record("3")).splitlines())
    say(repository, message("Topic", listed))


def reverted(repository: Repository) -> None:
    merged(repository)
    repository.git("revert", "--no-edit", "-m", "1", "HEAD")


OPERATIONS = [
    amended,
    rebased,
    squashed_by_rebase,
    picked_twice,
    merged,
    squashed_by_merge,
    squashed_by_github,
    squashed_by_gitlab,
    quoted_by_a_forge,
    reverted,
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_the_sum_is_the_same(
    repository: Repository, operation: Callable[[Repository], None]
) -> None:
    two_on_a_branch(repository)
    before = summary(repository, "--all")
    operation(repository)
    after = summary(repository, "--all")
    assert after["recorded"] == before["recorded"]
    assert central(after) == "45"
    assert not after["rejected"]
    assert not after["conflicts"]


@pytest.mark.parametrize(
    "operation",
    [rebased, squashed_by_rebase, picked_twice, merged, squashed_by_merge, squashed_by_github],
    ids=lambda operation: operation.__name__,
)
def test_the_result_alone_holds_everything(
    repository: Repository, operation: Callable[[Repository], None]
) -> None:
    two_on_a_branch(repository)
    operation(repository)
    tip = "topic" if operation in (rebased, squashed_by_rebase) else "main"
    assert central(summary(repository, tip)) == "45"


def test_a_patch_series_by_mail(
    repository: Repository, make_repository: Callable[..., Repository], tmp_path: Path
) -> None:
    two_on_a_branch(repository)
    patches = tmp_path / "patches"
    repository.git("format-patch", "-q", "-o", str(patches), "--root", "topic")
    other = make_repository("other")
    other.git("am", "-q", *sorted(map(str, patches.iterdir())))
    assert central(summary(other)) == "45"
    both = summary(repository, "HEAD", "-C", ".", "-C", str(other.path))
    assert central(both) == "45"


def test_clones_and_forks_are_merged(repository: Repository, tmp_path: Path) -> None:
    two_on_a_branch(repository)
    repository.git("checkout", "-q", "topic")
    repository.git("clone", "-q", str(repository.path), str(tmp_path / "fork"))
    fork = Repository(tmp_path / "fork", repository.environment)
    say(fork, message("In the fork", record("4")))
    say(repository, message("In the origin", record("5")))
    together = summary(repository, "-C", ".", "-C", str(fork.path))
    assert central(together) == "75"
    assert together["commits"]["scanned"] == 5
    assert together["repositories"] == ["repository", "fork"]
    turned = summary(repository, "-C", str(fork.path), "-C", ".")
    assert turned["recorded"] == together["recorded"]
    assert turned["commits"] == together["commits"]


def test_the_larger_of_two_versions_counts(repository: Repository) -> None:
    say(repository, message("First", record("1", central="15")))
    repository.git("branch", "old")
    repository.run(
        "git",
        "commit",
        "-q",
        "--amend",
        "-F",
        "-",
        stdin=message("First", record("1", central="9")),
    )
    document = summary(repository, "--all")
    assert central(document) == "15"
    assert document["recorded"]["records"] == 1
    conflict = document["conflicts"][0]
    assert [str(one["record"]["emissions_gco2e"]["central"]) for one in conflict["versions"]] == [
        "15.0",
        "9.0",
    ]
    assert conflict["versions"][0]["commit"] == repository.head("old")


def test_a_copy_counts_for_the_earliest_author_date(repository: Repository) -> None:
    say(repository, message("Copied later", record("1")), **authored(20))
    say(repository, message("First", record("1")), **authored(3))
    document = summary(repository, "--group-by", "month", "--until", "2023-11-30")
    assert document["recorded"]["records"] == 1
    assert document["groups"][0]["key"] == "2023-11"
    assert document["period"]["first"] == "2023-11-03"


@pytest.mark.parametrize("engine", ["git", "dulwich"])
def test_periods_add_up_to_the_whole(repository: Repository, engine: str) -> None:
    """A record counts in the period of its first commit, whatever carries it later; of two values
    the larger counts, and only its period knows of the conflict."""
    say(repository, message("Copied later", record("1")), **authored(20))
    say(repository, message("First", record("1")), **authored(3))
    say(repository, message("Small", record("2", central="9")), **authored(4))
    say(repository, message("Large", record("2", central="30")), **authored(21))
    say(repository, message("False", "Carbon-gCO2e: low=.."), **authored(5))
    noted = say(repository, message("Noted"), **authored(22))
    repository.run(
        "git", "notes", "--ref=refs/notes/carbon", "add", "-F", "-", noted, stdin=record("1"),
    )  # fmt: skip
    words = ["--engine", engine]
    early = summary(repository, "--until", "2023-11-10", *words)
    late = summary(repository, "--since", "2023-11-11", *words)
    whole = summary(repository, *words)
    assert [central(one) for one in (early, late, whole)] == ["15", "30", "45"]
    assert [one["commits"]["scanned"] for one in (early, late, whole)] == [3, 3, 6]
    assert [one["commits"]["recorded"] for one in (early, late, whole)] == [2, 3, 5]
    assert [len(one["rejected"]) for one in (early, late, whole)] == [1, 0, 1]
    assert [len(one["conflicts"]) for one in (early, late, whole)] == [0, 1, 1]
    over = repository.run(
        "commit-carbon-summarize", *words, "--until=2023-11-10", "--max-per-commit=29"
    )
    assert over.returncode == 0


def test_a_copy_that_comes_later_moves_a_record_to_another_period(repository: Repository) -> None:
    """Also where the history was read before, and is not read again."""
    say(repository, message("Late", record("1")), **authored(20))
    assert central(summary(repository, "--since", "2023-11-10")) == "15"
    say(repository, message("Early", record("1")), **authored(3))
    assert central(summary(repository, "--since", "2023-11-10")) == "0"
    assert central(summary(repository, "--until", "2023-11-09")) == "15"


SIGHTINGS = st.lists(
    st.builds(
        lambda name, grams, time: (
            stored(f"{name:010d}", emissions=Emissions(0, grams, grams)),
            origin(time * 86_400, f"{time % 16:x}"),
        ),
        st.integers(0, 5),
        st.integers(0, 3),
        st.integers(0, 30),
    ),
    max_size=30,
)


@given(SIGHTINGS, st.lists(st.integers(0, 30), max_size=3, unique=True))
def test_any_partition_of_time_adds_up_to_the_whole(
    sightings: list[tuple[Record, Origin]], cuts: list[int]
) -> None:
    starts = [None, *map(Day, sorted(cuts))]
    ends = [*(Day(cut - 1) for cut in sorted(cuts)), None]
    ledgers = []
    for period in (Period(), *map(Period, starts, ends)):
        ledger = Ledger(Sorted, period=period)
        for one in sightings:
            ledger.add_record(*one)
        ledgers.append(sorted(ledger.records()))
    whole, *parts = ledgers
    assert sorted(one for part in parts for one in part) == whole


def test_prose_about_records_counts_nothing(repository: Repository) -> None:
    text = "The hook writes lines such as\n\n    Carbon-gCO2e: low=.. central=.. high=.. id=..\n"
    say(repository, message("Describe the format", text))
    document = summary(repository)
    assert document["recorded"]["records"] == 0
    assert [one["line"] for one in document["rejected"]] == [
        "Carbon-gCO2e: low=.. central=.. high=.. id=.."
    ]


@pytest.mark.parametrize("seed", range(3))
def test_random_histories(seed: int) -> None:
    assert attempt(seed, 30) == []


@pytest.mark.parametrize(
    "name",
    ["amend", "mail", "merge", "new_value", "onto", "pick", "rebase", "revert", "squash"],
)
def test_the_random_histories_do_what_they_are_for(tmp_path: Path, name: str) -> None:
    """Operations that fail are undone: they must not all fail."""
    world = World(tmp_path / "world", 1)
    for _ in range(12):
        world.branch()
        world.commit()
        world.switch()
        world.commit()
        before = len(world.nodes)
        getattr(world, name)()
        if len(world.nodes) > before:
            return
    pytest.fail(name)
