"""AI tools that name themselves, people who have similar names, and what is too little to go by."""

from __future__ import annotations

import pytest

from commit_carbon_hook import factor_table
from commit_carbon_hook.identities import Identity, find, from_author, trailer_keys

PERSON = b"Ada <ada@example.com>"


@pytest.mark.parametrize(
    ("author", "tool"),
    [
        pytest.param("Claude <noreply@anthropic.com>", "claude-code", id="claude"),
        pytest.param(
            "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
            "copilot-agent",
            id="coding-agent-by-its-number",
        ),
        pytest.param(
            "Copilot <223556219+Copilot@users.noreply.github.com>", "copilot", id="any-other-number"
        ),
        pytest.param("Ada Lovelace (aider) <ada@example.com>", "aider", id="suffix"),
        pytest.param("Codex <noreply@openai.com>", "codex-cli", id="name-and-address"),
        pytest.param(
            "google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>",
            "jules",
            id="bot",
        ),
    ],
)
def test_authors(author: str, tool: str) -> None:
    found = from_author(author.encode())
    assert found
    assert found.tool == tool


@pytest.mark.parametrize(
    "author",
    [
        pytest.param("Boris <boris@anthropic.com>", id="works-at-a-vendor"),
        pytest.param("Paul <paul@aider.chat>", id="wrote-the-tool"),
        pytest.param("ChatGPT <noreply@openai.com>", id="another-name-at-the-address"),
        pytest.param("Cody Wong <cody@example.com>", id="is-called-so"),
        pytest.param("Claude Shannon <claude@example.com>", id="claude-is-a-name"),
        pytest.param("Cline Evaluation <cline@example.com>", id="example"),
        pytest.param("gemini-cli-robot <gemini-cli-robot@google.com>", id="release-automation"),
        pytest.param(
            "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", id="bot"
        ),
        pytest.param("", id="nobody"),
        pytest.param("noreply@anthropic.com.example.com", id="longer-domain"),
    ],
)
def test_people(author: str) -> None:
    assert from_author(author.encode()) is None


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        pytest.param(
            "Co-authored-by",
            "Claude Opus 4.6 (1M context) <noreply@anthropic.com>",
            Identity("claude-code", "claude-opus"),
            id="model-in-the-name",
        ),
        pytest.param(
            "CO-AUTHORED-BY",
            "Claude <NOREPLY@anthropic.com>",
            Identity("claude-code", ""),
            id="case",
        ),
        pytest.param(
            "Co-developed-by",
            "Cursor <noreply@cursor.com>",
            Identity("cursor", ""),
            id="co-developed",
        ),
        pytest.param(
            "Co-authored-by",
            "OpenHands-GPT-5 openhands@all-hands.dev",
            Identity("openhands", "gpt-5"),
            id="brackets-forgotten",
        ),
        pytest.param(
            "Assisted-by",
            "ClaudeCode:claude-opus-4.8 coccinelle",
            Identity("claude-code", "claude-opus"),
            id="kernel",
        ),
        pytest.param(
            "Assisted-by", "Opus 4.7", Identity("other", "claude-opus"), id="only-a-model"
        ),
        pytest.param("Assisted-by", "newagent:newmodel", Identity("other", ""), id="unknown-agent"),
        pytest.param(
            "Assisted-by",
            "Claude Opus 4.6 via Crush <crush@charm.land>",
            Identity("crush", "claude-opus"),
            id="crush",
        ),
        pytest.param("Generated-by", "Claude Code", Identity("claude-code", ""), id="generated"),
        pytest.param("Made-with", "Cursor", Identity("cursor", ""), id="made-with"),
        pytest.param(
            "Amp-Thread-ID",
            "https://ampcode.com/threads/T-1",
            Identity("amp", ""),
            id="thread",
        ),
        pytest.param("Carbon-Tool", "codex-cli", Identity("codex-cli", ""), id="declared"),
        pytest.param("Co-authored-by", "Bob <bob@example.com>", None, id="person"),
        pytest.param("Assisted-by", "Waldek <waldek@example.com>", None, id="person-assists"),
        pytest.param("Assisted-by", "my colleague: thanks", None, id="prose"),
        pytest.param("Assisted-by", "Linus", None, id="name-alone"),
        pytest.param("Made-with", "love", None, id="made-with-love"),
        pytest.param("Replit-Commit-Author", "Deployment", None, id="deployment"),
        pytest.param("Reviewed-by", "Claude <noreply@anthropic.com>", None, id="review"),
        pytest.param("Carbon-Tool", "nothing known", None, id="undeclared"),
    ],
)
def test_trailers(key: str, value: str, found: Identity | None) -> None:
    assert find(PERSON, [(key.encode(), value.encode())]) == found


def test_a_declaration_beats_every_sign() -> None:
    sign = (b"Co-authored-by", b"Claude <noreply@anthropic.com>")
    assert find(b"Claude <noreply@anthropic.com>", [sign, (b"Carbon-Tool", b"none")]) is None
    assert find(PERSON, [sign, (b"carbon-tool", b"Cursor")]) == Identity("cursor", "")


def test_the_first_tool_counts_and_its_model_may_come_later() -> None:
    trailers = [
        (b"Co-authored-by", b"Claude <noreply@anthropic.com>"),
        (b"Co-authored-by", b"Copilot <223556219+Copilot@users.noreply.github.com>"),
        (b"Assisted-by", b"Opus 4.7"),
    ]
    assert find(PERSON, trailers) == Identity("claude-code", "claude-opus")


def test_bytes_that_are_no_text_are_no_trap() -> None:
    assert find(b"\xff\xfe <\xff>", [(b"Co-authored-by", b"\xff" * 10_000)]) is None


def test_every_tool_that_a_trailer_names_is_in_the_table() -> None:
    named = [*factor_table.IDENTITIES.values(), *factor_table.NAMED_IDENTITIES.values()]
    named += [tool for *_, tool in factor_table.TRAILERS]
    assert set(named) <= set(factor_table.TOOLS)
    assert all(key == key.lower() for key in trailer_keys())
