"""AI attestations: read into an estimate of its own, written from our own scan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from records import CO_AUTHOR, made, message
from support import Repository

from commit_carbon_hook import attestation, attestation_file, authorship, strict_yaml, tables
from commit_carbon_hook.attestation import Count
from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.record import Basis, quantized

FILE = ".ai-attestation.yaml"
TEXT = f"""\
# AI Attestation
schema: {attestation.SCHEMA}
version: "1.0"
repo:
  owner: acme
  name: payments
generated: 2026-04-15T12:00:00Z
range:
  commits: 1247
ai:
  assisted_commits: 438
  percentage: 35.1
  tools:
    - name: GitHub Copilot
      identifier: copilot
      first_seen: 2025-09-01
      commit_count: 312
    - name: Claude Code
      identifier: claude-code
      commit_count: 37
    - name: Somebody's
      identifier: somebodys-tool
      commit_count: 1
# ours: keep it
governance:
  score: 94   # of 100
policy: {{minimum_governance_score: 80}}
"""


def parsed(text: str) -> attestation.Attestation:
    return attestation.parse(strict_yaml.parse(text.encode(), FILE), FILE)


def test_counts_by_tool() -> None:
    assert parsed(TEXT) == attestation.Attestation(
        "1.0",
        1247,
        438,
        (
            Count("copilot", "copilot", 312),
            Count("claude-code", "claude-code", 37),
            Count("somebodys-tool", "other", 1),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(attestation.SCHEMA, "x", "schema: must be", id="schema"),
        pytest.param('"1.0"', '"2.0"', "version: must be one of", id="version"),
        pytest.param('"1.0"', "1.0", "", id="plain-version-is-fine"),
        pytest.param("commits: 1247", "commits: -1", "range.commits: must be a whole", id="less"),
        pytest.param("commits: 1247", "commits: 12.5", "range.commits: must be", id="fraction"),
        pytest.param("commits: 1247", "commits: 9999999999", "range.commits: must", id="huge"),
        pytest.param("commit_count: 37", "commits: 37", "tools[1].commit_count", id="missing"),
        pytest.param("commit_count: 37", "commit_count: 439", "more commits by a tool", id="more"),
        pytest.param("commits: 438", "commits: 1248", "more commits by a tool", id="more-than-all"),
        pytest.param("claude-code", "copilot", "one identifier stands twice", id="twice"),
        pytest.param("identifier: copilot", "identifier: [a]", "identifier: must be a", id="name"),
        pytest.param("range:\n  commits: 1247", "range: 1247", "range: must be a map", id="shape"),
    ],
)
def test_faults_name_the_field(old: str, new: str, said: str) -> None:
    assert old in TEXT
    if not said:
        parsed(TEXT.replace(old, new))
        return
    with pytest.raises(CarbonError) as caught:
        parsed(TEXT.replace(old, new))
    assert str(caught.value).startswith(FILE)
    assert said in str(caught.value)


@pytest.mark.parametrize("method", ["1", "2"])
def test_every_commit_counts_with_the_least_tokens_of_its_tool(method: str) -> None:
    rows = attestation.estimates(parsed(TEXT), method)
    for row in rows:
        basis = Basis(row.row.tool, "", "declared", tables.default_zone(row.row.tool), method)
        tokens = tables.lines_to_tokens(1, basis)
        one = quantized(tables.estimate(tokens, "lines", basis).emissions_gco2e)
        assert row.emissions == tuple(grams * row.row.commits for grams in one)
    emissions, energy = attestation.total(rows)
    assert emissions.central == sum(row.emissions.central for row in rows)
    assert 0 < energy.low < energy.central < energy.high
    assert attestation.total([])[0] == (0, 0, 0)


class TestReading:
    """`--attestation FILE`."""

    def test_it_stands_apart_from_what_was_recorded(self, repository: Repository) -> None:
        repository.commit(message("work", made(1)))
        (repository.path / FILE).write_text(TEXT)
        bare = repository.run("commit-carbon-summarize", "--format=json").stdout
        done = repository.run("commit-carbon-summarize", "--format=json", "--attestation", FILE)
        found = json.loads(done.stdout)
        section = found.pop("attestation")
        assert found == json.loads(bare)
        assert section["method"] == "2"
        assert section["commits"] == 1247
        assert [tool["commits"] for tool in section["tools"]] == [312, 37, 1]
        assert section["tools"][2]["tool"] == "other"
        text = repository.run("commit-carbon-summarize", "--attestation", FILE).stdout
        assert "From the counts of an attestation, by method 2; in no other figure" in text
        assert "somebodys-tool (as other): 1 commit" in text

    def test_another_method(self, repository: Repository) -> None:
        (repository.path / FILE).write_text(TEXT)
        done = repository.run(
            "commit-carbon-summarize", "--attestation", FILE, "--restate", "1-as-published",
            "--format=json",
        )  # fmt: skip
        section = json.loads(done.stdout)["attestation"]
        # 37 x 7,500 tokens x 150 Ws/1,000 tokens / 3,600 x 384 g: see the published arithmetic.
        assert section["method"] == "1-as-published"
        assert section["tools"][1]["emissions_gco2e"]["central"] > 1_000
        assert "1,000 times too high" in done.stderr
        # No record uses that method, but the estimate does.
        warnings = json.loads(done.stdout)["warnings"]["found"]
        assert [one["method"] for one in warnings] == ["1-as-published"]

    def test_as_json(self, repository: Repository) -> None:
        value = strict_yaml.parse(TEXT.encode(), FILE)
        repository.write("a.json", json.dumps(value))
        done = repository.run("commit-carbon-summarize", "--attestation=a.json", "--format=json")
        assert json.loads(done.stdout)["attestation"]["assisted_commits"] == 438

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            pytest.param("missing.yaml", None, "cannot be read", id="missing"),
            pytest.param("folder", None, "not a regular file", id="folder"),
            pytest.param("large.yaml", "#" * 70_000, "larger than 64 KiB", id="large"),
            pytest.param("bad.yaml", "a: &b c", "anchors and aliases", id="anchor"),
            pytest.param("bad.json", '{"a": 1, "a": 2}', "stands twice", id="json-twice"),
        ],
    )
    def test_mistakes(
        self, repository: Repository, name: str, content: str | None, said: str
    ) -> None:
        (repository.path / "folder").mkdir()
        if content is not None:
            (repository.path / name).write_text(content)
        done = repository.run("commit-carbon-summarize", "--attestation", name, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1

    def test_an_identifier_cannot_write_to_the_terminal(self, repository: Repository) -> None:
        (repository.path / FILE).write_text(TEXT.replace("somebodys-tool", '"\\e[2J"'))
        text = repository.run("commit-carbon-summarize", "--attestation", FILE).stdout
        assert "\\x1b[2J (as other)" in text


class TestWriting:
    """`--write-attestation FILE`."""

    @pytest.fixture
    def history(self, repository: Repository) -> Repository:
        repository.git("remote", "add", "origin", "https://u:s3cr3t@github.com/acme/payments.git")
        repository.commit("by hand", GIT_AUTHOR_DATE="2026-01-01T00:00:00Z")
        repository.commit(message("a", made(1), made(2)), GIT_AUTHOR_DATE="2026-01-02T00:00:00Z")
        both = message("b", made(3), made(4, tool="cursor"))
        repository.commit(both, GIT_AUTHOR_DATE="2026-01-03T00:00:00Z")
        repository.commit(f"c\n\n{CO_AUTHOR}", GIT_AUTHOR_DATE="2026-01-04T00:00:00Z")
        return repository

    def write(self, repository: Repository, *words: str) -> dict[str, Any]:
        repository.run("commit-carbon-summarize", "--write-attestation", FILE, *words)
        content = (repository.path / FILE).read_bytes()
        found: dict[str, Any] = strict_yaml.parse(content, FILE)
        return found

    @pytest.mark.parametrize("engine", ["git", "dulwich"])
    def test_commits_by_tool(self, history: Repository, engine: str) -> None:
        found = self.write(history, "--engine", engine)
        assert found.pop("generated").startswith("20")
        assert found == {
            "schema": attestation.SCHEMA,
            "version": "1.1",
            "repo": {
                "owner": "acme",
                "name": "payments",
                "url": "https://github.com/acme/payments",
            },
            "range": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-04T00:00:00Z", "commits": 4},
            "ai": {
                "assisted_commits": 3,
                "percentage": "75.0",
                "tools": [
                    {
                        "name": "Claude Code",
                        "identifier": "claude-code",
                        "first_seen": "2026-01-02",
                        "last_seen": "2026-01-04",
                        "commit_count": 3,
                    },
                    {
                        "name": "Cursor",
                        "identifier": "cursor",
                        "first_seen": "2026-01-03",
                        "last_seen": "2026-01-03",
                        "commit_count": 1,
                    },
                ],
                "detection_methods": ["co-author-trailer"],
            },
        }

    def test_it_can_be_read_again(self, history: Repository) -> None:
        self.write(history)
        done = history.run("commit-carbon-summarize", "--attestation", FILE, "--format=json")
        assert json.loads(done.stdout)["attestation"]["assisted_commits"] == 3

    def test_an_empty_history(self, repository: Repository) -> None:
        found = self.write(repository)
        assert found["range"] == {"commits": 0}
        assert found["ai"]["tools"] == []
        assert found["repo"] == {"owner": "unknown", "name": "repository"}

    def test_what_is_not_ours_stays(self, history: Repository) -> None:
        (history.path / FILE).write_text(TEXT)
        kept = TEXT[TEXT.index("# ours") :]
        for _ in range(2):
            found = self.write(history)
            assert found["ai"]["assisted_commits"] == 3
            assert (history.path / FILE).read_text().endswith(kept)

    def test_the_repository_stays_as_somebody_named_it(self, history: Repository) -> None:
        named = (
            "# who we are\nrepo:\n  owner: acme  # the company\n  name: payments-service\n"
            "  url: https://git.example.com/acme/payments-service\n"
        )
        bare = TEXT.replace("repo:\n  owner: acme\n  name: payments\n", named)
        assert named in bare
        (history.path / FILE).write_text(bare)
        for _ in range(2):
            self.write(history)
            assert named in (history.path / FILE).read_text()

    def test_comments_above_what_is_counted_anew_stay(self, history: Repository) -> None:
        head = "# AI Attestation\n# of the payments team\n"
        text = TEXT.replace("# AI Attestation\n", head)
        text = text.replace("ai:\n", "\n# Counted monthly,\n\n# by CI.\nai:\n")
        (history.path / FILE).write_text(text)
        self.write(history)
        once = (history.path / FILE).read_text()
        assert once.startswith(head + "schema:")
        assert "\n\n# Counted monthly,\n\n# by CI.\nai:\n" in once
        self.write(history)
        again = (history.path / FILE).read_text()
        assert [a for a in once.splitlines() if not a.startswith("generated")] == [
            b for b in again.splitlines() if not b.startswith("generated")
        ]

    def test_a_file_without_its_header_gets_one(self, history: Repository) -> None:
        bare = TEXT.replace("# AI Attestation\n", "# ours\n")
        (history.path / FILE).write_text(bare)
        self.write(history)
        written = (history.path / FILE).read_text()
        assert written.startswith(attestation_file.HEADER + "# ours\nschema:")

    def test_records_that_only_assume_are_no_sign_of_a_tool(self, repository: Repository) -> None:
        repository.install()
        repository.commit("work")
        assert "evidence=assumed" in repository.message()
        assert self.write(repository)["ai"]["assisted_commits"] == 0

    @pytest.mark.parametrize(
        ("words", "content", "said"),
        [
            pytest.param([FILE], "a: b\n", "schema: must be", id="another-file"),
            pytest.param([FILE], f"{{schema: {attestation.SCHEMA}}}", "version", id="flow"),
            pytest.param(["no/file"], None, "no such folder", id="folder"),
            pytest.param(["link"], None, "a symbolic link", id="link"),
            pytest.param([FILE, "-C.", "-Cfork"], None, "is about one repository", id="several"),
        ],
    )
    def test_what_cannot_be_written_is_left_alone(
        self, history: Repository, words: list[str], content: str | None, said: str
    ) -> None:
        (history.path / "link").symlink_to("target")
        history.git("clone", "-q", ".", "fork")
        if content is not None:
            (history.path / FILE).write_text(content)
        done = history.run("commit-carbon-summarize", "--write-attestation", *words, check=False)
        assert done.returncode == 2
        assert said in done.stderr
        assert not (history.path / "target").exists()
        if content is not None:
            assert (history.path / FILE).read_text() == content


@pytest.mark.parametrize(
    ("remote", "repository"),
    [
        pytest.param(
            "https://github.com/a/b.git", ("a", "b", "https://github.com/a/b"), id="https"
        ),
        pytest.param("https://u:p@h.org/a/b", ("a", "b", "https://h.org/a/b"), id="credentials"),
        pytest.param(
            "git@gitlab.com:g/s/p.git", ("g/s", "p", "https://gitlab.com/g/s/p"), id="scp"
        ),
        pytest.param("ssh://git@h.org:22/a/b.git", ("a", "b", "https://h.org/a/b"), id="ssh"),
        pytest.param("/srv/git/x.git", ("unknown", "here", ""), id="path"),
        pytest.param("https://u:p@h.org/b?token=x", ("unknown", "here", ""), id="strange"),
        pytest.param("https://h.org/a/b\n- x: y", ("unknown", "here", ""), id="lines"),
        pytest.param("", ("unknown", "here", ""), id="none"),
    ],
)
def test_the_name_of_a_repository_comes_without_credentials(
    remote: str, repository: tuple[str, str, str]
) -> None:
    assert attestation_file.named(remote, "here") == repository


def test_the_identifiers_of_the_specification_are_ours() -> None:
    listed = "copilot cursor claude-code codeium aider codex-cli gemini-code-assist windsurf"
    for name in [*listed.split(), "tabnine", "devin", "openhands"]:
        assert authorship.tool_id(name) == name
