"""Who took part: the order of the evidence, and what is not evidence."""

from __future__ import annotations

import pytest

from commit_carbon_hook import attribution, factor_table
from commit_carbon_hook.attribution import Attribution, attribute
from commit_carbon_hook.errors import CarbonError

CLAUDE = (b"Co-Authored-By", b"Claude Opus 4.6 (1M context) <noreply@anthropic.com>")


@pytest.mark.parametrize(
    ("environment", "trailers", "project", "expected"),
    [
        pytest.param({}, [], "", Attribution("unspecified", "", "assumed"), id="nothing"),
        pytest.param({}, [], "cursor", Attribution("cursor", "", "declared"), id="project"),
        pytest.param({}, [], "none", None, id="project-none"),
        pytest.param(
            {"CLAUDECODE": "1"},
            [],
            "cursor",
            Attribution("claude-code", "", "detected"),
            id="detected",
        ),
        pytest.param(
            {"CLAUDECODE": "0"},
            [],
            "",
            Attribution("unspecified", "", "assumed"),
            id="marker-switched-off",
        ),
        pytest.param(
            {"CLAUDECODE": "1"},
            [],
            "none",
            Attribution("claude-code", "", "detected"),
            id="detected-before-project",
        ),
        pytest.param(
            {},
            [CLAUDE],
            "cursor",
            Attribution("claude-code", "claude-opus", "declared"),
            id="co-author",
        ),
        pytest.param(
            {"COMMIT_CARBON_TOOL": "none", "CLAUDECODE": "1"},
            [CLAUDE],
            "",
            None,
            id="declared-none",
        ),
        pytest.param(
            {"COMMIT_CARBON_TOOL": "Aider"},
            [CLAUDE],
            "",
            Attribution("aider", "", "declared"),
            id="declared",
        ),
        pytest.param(
            {},
            [(b"Carbon-Tool", b"devin"), CLAUDE],
            "",
            Attribution("devin", "", "declared"),
            id="typed",
        ),
        pytest.param({}, [(b"Carbon-Tool", b"none")], "cursor", None, id="typed-none"),
        pytest.param(
            {},
            [(b"Assisted-by", b"ClaudeCode:claude-opus-4.8")],
            "",
            Attribution("claude-code", "claude-opus", "declared"),
            id="assisted-by",
        ),
        pytest.param(
            {},
            [(b"Assisted-by", b"NewAgent:some-model")],
            "",
            Attribution("other", "other", "declared"),
            id="assisted-by-unknown",
        ),
        pytest.param(
            {},
            [(b"Assisted-by", b"Waldek Maleska <w@example.com>")],
            "",
            Attribution("unspecified", "", "assumed"),
            id="assisted-by-a-person",
        ),
        pytest.param(
            {},
            [(b"Co-authored-by", b"Boris <boris@anthropic.com>")],
            "",
            Attribution("unspecified", "", "assumed"),
            id="a-person-at-a-vendor",
        ),
        pytest.param(
            {"KILO": "1", "OPENCODE": "1", "AGENT": "1"},
            [],
            "",
            Attribution("kilo", "", "detected"),
            id="derivative-before-parent",
        ),
        pytest.param(
            {"AGENT": "amp", "CLAUDECODE": "1"},
            [],
            "",
            Attribution("amp", "", "detected"),
            id="amp-sets-claudecode",
        ),
        pytest.param(
            {"AGENT": "build-runner"},
            [],
            "",
            Attribution("unspecified", "", "assumed"),
            id="agent-of-another-kind",
        ),
        pytest.param(
            {"AI_AGENT": "claude-code_2.1.0_cli"},
            [],
            "",
            Attribution("claude-code", "", "detected"),
            id="agent-with-version",
        ),
        pytest.param(
            {"AI_AGENT": "goose@1.2.3"},
            [],
            "",
            Attribution("goose", "", "detected"),
            id="agent-at-version",
        ),
        pytest.param(
            {"AI_AGENT": "1"},
            [],
            "",
            Attribution("other", "", "detected"),
            id="agent-without-a-name",
        ),
        pytest.param(
            {"CODEX_THREAD_ID": "x"}, [], "", Attribution("codex-cli", "", "detected"), id="codex"
        ),
        pytest.param(
            {"GIT_AUTHOR_NAME": "Ann (aider)"},
            [],
            "",
            Attribution("aider", "", "detected"),
            id="aider-author",
        ),
        pytest.param(
            {"TERM_PROGRAM": "kiro", "CURSOR_TRACE_ID": "x", "REPL_ID": "y", "GOOSE_PROVIDER": "z"},
            [],
            "",
            Attribution("unspecified", "", "assumed"),
            id="what-people-have-too",
        ),
    ],
)
def test_evidence(
    environment: dict[str, str],
    trailers: list[tuple[bytes, bytes]],
    project: str,
    expected: Attribution | None,
) -> None:
    found = attribute(environment, trailers, project)
    assert (found and found[:3]) == (expected and expected[:3])
    assert not found or found.general == (found[2] == "assumed" or found.tool == project)


def test_a_declared_tool_that_is_unknown_is_an_error() -> None:
    with pytest.raises(CarbonError, match="unknown tool 'claud-code': did you mean 'claude-code'"):
        attribute({"COMMIT_CARBON_TOOL": "claud-code"}, [], "")


@pytest.mark.parametrize("row", factor_table.MARKERS, ids=lambda row: f"{row[0]}-{row[3]}")
def test_every_marker_alone_names_its_tool(row: tuple[str, str, str, str]) -> None:
    variable, _, value, tool = row
    assert attribution.detected({variable: value or "1"}) == tool
    assert tool in factor_table.TOOLS
