"""AI lines that other tools noted: git-ai's notes and Agent Trace records, by anybody."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import CO_AUTHOR, made, message
from support import Repository

from commit_carbon_hook import authorship, frames
from commit_carbon_hook.authorship import Authored, Part
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.walk import BrokenHistory

ENGINES = pytest.mark.parametrize("engine", ["git", "dulwich"])
SESSION = "s_c9883b05a2487d"
LEGACY = "abcd1234abcd1234"
HUMAN = "h_31dce776f88375"


def agent(tool: str = "claude", model: str = "claude-opus-4-6") -> dict[str, Any]:
    return {"agent_id": {"tool": tool, "id": "6ef2299e", "model": model}}


def note(attested: str, **about: Any) -> str:
    """An authorship log of git-ai as its standard 3.0.0 describes it."""
    metadata = {
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": "7734793b756b3921c88db5375a8c156e9532447b",
        "prompts": {LEGACY: {**agent("cursor", "gpt-4"), "accepted_lines": 20}},
        "humans": {HUMAN: {"author": "Developer <dev@example.com>"}},
        "sessions": {SESSION: agent()},
        **about,
    }
    return f"{attested}\n---\n{json.dumps(metadata, indent=2)}\n"


def record(revision: str, *ranges: tuple[int, int], **about: Any) -> str:
    """An Agent Trace record as its specification 0.1.0 describes it."""
    spans = [{"start_line": first, "end_line": last} for first, last in ranges]
    contributor = {"type": "ai", "model_id": "anthropic/claude-opus-4-6"}
    return json.dumps(
        {
            "version": "0.1.0",
            "id": "550e8400-e29b-41d4-a716-446655440000",
            "timestamp": "2026-01-23T14:30:00Z",
            "vcs": {"type": "git", "revision": revision},
            "tool": {"name": "claude-code", "version": "2.4.0"},
            "files": [
                {
                    "path": "file",
                    "conversations": [{"contributor": contributor, "ranges": spans}],
                }
            ],
            **about,
        }
    )


def afterwards(repository: Repository, *words: str) -> dict[str, Any]:
    done = repository.run(
        "commit-carbon-summarize", "--format=json", "--group-by=tool", "--group-by=model",
        "--group-by=evidence", *words,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def groups(found: dict[str, Any]) -> dict[str, str]:
    """The only key of each grouping."""
    return {row["by"]: row["key"] for row in found["groups"]}


class TestGitAi:
    """The text of one note."""

    @pytest.mark.parametrize(
        ("attested", "lines"),
        [
            pytest.param(f"a.rs\n  {SESSION}::t_9f 1-10,15-20", ("claude-code", 16), id="session"),
            pytest.param(f"a.rs\n  {LEGACY} 42", ("cursor", 1), id="legacy"),
            pytest.param(f"a.rs\n  {HUMAN} 1-10", None, id="human"),
            pytest.param("", None, id="nobody"),
            pytest.param(
                f"a.rs\n  {SESSION}::t_1 1-10\n  {SESSION}::t_2 5-12\n  {HUMAN} 20-30",
                ("claude-code", 12),
                id="overlapping-traces-count-once",
            ),
            pytest.param(
                f"a.rs\n  {SESSION}::t_1 1-10\nb.rs\n  {SESSION}::t_1 1-10",
                ("claude-code", 20),
                id="two-files",
            ),
            pytest.param(
                f"a.rs\n  {SESSION}::t_1 1-2\n  {LEGACY} 3-9", ("cursor", 9), id="most-lines-win"
            ),
            pytest.param("a.rs\n  s_unknown::t_1 1-3", ("other", 3), id="unknown-session"),
            pytest.param("a.rs\n  ffff 1-3", ("other", 3), id="unknown-prompt"),
            pytest.param('"my file"\n  ' + LEGACY + " 1-3", ("cursor", 3), id="quoted-path"),
        ],
    )
    def test_lines_by_tools(self, attested: str, lines: tuple[str, int] | None) -> None:
        found = authorship.from_git_ai(note(attested).encode())
        assert (found and (found.tool, found.lines)) == lines

    def test_a_note_without_attestations(self) -> None:
        assert authorship.from_git_ai(note("").encode().lstrip(b"\n")) is None

    @pytest.mark.parametrize(
        ("tool", "model", "known"),
        [
            pytest.param("claude", "claude-opus-4-6", ("claude-code", "claude-opus"), id="claude"),
            pytest.param("codex", "gpt-5.2", ("codex-cli", "gpt-5"), id="codex"),
            pytest.param("github-copilot", "gpt-4o", ("copilot", "gpt-4o"), id="copilot"),
            pytest.param("gemini", "unknown", ("gemini-cli", ""), id="gemini"),
            pytest.param("mock_ai", "x", ("other", ""), id="unknown"),
            pytest.param(17, ["x"], ("other", ""), id="no-names"),
        ],
    )
    def test_tools_and_models_of_our_tables(
        self, tool: Any, model: Any, known: tuple[str, str]
    ) -> None:
        text = note(f"a\n  {SESSION}::t_1 1", sessions={SESSION: agent(tool, model)})
        assert authorship.from_git_ai(text.encode()) == Authored(*known, 1)

    def test_a_session_of_a_human_is_none_of_a_tool(self) -> None:
        text = note(f"a\n  {SESSION}::t_1 1", sessions={SESSION: agent("human")})
        assert authorship.from_git_ai(text.encode()) is None

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("just a note", id="prose"),
            pytest.param("", id="empty"),
            pytest.param("a\n---\n[]", id="no-object"),
            pytest.param("a\n---\n{", id="no-json"),
            pytest.param(note("", schema_version="authorship/4.0.0"), id="newer"),
            pytest.param(note("", schema_version=3), id="version-no-text"),
            pytest.param(note(f"a\n  {LEGACY} 0"), id="line-zero"),
            pytest.param(note(f"a\n  {LEGACY} 9-1"), id="backwards"),
            pytest.param(note(f"a\n  {LEGACY} 1-"), id="open"),
            pytest.param(note(f"a\n  {LEGACY} -5"), id="negative"),
            pytest.param(note(f"a\n  {LEGACY} 1_0"), id="underscore"),
            pytest.param(note(f"a\n  {LEGACY} 12345678901"), id="huge"),
            pytest.param(note(f"a\n  {LEGACY}"), id="nothing"),
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(CarbonError):
            authorship.from_git_ai(text.encode())

    @given(st.binary(max_size=200), st.dictionaries(st.text(max_size=5), st.integers()))
    def test_any_note_is_read_or_refused(self, head: bytes, about: dict[str, int]) -> None:
        text = (
            head + b"\n---\n" + json.dumps({"schema_version": "authorship/3.0.0", **about}).encode()
        )
        try:
            found = authorship.from_git_ai(text)
        except CarbonError:
            found = None
        assert found is None or found.lines > 0


PARTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 30), st.integers(0, 9)).map(
        lambda row: Part(row[0], row[1], row[1] + row[2], "cursor", "")
    )
)


@given(PARTS)
def test_a_line_counts_once_however_often_it_is_attested(parts: list[Part]) -> None:
    lines = {(path, line) for path, first, last, *_ in parts for line in range(first, last + 1)}
    found = authorship.authored(parts)
    assert (found.lines if found else 0) == len(lines)


@given(st.lists(st.none() | st.binary(max_size=50)), st.integers(1, 40))
def test_notes_are_read_from_a_stream_in_pieces_of_any_size(
    notes: list[bytes | None], size: int
) -> None:
    sha = b"a" * 40
    output = b"".join(
        sha + (b" missing\n" if note is None else b" blob %d\n%s\n" % (len(note), note))
        for note in notes
    )
    stream = BytesIO(output)
    assert list(frames.contents(lambda most: stream.read(min(most, size)))) == notes
    cut = BytesIO(output[:-1])
    with pytest.raises(BrokenHistory) if output else nullcontext():
        list(frames.contents(lambda most: cut.read(min(most, size))))


class TestAgentTrace:
    """The text of one record."""

    def test_a_record(self) -> None:
        found = authorship.from_agent_trace(record("A" * 40, (42, 67), (1, 1)).encode())
        assert found == (
            "a" * 40,
            1769178600,
            (
                Part("file", 42, 67, "claude-code", "claude-opus"),
                Part("file", 1, 1, "claude-code", "claude-opus"),
            ),
        )

    @pytest.mark.parametrize(
        ("about", "lines"),
        [
            pytest.param({"type": "ai"}, 4, id="ai"),
            pytest.param({"type": "mixed"}, 4, id="mixed"),
            pytest.param({"type": "human"}, 0, id="human"),
            pytest.param({"type": "unknown"}, 0, id="unknown"),
            pytest.param(None, 0, id="nobody"),
        ],
    )
    def test_contributors(self, about: Any, lines: int) -> None:
        conversation = {"ranges": [{"start_line": 3, "end_line": 6}], "contributor": about}
        files = [{"path": "a", "conversations": [conversation]}]
        found = authorship.from_agent_trace(record("a" * 40, files=files).encode())
        parts = found.parts if found else ()
        assert sum(part.last - part.first + 1 for part in parts) == lines

    def test_a_range_may_have_its_own_contributor(self) -> None:
        ranges = [
            {"start_line": 1, "end_line": 2, "contributor": {"type": "human"}},
            {"start_line": 3, "end_line": 3},
        ]
        conversation = {"ranges": ranges, "contributor": {"type": "ai"}}
        files = [{"path": "a", "conversations": [conversation]}]
        found = authorship.from_agent_trace(record("a" * 40, files=files).encode())
        assert found
        assert found.parts == (Part("a", 3, 3, "claude-code", ""),)

    @pytest.mark.parametrize(
        "about",
        [
            pytest.param({"vcs": {"type": "jj", "revision": "kkmpptxz"}}, id="another-system"),
            pytest.param({"vcs": {"type": "git", "revision": "main"}}, id="no-name"),
            pytest.param({"vcs": None}, id="no-revision"),
            pytest.param({"files": []}, id="no-lines"),
        ],
    )
    def test_what_says_nothing_about_a_commit(self, about: dict[str, Any]) -> None:
        assert authorship.from_agent_trace(record("a" * 40, (1, 2), **about).encode()) is None

    @pytest.mark.parametrize(
        "about",
        [
            pytest.param({"version": "2.0.0"}, id="newer"),
            pytest.param({"version": None}, id="no-version"),
            pytest.param({"files": {}}, id="files"),
            pytest.param({"files": [1]}, id="file"),
            pytest.param({"files": [{"path": "a", "conversations": 1}]}, id="conversations"),
            pytest.param({"files": [{"conversations": []}]}, id="no-path"),
        ],
    )
    def test_anything_else_is_refused(self, about: dict[str, Any]) -> None:
        with pytest.raises(CarbonError):
            authorship.from_agent_trace(record("a" * 40, (1, 2), **about).encode())

    @pytest.mark.parametrize("span", [(0, 1), (2, 1), (1, 10**10), (1.5, 2), ("1", 2), (True, 2)])
    def test_ranges_that_are_none(self, span: Any) -> None:
        with pytest.raises(CarbonError):
            authorship.from_agent_trace(record("a" * 40, span).encode())


class TestNotes:
    """`refs/notes/ai` in a summary."""

    def attach(self, repository: Repository, text: str, revision: str = "HEAD") -> None:
        repository.git("notes", "--ref=ai", "add", "-f", "-m", text, revision)

    @ENGINES
    def test_a_commit_is_estimated_by_its_ai_lines_only(
        self, repository: Repository, engine: str
    ) -> None:
        repository.commit("work", lines=1_000)
        assert afterwards(repository)["commits"]["estimated_afterwards"] == 0
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"))
        found = afterwards(repository, "--engine", engine)
        assert found["commits"]["estimated_afterwards"] == 1
        grams = found["estimated_afterwards"]["emissions_gco2e"]
        central = made(1, lines=100).emissions.central / 1e9
        assert grams["central"] == central
        assert groups(found) == {
            "tool": "claude-code", "model": "claude-opus", "evidence": "detected",
        }  # fmt: skip
        assert found["ai_lines"] == {"noted_commits": 1, "traced_commits": 0, "problems": []}

    def test_never_more_lines_than_the_commit_changed(self, repository: Repository) -> None:
        repository.commit("work", lines=100)
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-999999999"))
        grams = afterwards(repository)["estimated_afterwards"]["emissions_gco2e"]
        assert grams["central"] == made(1, lines=100).emissions.central / 1e9

    def test_a_record_counts_and_the_note_does_not(self, repository: Repository) -> None:
        repository.commit(message("work", made(1)), lines=100)
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"))
        found = afterwards(repository)
        assert found["commits"]["recorded"] == 1
        assert found["commits"]["estimated_afterwards"] == 0

    def test_the_author_has_the_last_word(self, repository: Repository) -> None:
        repository.commit("work\n\nCarbon-Tool: none", lines=100)
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"))
        assert afterwards(repository)["commits"]["no_evidence"] == 1

    def test_what_the_commit_declares_stays_declared(self, repository: Repository) -> None:
        repository.commit(f"work\n\n{CO_AUTHOR}", lines=500)
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"))
        found = afterwards(repository)
        assert groups(found)["evidence"] == "declared"
        grams = found["estimated_afterwards"]["emissions_gco2e"]
        assert grams["central"] == made(1, lines=100).emissions.central / 1e9
        repository.commit("more\n\nCarbon-Tool: cursor", lines=500)
        self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"))
        tools = [row["key"] for row in afterwards(repository)["groups"] if row["by"] == "tool"]
        assert sorted(tools) == ["claude-code", "cursor"]

    @ENGINES
    def test_notes_that_cannot_be_read_are_counted_and_harmless(
        self, repository: Repository, engine: str
    ) -> None:
        for text in ("prose", note(f"a\n  {LEGACY} 9-1"), "x" * (4 << 20) + "y"):
            repository.commit("work")
            (repository.path / "note").write_text(text)
            repository.git("notes", "--ref=ai", "add", "-F", "note")
        found = afterwards(repository, "--engine", engine)
        assert found["commits"]["no_evidence"] == 3
        assert found["ai_lines"]["problems"] == [
            "repository: 3 notes in refs/notes/ai cannot be read"
        ]
        text = repository.run("commit-carbon-summarize").stdout
        assert "3 notes in refs/notes/ai cannot be read" in text

    @ENGINES
    @pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
    def test_a_damaged_note_is_counted_and_the_others_are_read(
        self, repository: Repository, engine: str, damage: str
    ) -> None:
        blobs = []
        for number in range(3):
            repository.commit("work", lines=100)
            self.attach(repository, note(f"file\n  {SESSION}::t_{number} 1-50"))
            blobs.append(repository.git("notes", "--ref=ai", "list", "HEAD").strip())
        path = repository.path / ".git/objects" / blobs[1][:2] / blobs[1][2:]
        content = path.read_bytes()
        path.unlink()
        if damage != "missing":
            path.write_bytes(content[:20] if damage == "truncated" else b"\0" * len(content))
        found = afterwards(repository, "--engine", engine)
        counted = found["commits"]["estimated_afterwards"]
        (problem,) = found["ai_lines"]["problems"]
        assert problem == f"repository: {3 - counted} notes in refs/notes/ai cannot be read"
        assert counted == 2

    def test_copies_of_a_change_count_once_with_the_lines_that_are_known(
        self, repository: Repository
    ) -> None:
        repository.commit("initial")
        repository.git("switch", "-qc", "topic")
        sha = repository.commit(f"work\n\n{CO_AUTHOR}", lines=500)
        repository.git("switch", "-q", "main")
        repository.write("other", "x\n")
        repository.git("commit", "-qm", "other")
        repository.git("cherry-pick", sha)
        for revision in ("topic", "main"):
            repository.git("update-ref", "-d", "refs/notes/ai")
            self.attach(repository, note(f"file\n  {SESSION}::t_1 1-100"), revision)
            found = afterwards(repository, "main", "topic")
            assert found["estimated_afterwards"]["copies"] == 1
            grams = found["estimated_afterwards"]["emissions_gco2e"]
            assert grams["central"] == made(1, lines=100).emissions.central / 1e9


class TestTraceFiles:
    """`.agent-trace/` in a summary."""

    def store(self, repository: Repository, *texts: str, name: str = "traces.jsonl") -> None:
        folder = repository.path / ".agent-trace"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("".join(text + "\n" for text in texts))

    @ENGINES
    def test_the_commit_that_a_record_names(self, repository: Repository, engine: str) -> None:
        sha = repository.commit("work", lines=500)
        self.store(repository, record(sha, (1, 60)), record(sha, (41, 100)), "", "{}")
        self.store(repository, record(sha, (1, 10)), name="one.json")
        found = afterwards(repository, "--engine", engine)
        grams = found["estimated_afterwards"]["emissions_gco2e"]
        assert grams["central"] == made(1, lines=100).emissions.central / 1e9
        assert groups(found) == {
            "tool": "claude-code", "model": "claude-opus", "evidence": "detected",
        }  # fmt: skip
        assert found["ai_lines"] == {
            "noted_commits": 0,
            "traced_commits": 1,
            "problems": ["repository: 1 records in .agent-trace cannot be read"],
        }

    def test_a_record_made_at_work_names_the_commit_before(self, repository: Repository) -> None:
        before = repository.commit("people's work", GIT_AUTHOR_DATE="2026-01-01T00:00:00Z")
        after = repository.commit("work", lines=100, GIT_AUTHOR_DATE="2026-02-01T00:00:00Z")
        self.store(repository, record(before, (1, 100), timestamp="2026-01-15T00:00:00Z"))
        for revisions in (["HEAD"], [f"{before}..{after}"]):
            found = afterwards(repository, *revisions)
            assert found["commits"]["estimated_afterwards"] == 1
            grams = found["estimated_afterwards"]["emissions_gco2e"]
            assert grams["central"] == made(1, lines=100).emissions.central / 1e9

    def test_a_commit_that_is_not_there(self, repository: Repository) -> None:
        repository.commit("work")
        self.store(repository, record("a" * 40, (1, 60)))
        assert afterwards(repository)["commits"]["no_evidence"] == 1

    def test_links_and_special_files_are_not_read(self, repository: Repository) -> None:
        sha = repository.commit("work")
        (repository.path / "elsewhere").write_text(record(sha, (1, 60)))
        self.store(repository)
        folder = repository.path / ".agent-trace"
        (folder / "link.json").symlink_to(repository.path / "elsewhere")
        os.mkfifo(folder / "pipe.json")
        (folder / "device\x1b[2J.json").symlink_to("/dev/zero")
        found = afterwards(repository)
        assert found["commits"]["no_evidence"] == 1
        assert found["ai_lines"]["problems"] == [
            f"repository: .agent-trace/{name}.json cannot be read, or is too large"
            for name in ("device\\x1b[2J", "link", "pipe")
        ]
        assert "\x1b" not in repository.run("commit-carbon-summarize").stdout
