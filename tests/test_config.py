"""Settings: their order, and one line that names file and key for every fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commit_carbon_hook import config, factors
from commit_carbon_hook.config import Settings, load
from commit_carbon_hook.errors import CarbonError


def write(folder: Path, content: str | bytes) -> str:
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / config.FILE_NAME).write_bytes(raw)
    return str(folder)


def test_without_a_file_the_defaults_apply(tmp_path: Path) -> None:
    assert load(str(tmp_path), {}) == Settings("", "2", "", "lines", "record", "message")


def test_flags_come_before_variables_and_these_before_the_file(tmp_path: Path) -> None:
    folder = write(tmp_path, 'grid = "FR"\nmethod = "1"\nunattributed = "skip"\n')
    environment = {"COMMIT_CARBON_GRID": "DE", "COMMIT_CARBON_METHOD": "2"}
    settings = load(folder, environment, {"grid": "gb"})
    assert (settings.grid, settings.method, settings.unattributed) == ("GB", "2", "skip")


def test_whoever_owns_the_logs_can_keep_them_unread(tmp_path: Path) -> None:
    folder = write(tmp_path, 'tokens = "auto"\n')
    environment = {"COMMIT_CARBON_TOKENS": "lines"}
    assert load(folder, environment, {"tokens": "auto"}).tokens == "lines"
    assert load(folder, {}, {"tokens": "auto"}).tokens == "auto"


def test_a_tool_in_the_environment_is_evidence_and_not_a_setting(tmp_path: Path) -> None:
    folder = write(tmp_path, 'tool = "cursor"\n')
    assert load(folder, {"COMMIT_CARBON_TOOL": "aider"}).tool == "cursor"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            'tool = "claud-code"', r"tool: unknown tool .*did you mean 'claude-code'", id="tool"
        ),
        pytest.param('grid = "Mars"', "grid: unknown grid zone 'Mars'", id="grid"),
        pytest.param(
            'method = "3"', "method: unknown method '3': known methods are 2, 1", id="method"
        ),
        pytest.param("method = 2", "method must be a string in quotes", id="type"),
        pytest.param('store = "cloud"', "store must be message or notes", id="choice"),
        pytest.param('tokens = "all"', "tokens must be lines or auto", id="tokens"),
        pytest.param(
            'colour = "red"', "colour: unknown key: known keys are tool", id="unknown-key"
        ),
        pytest.param('[tool]\nname = "x"', "tool must be a string", id="table"),
        pytest.param("tool = ", r"not valid TOML \(at", id="syntax"),
        pytest.param("extras = ['noise']", "extras must be a list .*water, embodied", id="extras"),
        pytest.param("tool = 'a'\ntool = 'b'", "not valid TOML", id="twice"),
        pytest.param(b"tool = '\xff'", "not UTF-8", id="encoding"),
        pytest.param("#" * 20_000, "larger than 4 KiB", id="size"),
        pytest.param("a." * 1_500 + "b = 1", "unknown key", id="dotted-keys"),
        pytest.param("a = " + "[" * 3_000, "not valid TOML", id="nesting"),
    ],
)
def test_faults(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(CarbonError, match=said) as caught:
        load(write(tmp_path, content), {})
    assert str(caught.value).startswith(config.FILE_NAME)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "key", ["electricitymaps_api_key", "watttime_password", "api-url", "PROXY"]
)
def test_credentials_are_refused_and_not_echoed(tmp_path: Path, key: str) -> None:
    with pytest.raises(CarbonError, match="may not stand in a repository") as caught:
        load(write(tmp_path, f'{key} = "s3cr3t"\n'), {})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/full"])
def test_a_link_to_an_endless_device_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / config.FILE_NAME).symlink_to(target)
    with pytest.raises(CarbonError, match="not a regular file"):
        load(str(tmp_path), {})


def test_a_fifo_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / config.FILE_NAME)
    with pytest.raises(CarbonError, match="not a regular file"):
        load(str(tmp_path), {})


def test_a_fault_in_a_variable_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(CarbonError, match="COMMIT_CARBON_GRID: grid: unknown grid zone"):
        load(str(tmp_path), {"COMMIT_CARBON_GRID": "Mars"})


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        pytest.param({}, True, id="empty"),
        pytest.param({"tool": "cursor", "grid": "FR", "tokens": "auto"}, True, id="settings"),
        pytest.param({"factors": "a.carbon-factors.json"}, True, id="factors"),
        pytest.param({"extras": ["water", "embodied"]}, True, id="extras"),
        pytest.param({"extras": []}, True, id="no extras"),
        pytest.param({"extras": ["noise"]}, False, id="unknown-extra"),
        pytest.param({"extras": "water"}, False, id="extras-no-list"),
        pytest.param({"tokens": "all"}, False, id="choice"),
        pytest.param({"tool": 1}, False, id="type"),
        pytest.param({"colour": "red"}, False, id="unknown-key"),
        pytest.param({"api_key": "x"}, False, id="credential"),
    ],
)
def test_the_schema_agrees_with_the_reader(document: dict[str, object], valid: bool) -> None:
    assert (not factors.validate(document, "config")) == valid
    try:
        config.validated(document)
        read = True
    except CarbonError:
        read = False
    assert read == valid


def test_the_schema_has_the_keys_of_the_reader() -> None:
    schema = factors.read_json(factors.directory("schema") / "config.schema.json")
    assert tuple(schema["properties"]) == config.FILE_KEYS
    for key, choices in config.CHOICES.items():
        assert schema["properties"][key]["enum"] == list(choices)
