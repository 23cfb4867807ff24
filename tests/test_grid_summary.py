"""What a summary says of the grid: hourly values of the past, boundaries, water and hardware."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from grid_server import KEY, Answer, GridServer
from histories import CO_AUTHOR, authored, central, message, record, refused, say, summary
from support import Repository

from commit_carbon_hook import factors
from commit_carbon_hook.estimate import Range, Tokens
from commit_carbon_hook.grid import extras
from commit_carbon_hook.record import NANOGRAMS_PER_GRAM, Basis, quantized
from commit_carbon_hook.tables import estimate
from commit_carbon_hook.terminal import safe

TOKENS = Tokens(12_000, 72_000, 1_800_000)
HOURLY = ("--restate", "2", "--grid-history")
FORMATS = ("text", "json", "csv", "markdown", "html", "svg", "cyclonedx", "commit-carbon-yaml")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GridServer]:
    with GridServer(tmp_path) as running:
        yield running


@pytest.fixture
def past(repository: Repository, server: GridServer) -> Repository:
    """Records of hours that differ, in zones that Electricity Maps knows and does not know."""
    repository.environment |= server.environment("electricitymaps")
    repository.environment["XDG_CACHE_HOME"] = str(repository.path.parent / "cache")
    say(repository, message("one", record("A1", grid="FR")), **authored(1, 5 * 3600))
    say(repository, message("two", record("A2", grid="FR@live")), **authored(2, 19 * 3600 + 59))
    say(repository, message("three", record("A3", grid="WORLD")), **authored(3))
    return repository


def grams(zone: str, intensity: float | None = None) -> Decimal:
    """Central grams of a record with this intensity, the annual one of its zone without."""
    value = Range(intensity * 0.9, intensity, intensity * 1.1) if intensity else None
    basis = Basis("claude-code", "", "detected", zone, "2")
    made = quantized(estimate(TOKENS, "lines", basis, value).emissions_gco2e)
    return Decimal(made.central) / NANOGRAMS_PER_GRAM


def text(repository: Repository, form: str, *arguments: str) -> str:
    done = repository.run("commit-carbon-summarize", "--format", form, *arguments)
    assert not done.stderr
    return done.stdout


# --- values of the hour


def test_each_commit_has_the_intensity_of_its_hour(past: Repository) -> None:
    document = summary(past, *HOURLY)
    expected = grams("FR", 43 + 5) + grams("FR", 43 + 19) + grams("WORLD")
    assert Decimal(central(document)) == expected
    assert document["grid_history"]["records"] == {"hourly": 2, "annual": 1}
    assert document["zones"] == ["FR", "WORLD"]
    annual = summary(past, "--restate", "2")
    assert Decimal(central(annual)) == 2 * grams("FR") + grams("WORLD")
    assert "grid_history" not in annual


def test_days_that_were_fetched_are_not_fetched_again(past: Repository, server: GridServer) -> None:
    first = summary(past, *HOURLY)
    asked = len(server.requests)
    assert asked
    assert summary(past, *HOURLY) == first
    assert len(server.requests) == asked


def test_what_is_estimated_afterwards_has_its_hour_too(past: Repository) -> None:
    (past.path / ".commit-carbon.toml").write_text('grid = "FR"\n')
    past.commit(message("four", CO_AUTHOR), lines=100, **authored(4, 7 * 3600))
    document = summary(past, *HOURLY)
    assert document["grid_history"]["estimated_afterwards"] == {"hourly": 1, "annual": 0}
    annual = summary(past, "--restate", "2")
    late, before = (
        one["estimated_afterwards"]["emissions_gco2e"]["central"] for one in (document, annual)
    )
    assert late != before


def test_every_format_says_how_many_have_their_hour(past: Repository, tmp_path: Path) -> None:
    said = "2 of 3 records and estimates have the intensity of their hour"
    for form in FORMATS:
        if form == "json":
            continue
        assert said in text(past, form, *HOURLY), form
    file = tmp_path / "report.parquet"
    past.run("commit-carbon-summarize", "--format", "parquet", "--output", str(file), *HOURLY)
    assert said.encode() in file.read_bytes()
    (row,) = [row for row in text(past, "csv", *HOURLY).splitlines() if row.startswith("total")]
    assert said in row
    assert KEY not in text(past, "text", *HOURLY)


def test_records_and_limits_follow(past: Repository) -> None:
    rows = text(past, "csv", "--per-commit", *HOURLY)
    assert f",{grams('FR', 43 + 5).normalize():f}," in rows
    total = float(grams("FR", 43 + 5) + grams("FR", 43 + 19) + grams("WORLD"))
    for limit, code in ((total - 0.01, 1), (total + 0.01, 0)):
        arguments = (*HOURLY, "--max-gco2e", f"{limit:.3f}")
        done = past.run("commit-carbon-summarize", *arguments, check=False)
        assert done.returncode == code
    most = float(grams("WORLD"))
    done = past.run(
        "commit-carbon-summarize", *HOURLY, "--max-per-commit", f"{most + 0.01:.3f}", check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("answers", "what", "hourly"),
    [
        pytest.param([Answer(401)], "did not accept the key", 0, id="401"),
        pytest.param([Answer(403)], "does not cover this zone", 0, id="403"),
        pytest.param([Answer(404)], "nothing for it", 0, id="404"),
        pytest.param([Answer(500)] * 3, "does not answer as it should", 0, id="500"),
        pytest.param([Answer(200, b"nonsense")], "not JSON", 0, id="garbage"),
        pytest.param([Answer(429, headers=(("Retry-After", "1"),))], "", 2, id="429 once"),
    ],
)
def test_a_fault_is_one_line_and_the_annual_value_stays(
    past: Repository, server: GridServer, answers: list[Answer], what: str, hourly: int
) -> None:
    server.queue.extend(answers)
    done = past.run("commit-carbon-summarize", "--format", "json", *HOURLY)
    document = json.loads(done.stdout)
    assert document["grid_history"]["records"]["hourly"] == hourly
    assert done.stderr.count("\n") == (1 if what else 0)
    assert what in done.stderr
    assert KEY not in done.stdout + done.stderr
    if what:
        assert "its annual value is used there" in done.stderr
        assert document["recorded"] == json.loads(text(past, "json", "--restate", "2"))["recorded"]
    again = json.loads(text(past, "json", *HOURLY))
    assert again["grid_history"]["records"]["hourly"] == 2


@pytest.mark.parametrize(
    ("arguments", "variables", "what"),
    [
        pytest.param(["--grid-history"], {}, "add --restate 2", id="no method"),
        pytest.param(["--grid-history", "--restate", "1"], {}, "of its own", id="method 1"),
        pytest.param(
            [*HOURLY],
            {"COMMIT_CARBON_ELECTRICITYMAPS_KEY": ""},
            "COMMIT_CARBON_ELECTRICITYMAPS_KEY",
            id="no key",
        ),
    ],
)
def test_what_cannot_be_is_one_line(
    past: Repository, arguments: list[str], variables: dict[str, str], what: str
) -> None:
    assert what in refused(past, *arguments, **variables)


def test_great_britain_needs_no_key(past: Repository) -> None:
    say(past, message("four", record("A4", grid="GB")), **authored(4))
    document = summary(past, *HOURLY, COMMIT_CARBON_ELECTRICITYMAPS_KEY="")
    assert document["grid_history"]["records"] == {"hourly": 1, "annual": 3}


# --- boundaries


def test_totals_over_two_boundaries_say_so_in_every_format(repository: Repository) -> None:
    say(repository, message("one", record("A1", grid="FR")), **authored(1))
    said = "life-cycle and direct values do not compare"
    for form in FORMATS:
        assert said not in text(repository, form), form
    say(repository, message("two", record("A2", grid="CA-QC")), **authored(2))
    for form in FORMATS:
        assert text(repository, form).count(said) >= 1, form
    assert summary(repository)["boundaries"]["boundaries"] == ["direct", "lifecycle"]
    assert text(repository, "html").count(said) == 1
    assert said not in text(repository, "text", "--restate", "1")


# --- water and hardware

DATA = factors.load()


def expected(document: dict[str, Any], zone: str) -> tuple[Range, Range]:
    energy = Range(**{k: float(v) for k, v in document["recorded"]["energy_wh"].items()})
    return extras.water_l(energy, zone, DATA), extras.embodied_gco2e(energy, DATA)


def test_extras_stand_beside_the_total_and_never_in_it(repository: Repository) -> None:
    say(repository, message("one", record("A1", grid="US")), **authored(1))
    plain = summary(repository)
    assert "extras" not in plain
    with_extras = summary(repository, "--extras", "water,embodied")
    shown = with_extras.pop("extras")
    assert with_extras == plain
    water, embodied = expected(plain, "US")
    assert [float(one) for one in shown["water"]["volume_l"].values()] == pytest.approx(
        [water.central, water.high, water.low]
    )
    assert float(shown["embodied"]["emissions_gco2e"]["central"]) == pytest.approx(embodied.central)
    assert shown["embodied"]["sources"] == ["method-2"]
    assert set(shown["water"]["sources"]) <= set(DATA["sources"])


def test_each_zone_has_its_own_water(repository: Repository) -> None:
    say(repository, message("one", record("A1", grid="US")), **authored(1))
    say(repository, message("two", record("A2", grid="FR")), **authored(2))
    document = summary(repository, "--extras", "water")
    half = {"recorded": {"energy_wh": {
        end: value / 2 for end, value in document["recorded"]["energy_wh"].items()
    }}}  # fmt: skip
    both = sum(expected(half, zone)[0].central for zone in ("US", "FR"))
    assert float(document["extras"]["water"]["volume_l"]["central"]) == pytest.approx(both)
    assert list(document["extras"]) == ["water"]


def test_the_key_shows_them_and_the_hook_does_not_mind(hooked: Repository) -> None:
    (hooked.path / ".commit-carbon.toml").write_text('extras = ["embodied"]\n')
    hooked.commit("work", COMMIT_CARBON_TOOL="claude-code")
    assert "Carbon-gCO2e" in hooked.message()
    assert list(summary(hooked)["extras"]) == ["embodied"]
    assert list(summary(hooked, "--extras", "water")["extras"]) == ["water"]
    for form in FORMATS:
        shown = text(hooked, form)
        assert form == "json" or "gCO2e embodied" in shown, form
    assert hooked.run("commit-carbon-check", ".commit-carbon.toml").returncode == 0


def test_an_unknown_extra_is_one_line(repository: Repository) -> None:
    assert "must be names out of: water, embodied" in refused(repository, "--extras", "noise")
    (repository.path / ".commit-carbon.toml").write_text('extras = "water"\n')
    assert "extras must be a list" in refused(repository)


def test_a_hostile_zone_stays_text(repository: Repository) -> None:
    odd = record("A1", grid="Z" * 32)
    say(repository, message("one", odd, record("A2", grid="FR")), **authored(1))
    shown = text(repository, "text", "--extras", "water")
    assert safe(shown.replace("\n", "")) == shown.replace("\n", "")
