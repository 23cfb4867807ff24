"""Real repositories, isolated from the developer's own git, and the installed programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
IDENTITY = {
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
}


def clean_environment(home: Path) -> dict[str, str]:
    """An environment without the developer's git, agent markers or settings."""
    kept = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "UV_CACHE_DIR")
    kept_prefixes = ("PIP_", "UV_", "XDG_CACHE")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.startswith(kept_prefixes)
    }
    return {
        **environment,
        **IDENTITY,
        "HOME": str(home),
        "PATH": f"{SCRIPTS}{os.pathsep}{environment.get('PATH', os.defpath)}",
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }


class Repository:
    """A real git repository in a temporary folder."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path = path
        self.environment = environment

    def run(
        self, *command: str, check: bool = True, stdin: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the work tree."""
        return subprocess.run(
            command,
            cwd=self.path,
            env={**self.environment, **variables},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=check,
            timeout=120,
        )

    def git(self, *arguments: str, check: bool = True, **variables: str) -> str:
        """The standard output of a git command."""
        return self.run("git", *arguments, check=check, **variables).stdout

    def write(self, name: str, content: str) -> None:
        """Write a file of the work tree and stage it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        self.git("add", "--", name)

    def commit(self, message: str, *arguments: str, lines: int = 1, **variables: str) -> str:
        """Commit new lines of a file and return the commit's name."""
        path = self.path / "file"
        before = path.read_text() if path.exists() else ""
        self.write("file", before + "".join(f"{message} {n}\n" for n in range(lines)))
        self.git("commit", "-q", "-m", message, *arguments, check=True, **variables)
        return self.head()

    def head(self, revision: str = "HEAD") -> str:
        """A commit's name."""
        return self.git("rev-parse", revision).strip()

    def message(self, revision: str = "HEAD") -> str:
        """A commit's whole message."""
        return self.git("log", "-1", "--format=%B", revision)

    def hook(self, stage: str, command: str) -> None:
        """Install a hook file."""
        hooks = Path(self.git("rev-parse", "--git-path", "hooks").strip())
        path = self.path / hooks / stage
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)

    def install(self) -> None:
        """Install both message stages as plain git hooks."""
        program = SCRIPTS / "commit-carbon-hook"
        self.hook("prepare-commit-msg", f'exec "{program}" "$@"')
        self.hook("commit-msg", f'exec "{program}" --stage commit-msg "$@"')
