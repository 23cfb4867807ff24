"""Which module may import what: the core is pure, and the hook's path is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import commit_carbon_hook

PACKAGE = Path(commit_carbon_hook.__file__ or "").parent
CORE = (
    "attribution", "completion", "decision", "draft", "estimate", "history", "identities",
    "message", "message_rules", "record", "summary", "tables", "union",
)  # fmt: skip
IMPURE = {"os", "subprocess", "pathlib", "time", "datetime", "dulwich", "jsonschema", "json", "io"}
HOT = (
    "attribution", "completion", "config", "decision", "draft", "drafting", "errors", "estimate",
    "factor_table", "finishing", "git", "gitdir", "grid/live", "hook", "invocation", "message",
    "message_file", "message_rules", "process", "record", "tables", "values",
)  # fmt: skip
HEAVY = {
    "typing", "re", "json", "argparse", "subprocess", "pathlib", "enum", "signal", "dataclasses",
    "collections", "functools", "hashlib", "datetime", "logging", "tomllib", "importlib",
    "dulwich", "jsonschema", "rich",
}  # fmt: skip


def imports(module: str, nested: bool) -> set[str]:
    """Top names that a module imports, outside `if TYPE_CHECKING`; with those in functions."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text())
    found: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.orelse
        elif nested or not isinstance(node, ast.FunctionDef):
            pending += list(ast.iter_child_nodes(node))
    return found


@pytest.mark.parametrize("module", CORE)
def test_the_core_does_no_io(module: str) -> None:
    assert not imports(module, nested=False) & IMPURE


@pytest.mark.parametrize("module", HOT)
def test_the_hooks_modules_import_nothing_heavy(module: str) -> None:
    assert not imports(module, nested=False) & HEAVY


@pytest.mark.parametrize("module", sorted(path.stem for path in PACKAGE.glob("*.py")))
def test_only_the_edges_start_processes(module: str) -> None:
    if module not in ("process", "git_stream"):
        assert "subprocess" not in imports(module, nested=True)


def test_the_core_imports_no_edge() -> None:
    edges = {"config", "git", "gitdir", "process", "factors", "message_file", "handover", "notes"}
    for module in CORE:
        tree = ast.parse((PACKAGE / f"{module}.py").read_text())
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                names = {node.module or "", *(alias.name for alias in node.names)}
                assert not names & edges, module


def test_importing_the_hook_costs_only_the_standard_library() -> None:
    code = "import sys; import commit_carbon_hook.hook; print(*sys.modules)"
    out = subprocess.run(
        [
            sys.executable,
            "-IS",
            "-c",
            f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); {code}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert not set(out.split()) & HEAVY
