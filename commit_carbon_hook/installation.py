"""Which of our stages run in a repository: read from its hooks and its framework's files."""

from __future__ import annotations

import os

from . import git, gitdir
from .drafting import top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .gitdir import GitDir

HOOK_IDS = {
    "prepare-commit-msg": b"commit-carbon",
    "commit-msg": b"commit-carbon-editor",
    "post-commit": b"commit-carbon-notes",
}
PROGRAM = b"commit-carbon-hook"
MARK = b"# Written by `commit-carbon install`; `commit-carbon install --uninstall` removes it."
FRAMEWORKS = (b"pre-commit", b"pre_commit", b"prek")
FRAMEWORK_FILES = (
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "prek.toml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
)


def hook_file(stage: str, environment: Mapping[str, str]) -> str:
    """Where git looks for the hook of a stage."""
    return os.path.join(git.git_path("hooks", environment), stage)


def names(content: bytes, stage: str) -> bool:
    """Whether a hook or a framework's configuration runs our hook at this stage."""
    hook_id = HOOK_IDS[stage]
    for line in content.splitlines():
        if line.lstrip().startswith(b"#"):
            continue
        start = line.find(hook_id)
        while start >= 0:
            end = start + len(hook_id)
            if line[end : end + 1] not in (b"-", b".") and line[start - 1 : start] not in (
                b"/",
                b".",
            ):
                return True
            start = line.find(hook_id, end)
        flag = b"--stage=" + stage.encode() in line or b"--stage " + stage.encode() in line
        if PROGRAM in line and (flag or (stage == "prepare-commit-msg" and b"--stage" not in line)):
            return True
    return False


def runs(stage: str, git_dir: GitDir, environment: Mapping[str, str]) -> bool:
    """Whether our hook will run, or has run, at this stage of the commit under way."""
    path = hook_file(stage, environment)
    content = gitdir.read(path)
    if content and os.access(path, os.X_OK):
        if MARK in content or names(content, stage):
            return True
        # A framework's own hook, husky's shim or lefthook's: what it runs stands elsewhere.
        folder = top(git_dir, environment)
        others = [os.path.join(folder, name) for name in FRAMEWORK_FILES]
        others.append(os.path.join(folder, ".husky", stage))
        if any(names(gitdir.read(other), stage) for other in others):
            return True
    return _from_git_configuration(stage, environment)


def _from_git_configuration(stage: str, environment: Mapping[str, str]) -> bool:
    """git 2.54 and later can run hooks that its configuration names."""
    listing = git.configured_all(r"^hook\..*\.(command|event)$", environment)
    events: dict[str, set[str]] = {}
    for line in listing.splitlines():
        key, _, value = line.partition(" ")
        name, _, kind = key.rpartition(".")
        events.setdefault(name, set()).add(f"{kind}={value}")
    for settings in events.values():
        commands = [one[8:] for one in settings if one.startswith("command=")]
        if f"event={stage}" in settings and any(
            names(command.encode(), stage) for command in commands
        ):
            return True
    return False
