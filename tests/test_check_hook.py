"""The hook for pre-commit.ci, run by the real pre-commit: offline, over files, without history.

How frameworks install it is tested elsewhere; here the hook runs as the manifest defines it, with
the programs that are installed already.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from records import made, message
from support import SCRIPTS, Repository

ROOT = Path(__file__).parent.parent
MANIFEST: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
(HOOK,) = [hook for hook in MANIFEST if hook["id"] == "commit-carbon-check"]
FACTORS = json.dumps(
    {
        "sources": {
            "our-supplier": {
                "title": "Supplier's statement",
                "publisher": "Our supplier",
                "year": 2026,
                "url": "https://example.com/statement",
                "licence": "own",
                "edition": "2026",
                "transcribed": False,
            }
        }
    }
)
# Nothing listens there, and nothing is asked.
OFFLINE = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.fixture
def project(repository: Repository, tmp_path: Path) -> Repository:
    """A repository in which pre-commit runs the hook."""
    hook = {**HOOK, "language": "system", "verbose": True}
    configuration = {"repos": [{"repo": "local", "hooks": [hook]}]}
    repository.write(".pre-commit-config.yaml", json.dumps(configuration))
    repository.environment["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")
    return repository


def run(project: Repository) -> tuple[int, str]:
    program = str(SCRIPTS / "pre-commit")
    done = project.run(program, "run", "--all-files", "--color=never", check=False, **OFFLINE)
    return done.returncode, done.stdout + done.stderr


def test_this_repository_passes(project: Repository) -> None:
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "dist", ".pre-commit-config.yaml"
    )
    shutil.copytree(ROOT, project.path, ignore=ignored, dirs_exist_ok=True)
    project.git("add", ".")
    code, said = run(project)
    assert code == 0, said
    assert "no files to check" not in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(".commit-carbon.toml", 'tool = "cursor"\ngrid = "FR"\n', id="configuration"),
        pytest.param("own.carbon-factors.json", FACTORS, id="factors"),
        pytest.param("docs/carbon-summary.json", "", id="summary"),
    ],
)
def test_a_file_that_is_right_passes(project: Repository, name: str, content: str) -> None:
    project.commit(message("work", made(1)))
    if not content:
        content = project.run("commit-carbon-summarize", "--format=json").stdout
    project.write(name, content)
    code, said = run(project)
    assert code == 0, said
    assert "no files to check" not in said


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        pytest.param("settings", "", id="right"),
        pytest.param("broken", "unknown grid zone", id="broken"),
        pytest.param("nowhere", "cannot be read", id="nowhere"),
        pytest.param("folder", "not a regular file", id="folder"),
    ],
)
def test_a_link_is_followed(project: Repository, target: str, fault: str) -> None:
    project.write("settings", 'grid = "FR"')
    project.write("broken", 'grid = "Mars"')
    project.write("folder/file", "")
    (project.path / ".commit-carbon.toml").symlink_to(target)
    project.git("add", ".")
    code, said = run(project)
    assert (code, fault in said) == (bool(fault), True)
    assert "no files to check" not in said


@pytest.mark.parametrize(
    "name",
    ["HEAD..x/carbon-summary.json", "^x.carbon-factors.json", "--range=a.carbon-factors.json"],
)
def test_a_file_like_a_revision_is_a_file(project: Repository, name: str) -> None:
    project.write(name, '{"zones": 1}')
    code, said = run(project)
    assert code == 1
    assert f"{name}: zones: must be an object" in said


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        pytest.param(".commit-carbon.toml", 'grid = "Mars"', "unknown grid zone", id="zone"),
        pytest.param(".commit-carbon.toml", "a = [", "not valid TOML", id="syntax"),
        pytest.param(".commit-carbon.toml", 'api_key = "s3cr3t"', "api_key: endpoints", id="key"),
        pytest.param("a.carbon-factors.json", '{"zones": 1}', "zones: must be an obj", id="type"),
        pytest.param("a.carbon-factors.json", "[" * 90_000, "nested more than", id="deep"),
        pytest.param("carbon-summary.json", '{"schema_version": 1}', "is missing", id="summary"),
    ],
)
def test_a_broken_file_fails(project: Repository, name: str, content: str, fault: str) -> None:
    project.write(name, content)
    code, said = run(project)
    assert code == 1
    assert fault in said
    assert "s3cr3t" not in said
    assert "Traceback" not in said
