"""The hook as a program in odd places: message files, file systems, environments, repositories."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SCRIPTS, Repository, clean_environment

PROGRAM = SCRIPTS / "commit-carbon-hook"
GIT_VARIABLES = {
    "GIT_EDITOR": ":",
    "GIT_AUTHOR_DATE": "@1780000000 +0000",
    "GIT_INDEX_FILE": ".git/index",
}
MESSAGE = "A subject\n\nA body.\n"
TOKENS = re.compile(r"^Carbon-Tokens: output=(\d+) .*by=lines", re.MULTILINE)
MakeRepository = Callable[..., Repository]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with staged lines and a message file, as git leaves them to the hook."""
    home = tmp_path_factory.mktemp("template")
    repository = Repository(home / "repository", clean_environment(home))
    repository.path.mkdir()
    repository.git("init", "-q", "-b", "main", "--template=")
    repository.commit("initial")
    repository.write("more", "line\n" * 100)
    (repository.path / ".git" / "COMMIT_EDITMSG").write_text(MESSAGE)
    return repository.path


@pytest.fixture
def staged(template: Path, tmp_path: Path) -> Repository:
    """A copy of the template."""
    shutil.copytree(template, tmp_path / "repository")
    (tmp_path / "home").mkdir()
    return Repository(tmp_path / "repository", clean_environment(tmp_path / "home"))


def run_hook(
    repository: Repository,
    *arguments: str,
    command: tuple[str, ...] = (),
    variables: dict[str, str] | None = None,
) -> list[str]:
    """Run the hook; the lines that it said. It has to leave with 0 and say one line at most."""
    words = arguments or (".git/COMMIT_EDITMSG", "message")
    done = repository.run(
        *command, str(PROGRAM), *words, check=False, **{**GIT_VARIABLES, **(variables or {})}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert_one_line(done.stderr)
    return done.stderr.splitlines()


def assert_one_line(errors: str) -> None:
    assert errors == "" or re.fullmatch(r"commit-carbon-hook: [^\x00-\x1f\x7f]+\n", errors), errors


def message_of(repository: Repository) -> str:
    return (repository.path / ".git" / "COMMIT_EDITMSG").read_text()


def assert_recorded(message: str, lines: int, original: str = MESSAGE) -> None:
    """One record of so many lines stands below the original message."""
    assert message.startswith(original.rstrip("\n"))
    assert message.count("Carbon-gCO2e: ") == 1
    found = TOKENS.search(message)
    assert found is not None
    assert int(found[1]) == max(2500, 40 * lines)


# --- the message file


def symlink(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def hard_link(file: Path) -> None:
    os.link(file, file.with_name("elsewhere"))


def fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def missing(file: Path) -> None:
    file.unlink()


def device_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def huge(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(100 << 20)


def empty(file: Path) -> None:
    file.write_bytes(b"")


LEFT_ALONE = (symlink, hard_link, fifo, directory, missing, device_link, huge, empty)


@pytest.mark.parametrize("stage", ["prepare-commit-msg", "commit-msg"])
@pytest.mark.parametrize("change", LEFT_ALONE, ids=[case.__name__ for case in LEFT_ALONE])
def test_a_strange_message_file_is_left_alone(
    staged: Repository, change: Callable[[Path], None], stage: str
) -> None:
    file = staged.path / ".git" / "COMMIT_EDITMSG"
    change(file)
    before = snapshot(file.parent)
    run_hook(staged, "--stage", stage, ".git/COMMIT_EDITMSG")
    assert snapshot(file.parent) == before


def snapshot(folder: Path) -> list[tuple[str, int, int, int, bytes]]:
    """Names, modes, links, sizes and first bytes of what a folder holds."""
    found = []
    for path in sorted(folder.iterdir()):
        state = path.lstat()
        content = b""
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                content = file.read(1 << 16)
        found.append((path.name, state.st_mode, state.st_nlink, state.st_size, content))
    return [entry for entry in found if entry[0] != "commit-carbon"]


@pytest.mark.parametrize("where", ["outside", "work-tree", "other-repository"])
def test_a_message_outside_the_git_directory_is_left_alone(
    staged: Repository, make_repository: MakeRepository, tmp_path: Path, where: str
) -> None:
    other = make_repository("other")
    file = {
        "outside": tmp_path / "message",
        "work-tree": staged.path / "message",
        "other-repository": other.path / ".git" / "COMMIT_EDITMSG",
    }[where]
    file.write_text(MESSAGE)
    variables = {"GIT_DIR": str(staged.path / ".git")} if where == "other-repository" else {}
    assert len(run_hook(staged, str(file), "message", variables=variables)) == 1
    assert file.read_text() == MESSAGE


def test_a_read_only_message_is_replaced_and_stays_read_only(staged: Repository) -> None:
    file = staged.path / ".git" / "COMMIT_EDITMSG"
    file.chmod(0o444)
    assert run_hook(staged) == []
    assert_recorded(message_of(staged), 100)
    assert file.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "\x07", "\u202etxt", "a\udce9"])
def test_what_is_said_of_a_file_is_one_printable_line(staged: Repository, name: str) -> None:
    done = staged.run(str(PROGRAM), name, check=False, **GIT_VARIABLES)
    assert done.returncode == 0
    assert_one_line(done.stderr)
    assert "\u202e" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("",),
        ("--stage",),
        ("--stage", "post-rewrite", ".git/COMMIT_EDITMSG"),
        ("--unknown", ".git/COMMIT_EDITMSG"),
        ("-x",),
        (".git/COMMIT_EDITMSG", "message", "HEAD", "more"),
        ("--tool", "no-such-tool", ".git/COMMIT_EDITMSG"),
        ("--grid", "XX\x1b[31m", ".git/COMMIT_EDITMSG"),
        ("--tool=", ".git/COMMIT_EDITMSG"),
    ],
    ids=repr,
)
def test_odd_arguments_never_stop_a_commit(staged: Repository, arguments: tuple[str, ...]) -> None:
    done = staged.run(str(PROGRAM), *arguments, check=False, **GIT_VARIABLES)
    assert done.returncode == 0
    assert_one_line(done.stderr)


# --- the file system


def unshare(*options: str) -> list[str]:
    """A command that runs another one in namespaces of its own; the test is skipped without."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare (util-linux)")
    command = ["unshare", *options, *([] if os.geteuid() == 0 else ["-r"])]
    probe = ["sh", "-c", "mount -t tmpfs none ."] if "--mount" in options else ["true"]
    if subprocess.run([*command, *probe], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("needs the right to have namespaces of its own")
    return command


def in_mounts(repository: Repository, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in mounts of its own."""
    command = [*unshare("--mount"), "sh", "-c", script]
    return repository.run(*command, check=False, **GIT_VARIABLES)


def test_a_read_only_git_directory(staged: Repository) -> None:
    done = in_mounts(
        staged,
        "mount --bind .git .git && mount -o remount,bind,ro .git"
        f" && '{PROGRAM}' .git/COMMIT_EDITMSG message",
    )
    assert done.returncode == 0
    assert_one_line(done.stderr)
    assert "Read-only" in done.stderr
    assert message_of(staged) == MESSAGE


def test_a_full_file_system(staged: Repository) -> None:
    done = in_mounts(
        staged,
        "cp -a .git ../copy && mount -t tmpfs -o size=2m none .git && cp -a ../copy/. .git;"
        " dd if=/dev/zero of=.git/fill bs=1k 2> /dev/null;"
        f" '{PROGRAM}' .git/COMMIT_EDITMSG message || exit; cat .git/COMMIT_EDITMSG; ls .git",
    )
    assert done.returncode == 0
    assert_one_line(done.stderr)
    assert "No space left" in done.stderr
    assert done.stdout.startswith(MESSAGE)
    assert "Carbon" not in done.stdout
    assert "commit-carbon" not in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_git_directory_without_write_permission(staged: Repository) -> None:
    git = staged.path / ".git"
    git.chmod(0o555)
    try:
        assert len(run_hook(staged)) == 1
        assert message_of(staged) == MESSAGE
    finally:
        git.chmod(0o755)


LIMITS = (
    "ulimit -f 0",
    "ulimit -n 5",
    "ulimit -n 6",
    "ulimit -n 8",
    "ulimit -n 10",
    "ulimit -s 256",
)


@pytest.mark.parametrize("limit", LIMITS)
def test_resource_limits(staged: Repository, limit: str) -> None:
    done = staged.run(
        "sh", "-c", f'{limit}; exec "$@"', "sh", str(PROGRAM), ".git/COMMIT_EDITMSG", "message",
        check=False, **GIT_VARIABLES,
    )  # fmt: skip
    assert done.returncode == 0
    assert_one_line(done.stderr)
    if message_of(staged) != MESSAGE:
        assert_recorded(message_of(staged), 100)


# --- the configuration file


def linked(target: str) -> Callable[[Path], object]:
    return lambda file: file.symlink_to(target)


CONFIGURATIONS: dict[str, tuple[Callable[[Path], object], bool]] = {
    "device": (linked("/dev/zero"), False),
    "random": (linked("/dev/urandom"), False),
    "terminal": (linked("/dev/tty"), False),
    "loop": (linked(".commit-carbon.toml"), False),
    "dangling": (linked("nowhere"), True),
    "fifo": (lambda file: os.mkfifo(file), False),
    "directory": (lambda file: file.mkdir(), False),
    "empty": (lambda file: file.touch(), True),
    "large": (lambda file: file.write_text("#" * (1 << 20)), False),
    "binary": (lambda file: file.write_bytes(b"\xff\xfe\0"), False),
    "bad-toml": (lambda file: file.write_text("tool = \n"), False),
    "deep": (lambda file: file.write_text("x = " + "[" * 4000), False),
    "dotted-large": (lambda file: file.write_text("a." * 8000 + "b = 1"), False),
    "dotted": (lambda file: file.write_text("a." * 2040 + "b = 1"), False),
    "unknown-key": (
        lambda file: file.write_text('"\x1b[31m" = "x"\n'.replace("\x1b", "\\u001b")),
        False,
    ),
    "secret": (lambda file: file.write_text('api_key = "hunter2"\n'), False),
    "number": (lambda file: file.write_text("method = 2\n"), False),
    "unknown-tool": (lambda file: file.write_text('tool = "nobody"\n'), False),
    "control-value": (lambda file: file.write_text('grid = "\\u001b[31m\\n"\n'), False),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_never_stops_a_commit(staged: Repository, name: str) -> None:
    make, recorded = CONFIGURATIONS[name]
    make(staged.path / ".commit-carbon.toml")
    start = time.monotonic()
    said = run_hook(staged)
    assert time.monotonic() - start < 1.9
    assert len(said) == int(not recorded)
    assert ("larger than" in "".join(said)) == name.endswith("large")
    assert "hunter2" not in "".join(said)
    if recorded:
        assert_recorded(message_of(staged), 100)
    else:
        assert message_of(staged) == MESSAGE


# --- the environment

STALE = {
    "PRE_COMMIT": "1",
    "PRE_COMMIT_COMMIT_MSG_SOURCE": "commit",
    "PRE_COMMIT_COMMIT_OBJECT_NAME": "HEAD",
}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "japanese": {"LC_ALL": "ja_JP.eucJP"},
    "no-such-locale": {"LC_ALL": "xx_XX", "LANGUAGE": "de:fr"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "warnings": {"PYTHONWARNINGS": "error"},
    "development": {"PYTHONDEVMODE": "1"},
    "hash-seed": {"PYTHONHASHSEED": "0"},
    "no-home": {"HOME": ""},
    "stale-source": STALE,
    "git-trace": {"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1"},
    "git-trace2": {"GIT_TRACE2_PERF": "1"},
    "pager": {"GIT_PAGER": "false", "PAGER": "false", "GIT_EXTERNAL_DIFF": "false"},
    "literal-paths": {"GIT_LITERAL_PATHSPECS": "1"},
    "not-utf-8": {"SOME_VARIABLE": "\udce9\udcff"},
    "large": {f"VARIABLE_{number}": "x" * 50_000 for number in range(20)},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_makes_no_difference(staged: Repository, name: str) -> None:
    run_hook(staged, variables=ENVIRONMENTS[name])
    assert_recorded(message_of(staged), 100)


@pytest.mark.parametrize("unset", ["HOME", "LANG", "LC_ALL", "TERM", "GIT_CONFIG_GLOBAL"])
def test_an_unset_variable_makes_no_difference(staged: Repository, unset: str) -> None:
    assert run_hook(staged, command=("env", "-u", unset)) == []
    assert_recorded(message_of(staged), 100)


@pytest.mark.parametrize("flag", ["-O", "-OO", "-I", "-B", "-E", "-Werror", "-Xutf8=0"])
def test_interpreter_flags_make_no_difference(staged: Repository, flag: str) -> None:
    assert run_hook(staged, command=(str(SCRIPTS / "python"), flag)) == []
    assert_recorded(message_of(staged), 100)


def test_python_without_blake2_says_one_line(staged: Repository) -> None:
    """`hashlib` would print a traceback for each of its algorithms."""
    hidden = "import sys; sys.modules['_blake2'] = None"
    code = f"{hidden}; from commit_carbon_hook.hook import main; main()"
    python = str(SCRIPTS / "python")
    words = ("-c", code, ".git/COMMIT_EDITMSG", "message")
    done = staged.run(python, *words, check=True, **GIT_VARIABLES)
    assert done.stderr
    assert_one_line(done.stderr)
    assert message_of(staged) == MESSAGE


@pytest.mark.parametrize("path", ["", "/nonexistent", ".", "empty"])
def test_git_is_not_on_the_path(staged: Repository, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    folder = str(tmp_path / "empty") if path == "empty" else path
    said = run_hook(staged, variables={"PATH": folder})
    assert len(said) == 1
    assert "git" in said[0]
    assert message_of(staged) == MESSAGE


CLOSED = (
    "<&-",
    ">&-",
    "2>&-",
    "<&- >&-",
    "<&- 2>&-",
    ">&- 2>&-",
    "<&- >&- 2>&-",
    "> /dev/full 2> /dev/full",
)


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("editor", [":", "vi"], ids=["message", "editor"])
def test_closed_standard_streams(staged: Repository, closed: str, editor: str) -> None:
    """Also where a pipe to git gets the number of a standard stream."""
    command = ("sh", "-c", f'exec "$0" "$@" {closed}')
    run_hook(staged, command=command, variables={"GIT_EDITOR": editor})
    assert_recorded(message_of(staged), 100)


def test_an_open_terminal_is_not_asked(staged: Repository) -> None:
    """Standard input that never ends is never read."""
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [str(PROGRAM), ".git/COMMIT_EDITMSG", "message"],
            cwd=staged.path,
            env={**staged.environment, **GIT_VARIABLES},
            stdin=reading,
            capture_output=True,
            timeout=1.9,
            check=False,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert_recorded(message_of(staged), 100)


@pytest.mark.parametrize("mask", ["077", "000", "777"])
def test_umask(staged: Repository, mask: str) -> None:
    """The message keeps its mode whatever the mask."""
    file = staged.path / ".git" / "COMMIT_EDITMSG"
    file.chmod(0o664)
    run_hook(staged, command=("sh", "-c", f'umask {mask}; exec "$0" "$@"'))
    assert_recorded(message_of(staged), 100)
    assert file.stat().st_mode & 0o777 == 0o664


def test_what_a_killed_hook_has_left_goes(staged: Repository) -> None:
    left = staged.path / ".git" / "COMMIT_EDITMSG.1.commit-carbon"
    left.write_text("half a mess")
    assert run_hook(staged) == []
    assert_recorded(message_of(staged), 100)
    assert not left.exists()


def test_an_interrupted_hook_is_no_defect(staged: Repository, tmp_path: Path) -> None:
    """Ctrl-C reaches git and the hook alike."""
    path = fake_git(tmp_path, "kill -INT $PPID; sleep 1")
    said = run_hook(staged, variables={"PATH": path})
    assert said == ["commit-carbon-hook: interrupted: the commit may have no record"]
    assert message_of(staged) == MESSAGE


@pytest.mark.parametrize("seconds", [0, 2])
def test_amending_where_git_cannot_be_seen(hooked: Repository, seconds: int) -> None:
    """As in a container; an amend in the commit's own second is taken for a new commit."""
    isolated = " ".join(unshare("--pid", "--fork", "--mount-proc"))
    hooked.hook("prepare-commit-msg", f'exec {isolated} "{PROGRAM}" "$@"')
    before = int(time.time())
    date = f"@{before - seconds} +0000"
    hooked.commit("one", lines=100, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    (record,) = re.findall(r"id=(\w+)", hooked.message())[:1]
    hooked.git("commit", "-q", "--amend", "-m", "two")
    assert hooked.message().startswith("two\n")
    if seconds or int(time.time()) == before:
        assert (f"id={record}" in hooked.message()) == bool(seconds)


def fake_git(tmp_path: Path, body: str) -> str:
    """A PATH on which `git` is a shell script."""
    folder = tmp_path / "fake"
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


HANGING = {
    "ignores-signals": 'trap "" TERM INT HUP; echo $$ > "$PIDS"; exec sleep 60',
    "floods-standard-error": 'echo $$ > "$PIDS"; exec yes 1>&2',
    "closes-its-output": 'echo $$ > "$PIDS"; exec sleep 60 > /dev/null 2>&1',
}


@pytest.mark.parametrize("name", HANGING)
def test_a_hanging_git_is_stopped_after_two_seconds(
    staged: Repository, tmp_path: Path, name: str
) -> None:
    pids = tmp_path / "pids"
    path = fake_git(tmp_path, HANGING[name])
    start = time.monotonic()
    said = run_hook(staged, variables={"PATH": path, "PIDS": str(pids)})
    assert 1.5 < time.monotonic() - start < 3.5
    assert len(said) == 1
    assert "2 seconds" in said[0]
    assert message_of(staged) == MESSAGE
    assert not goes_on(pids.read_text().strip())


def goes_on(pid: str) -> bool:
    """Whether a process is still there, and not dead, after the second that its end may take."""
    for _ in range(20):
        command = ["ps", "-o", "stat=", "-p", pid]
        state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if state[:1] in ("", "Z"):
            return False
        time.sleep(0.05)
    return True


def test_no_git_is_left_behind(staged: Repository, tmp_path: Path) -> None:
    """Also where the hook gives up while git is at work."""
    (staged.path / ".commit-carbon.toml").write_text("bad = \n")
    pids = tmp_path / "pids"
    path = fake_git(tmp_path, HANGING["ignores-signals"])
    run_hook(staged, variables={"PATH": path, "PIDS": str(pids)})
    time.sleep(0.1)
    assert not pids.exists() or not goes_on(pids.read_text().strip())


WRONG = {
    "fails": "exit 1",
    "dies": "kill -SEGV $$",
    "says-nothing": "exit 0",
    "is-no-program": "",
    "garbage": "printf 'x\\ty\\tz\\0'",
    "not-utf-8": "printf '\\351\\377\\n' >&2; exit 3",
    "escape-said": "printf 'fatal: \\033[31m\\r\\n' >&2; exit 128",
    "huge-number": "printf '99999999999999999999\\t1\\tz\\0'",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_git_that_answers_nonsense(staged: Repository, tmp_path: Path, name: str) -> None:
    run_hook(staged, variables={"PATH": fake_git(tmp_path, WRONG[name])})
    assert message_of(staged) == MESSAGE


def test_a_plain_hook_ignores_what_pre_commit_said_to_another_commit(hooked: Repository) -> None:
    """A commit made inside another commit's hooks inherits pre-commit's variables."""
    editor = 'printf "Typed subject\\n" > "$1"; :'
    hooked.write("more", "line\n" * 100)
    hooked.git("commit", "-q", check=True, GIT_EDITOR=f"sh -c '{editor}' --", **STALE)
    assert_recorded(hooked.message(), 100, "Typed subject\n")
