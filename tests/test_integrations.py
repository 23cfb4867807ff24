"""The plugin for Claude Code: its manifest, its commands and its status line."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import Repository
from usage_world import World

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "integrations" / "claude-code"
NAME = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
TEXT = {"type": "string", "minLength": 1}
PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": TEXT, "email": TEXT, "url": TEXT},
    "additionalProperties": False,
}
# Fields and types as https://code.claude.com/docs/en/plugins/manifest-reference documents them;
# unknown fields are dropped there, so they are mistakes here.
MANIFEST = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "$schema": TEXT,
        "name": NAME,
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "description": TEXT,
        "author": PERSON,
        "homepage": {"type": "string", "pattern": "^https://"},
        "repository": {"type": "string", "pattern": "^https://"},
        "license": TEXT,
        "keywords": {"type": "array", "items": TEXT, "uniqueItems": True},
        "commands": {"type": ["string", "array"]},
        "skills": {"type": ["string", "array"]},
        "agents": {"type": ["string", "array"]},
        "hooks": {"type": ["string", "object"]},
        "mcpServers": {"type": ["string", "object"]},
    },
    "additionalProperties": False,
}
# https://code.claude.com/docs/en/plugins/marketplace-reference
MARKETPLACE = {
    "type": "object",
    "required": ["name", "owner", "plugins"],
    "properties": {
        "name": NAME,
        "owner": PERSON,
        "plugins": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "source"],
                "properties": {
                    "name": NAME,
                    "source": {"type": "string", "pattern": r"^\./"},
                    "description": TEXT,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
# https://code.claude.com/docs/en/statusline
STATUS_LINE = {
    "type": "object",
    "required": ["statusLine"],
    "properties": {
        "statusLine": {
            "type": "object",
            "required": ["type", "command"],
            "properties": {
                "type": {"const": "command"},
                "command": TEXT,
                "padding": {"type": "integer"},
            },
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
FRONT_MATTER = {
    "description", "argument-hint", "allowed-tools", "model", "disable-model-invocation",
}  # fmt: skip
COMMANDS = sorted(PLUGIN.glob("commands/*.md"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def document(name: str) -> Any:
    return json.loads((PLUGIN / name).read_text())


def marketplace() -> Any:
    """It lies where `/plugin marketplace add OWNER/REPO` looks for it."""
    return json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text())


@pytest.mark.parametrize(
    ("read", "schema"),
    [
        pytest.param(document(".claude-plugin/plugin.json"), MANIFEST, id="plugin"),
        pytest.param(marketplace(), MARKETPLACE, id="marketplace"),
        pytest.param(document("statusline.json"), STATUS_LINE, id="statusline"),
    ],
)
def test_a_document_is_as_claude_code_documents_it(read: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(read)


def test_only_manifests_lie_beside_the_manifest() -> None:
    for folder, only in ((PLUGIN, "plugin.json"), (ROOT, "marketplace.json")):
        assert {path.name for path in (folder / ".claude-plugin").iterdir()} == {only}
    # Claude Code would take a settings.json for the plugin's own.
    assert not (PLUGIN / "settings.json").exists()


def test_the_plugin_is_of_this_version_and_in_its_marketplace() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    manifest, market = document(".claude-plugin/plugin.json"), marketplace()
    assert manifest["version"] == project["version"]
    assert manifest["license"] == project["license"]
    assert [row["name"] for row in market["plugins"]] == [manifest["name"]]
    # Relative to the root of the marketplace, and not above it.
    assert [(ROOT / row["source"]).resolve() for row in market["plugins"]] == [PLUGIN]
    readme = (PLUGIN / "README.md").read_text()
    (repository,) = set(
        re.findall(r"repo: https://github.com/(\S+)", (ROOT / "README.md").read_text())
    )
    assert f"/plugin marketplace add {repository}\n" in readme
    assert f"/plugin install {manifest['name']}@{market['name']}" in readme
    for path in COMMANDS:
        assert f"/{manifest['name']}:{path.stem}`" in readme


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_a_command_has_front_matter_and_needs_no_more_than_it_asks_for(path: Path) -> None:
    _, head, body = path.read_text().split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert set(fields) <= FRONT_MATTER
    assert 0 < len(fields["description"]) <= 60
    for command in re.findall(r"^!`([^`]+)`$", body, re.M):
        allowed = re.findall(r"Bash\(([^:)]+):\*\)", fields["allowed-tools"])
        # Each part of a compound command needs a permission of its own.
        for part in re.split(r"\s*(?:[|&;\n]+)\s*", command):
            assert any(part.startswith(prefix + " ") for prefix in allowed)


def test_there_is_a_carbon_command() -> None:
    assert PLUGIN / "commands" / "carbon.md" in COMMANDS


def commands() -> list[str]:
    """What the plugin runs."""
    found = [document("statusline.json")["statusLine"]["command"]]
    for path in COMMANDS:
        found += re.findall(r"^!`([^`]+)`$", path.read_text(), re.M)
    return found


@pytest.mark.parametrize("command", commands())
def test_what_the_plugin_runs_works(command: str, world: World) -> None:
    world.use("claude-code", "main")
    done = world.main.run("sh", "-c", command, stdin="{}", CLAUDE_CODE_SESSION_ID="main")
    assert (done.returncode, done.stderr) == (0, "")
    assert "CO2e" in done.stdout


@pytest.mark.parametrize("folder", ["main", ""], ids=["work-tree", "elsewhere"])
@pytest.mark.parametrize("command", commands())
def test_it_works_where_the_shell_knows_no_session(command: str, folder: str, world: World) -> None:
    world.use("claude-code", "main")
    there = Repository(world.folder / folder, world.environment)
    assert "CO2e" in there.run("sh", "-c", command, stdin="{}").stdout
