"""The commands as users run them: what they print, and one line for every mistake."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from support import SCRIPTS, Repository

from commit_carbon_hook import cli, factor_table

PROGRAMS = ("commit-carbon", "commit-carbon-check", "commit-carbon-hook", "commit-carbon-summarize")


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_and_version(repository: Repository, program: str) -> None:
    assert repository.run(program, "--help").stdout.startswith(f"usage: {program}")
    assert repository.run(program, "--version").stdout.split()[0] == program


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_a_help_that_teaches(repository: Repository, command: str) -> None:
    text = repository.run("commit-carbon", command, "--help").stdout
    assert f"usage: commit-carbon {command}" in text
    assert len(text.splitlines()) > 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param("estimate --tool nope --lines 3", "unknown tool 'nope'", id="tool"),
        pytest.param(
            "estimate --tool cursor --lines 3 --grid Mars", "unknown grid zone 'Mars'", id="grid"
        ),
        pytest.param(
            "estimate --tool cursor --lines 3 --method 9", "unknown method '9'", id="method"
        ),
        pytest.param("estimate --tool cursor", "give either --lines or tokens", id="no-activity"),
        pytest.param(
            "estimate --tool cursor --lines 3 --output 5", "give either", id="two-activities"
        ),
        pytest.param("estimate --tool cursor --lines -3", "--lines", id="negative"),
        pytest.param("estimate --tool cursor --lines 1e9", "not a whole number", id="exponent"),
        pytest.param("grid Atlantis", "unknown grid zone 'Atlantis'", id="zone"),
        pytest.param("grid --search xyzzy", "no zone has 'xyzzy'", id="search"),
        pytest.param("factors --model xyzzy", "unknown model 'xyzzy'", id="model"),
        pytest.param("explain nope", "names no commit here", id="commit"),
        pytest.param("explain --output=x", "", id="option-like"),
        pytest.param("install -C nowhere", "nowhere is not a directory", id="install"),
        pytest.param("doctor -C nowhere", "nowhere is not a directory", id="doctor"),
        pytest.param("unknown", "", id="command"),
    ],
)
def test_mistakes(repository: Repository, arguments: str, said: str) -> None:
    done = repository.run("commit-carbon", *arguments.split(), check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    if said and "usage:" not in done.stderr:
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("commit-carbon: ")


DOORS = [
    "commit-carbon --help",
    "commit-carbon session --scope all",
    "commit-carbon session --statusline",
    "commit-carbon-check --help",
    "commit-carbon-summarize --version",
    "commit-carbon-summarize",
    "commit-carbon-summarize --format json",
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    ("where", "reason"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")]
)
@pytest.mark.parametrize("command", DOORS)
def test_an_output_that_cannot_be_written_is_one_line_and_2(
    hooked: Repository, command: str, where: str, reason: str, unbuffered: str
) -> None:
    # The second time an answer may be one that was kept.
    hooked.run(*command.split())
    shell = ("sh", "-c", f"exec {command} {where}")
    done = hooked.run(*shell, check=False, PYTHONUNBUFFERED=unbuffered)
    told = f"standard output cannot be written: {reason}: send it to a file or a terminal"
    assert (done.returncode, done.stderr) == (2, f"{command.split()[0]}: {told}\n")


def test_a_command_that_prints_nothing_needs_no_output(hooked: Repository) -> None:
    done = hooked.run("sh", "-c", "commit-carbon-check HEAD >&-", check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_an_error_that_nobody_can_read_is_still_2(hooked: Repository, where: str) -> None:
    done = hooked.run("sh", "-c", f"commit-carbon grid Mars {where}", check=False)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("command", DOORS)
def test_an_output_that_nobody_reads_to_its_end_is_no_mistake(
    hooked: Repository, command: str
) -> None:
    script = f"{{ {command}; echo $? >&3; }} 3>code | :"
    done = hooked.run("sh", "-c", script)
    assert (done.stderr, (hooked.path / "code").read_text()) == ("", "0\n")


def test_estimate_explains_itself(repository: Repository) -> None:
    text = repository.run(
        "commit-carbon", *["estimate", "--tool", "codex-cli", "--lines", "300", "--grid", "FR"]
    ).stdout
    for part in (
        "300 lines x 40 = 12,000; x 3 for an agent = 36,000 output",
        "6 x output = 216,000 input",
        "150 x output = 5,400,000 cached",
        "36,000 output x 2 Wh/1,000",
        "FR: 44.2 gCO2e/kWh (39.8 to 56.0)",
        "together 169 Wh",
        "= 7.48 gCO2e",
        "tokens 53%",
    ):
        assert part in text


def test_estimate_as_json(repository: Repository) -> None:
    done = repository.run(
        "commit-carbon",
        *["estimate", "--tool", "claude-code", "--lines", "100", "--format", "json"],
    )
    shown = json.loads(done.stdout)
    assert shown["tokens"] == {"output": 12_000, "input": 72_000, "cached": 1_800_000}
    assert shown["energy_wh"]["central"] == pytest.approx(50.4)
    assert sum(shown["range_shares"].values()) == pytest.approx(1)


def test_the_method_with_the_error_warns(repository: Repository) -> None:
    done = repository.run(
        "commit-carbon",
        *[
            "estimate",
            "--tool",
            "copilot",
            "--lines",
            "50",
            "--grid",
            "US",
            "--method",
            "1-as-published",
        ],
    )
    assert "33.3 gCO2e (16.7 to 66.6)" in done.stdout
    assert "1,000 times too high" in done.stderr


def test_a_zone_as_json(repository: Repository) -> None:
    shown = json.loads(repository.run("commit-carbon", "grid", "US", "--format", "json").stdout)
    low, central, high = factor_table.ZONES["US"]
    assert shown["zone"] == "US"
    assert shown["intensity_gco2e_per_kwh"] == {"low": low, "central": central, "high": high}
    assert shown["year"] > 2020
    assert shown["boundary"] == "lifecycle"
    assert shown["source"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param("grid FR", "44 gCO2e/kWh (40 to 56", id="zone"),
        pytest.param("grid us-va", "SERC Virginia/Carolina", id="state"),
        pytest.param("grid --search virginia", "SRVC", id="search"),
        pytest.param("grid FR SRVC", "do not compare", id="boundaries"),
        pytest.param(
            "factors --tool claude-code", "1.5 Wh/1k tokens (0.5 to 6), modelled", id="tool"
        ),
        pytest.param("factors --tool claude-code", "source: Method 2", id="source"),
        pytest.param("factors --model 'claude-opus-4-6'", "frontier", id="model"),
        pytest.param(
            "factors --tool copilot --method 1", "130 Ws/1k tokens (65 to 260)", id="method-1"
        ),
        pytest.param("factors", "claude-code", id="overview"),
    ],
)
def test_looking_up(repository: Repository, arguments: str, said: str) -> None:
    done = repository.run("commit-carbon", *arguments.replace("'", "").split())
    assert said in done.stdout


def test_a_reader_that_stops_is_no_error(repository: Repository) -> None:
    done = repository.run("bash", "-c", "commit-carbon grid | head -n 1; echo ${PIPESTATUS[0]}")
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_explain_shows_the_equation_of_a_record(hooked: Repository) -> None:
    hooked.commit("work", lines=100, COMMIT_CARBON_TOOL="claude-code")
    text = hooked.run("commit-carbon", "explain", "HEAD").stdout
    assert "12,000 output x 1.5 Wh/1,000" in text
    assert "the record follows from its tokens, tool, grid and method" in text


def test_explain_finds_a_record_that_was_changed(hooked: Repository) -> None:
    hooked.commit("work", COMMIT_CARBON_TOOL="claude-code")
    changed = hooked.message().replace("central=12", "central=11")
    assert changed != hooked.message()
    hooked.git("commit", "-q", "--amend", "-m", changed, COMMIT_CARBON="0")
    done = hooked.run("commit-carbon", "explain", "HEAD", check=False)
    assert done.returncode == 1
    assert "DIFFERS" in done.stdout


def test_explain_says_what_it_would_estimate_afterwards(repository: Repository) -> None:
    repository.commit("work\n\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>")
    text = repository.run("commit-carbon", "explain", "HEAD").stdout
    assert "no record, but a known identity: claude-code" in text


class TestInstall:
    """Plain git hooks, beside those that are there."""

    def test_every_commit_gets_its_record_until_it_is_uninstalled(
        self, repository: Repository
    ) -> None:
        repository.run("commit-carbon", "install")
        repository.commit("first")
        assert "Carbon-gCO2e: " in repository.message()
        repository.run("commit-carbon", "install", "--uninstall")
        repository.commit("second")
        assert "Carbon-gCO2e: " not in repository.message()
        assert not list((repository.path / ".git/hooks").glob("*commit-carbon*"))

    def test_existing_hooks_go_on_working(self, repository: Repository) -> None:
        repository.hook("prepare-commit-msg", 'echo "Reviewed-by: R <r@x>" >> "$1"')
        repository.hook("commit-msg", 'grep -q wrong "$1" && exit 1 || exit 0')
        repository.run("commit-carbon", "install")
        repository.run("commit-carbon", "install")
        repository.commit("right\n\nbody\n\nSigned-off-by: S <s@x>")
        assert "Reviewed-by: R <r@x>" in repository.message()
        assert "Carbon-gCO2e: " in repository.message()
        repository.write("file", "more\n")
        refused = repository.run("git", "commit", "-qm", "wrong", check=False)
        assert refused.returncode == 1
        repository.run("commit-carbon", "install", "--uninstall")
        hook = repository.path / ".git/hooks/prepare-commit-msg"
        assert "Reviewed-by" in hook.read_text()
        assert hook.stat().st_mode & stat.S_IXUSR

    def test_core_hooks_path_and_a_linked_work_tree(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        repository.commit("initial")
        repository.git("config", "core.hooksPath", str(tmp_path / "my hooks"))
        repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
        linked = Repository(tmp_path / "linked", repository.environment)
        linked.run("commit-carbon", "install")
        linked.write("file", "line\n")
        done = linked.run("git", "commit", "-q", "-m", "there", check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Carbon-gCO2e: " in linked.message()
        assert "commit-msg: installed" in linked.run("commit-carbon", "doctor").stdout

    def test_a_hook_whose_package_is_gone_lets_commits_through(
        self, repository: Repository
    ) -> None:
        repository.run("commit-carbon", "install")
        hook = repository.path / ".git/hooks/prepare-commit-msg"
        hook.write_text(hook.read_text().replace("package='", "package='/nowhere"))
        repository.write("file", "line\n")
        done = repository.run("git", "commit", "-qm", "message")
        assert "no longer installed" in done.stderr
        assert repository.message() == "message\n\n"

    def test_the_installed_hook_is_a_posix_shell_script(self, repository: Repository) -> None:
        repository.run("commit-carbon", "install")
        for hook in (repository.path / ".git/hooks").glob("*-msg"):
            assert hook.read_bytes().startswith(b"#!/bin/sh\n")
            assert b"\r" not in hook.read_bytes()
            assert os.access(hook, os.X_OK)
            repository.run("sh", "-n", str(hook))


class TestNotes:
    """`store = "notes"`: the same lines, beside the message."""

    def test_the_record_goes_to_the_note(self, repository: Repository) -> None:
        repository.run("commit-carbon", "install")
        repository.write(".commit-carbon.toml", 'store = "notes"\ntool = "cursor"\n')
        repository.commit("first")
        assert repository.message().strip() == "first"
        note = repository.git("notes", "--ref=carbon", "show", "HEAD")
        assert note.startswith("Carbon-gCO2e: low=")
        assert "tool=cursor" in note

    def test_an_aborted_commit_leaves_no_note(self, repository: Repository) -> None:
        repository.run("commit-carbon", "install")
        repository.commit("first", COMMIT_CARBON_STORE="notes")
        repository.hook("commit-msg", "exit 1")
        repository.write("other", "line\n")
        repository.run("git", "commit", "-qm", "no", check=False, COMMIT_CARBON_STORE="notes")
        (repository.path / ".git/hooks/commit-msg").unlink()
        repository.commit("second", COMMIT_CARBON_STORE="notes")
        assert len(repository.git("notes", "--ref=carbon", "list").splitlines()) == 2

    def test_without_post_commit_the_next_commit_attaches_it(self, hooked: Repository) -> None:
        first = hooked.commit("first", COMMIT_CARBON_STORE="notes")
        assert hooked.run("git", "notes", "--ref=carbon", "show", first, check=False).returncode
        hooked.commit("second", COMMIT_CARBON_STORE="notes")
        assert "Carbon-gCO2e" in hooked.git("notes", "--ref=carbon", "show", first)

    def test_amending_keeps_the_note(self, repository: Repository) -> None:
        repository.run("commit-carbon", "install")
        repository.commit("first", COMMIT_CARBON_STORE="notes")
        before = repository.git("notes", "--ref=carbon", "show", "HEAD")
        repository.git(
            "commit", "-q", "--amend", "-m", "other", check=True, COMMIT_CARBON_STORE="notes"
        )
        assert repository.git("notes", "--ref=carbon", "show", "HEAD") == before


class TestCheck:
    """commit-carbon-check, as pre-commit and pre-commit.ci run it."""

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            pytest.param(".commit-carbon.toml", 'tool = "cursr"', "tool: unknown tool", id="tool"),
            pytest.param(".commit-carbon.toml", 'api_key = "s3cr3t"', "may not stand in", id="key"),
            pytest.param(
                "a.carbon-factors.json", '{"zones": 1}', "zones: must be an object", id="type"
            ),
            pytest.param(
                "a.carbon-factors.json", '{"zonez": {}}', 'unknown key "zonez"', id="section"
            ),
            pytest.param("a.carbon-factors.json", '{"a": NaN}', "NaN is not a number", id="nan"),
            pytest.param("a.carbon-factors.json", '{"a": 1, "a": 2}', "stands twice", id="twice"),
            pytest.param("a.carbon-factors.json", "[" * 50_000, "nested", id="deep"),
            pytest.param("missing.json", None, "cannot be read", id="missing"),
        ],
    )
    def test_faults(
        self, repository: Repository, name: str, content: str | None, said: str
    ) -> None:
        if content is not None:
            repository.write(name, content)
        done = repository.run("commit-carbon-check", name, check=False)
        assert done.returncode == 2
        assert said in done.stderr
        assert "s3cr3t" not in done.stderr
        assert all(line.startswith("commit-carbon-check: ") for line in done.stderr.splitlines())

    def test_a_project_with_factors_of_its_own(self, repository: Repository) -> None:
        zone = {
            "name": "Our data centre",
            "kind": "average",
            "boundary": "lifecycle",
            "basis": "consumption",
            "year": 2026,
            "intensity_gco2e_per_kwh": {"low": 8, "central": 10, "high": 12},
            "range_basis": "the supplier's own statement",
            "known": "measured",
            "licence": "own",
            "source": "our-supplier",
            "parent": "FR",
        }
        source = {
            "title": "Supplier's statement",
            "publisher": "Our supplier",
            "year": 2026,
            "url": "https://example.com/statement",
            "licence": "own",
            "edition": "2026",
            "transcribed": False,
        }
        own = {"sources": {"our-supplier": source}, "zones": {"OURS": zone}}
        repository.write("own.carbon-factors.json", json.dumps(own))
        repository.write(
            ".commit-carbon.toml", 'factors = "own.carbon-factors.json"\ngrid = "OURS"\n'
        )
        assert repository.run("commit-carbon-check").returncode == 0
        repository.install()
        repository.commit("with our zone", COMMIT_CARBON_TOOL="claude-code")
        assert "grid=OURS" in repository.message()
        text = repository.run("commit-carbon", "explain", "HEAD").stdout
        assert "OURS: 10.0 gCO2e/kWh (8.00 to 12.0)" in text
        assert "the record follows" in text


def test_the_programs_are_installed() -> None:
    for program in PROGRAMS:
        assert (SCRIPTS / program).exists()
