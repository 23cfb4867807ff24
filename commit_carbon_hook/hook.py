"""commit-carbon-hook: write the estimated emissions of a commit into its message.

Everything that a replay does not need is imported after the decision.
"""

from __future__ import annotations

import os
import sys

from . import decision, gitdir
from .errors import CarbonError
from .invocation import AFTER, FINISH, PREPARE, PROGRAM, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .gitdir import GitDir
    from .invocation import Invocation

TIME_LIMIT_SECONDS = 2.0
# Without the diff that `commit -v` appends, which may be as long as message_file allows.
MAX_MESSAGE_BYTES = 512 * 1024
OFF = ("0", "false", "no", "off")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 whatever happens: an estimate is never worth a commit."""
    environment = os.environ
    if environment.get("COMMIT_CARBON", "").lower() in OFF:
        return 0
    try:
        _stop_in_time()
        words = list(sys.argv[1:] if argv is None else argv)
        call = parse(words, environment)
        if call is not None:
            try:
                _STAGES[call.stage](call)
            finally:
                call.end()
    except CarbonError as error:
        _say(str(error))
    except SystemExit:
        # argparse has printed its help, or what is wrong with the arguments
        return 0
    except KeyboardInterrupt:
        _say("interrupted: the commit may have no record")
    except BaseException as error:
        _say(f"nothing was changed: {type(error).__name__} in the hook: please report it")
    return 0


def _say(line: str) -> None:
    visible = "".join([char if char.isprintable() else ascii(char)[1:-1] for char in line])
    try:
        os.write(2, f"{PROGRAM}: {visible}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        return


def _stop_in_time() -> None:
    """The hard stop; the C module, because `signal` costs a third of an interpreter start."""
    if TYPE_CHECKING:
        import signal
    else:
        import _signal as signal
    if not hasattr(signal, "setitimer"):
        return  # Windows

    def stop(*_: object) -> None:
        from . import process

        process.kill_running()
        _say(f"no answer within {TIME_LIMIT_SECONDS:.0f} seconds: the commit has no record")
        os._exit(0)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_SECONDS)


def prepare(call: Invocation) -> None:
    """prepare-commit-msg: write the records, or leave them to the stage after the editor."""
    git_dir = _git_dir(call)
    action = decision.decide(_situation(call, git_dir))
    if action == decision.NOTHING:
        return
    if action in (decision.WRITE, decision.COPY):
        call.begin(git_dir)
    from . import config, drafting

    settings = config.load(drafting.top(git_dir, call.environment), call.environment, call.flags)
    if settings.store == "notes" and action == decision.FOLD:
        return  # git itself carries notes over a rebase, where notes.rewriteRef says so
    text, prefix = _message(call)
    draft = drafting.draft(action, call, git_dir, text, prefix, settings)
    if draft is None:
        return
    if call.editor_follows and action != decision.FOLD:
        from . import handover, installation

        if installation.runs(FINISH, git_dir, call.environment):
            handover.leave(draft, call, git_dir, text, prefix)
            return
    elif action != decision.FOLD and (
        # git refuses a template that nobody edited, and it must go on doing so
        call.source == "template" or not drafting.has_message(call, text, prefix)
    ):
        return
    from . import finishing

    finishing.finish(call, git_dir, draft, text, prefix, settings)


def finish(call: Invocation) -> None:
    """commit-msg: complete, with the final message, what prepare-commit-msg handed over."""
    git_dir = _git_dir(call)
    from . import config, drafting, handover, installation, message, message_file

    left = handover.take(call, git_dir)
    text, prefix = _message(call)
    present = message.record_lines(text, prefix)
    # `--fixup=amend:` copies records, and git refuses it where nothing else is below its title.
    copied = present and text.startswith(b"amend! ")
    if not drafting.has_message(call, text.partition(b"\n")[2] if copied else text, prefix):
        if present:
            from .finishing import theirs

            # Nothing but our lines is left, so that git would no longer refuse the message.
            message_file.replace(call.file, message.remove_record_lines(text, prefix, theirs))
        return
    if left is None and (present or installation.runs(PREPARE, git_dir, call.environment)):
        return
    settings = config.load(drafting.top(git_dir, call.environment), call.environment, call.flags)
    if left is None:
        action = decision.decide(_situation(call, git_dir))
        draft = None
        if action != decision.NOTHING:
            draft = drafting.draft(action, call, git_dir, text, prefix, settings)
    elif left.template and left.template == handover.digest(text, prefix):
        return
    else:
        draft = left.draft
    if draft is not None:
        from . import finishing

        finishing.finish(call, git_dir, draft, text, prefix, settings)


def _message(call: Invocation) -> tuple[bytes, bytes]:
    """The message file's bytes and its comment prefix."""
    from . import message, message_file

    text = message_file.read(call.file)
    prefix = message.comment_prefix(text)
    if message.find_end(text, prefix) > MAX_MESSAGE_BYTES:
        raise CarbonError(f"the message is longer than {MAX_MESSAGE_BYTES >> 10} KiB: left alone")
    # The user's own `GIT_EDITOR=:` is an editor: only a file that is to be edited has the hint.
    call.editor_follows = call.editor_follows or message.shows_prefix(text, prefix)
    return text, prefix


def attach(call: Invocation) -> None:
    """post-commit: attach to the new commit the note that the stages before have left."""
    from . import git, notes

    call.file = git.git_path("COMMIT_EDITMSG", call.environment)
    notes.attach(call, _git_dir(call))


def _git_dir(call: Invocation) -> GitDir:
    if not call.file:
        from . import git

        call.file = git.git_path("COMMIT_EDITMSG", call.environment)
    return gitdir.find(call.file, call.environment)


def _situation(call: Invocation, git_dir: GitDir) -> decision.Situation:
    date = call.environment.get("GIT_AUTHOR_DATE", "")
    seen = call.committing() if date else None
    arguments = seen.arguments if seen else None
    if arguments is not None:
        call.amending = decision.is_amend(arguments)
    elif call.source == "commit":
        call.amending = call.object == "HEAD"
    elif date and not seen:
        from . import drafting

        call.amending = drafting.author_is_heads(call, git_dir)
    prepared = "MERGE_MSG" in git_dir.entries and date[:1] != "@"
    return decision.Situation(
        entries=git_dir.entries,
        folding=decision.REBASE in git_dir.entries
        and os.path.exists(git_dir.join(decision.CURRENT_FIXUPS)),
        source=call.source,
        object=call.object,
        author_date=date,
        amending=call.amending,
        commits_anew=arguments is not None and not call.amending,
        repeats_merge_msg=prepared
        and gitdir.read(git_dir.join("MERGE_MSG")) == gitdir.read(call.file),
    )


_STAGES = {PREPARE: prepare, FINISH: finish, AFTER: attach}


if __name__ == "__main__":
    raise SystemExit(main())
