"""Counted records in real repositories, with generated logs of Claude Code and Codex CLI."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from usage_sequences import Sequences
from usage_world import CANARY, World, append

from commit_carbon_hook import record, tables
from commit_carbon_hook.grid import live

TestSequences = Sequences.TestCase
TestSequences.settings = settings(
    max_examples=4,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository with the hook, and logs of two tools."""
    return World(tmp_path)


def by_tool(world: World, revision: str = "HEAD") -> dict[str, record.Record]:
    """The records of one commit."""
    lines = world.main.message(revision).encode().split(b"\n")
    found, _ = record.parse(line for line in lines if line.startswith(record.KEYS))
    return {one.basis.tool: one for one in found if one.basis}


def test_several_tools_give_a_record_each(world: World) -> None:
    used = [world.use("claude-code", "main"), world.use("codex-cli", "main")]
    used.append(world.use("claude-code", "main"))
    world.stage("main")
    world.commit("main")
    records = by_tool(world)
    assert set(records) == {"claude-code", "codex-cli"}
    assert all(one.by == "counted" for one in records.values())
    assert sorted(map(sorted, world.recorded())) == [[0, 2], [1]]
    assert [one.tool for one in used] == ["claude-code", "codex-cli", "claude-code"]


def test_a_commit_by_hand_finds_the_usage_of_the_agent_that_edited(world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    (one,) = by_tool(world).values()
    assert one.basis
    assert one.basis == record.Basis("claude-code", "claude-opus", "detected", "US", "2")


def test_with_lines_no_log_is_looked_at(world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main", "-m", "lines", CLAUDECODE="1", COMMIT_CARBON_TOKENS="lines")
    assert by_tool(world)["claude-code"].by == "lines"
    assert not (world.main.path / ".git" / "commit-carbon").exists()


def test_a_tool_whose_usage_is_recorded_gets_no_record_by_lines(world: World) -> None:
    world.use("claude-code", "main")
    for _ in range(2):
        world.stage("main")
        world.commit("main", "-m", "x", CLAUDECODE="1")
    assert by_tool(world, "HEAD~1")["claude-code"].by == "counted"
    assert by_tool(world) == {}


@pytest.mark.parametrize(
    ("folder", "counts"),
    [
        pytest.param("main", True, id="top"),
        pytest.param("main/sub/folder", True, id="below"),
        pytest.param("main/gone", True, id="gone"),
        pytest.param("main2", False, id="beside"),
        pytest.param("", False, id="above"),
        pytest.param("main/nested/sub", False, id="another-repository-in-it"),
    ],
)
def test_usage_is_that_of_the_work_tree(folder: str, counts: bool, world: World) -> None:
    (world.main.path / "sub" / "folder").mkdir(parents=True)
    nested = world.main.path / "nested" / "sub"
    nested.mkdir(parents=True)
    world.main.git("init", "-q", str(nested.parent))
    entry = {
        "type": "assistant",
        "timestamp": world.stamp(),
        "cwd": str(world.folder / folder),
        "message": {"id": "msg_1", "model": "claude-opus-5", "usage": {"output_tokens": 999}},
    }
    append(world.home / ".claude" / "projects" / "x" / "session.jsonl", entry)
    world.stage("main")
    world.commit("main")
    outputs = [one.tokens.output for one in by_tool(world).values() if one.tokens]
    assert (outputs == [999]) == counts


def test_counting_asks_git_once_more_than_the_line_rule(world: World) -> None:
    started: dict[str, int] = {}
    for tokens in ("lines", "auto", "auto"):
        world.use("claude-code", "main")
        world.stage("main")
        trace = world.folder / f"trace{len(started)}"
        trace.mkdir()
        world.commit("main", "-m", "x", GIT_TRACE2_EVENT=str(trace), COMMIT_CARBON_TOKENS=tokens)
        started[tokens] = len(list(trace.iterdir()))
    assert started["auto"] == started["lines"] + 1


def test_nothing_of_a_log_but_numbers_comes_out(world: World) -> None:
    world.use("claude-code", "main")
    world.use("codex-cli", "main")
    world.stage("main")
    done = world.main.run("git", "commit", "-m", "subject", CLAUDE_CODE_SESSION_ID=CANARY)
    kept = b"".join(
        path.read_bytes() for path in (world.main.path / ".git" / "commit-carbon").iterdir()
    )
    shown = world.main.message() + done.stdout + done.stderr
    assert by_tool(world).keys() == {"claude-code", "codex-cli"}
    assert CANARY not in shown
    assert CANARY.encode() not in kept


def _half_written(path: Path) -> None:
    with path.open("a") as file:
        file.write('{"type":"assistant","timestamp":"2026-')


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _nonsense(path: Path) -> None:
    path.write_bytes(
        bytes(range(256)) * 100 + b'"usage"\n{"usage":1}\n[]\n{"message":{"usage":7}}\n'
    )


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "spoil", [_half_written, _empty, _nonsense, _a_folder, _a_device, Path.unlink]
)
@pytest.mark.parametrize("tool", ["claude-code", "codex-cli"])
def test_no_log_fails_a_commit(tool: str, spoil: Callable[[Path], None], world: World) -> None:
    world.use(tool, "main")
    (path,) = world.home.rglob("*.jsonl")
    spoil(path)
    world.stage("main")
    done = world.main.run("git", "commit", "-m", "subject")
    assert "commit-carbon-hook" not in done.stderr
    records = by_tool(world)
    if spoil is _half_written:
        assert records[tool].by == "counted"
    else:
        assert [one.by for one in records.values()] == ["lines"]


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"commit-carbon usage 2 0.0 inf 0000000000\n"])
def test_a_damaged_side_file_does_not_count_twice(content: bytes, world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    (world.main.path / ".git" / "commit-carbon" / "usage").write_bytes(content)
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1]]


def test_an_old_side_file_does_not_count_twice(world: World) -> None:
    ledger = world.main.path / ".git" / "commit-carbon" / "usage"
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    old = ledger.read_bytes()
    time.sleep(1.1)  # the dates of commits have whole seconds
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    ledger.write_bytes(old)
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1], [2]]


def test_a_side_file_that_cannot_be_written_leaves_the_commit_without_a_record(
    world: World,
) -> None:
    (world.main.path / ".git" / "commit-carbon").write_text("in the way")
    world.use("claude-code", "main")
    world.stage("main")
    done = world.main.run("git", "commit", "-m", "subject")
    assert "cannot be written" in done.stderr
    assert by_tool(world) == {}


def test_a_clone_in_the_same_place_goes_on(world: World) -> None:
    for _ in range(2):
        world.use("claude-code", "main")
        world.stage("main")
        world.commit("main")
    path = world.main.path
    path.rename(world.folder / "old")
    world.main.path = world.folder
    world.main.git("clone", "-q", str(world.folder / "old"), str(path))
    world.main.path = path
    world.main.run("commit-carbon", "install")
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1], [2]]


def pass_by(world: World, commits: int) -> None:
    """Newer commits of others, as a fetch brings them."""
    stream = ""
    for number in range(commits):
        parent = "" if number else f"from {world.main.head()}\n"
        stream += (
            f"commit refs/remotes/origin/main\ncommitter O <o@x> {int(time.time()) + 9} +0000\n"
        )
        stream += f"data 5\nother\n{parent}\n"
    world.main.run("git", "fast-import", "--quiet", "--force", stdin=stream)


def test_a_record_behind_many_newer_commits_stays_recorded(world: World) -> None:
    for number in range(3):
        world.use("claude-code", "main")
        world.stage("main")
        world.commit("main")
        pass_by(world, 110 if number else 90)
    assert sorted(map(sorted, world.recorded())) == [[0], [1], [2]]
    assert world.unspent("main") == set()


def test_an_aborted_commit_behind_many_newer_ones_loses_nothing(world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    assert not world.commit("main", "-m", "x", check=False, REFUSE="1")
    pass_by(world, 110)
    assert world.unspent("main") == {0}
    world.commit("main")
    assert world.recorded() == [{0}]


def test_records_in_notes_spend_usage_too(world: World) -> None:
    world.main.git("config", "notes.rewriteRef", "refs/notes/carbon")
    for _ in range(3):
        world.use("claude-code", "main")
        world.stage("main")
        world.commit("main", "-m", "x", COMMIT_CARBON_STORE="notes")
    notes = [
        world.main.git("notes", "--ref=carbon", "show", f"HEAD~{back}").encode()
        for back in range(3)
    ]
    outputs = []
    for note in notes:
        (one,), _ = record.parse(note.splitlines())
        outputs.append(one.tokens)
    # One output, one input and one cached token: the first three amounts.
    assert outputs == [(0, 0, 1), (0, 1, 0), (1, 0, 0)]


def test_a_removed_work_tree_stays_recorded(world: World) -> None:
    world.add_tree("linked")
    world.use("claude-code", "linked")
    world.stage("linked")
    world.commit("linked")
    world.remove_tree("linked")
    world.main.git("merge", "-q", "linked")
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1]]


def test_a_removed_work_tree_stays_recorded_without_its_side_file(world: World) -> None:
    world.stage("main")
    world.commit("main")
    world.add_tree("linked")
    world.use("opencode", "linked")
    world.stage("linked")
    world.commit("linked")
    world.remove_tree("linked")
    world.forget("usage.linked")
    assert not world.unspent("main")


def test_lines_stand_for_usage_of_their_own_work_tree_only(world: World) -> None:
    world.add_tree("linked")
    world.stage("linked")
    world.commit("linked")
    time.sleep(1.1)
    world.use("opencode", "main")
    world.use("opencode", "linked")
    time.sleep(1.1)
    world.stage("main")
    world.commit("main", "-m", "x", COMMIT_CARBON_TOKENS="lines")
    world.trees["linked"].git("reset", "-q", "--hard", "main")
    world.stage("linked")
    world.commit("linked")
    assert world.recorded() == [{1}]
    assert not world.unspent("main")


@pytest.mark.parametrize("forgets", [False, True], ids=["side-file", "no-side-file"])
def test_lines_stand_for_usage_whether_there_is_a_side_file_or_not(
    world: World, forgets: bool
) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    world.use("opencode", "main", ago=10)
    world.stage("main")
    world.commit("main", "-m", "x", COMMIT_CARBON_TOKENS="lines", COMMIT_CARBON_TOOL="opencode")
    assert by_tool(world)["opencode"].by == "lines"
    if forgets:
        world.forget("usage")
    assert not world.unspent("main")
    time.sleep(1.1)
    world.use("opencode", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [2]]


@pytest.mark.parametrize(
    "change", [("config", "user.email", "work@example.com"), ()], ids=["address", "author"]
)
def test_the_author_does_not_matter_without_a_side_file(
    world: World, change: tuple[str, ...]
) -> None:
    for _ in range(2):
        world.use("claude-code", "main")
        world.stage("main")
        world.commit("main", "-m", "x", "--author=Bot <bot@example.com>")
    world.forget("usage")
    if change:
        world.main.git(*change)
    assert not world.unspent("main")
    world.use("opencode", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1], [2]]


def test_lines_stand_in_where_the_log_is_gone(world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    world.stage("main")
    world.commit("main", "-m", "x", CLAUDECODE="1")
    assert not by_tool(world)
    world.stage("main")
    world.commit("main", "-m", "x", CLAUDECODE="1", CLAUDE_CONFIG_DIR="/nowhere")
    assert by_tool(world)["claude-code"].by == "lines"


def test_an_unread_log_is_no_reason_to_leave_out_another_tool(world: World) -> None:
    world.use("opencode", "main", ago=10)
    world.main.write(".aider.conf.yml", "model: x\n")
    with world.busy_opencode():
        world.stage("main")
        world.commit("main", "-m", "x", COMMIT_CARBON_TOOL="aider")
    assert by_tool(world)["aider"].by == "lines"


def test_no_lines_stand_for_what_the_next_commit_reads(world: World) -> None:
    world.use("opencode", "main", ago=10)
    world.stage("main")
    with world.busy_opencode():
        world.commit("main")
    assert not by_tool(world)
    world.stage("main")
    world.commit("main")
    assert world.recorded() == [{0}]


def test_amending_a_commit_without_a_record_counts(world: World) -> None:
    world.stage("main")
    world.commit("main", "-m", "x", COMMIT_CARBON="0")
    world.use("claude-code", "main")
    world.commit("main", "--amend", "-m", "y")
    assert {tool: one.by for tool, one in by_tool(world).items()} == {"claude-code": "counted"}


def test_the_side_file_is_private(world: World) -> None:
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    ledger = world.main.path / ".git" / "commit-carbon" / "usage"
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_a_record_names_the_model_that_used_most_energy(world: World) -> None:
    for number, model in enumerate(["claude-haiku-4-5", "claude-haiku-4-5", "claude-opus-5"]):
        entry = {
            "type": "assistant",
            "timestamp": world.stamp(),
            "cwd": str(world.main.path),
            "message": {"id": f"msg_{number}", "model": model, "usage": {"output_tokens": 1000}},
        }
        append(world.home / ".claude" / "projects" / "x" / "session.jsonl", entry)
    world.stage("main")
    world.commit("main")
    (one,) = by_tool(world).values()
    assert one.basis
    assert one.basis.model == "claude-opus"


def test_what_could_not_be_read_is_found_by_the_next_commit(world: World) -> None:
    world.use("opencode", "main", ago=3_600)
    with world.busy_opencode():
        world.use("claude-code", "main")
        world.stage("main")
        world.commit("main", "-m", "x", COMMIT_CARBON_TOOL="opencode")
        assert world.recorded() == [{1}]
        # The tool's tokens are in a log, and no guess by lines stands in for them.
        assert by_tool(world).keys() == {"claude-code"}
        assert "the next one reads on" in world.main.run("commit-carbon", "doctor").stdout
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    assert sorted(map(sorted, world.recorded())) == [[0], [1], [2]]
    assert "the next one reads on" not in world.main.run("commit-carbon", "doctor").stdout


def test_a_live_intensity_holds_for_counted_tokens(world: World) -> None:
    now = int(time.time())
    value = live.Value("US", 99.0, None, now, now, "electricitymaps", "US", "lifecycle", False)
    path = Path(live.path("US", world.environment))
    path.parent.mkdir(parents=True)
    path.write_bytes(live.line(value))
    world.use("claude-code", "main")
    world.stage("main")
    world.commit("main")
    (one,) = by_tool(world).values()
    assert one.basis
    assert one.basis.grid == "US@live"
    assert one.tokens
    grams = tables.estimate(one.tokens, "counted", one.basis, live.spread(99.0)).emissions_gco2e
    assert one.emissions == record.quantized(grams)
