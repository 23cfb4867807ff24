"""The hook in every kind of repository, and what it never runs there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SCRIPTS, Repository

MakeRepository = Callable[..., Repository]
TOKENS = re.compile(r"^Carbon-Tokens: output=(\d+) .*by=lines", re.MULTILINE)
PROGRAM = SCRIPTS / "commit-carbon-hook"
LINES = 100


def assert_recorded(repository: Repository, lines: int = LINES, revision: str = "HEAD") -> None:
    """The commit has one record, of as many lines as git itself counts in it."""
    message = repository.message(revision)
    assert message.count("Carbon-gCO2e: ") == 1, message
    found = TOKENS.search(message)
    assert found is not None
    assert int(found[1]) == 40 * lines
    trailers = repository.git("log", "-1", "--format=%(trailers:key=Carbon-gCO2e)", revision)
    assert trailers.strip()


def add(repository: Repository, name: str = "new", lines: int = LINES) -> None:
    (repository.path / name).write_text("".join(f"line {number}\n" for number in range(lines)))
    repository.git("add", "-A")


def commit(repository: Repository, *arguments: str, **variables: str) -> None:
    """Commit what is staged, in both ways that a message can be given."""
    done = repository.run(
        "git", "commit", "-q", "-m", "A subject", *arguments, check=False, **variables
    )
    assert (done.returncode, done.stderr) == (0, "")


def typed(repository: Repository, **variables: str) -> None:
    """Commit what is staged through an editor."""
    editor = repository.path.parent / "editor"
    editor.write_text('#!/bin/sh\necho Typed > "$1.new"; cat "$1" >> "$1.new"; mv "$1.new" "$1"\n')
    editor.chmod(0o755)
    done = repository.run("git", "commit", "-q", check=False, GIT_EDITOR=str(editor), **variables)
    assert (done.returncode, done.stderr) == (0, "")


def linked_worktree(hooked: Repository) -> Repository:
    hooked.git("worktree", "add", "-q", "-b", "side", "../linked")
    return Repository(hooked.path.parent / "linked", hooked.environment)


def beside_a_linked_worktree(hooked: Repository) -> Repository:
    linked_worktree(hooked)
    return hooked


def detached_worktree(hooked: Repository) -> Repository:
    hooked.git("worktree", "add", "-q", "--detach", "../linked")
    return Repository(hooked.path.parent / "linked", hooked.environment)


def worktree_with_its_own_configuration(hooked: Repository) -> Repository:
    hooked.git("config", "extensions.worktreeConfig", "true")
    return linked_worktree(hooked)


def submodule(hooked: Repository) -> Repository:
    parent = hooked.path.parent
    hooked.git("clone", "-q", "--bare", ".", "../origin.git")
    allowed = ("-c", "protocol.file.allow=always")
    hooked.git(*allowed, "submodule", "add", "-q", str(parent / "origin.git"), "modules/one")
    hooked.git("commit", "-qm", "with a submodule")
    inner = Repository(hooked.path / "modules" / "one", hooked.environment)
    inner.install()
    return inner


def separate_git_directory(hooked: Repository) -> Repository:
    hooked.git("init", "-q", "--separate-git-dir", "../elsewhere.git")
    return hooked


def packed_refs(hooked: Repository) -> Repository:
    hooked.git("pack-refs", "--all")
    hooked.git("gc", "-q")
    return hooked


def detached_head(hooked: Repository) -> Repository:
    hooked.git("checkout", "-q", "--detach")
    return hooked


def long_branch_name(hooked: Repository) -> Repository:
    hooked.git("checkout", "-q", "-b", "feature/ünï-cödé/" + "x" * 150)
    return hooked


def symbolic_branch(hooked: Repository) -> Repository:
    hooked.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    hooked.git("symbolic-ref", "HEAD", "refs/heads/alias")
    return hooked


def hooks_path(hooked: Repository) -> Repository:
    (hooked.path / ".git" / "hooks").rename(hooked.path.parent / "our-hooks")
    hooked.git("config", "core.hooksPath", "../our-hooks")
    return hooked


def split_index(hooked: Repository) -> Repository:
    hooked.git("config", "core.splitIndex", "true")
    hooked.git("update-index", "--split-index")
    return hooked


def version_4_index(hooked: Repository) -> Repository:
    hooked.git("config", "index.version", "4")
    hooked.git("update-index", "--index-version", "4", "--untracked-cache")
    return hooked


def sparse_checkout(hooked: Repository) -> Repository:
    hooked.write("left-out/file", "x\n" * 50)
    hooked.git("commit", "-qm", "folders")
    hooked.git("sparse-checkout", "set", "--no-cone", "/*", "!/left-out")
    return hooked


def sparse_index(hooked: Repository) -> Repository:
    for number in range(3):
        hooked.write(f"left-out/{number}/file", "x\n" * 50)
    hooked.git("commit", "-qm", "folders")
    hooked.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    return hooked


def shallow(hooked: Repository) -> Repository:
    hooked.commit("second")
    hooked.git("clone", "-q", "--depth", "1", f"file://{hooked.path}", "../shallow")
    clone = Repository(hooked.path.parent / "shallow", hooked.environment)
    clone.install()
    return clone


def alternates(hooked: Repository) -> Repository:
    hooked.git("clone", "-q", "--shared", ".", "../shared")
    clone = Repository(hooked.path.parent / "shared", hooked.environment)
    clone.install()
    return clone


def unborn(hooked: Repository) -> Repository:
    hooked.git("checkout", "-q", "--orphan", "other")
    hooked.git("rm", "-rqf", ".")
    return hooked


def odd_configuration(hooked: Repository) -> Repository:
    for key, value in {
        "diff.algorithm": "histogram",
        "diff.relative": "true",
        "diff.renames": "false",
        "diff.noprefix": "true",
        "diff.ignoreSubmodules": "all",
        "core.quotePath": "false",
        "core.abbrev": "5",
        "color.ui": "always",
        "core.pager": "false",
        "core.bigFileThreshold": "1m",
        "core.precomposeUnicode": "true",
        "log.showSignature": "true",
        "status.relativePaths": "false",
    }.items():
        hooked.git("config", key, value)
    return hooked


KINDS: tuple[Callable[[Repository], Repository], ...] = (
    linked_worktree,
    beside_a_linked_worktree,
    detached_worktree,
    worktree_with_its_own_configuration,
    submodule,
    separate_git_directory,
    packed_refs,
    detached_head,
    long_branch_name,
    symbolic_branch,
    hooks_path,
    split_index,
    version_4_index,
    sparse_checkout,
    sparse_index,
    shallow,
    alternates,
    unborn,
    odd_configuration,
)


@pytest.mark.parametrize("make", KINDS, ids=[make.__name__ for make in KINDS])
def test_a_record_in_every_kind_of_repository(
    hooked: Repository, make: Callable[[Repository], Repository]
) -> None:
    repository = make(hooked)
    add(repository)
    commit(repository)
    assert_recorded(repository)
    add(repository, "other", 150)
    typed(repository)
    assert_recorded(repository, 150)
    add(repository, "third", 70)
    commit(repository, "--amend")
    assert_recorded(repository, 220)


@pytest.mark.parametrize(
    "arguments",
    [("--object-format=sha256",), ("--ref-format=reftable",)],
    ids=lambda value: value[0],
)
def test_object_and_ref_formats(
    make_repository: MakeRepository, arguments: tuple[str, ...]
) -> None:
    try:
        repository = make_repository("formats", *arguments)
    except subprocess.CalledProcessError:
        pytest.skip(f"this git has no {arguments[0]}")
    repository.install()
    add(repository, "first", 120)
    commit(repository)
    assert_recorded(repository, 120)
    add(repository)
    typed(repository)
    assert_recorded(repository)
    repository.git("worktree", "add", "-q", "-b", "side", "../linked")
    linked = Repository(repository.path.parent / "linked", repository.environment)
    add(linked, "third", 150)
    commit(linked)
    assert_recorded(linked, 150)


def test_a_subdirectory(hooked: Repository) -> None:
    add(hooked, "outside", 50)
    folder = hooked.path / "deep" / "er"
    folder.mkdir(parents=True)
    inner = Repository(folder, hooked.environment)
    add(inner)
    commit(inner)
    assert_recorded(hooked, 150)


def test_git_dir_and_work_tree_options(hooked: Repository, tmp_path: Path) -> None:
    """The configuration is the work tree's, whatever repository lies around it."""
    work_tree = tmp_path / "around" / "work-tree"
    work_tree.mkdir(parents=True)
    hooked.git("init", "-q", str(work_tree.parent))
    (work_tree / ".commit-carbon.toml").write_text('tool = "codex-cli"\n')
    outside = Repository(tmp_path, hooked.environment)
    options = ("--git-dir", str(hooked.path / ".git"), "--work-tree", str(work_tree))
    (work_tree / "new").write_text("line\n" * LINES)
    outside.git(*options, "add", "new")
    outside.git(*options, "commit", "-qm", "A subject")
    message = hooked.message()
    assert "tool=codex-cli evidence=declared" in message
    inside = Repository(work_tree, hooked.environment)
    variables = {"GIT_DIR": str(hooked.path / ".git"), "GIT_WORK_TREE": str(work_tree)}
    (work_tree / "new").write_text("other\n" * LINES)
    inside.git("commit", "-qam", "Another subject", check=True, **variables)
    assert "tool=codex-cli evidence=declared" in hooked.message()


def test_a_git_directory_named_relative_to_the_folder(hooked: Repository) -> None:
    add(hooked)
    commit(hooked, GIT_DIR=".git")
    assert_recorded(hooked)


@pytest.mark.parametrize(
    "name", ["a b", "a\nb", "-dash", "quo'te\"", "\udce9t\udce9", "$(touch x)"]
)
def test_odd_names_of_repository_and_file(make_repository: MakeRepository, name: str) -> None:
    repository = make_repository("plain")
    repository.path.rename(repository.path.parent / name)
    repository = Repository(repository.path.parent / name, repository.environment)
    repository.install()
    add(repository, f":{name}")
    add(repository, name, 50)
    commit(repository)
    assert_recorded(repository, 150)
    add(repository, "third", 150)
    typed(repository)
    assert_recorded(repository, 150)
    repository.git("worktree", "add", "-q", "-b", "side", "../linked " + name)
    linked = Repository(repository.path.parent / f"linked {name}", repository.environment)
    add(linked, "fourth", 175)
    commit(linked)
    assert_recorded(linked, 175)


def test_staged_lines_are_those_that_git_commits(hooked: Repository) -> None:
    """Renames, attributes, line ends, intent-to-add, modes, links, a submodule."""
    add(hooked, "moved", 200)
    hooked.write("crlf", "a\r\n" * 40)
    hooked.write("unseen", "x\n" * 90)
    hooked.write("seen", "\0\n" * 60)
    hooked.write(".gitattributes", "unseen -diff\nseen diff\n")
    hooked.git("commit", "-qm", "before")
    hooked.git("mv", "moved", "there")
    (hooked.path / "there").write_text((hooked.path / "there").read_text() + "more\n" * 100)
    (hooked.path / "crlf").write_bytes(b"a\n" * 40)
    (hooked.path / "unseen").write_text("y\n" * 90)
    (hooked.path / "seen").write_bytes(b"\0\0\n" * 60)
    (hooked.path / "link").symlink_to("there")
    hooked.git("add", "-A")
    hooked.git("update-index", "--chmod=+x", "crlf")
    hooked.git("clone", "-q", ".", "inner")
    hooked.git("add", "inner")
    (hooked.path / "later").write_text("x\n" * 500)
    hooked.git("add", "-N", "later")
    commit(hooked)
    stat = hooked.git("show", "--numstat", "-M", "--format=", "--ignore-submodules=all")
    numbers = [line.split("\t")[:2] for line in stat.splitlines()]
    assert len(numbers) >= 4
    assert_recorded(hooked, sum(int(one) for pair in numbers for one in pair if one != "-"))


def test_hooks_from_the_configuration_and_from_files_together(hooked: Repository) -> None:
    """git 2.54 runs both, so that the hook runs twice on one message."""
    version = re.findall(r"\d+", hooked.git("version"))
    if (int(version[0]), int(version[1])) < (2, 54):
        pytest.skip("this git has no hooks from the configuration")
    for stage in ("prepare-commit-msg", "commit-msg"):
        hooked.git("config", f"hook.carbon-{stage}.event", stage)
        hooked.git("config", f"hook.carbon-{stage}.command", f"{PROGRAM} --stage {stage}")
    add(hooked)
    commit(hooked)
    assert_recorded(hooked)
    add(hooked, "other", 150)
    typed(hooked)
    assert_recorded(hooked, 150)


def test_work_trees_commit_at_the_same_time(hooked: Repository) -> None:
    """What one stage hands to the next is each work tree's own."""
    editor = hooked.path.parent / "slow-editor"
    editor.write_text('#!/bin/sh\nsleep 0.2\necho "in $PWD" > "$1"\n')
    editor.chmod(0o755)
    running = []
    for number in range(1, 5):
        name = f"linked-{number}"
        hooked.git("worktree", "add", "-q", "-b", name, f"../{name}")
        linked = Repository(hooked.path.parent / name, hooked.environment)
        add(linked, "new", 100 * number)
        environment = {**linked.environment, "GIT_EDITOR": str(editor)}
        command = ["git", "commit", "-q"]
        running.append((linked, subprocess.Popen(command, cwd=linked.path, env=environment)))
    for number, (linked, process) in enumerate(running, 1):
        assert process.wait(timeout=60) == 0
        assert linked.message().startswith(f"in {linked.path}\n")
        assert_recorded(linked, 100 * number)


def test_a_thousand_files_with_odd_names(hooked: Repository) -> None:
    folder = hooked.path / "many"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number}\t\n[*]").write_text("x\n")
    hooked.git("add", "-A")
    commit(hooked)
    assert_recorded(hooked, 1000)


# --- nothing is fetched


@pytest.fixture
def partial_clone(hooked: Repository) -> Repository:
    """A clone without blobs that are not checked out; its origin is gone."""
    for number in range(3):
        hooked.write(f"left-out/{number}", "x\n" * 70)
    hooked.git("commit", "-qm", "files", "--no-verify", COMMIT_CARBON="0")
    hooked.git("config", "uploadpack.allowFilter", "true")
    hooked.git(
        "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{hooked.path}", "../partial"
    )
    clone = Repository(hooked.path.parent / "partial", hooked.environment)
    clone.git("sparse-checkout", "set", "--no-cone", "/*", "!/left-out")
    clone.git("checkout", "-q", "main")
    clone.install()
    hooked.path.rename(hooked.path.parent / "gone")
    return clone


def test_a_partial_clone_is_read_without_fetching(
    partial_clone: Repository, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    partial_clone.git("rm", "-q", "--cached", "--sparse", "left-out/0")
    add(partial_clone)
    commit(partial_clone, GIT_TRACE=str(trace))
    assert_recorded(partial_clone)
    assert not re.search(r"fetch|upload-pack|remote-", trace.read_text())
    partial_clone.git("config", "commit.status", "false")  # git's own list of renames wants blobs
    partial_clone.git("rm", "-q", "--cached", "--sparse", "left-out/1")
    add(partial_clone, "other", 150)
    typed(partial_clone, GIT_TRACE=str(trace))
    assert_recorded(partial_clone, 150)
    assert not re.search(r"fetch|upload-pack|remote-", trace.read_text())


def test_a_promisor_remote_that_names_a_program_is_not_run(
    partial_clone: Repository, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    partial_clone.git("config", "remote.origin.url", f"ext::sh -c touch% {marker}")
    partial_clone.git("config", "protocol.ext.allow", "always")
    partial_clone.git("rm", "-q", "--cached", "--sparse", "left-out/0")
    add(partial_clone)
    commit(partial_clone)
    assert_recorded(partial_clone)
    assert not marker.exists()
    # The trap works: git itself runs the program when it wants the blob.
    partial_clone.run("git", "diff", "--cached", "HEAD~1", check=False)
    assert marker.exists()


# --- no program runs because of the hook


PROGRAM_KEYS = """
core.fsmonitor core.pager core.sshCommand core.askPass core.alternateRefsCommand credential.helper
diff.external diff.odd.command diff.odd.textconv filter.odd.clean filter.odd.smudge
filter.odd.process gpg.program gpg.ssh.program interactive.diffFilter pager.diff-index
pager.cat-file sequence.editor trailer.carbon-gco2e.command trailer.carbon-gco2e.cmd
trailer.sign.cmd uploadpack.packObjectsHook alias.diff-index alias.cat-file
""".split()  # noqa: SIM905


def test_nothing_that_a_configuration_names_runs_because_of_the_hook(
    make_repository: MakeRepository,
) -> None:
    runs = {}
    for switch in ("0", "1"):
        repository = make_repository(f"switch-{switch}")
        repository.install()
        log = repository.path.parent / f"log-{switch}"
        log.touch()

        def program(name: str, log: Path = log) -> str:
            path = log.with_name(f"program {name}")
            path.write_text(f'#!/bin/sh\necho "${{0##*/}}" >> "{log}"\ncat\nexit 0\n')
            path.chmod(0o755)
            return f"'{path}'"

        for key in PROGRAM_KEYS:
            value = program(key)
            repository.git("config", key, f"!{value}" if key.startswith("alias.") else value)
        repository.git("config", "log.showSignature", "true")
        repository.write(".gitattributes", "*.odd diff=odd\n")
        add(repository, "one.odd")
        variables = {
            "COMMIT_CARBON": switch,
            "GIT_PAGER": program("pager"),
            "GIT_EXTERNAL_DIFF": program("diff"),
        }
        for name, *arguments in (
            ("one.odd", "-mone"),
            ("two.odd", "-eF.git/info/exclude"),
            ("three.odd", "--amend", "-mx"),
        ):
            add(repository, name)
            editor = "sed -i 1iTyped"
            repository.git("commit", "-q", *arguments, check=True, GIT_EDITOR=editor, **variables)
        runs[switch] = log.read_text().splitlines()
        assert ("Carbon" in repository.message()) == (switch == "1")
    assert runs["1"] == runs["0"]
    assert "program core.fsmonitor" in runs["0"], "the trap works"


def test_code_in_the_repository_is_not_imported(hooked: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    trap = f"open({str(marker)!r}, 'w').close()\n"
    for name in (
        "commit_carbon_hook",
        "tomllib",
        "_blake2",
        "tempfile",
        "decision",
        "sitecustomize",
        "argparse",
    ):
        (hooked.path / f"{name}.py").write_text(trap)
    (hooked.path / ".commit-carbon.toml").write_text('tool = "codex-cli"\n')
    hooked.git("add", "-A")
    add(hooked)
    commit(hooked)
    assert "tool=codex-cli" in hooked.message()
    hooked.run(str(SCRIPTS / "commit-carbon"), "install")
    add(hooked, "other")
    typed(hooked)
    assert "tool=codex-cli" in hooked.message()
    assert not marker.exists()
