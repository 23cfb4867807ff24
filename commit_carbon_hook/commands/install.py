"""Install the hook as plain git hooks, without a framework.

Hooks that are already there go on working: they are kept beside ours and run first.
  commit-carbon install
  commit-carbon install --uninstall
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path

from .. import git
from ..errors import CarbonError
from ..installation import MARK
from ..invocation import AFTER, FINISH, PREPARE

KEPT = ".before-commit-carbon"
# Isolated and without site: half of an interpreter's start-up is looking for packages.
STUB = """\
#!/bin/sh
{mark}
before="$0{kept}"
if [ -x "$before" ]; then "$before" "$@" || exit $?; fi
python={python}
package={package}
if [ ! -x "$python" ] || [ ! -e "$package/commit_carbon_hook/hook.py" ]; then
    echo "commit-carbon-hook: no longer installed in $package: this commit has no record;" \\
        "run commit-carbon install again, or delete $0" >&2
    exit 0
fi
exec "$python" -ISc 'import sys
sys.path.insert(0, sys.argv.pop(1))
from commit_carbon_hook.hook import main
raise SystemExit(main())' "$package" --stage {stage} "$@"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to install, and where."""
    parser.add_argument("--uninstall", action="store_true", help="remove our hooks again")
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")


def run(arguments: argparse.Namespace) -> int:
    """Write or remove the hook files."""
    environment = dict(os.environ)
    repository = Path(arguments.repository)
    if not repository.is_dir():
        raise CarbonError(f"install: {arguments.repository} is not a directory")
    os.chdir(repository)
    try:
        hooks = Path(git.git_path("hooks", environment))
    except CarbonError as error:
        text = f"install: {repository.resolve()} is not in a git repository: run git init first"
        raise git.plainer(error, text) from None
    change = _uninstall if arguments.uninstall else _install
    try:
        for stage in (PREPARE, FINISH, AFTER):
            change(hooks / stage, stage)
    except OSError as error:
        raise CarbonError(f"install: {hooks}: {error.strerror}") from None
    if not arguments.uninstall:
        print("every commit now gets its record; COMMIT_CARBON=0 switches the hook off")
    return 0


def is_ours(path: Path) -> bool:
    """Whether a hook file is one that this command wrote."""
    try:
        return MARK in path.read_bytes()
    except OSError:
        return False


def _install(path: Path, stage: str) -> None:
    if path.exists() and not is_ours(path):
        path.rename(path.with_name(path.name + KEPT))
        print(f"kept your {stage} hook as {path.name}{KEPT}; it runs first")
    package = Path(__file__).resolve().parents[2]
    content = STUB.format(
        mark=MARK.decode(),
        kept=KEPT,
        python=_quoted(sys.executable),
        package=_quoted(package),
        stage=stage,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Bytes, because a hook with CRLF line ends stops every commit.
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    print(f"installed {path}")


def _uninstall(path: Path, stage: str) -> None:
    if not is_ours(path):
        return
    kept = path.with_name(path.name + KEPT)
    if kept.exists():
        kept.replace(path)
        print(f"restored your {stage} hook")
    else:
        path.unlink()
        print(f"removed {path}")


def _quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
