"""One run of the hook: how git or a framework has called it, and what it has seen since."""

from __future__ import annotations

from . import gitdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .gitdir import GitDir
    from .process import Committing, Started
    from .unspent import History

PROGRAM = "commit-carbon-hook"
PREPARE = "prepare-commit-msg"
FINISH = "commit-msg"
AFTER = "post-commit"
STAGES = (PREPARE, FINISH, AFTER)
FLAGS = ("tool", "method", "grid", "tokens", "unattributed", "store")


class Invocation:
    """One run of the hook: its stage, message file, git's arguments and the environment."""

    def __init__(
        self, stage: str, words: list[str], flags: dict[str, str], environment: Mapping[str, str]
    ) -> None:
        self.stage = stage
        self.file = words[0] if words else ""
        # pre-commit and prek hand over git's second and third argument as variables.
        self.source, self.object = [*words[1:], "", ""][:2]
        if len(words) < 2:
            self.source = environment.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
            self.object = environment.get("PRE_COMMIT_COMMIT_OBJECT_NAME", "")
        self.flags = flags
        self.environment = environment
        self.editor_follows = environment.get("GIT_EDITOR", "") != ":"
        self.amending = False
        self.head: str | None = None
        self.begun: Started | None = None
        self.history: History | None = None
        self._committing: Committing | str | None = ""

    def begin(self, git_dir: GitDir) -> None:
        """Let git count the staged lines while the rest of the hook is imported."""
        from . import git

        self.head = gitdir.head(git_dir)
        if self.head:
            self.begun = git.begin_staged(self.head, self.environment)

    def end(self) -> None:
        """Leave no child behind where the hook left early."""
        if self.begun or self.history:
            from . import process

            process.kill_running()

    def committing(self) -> Committing | None:
        """The git process above us, where it can be seen."""
        if isinstance(self._committing, str):
            from . import process

            self._committing = process.committing(self.environment)
        return self._committing


def parse(words: list[str], environment: Mapping[str, str]) -> Invocation | None:
    """git's own arguments, and flags with a value; argparse is for help and for mistakes."""
    stage, positional, flags = PREPARE, [], {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-"):
            positional.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        if not word.startswith("--") or name not in ("stage", *FLAGS) or not (equals or queue):
            from .hook_arguments import explain

            explain(words)
            return None
        value = value if equals else queue.pop(0)
        if name == "stage":
            stage = value
        else:
            flags[name] = value
    if stage not in STAGES or len(positional) > 3:
        from .hook_arguments import explain

        explain(words)
        return None
    return Invocation(stage, positional, flags, environment)
