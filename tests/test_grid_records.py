"""Live values and measured energy in real commits: which record they make, and that it verifies."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from grid_server import GridServer
from support import Repository

from commit_carbon_hook import history, record, tables
from commit_carbon_hook.estimate import Range, Tokens
from commit_carbon_hook.grid import cache, live, measured
from commit_carbon_hook.usage import Commit

LIVE = 231.0
HEAD = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,"
    "gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name,"
    "country_iso_code,region,cloud_provider,cloud_region,os,python_version,codecarbon_version"
)


@pytest.fixture
def local(hooked: Repository) -> Repository:
    """A repository with the hook, whose user has a cache of their own."""
    hooked.environment["XDG_CACHE_HOME"] = str(hooked.path.parent / "cache")
    return hooked


def fetched(repository: Repository, zone: str, minutes_ago: float = 5, max_age: int = 60) -> None:
    """A live value as `grid refresh` leaves it."""
    moment = int(time.time() - 60 * minutes_ago)
    value = live.Value(
        zone, LIVE, None, moment, moment, "electricitymaps", "FR", "lifecycle", False, max_age
    )
    cache.write(live.path(zone, repository.environment), live.line(value))


def records(repository: Repository, revision: str = "HEAD") -> list[record.Record]:
    found, rejected = history.find_records(repository.message(revision).encode())
    assert not rejected
    return found


def work(repository: Repository, message: str, variables: dict[str, str], lines: int = 1) -> None:
    repository.commit(message, lines=lines, **variables)


def only(repository: Repository, revision: str = "HEAD") -> record.Record:
    (one,) = records(repository, revision)
    return one


def grid(one: record.Record) -> str:
    assert one.basis
    return one.basis.grid


def verified(repository: Repository, *arguments: str) -> int:
    return repository.run("commit-carbon", "verify", *arguments, check=False).returncode


def summary(repository: Repository, *arguments: str) -> str:
    return repository.run("commit-carbon-summarize", *arguments).stdout


# --- live values

TOOL = {"COMMIT_CARBON_TOOL": "claude-code", "COMMIT_CARBON_GRID": "FR"}


def test_a_fresh_live_value_is_used_and_said(local: Repository) -> None:
    fetched(local, "FR")
    work(local, "work", TOOL, lines=100)
    one = only(local)
    assert grid(one) == "FR@live"
    assert one.tokens
    assert one.basis
    spread = Range(LIVE * 0.9, LIVE, LIVE * 1.1)
    expected = tables.estimate(one.tokens, "lines", one.basis, spread).emissions_gco2e
    assert one.emissions == record.quantized(expected)
    assert verified(local, "HEAD") == 0
    shown = local.run("commit-carbon", "explain", "HEAD").stdout
    assert re.search(r"FR@live: 2[23]\d .*found again from the grams", shown)
    assert "one live value, which the record does not hold" in shown


@pytest.mark.parametrize(
    ("minutes_ago", "max_age", "variable", "zone"),
    [
        pytest.param(59, 60, "", "FR@live", id="within the hour"),
        pytest.param(62, 60, "", "FR", id="stale"),
        pytest.param(62, 120, "", "FR@live", id="the user's max-age is longer"),
        pytest.param(5, 2, "", "FR", id="the user's max-age is shorter"),
        pytest.param(62, 60, "90", "FR@live", id="the variable comes first"),
        pytest.param(5, 60, "1", "FR", id="the variable is shorter"),
    ],
)
def test_a_value_counts_while_it_is_younger_than_max_age(
    local: Repository, minutes_ago: float, max_age: int, variable: str, zone: str
) -> None:
    fetched(local, "FR", minutes_ago, max_age)
    work(local, "work", {**TOOL, "COMMIT_CARBON_MAX_AGE": variable})
    assert grid(only(local)) == zone
    assert verified(local, "HEAD") == 0


def test_a_forged_live_record_is_found(local: Repository) -> None:
    fetched(local, "FR")
    work(local, "work", TOOL, lines=100)
    message = local.message()
    central = re.search(r"central=(\S+)", message)
    assert central
    forged = message.replace(f"central={central[1]}", f"central={float(central[1]) * 1.4:.2g}")
    local.git("commit", "-q", "--amend", "--no-verify", "-m", forged, COMMIT_CARBON="0")
    assert verified(local, "HEAD") == 1


def test_amending_keeps_the_live_value(local: Repository) -> None:
    fetched(local, "FR")
    work(local, "work", TOOL, lines=100)
    before = only(local)
    Path(live.path("FR", local.environment)).unlink()
    local.git("commit", "-q", "--amend", "-m", "other words", check=True, **TOOL)
    assert only(local) == before
    local.write("more", "line\n" * 100)
    local.git("commit", "-q", "--amend", "--no-edit", check=True, **TOOL)
    after = only(local)
    assert after.id == before.id
    assert grid(after) == "FR@live"
    assert after.emissions.central == pytest.approx(2 * before.emissions.central, rel=0.1)
    assert verified(local, "HEAD") == 0


def test_restating_takes_the_annual_value(local: Repository) -> None:
    fetched(local, "FR")
    work(local, "work", TOOL, lines=100)
    Path(live.path("FR", local.environment)).unlink()
    assert '"FR@live"' in summary(local, "--format", "json")
    restated = summary(local, "--restate", "2", "--format", "json")
    assert '"FR@live"' not in restated
    assert '"FR"' in restated


def test_method_1_takes_no_live_value(local: Repository) -> None:
    fetched(local, "FR")
    work(local, "work", {**TOOL, "COMMIT_CARBON_METHOD": "1"})
    assert grid(only(local)) == "FR"


# --- measured energy


class Tracker:
    """Writes rows as CodeCarbon does: each has the energy since its run began."""

    def __init__(self, folder: Path, run: str = "run-1", project: str = "codecarbon") -> None:
        folder.mkdir(exist_ok=True)
        self.path = folder / "emissions.csv"
        self.run = run
        self.project = project
        self.begun = 0.0

    def row(self, end: float, duration: float, watt_hours: float) -> None:
        if not self.path.exists():
            self.path.write_text(HEAD + "\n")
        moment = datetime.fromtimestamp(end).isoformat(timespec="seconds")
        row = (
            f"{moment},{self.project},{self.run},5b0fa12a,{duration},0.01,0.0001,42.5,0.0,10.0,"
            f"0.0,0.0,0.0,{watt_hours / 1000!r},France,FRA,ile-de-france,,,Linux,3.12.3,3.0.4"
        )
        with self.path.open("a") as file:
            file.write(row + "\n")


LOCAL = {"COMMIT_CARBON_TOOL": "ollama", "COMMIT_CARBON_GRID": "FR"}


def watt_hours(one: record.Record) -> float:
    """By the grams, which have two digits."""
    assert one.basis
    intensity = tables.intensity(one.basis.grid, one.basis.method).central
    return one.emissions.central / record.NANOGRAMS_PER_GRAM / intensity * 1000


def test_measured_energy_replaces_the_token_factor(local: Repository) -> None:
    now = time.time()
    Tracker(local.path).row(now - 60, 600, 25.0)
    work(local, "work", LOCAL, lines=100)
    one = only(local)
    assert (one.by, one.tokens, grid(one)) == ("measured", (0, 0, 0), "FR")
    assert watt_hours(one) == pytest.approx(25, rel=0.05)
    assert verified(local, "HEAD") == 0
    shown = local.run("commit-carbon", "explain", "HEAD").stdout
    assert "Wh, found again from the grams" in shown
    assert "1,000" not in shown.split("emissions")[0]
    assert '"by": "measured"' not in summary(local)


def test_a_live_value_does_not_touch_measured_energy(local: Repository) -> None:
    fetched(local, "FR")
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    work(local, "work", LOCAL)
    assert grid(only(local)) == "FR"
    assert watt_hours(only(local)) == pytest.approx(25, rel=0.05)


def test_each_watt_hour_is_in_one_record(local: Repository) -> None:
    now = time.time()
    tracker = Tracker(local.path)
    tracker.row(now - 60, 600, 25.0)
    work(local, "first", LOCAL)
    work(local, "second", LOCAL)
    assert only(local).by == "lines"


def test_a_run_that_goes_on_gives_its_growth_to_the_next_commit(local: Repository) -> None:
    now = time.time()
    tracker = Tracker(local.path)
    tracker.row(now - 5, 600, 25.0)
    work(local, "first", LOCAL)
    time.sleep(1.1)
    tracker.row(time.time(), 607, 40.0)
    time.sleep(1.1)
    work(local, "second", LOCAL)
    both = [only(local, name) for name in ("HEAD~1", "HEAD")]
    assert [one.by for one in both] == ["measured", "measured"]
    assert sum(map(watt_hours, both)) <= 40 * 1.05


def test_an_aborted_commit_loses_nothing(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    local.hook("post-rewrite", "exit 0")
    local.write("file", "one\n")
    editor = {**LOCAL, "GIT_EDITOR": "false"}
    assert local.run("git", "commit", "-q", check=False, **editor).returncode
    blocked = local.path / ".git" / "hooks" / "commit-msg"
    kept = blocked.read_text()
    blocked.write_text("#!/bin/sh\nexit 1\n")
    assert local.run("git", "commit", "-qm", "no", check=False, **LOCAL).returncode
    blocked.write_text(kept)
    local.git("commit", "-qm", "yes", check=True, **LOCAL)
    assert watt_hours(only(local)) == pytest.approx(25, rel=0.05)


def test_amending_keeps_what_was_measured(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    work(local, "work", LOCAL)
    before = only(local)
    local.write("more", "line\n" * 100)
    local.git("commit", "-q", "--amend", "--no-edit", check=True, **LOCAL)
    assert only(local) == before
    local.git("commit", "-q", "--amend", "-m", "words", check=True, **LOCAL)
    assert only(local) == before


def test_a_commit_that_is_taken_back_gives_its_energy_back(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    local.commit("base", COMMIT_CARBON="0")
    work(local, "work", LOCAL)
    local.git("reset", "-q", "--soft", "HEAD~1")
    local.git("commit", "-qm", "again", check=True, **LOCAL)
    assert watt_hours(only(local)) == pytest.approx(25, rel=0.05)


def test_without_the_cache_history_tells(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    work(local, "work", LOCAL)
    assert only(local).by == "measured"
    (kept,) = (local.path.parent / "cache" / "commit-carbon" / "measured").iterdir()
    kept.unlink()
    work(local, "next", LOCAL)
    assert only(local).by == "lines"


def test_repositories_that_share_a_file_share_its_energy(
    local: Repository, make_repository: Callable[..., Repository], tmp_path: Path
) -> None:
    folder = tmp_path / "measured"
    Tracker(folder).row(time.time() - 60, 600, 25.0)
    shared = {**LOCAL, "CODECARBON_OUTPUT_DIR": str(folder)}
    work(local, "work", shared)
    assert watt_hours(only(local)) == pytest.approx(25, rel=0.05)
    other = make_repository("other")
    other.environment["XDG_CACHE_HOME"] = local.environment["XDG_CACHE_HOME"]
    other.install()
    work(other, "work", shared)
    assert only(other).by == "lines"


def test_one_project_of_a_shared_file(local: Repository) -> None:
    Tracker(local.path, project="mine").row(time.time() - 60, 600, 25.0)
    Tracker(local.path, "run-2", "another").row(time.time() - 60, 600, 100.0)
    work(local, "work", {**LOCAL, "CODECARBON_PROJECT_NAME": "mine"})
    assert watt_hours(only(local)) == pytest.approx(25, rel=0.05)


@pytest.mark.parametrize(
    ("variables", "trailer", "zone", "by"),
    [
        pytest.param({"COMMIT_CARBON_TOOL": "lm-studio"}, "", "WORLD", "measured", id="tool"),
        pytest.param({}, "Assisted-by: aider:ollama/qwen3", "WORLD", "measured", id="model"),
        pytest.param({}, "Assisted-by: claude:ollama/llama3", "WORLD", "measured", id="closed"),
        pytest.param({}, "Assisted-by: aider:gpt-5", "US", "lines", id="remote"),
        pytest.param({"COMMIT_CARBON_TOOL": "aider"}, "", "WORLD", "lines", id="another tool"),
    ],
)
def test_what_runs_on_this_machine(
    local: Repository, variables: dict[str, str], trailer: str, zone: str, by: str
) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    work(local, f"work\n\n{trailer}".strip(), variables)
    assert (grid(only(local)), only(local).by) == (zone, by)


def test_without_measurement_a_local_model_has_the_token_rule(local: Repository) -> None:
    local.commit("work", lines=100, COMMIT_CARBON_TOOL="ollama")
    assert (grid(only(local)), only(local).by) == ("WORLD", "lines")
    assert verified(local, "HEAD") == 0


def test_summaries_have_the_energy_that_was_measured(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 25.0)
    work(local, "work", LOCAL)
    for restate in ([], ["--restate", "2"]):
        document = json.loads(summary(local, "--format", "json", *restate))
        assert document["recorded"]["energy_wh"]["central"] == pytest.approx(25, rel=0.05)
        assert document["recorded"]["records_without_energy"] == 0


def test_energy_that_cannot_be_is_not_used(local: Repository) -> None:
    Tracker(local.path).row(time.time() - 60, 600, 2e10)
    work(local, "work", LOCAL)
    assert only(local).by == "lines"


# --- refreshed, then committed


@pytest.mark.parametrize(("max_age", "zone"), [(90, "FR@live"), (1, "FR")])
def test_what_is_refreshed_is_used_for_as_long_as_the_user_says(
    local: Repository, tmp_path: Path, max_age: int, zone: str
) -> None:
    settings = tmp_path / "config" / "commit-carbon" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[live]\nzones = ["FR"]\nmax-age = {max_age}\n')
    local.environment["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    with GridServer(tmp_path) as server:
        variables = server.environment("electricitymaps")
        local.run("commit-carbon", "grid", "refresh", check=True, stdin=None, **variables)
    kept = Path(live.path("FR", local.environment))
    value = live.parsed(kept.read_bytes())
    assert (value.gco2e_per_kwh, value.max_age_minutes) == (43, max_age)
    # an hour later
    kept.write_bytes(live.line(value._replace(fetched=value.fetched - 3600)))
    work(local, "work", TOOL)
    assert grid(only(local)) == zone
    assert verified(local, "HEAD") == 0


def test_no_line_is_too_long_whatever_its_names(local: Repository) -> None:
    names = {
        "COMMIT_CARBON_TOOL": "gemini-code-assist",
        "COMMIT_CARBON_GRID": "gcp:northamerica-northeast1",
        "COMMIT_CARBON_METHOD": "1-as-published",
    }
    work(local, "work", names)
    shown = local.run(
        "commit-carbon", "preview", "--tool", "gemini-code-assist", check=True, stdin=None,
        **{**names, "COMMIT_CARBON_TOOL": ""},
    ).stdout  # fmt: skip
    lines = [line.strip() for line in shown.splitlines() if line.strip().startswith("Carbon-")]
    assert lines
    assert max(map(len, [*lines, *local.message().splitlines()])) <= record.MAX_COLUMNS
    assert verified(local, "HEAD") == 0


# --- since when

A, B = b"a@example.com", b"b@example.com"
NOW = 1_000_000.0
DAY = 86_400.0


def made(committed: float, author: bytes = A, by: str = "measured", name: str = "A") -> Commit:
    basis = record.Basis("ollama", "", "declared", "FR", "2")
    one = record.Record(name * 10, record.Emissions(1, 2, 3), Tokens(0, 0, 0), by, basis)
    return Commit(committed, committed, author, b"work\n\n" + b"\n".join(record.lines(one)))


PLAIN = Commit(NOW - 500, NOW - 500, A, b"no record")
OLD = Commit(NOW - 3 * DAY, NOW - 3 * DAY, A, b"no record")
CLAIM = measured.Claim("AAAAAAAAAA", "HERE", NOW - 50)


@pytest.mark.parametrize(
    ("commits", "claims", "start"),
    [
        pytest.param([], [], NOW - DAY, id="nothing at all"),
        pytest.param([PLAIN], [], NOW - DAY, id="a day at least"),
        pytest.param([OLD], [], NOW - 3 * DAY, id="the last commit"),
        pytest.param([OLD._replace(author=B)], [], NOW - DAY, id="of another author"),
        pytest.param([made(NOW - 100), PLAIN], [CLAIM], NOW - 50, id="a claim that holds"),
        pytest.param([PLAIN], [CLAIM], NOW - DAY, id="a claim that does not hold"),
        pytest.param([PLAIN], [CLAIM._replace(repository="AWAY")], NOW - 50, id="elsewhere"),
        pytest.param([made(NOW - 100)], [], NOW - 98, id="a lost claim"),
        pytest.param([made(NOW - 100, by="lines")], [], NOW - 98, id="by lines"),
        pytest.param([made(NOW - 9 * DAY)], [], NOW - 7 * DAY, id="bounded"),
        pytest.param([made(NOW + DAY)], [], NOW, id="a clock that was ahead"),
    ],
)
def test_since_when_energy_counts(
    commits: list[Commit], claims: list[measured.Claim], start: float
) -> None:
    assert measured.since(commits, b"", claims, "HERE", A, NOW) == start


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"one two\n", b"a b c\n", b"\0" * 100])
def test_damaged_claims_are_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kept").write_bytes(content)
    assert measured.claims(str(tmp_path / "kept")) == []


# --- with the tokens that a tool has logged


def aider(repository: Repository, model: str, output: int, seconds_ago: float = 30) -> None:
    (repository.path / ".aider.conf.yml").write_text("analytics-log: aider.jsonl\n")
    properties = {"main_model": model, "prompt_tokens": output * 5, "completion_tokens": output}
    event = {
        "event": "message_send", "properties": properties, "user_id": "u",
        "time": int(time.time() - seconds_ago),
    }  # fmt: skip
    with (repository.path / "aider.jsonl").open("a") as file:
        file.write(json.dumps(event) + "\n")


COUNTED = {"COMMIT_CARBON_TOKENS": "auto", "COMMIT_CARBON_TOOL": "aider"}


@pytest.mark.parametrize(
    ("model", "csv", "by", "zone"),
    [
        pytest.param("ollama/qwen3:8b", True, "measured", "WORLD", id="local and measured"),
        pytest.param("ollama/qwen3:8b", False, "counted", "WORLD", id="local"),
        pytest.param("claude-opus-4-6", True, "counted", "US", id="remote"),
    ],
)
def test_counted_tokens_of_a_local_model_have_its_measured_energy(
    local: Repository, model: str, csv: bool, by: str, zone: str
) -> None:
    aider(local, model, 1200)
    if csv:
        Tracker(local.path).row(time.time() - 10, 600, 25.0)
    work(local, "work", COUNTED)
    one = only(local)
    assert (one.by, one.tokens, grid(one)) == (by, (1200, 6000, 0), zone)
    assert by != "measured" or watt_hours(one) == pytest.approx(25, rel=0.05)
    assert verified(local, "HEAD") == 0
    work(local, "next", COUNTED)
    assert not [again for again in records(local) if again.by == by]


def test_one_commit_takes_its_measured_energy_once(local: Repository) -> None:
    aider(local, "ollama/qwen3", 1200)
    Tracker(local.path).row(time.time() - 10, 600, 25.0)
    local.commit("work", COMMIT_CARBON_TOKENS="auto", COMMIT_CARBON_TOOL="ollama")
    assert [(one.by, one.basis and one.basis.tool) for one in records(local)] == [
        ("measured", "aider")
    ]


def opencode(repository: Repository, folder: Path, provider: str, model: str) -> None:
    now = int(time.time() * 1000)
    folder.mkdir(parents=True)
    entry = {
        "id": "m1", "role": "assistant", "modelID": model, "providerID": provider,
        "time": {"created": now - 30_000, "completed": now - 20_000},
        "path": {"cwd": str(repository.path), "root": str(repository.path)},
        "tokens": {"input": 50, "output": 60, "reasoning": 0, "cache": {"read": 0, "write": 0}},
    }  # fmt: skip
    (folder / "m1.json").write_text(json.dumps(entry))


@pytest.mark.parametrize(
    ("provider", "model", "by", "zone"),
    [
        pytest.param("ollama", "qwen3:8b", "measured", "WORLD", id="ollama"),
        pytest.param("lmstudio", "gpt-oss-20b", "measured", "WORLD", id="lm studio"),
        pytest.param("anthropic", "claude-opus-4-6", "counted", "US", id="remote"),
    ],
)
def test_opencode_names_the_server_apart_from_the_model(
    local: Repository, provider: str, model: str, by: str, zone: str
) -> None:
    folder = Path(local.environment["HOME"]) / ".local/share/opencode/storage/message/s0"
    opencode(local, folder, provider, model)
    Tracker(local.path).row(time.time() - 10, 600, 25.0)
    variables = {"COMMIT_CARBON_TOKENS": "auto", "COMMIT_CARBON_TOOL": "opencode"}
    work(local, "work", variables)
    one = only(local)
    assert (one.by, one.tokens, grid(one)) == (by, (60, 50, 0), zone)


def test_local_tools_in_one_commit_share_the_energy_by_their_tokens(local: Repository) -> None:
    aider(local, "ollama/qwen3", 300)
    folder = Path(local.environment["HOME"]) / ".local/share/opencode/storage/message/s0"
    opencode(local, folder, "ollama", "qwen3:8b")
    Tracker(local.path).row(time.time() - 10, 600, 40.0)
    work(local, "work", {"COMMIT_CARBON_TOKENS": "auto", "COMMIT_CARBON_TOOL": "ollama"})
    found = {one.basis.tool: one for one in records(local) if one.basis}
    assert {one.by for one in found.values()} == {"measured"}
    assert sum(map(watt_hours, found.values())) == pytest.approx(40, rel=0.05)
    assert watt_hours(found["aider"]) == pytest.approx(40 * 1800 / 1910, rel=0.05)
    assert verified(local, "HEAD") == 0
