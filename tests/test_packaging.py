"""The wheel is the product: what is in it, and that it works with nothing else beside it."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from support import Repository, clean_environment

ROOT = Path(__file__).parent.parent
FACTORS = {"equivalents", "methods", "models", "prices", "sources", "tools", "zones"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by way of the source distribution."""
    out = tmp_path_factory.mktemp("dist")
    home = tmp_path_factory.mktemp("home")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)],
        env=clean_environment(home),
        check=True,
        capture_output=True,
    )
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_holds_the_package_and_its_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    inside = {name for name in names if name.startswith("commit_carbon_hook/")}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "commit_carbon_hook").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {
        f"commit_carbon_hook/schema/{path.name}" for path in (ROOT / "schema").glob("*.json")
    }
    expected |= {f"commit_carbon_hook/factors/{name}.json" for name in FACTORS}
    assert inside == expected
    assert {name.partition("/")[0] for name in names} == {
        "commit_carbon_hook",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    venv.create(tmp_path / "empty", with_pip=True)
    scripts = tmp_path / "empty" / "bin"
    environment = clean_environment(home)
    environment["PATH"] = f"{scripts}:{environment['PATH'].partition(':')[2]}"
    subprocess.run([str(scripts / "pip"), "install", "-q", str(wheel)], env=environment, check=True)
    subprocess.run(["git", "init", "-q", str(tmp_path / "r")], env=environment, check=True)
    repository = Repository(tmp_path / "r", environment)
    repository.run(str(scripts / "commit-carbon"), "install")
    repository.commit("first", lines=100, COMMIT_CARBON_TOOL="claude-code")
    assert "central=19" in repository.message()
    for command in (
        ["commit-carbon", "verify"],
        ["commit-carbon-summarize"],
        ["commit-carbon", "preview"],
    ):
        assert repository.run(str(scripts / command[0]), *command[1:]).returncode == 0
