"""Zones as people look for them, charts, measured energy, extras, and what records imply."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Repository

from commit_carbon_hook import completion, factor_table, factors, record, tables
from commit_carbon_hook.estimate import Range, Tokens, combine
from commit_carbon_hook.grid import (
    chart,
    codecarbon_log,
    extras,
    implied,
    live,
    local,
    names,
    zones,
)
from commit_carbon_hook.grid.in_use import zones_of_records
from commit_carbon_hook.record import Basis, Record

DATA = factors.load()
ROWS = DATA["zones"]


def grid(*arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "commit_carbon_hook.cli", "grid", *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


# --- zones


@pytest.mark.parametrize(
    ("written", "zone", "intensity_of"),
    [
        ("aws:us-east-1", "aws:us-east-1", "SRVC"),
        (" AWS:US-East-1 ", "aws:us-east-1", "SRVC"),
        ("azure:swedencentral", "azure:swedencentral", "SE-SE3"),
        ("gcp:europe-west9", "gcp:europe-west9", "gcp:europe-west9"),
        ("gcp:me-central1", "gcp:me-central1", "QA"),
        ("us-cal-ciso", "US-CAL-CISO", "CAMX"),
        ("caiso_north", "CAISO_NORTH", "CAMX"),
        ("ca-on", "CA-ON", "CA-ON"),
        ("SE3", "SE-SE3", "SE-SE3"),
        ("DK-DK1", "DK-DK1", "DK"),
        ("CL-SEN", "CL-SEN", "CL"),
        ("US-VA", "SRVC", "SRVC"),
        ("uk", "GB", "GB"),
    ],
)
def test_a_zone_by_its_name(written: str, zone: str, intensity_of: str) -> None:
    assert tables.zone(written) == zone
    assert zones.of_intensity(zone, ROWS) == intensity_of
    expected = Range(**ROWS[intensity_of][zones.INTENSITY])
    assert tables.intensity(zone, "2") == expected


def test_every_zone_has_an_intensity_and_all_that_belongs_to_it() -> None:
    for zone in ROWS:
        row = zones.resolved(zone, ROWS)
        for key in ("kind", "boundary", "basis", "year", "licence", "source", "known"):
            assert row[key], (zone, key)
        assert tables.intensity(zone, "2") == Range(**row[zones.INTENSITY])
        assert row["name"] == ROWS[zone]["name"]
        assert row["source"] in DATA["sources"]


def test_method_1_knows_the_country_of_a_region() -> None:
    assert tables.intensity("aws:us-east-1", "1") == Range(369, 369, 369)
    assert tables.intensity("azure:francecentral", "1").central == 58


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("virginia", {"SRVC", "aws:us-east-1", "gcp:us-east4", "azure:eastus", "azure:eastus2"}),
        ("northern virginia", {"aws:us-east-1", "gcp:us-east4"}),
        ("SWEDEN", {"SE", "azure:swedencentral", "aws:eu-north-1", "SE-SE3"}),
        ("ontario", {"CA-ON", "IESO_NORTH"}),
        ("sichuan", {"CN-SC"}),
        ("oregon", {"NWPP", "aws:us-west-2", "gcp:us-west1"}),
        ("USA", {"US"}),
    ],
)
def test_search(text: str, found: set[str]) -> None:
    assert found <= {zone for zone, row in ROWS.items() if zones.matches(text, zone, row)}


def test_search_finds_every_state() -> None:
    for name in zones.STATES.values():
        assert any("states" in row for z, row in ROWS.items() if zones.matches(name, z, row)), name


# --- the command


def test_a_region_shows_its_zone_its_pue_and_its_source() -> None:
    text = grid("aws:us-east-1")
    assert "has the intensity of SRVC, SERC Virginia/Carolina" in text
    assert "PUE 1.15 of the region, 2024 (not applied: the energy factors include one)" in text
    assert "PUE 1.09 of all of the provider's data centres" in grid("gcp:europe-west9")
    assert "public domain" in text


def test_json_of_a_region_has_all_fields_of_a_zone() -> None:
    shown = json.loads(grid("azure:swedencentral", "--format", "json"))
    assert shown["zone"] == "azure:swedencentral"
    assert shown["intensity_zone"] == "SE-SE3"
    assert shown["intensity_gco2e_per_kwh"] == ROWS["SE-SE3"][zones.INTENSITY]
    assert (shown["boundary"], shown["pue"]["value"], shown["live"]) == ("lifecycle", 1.16, None)
    assert {"year", "source", "source_url", "licence", "kind", "basis"} <= shown.keys()
    assert json.loads(grid("US", "--format", "json"))["intensity_zone"] == "US"


def test_several_zones_stand_side_by_side_with_their_sources() -> None:
    text = grid("FR", "SRVC", "FR")
    assert text.count("\nFR ") == 1
    assert zones.MIXED_BOUNDARIES in text
    assert "SRVC: Emission Factors Hub" in text
    assert zones.MIXED_BOUNDARIES not in grid("FR", "DE")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--search", "atlantis"], "no zone has 'atlantis'"),
        (["aws:us-east-9"], "did you mean 'AWS:US-EAST-"),
        (["FR@live"], "unknown grid zone"),
        (["FR", "--provider", "gb"], "--provider goes with refresh"),
    ],
)
def test_what_is_not_there_is_one_line(arguments: list[str], what: str) -> None:
    said = grid(*arguments, code=2)
    assert what in said
    assert said.count("\n") == 1


# --- charts


def bar(zone: str, low: float, central: float, high: float) -> chart.Bar:
    return chart.Bar(zone, Range(low, central, high), "1 record")


def test_a_chart_puts_the_dirtiest_first_and_fits() -> None:
    lines = list(chart.bars([bar("FR", 40, 44, 56), bar("PL", 500, 615, 800)], 60, False))
    assert [line.split()[0] for line in lines] == ["PL", "FR"]
    assert all(len(line) <= 60 for line in lines)
    assert all(line.isascii() and line.isprintable() for line in lines)
    drawn = lines[0].split()[2]
    assert len(drawn) == 60 - 2 - 3 - 8 - 4
    assert drawn.count("#") == round(500 / 800 * 43)
    assert lines[0].endswith(" 1 record")


def test_a_chart_with_colours_differs_by_escapes_only() -> None:
    chosen = [bar("FR", 40, 44, 56), bar("US", 207, 384, 492), bar("PL", 500, 615, 800)]
    plain = list(chart.bars(chosen, 80, False))
    coloured = list(chart.bars(chosen, 80, True))
    assert [line[line.index("\x1b") :][:5] for line in coloured] == [
        "\x1b[31m",
        "\x1b[33m",
        "\x1b[32m",
    ]
    for code in ("\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"):
        coloured = [line.replace(code, "") for line in coloured]
    assert coloured == plain


@given(
    st.lists(st.tuples(*[st.floats(0.1, 1500)] * 3).map(sorted), min_size=1), st.integers(0, 200)
)
def test_a_chart_never_breaks_off(values: list[list[float]], columns: int) -> None:
    chosen = [bar(f"Z{number}", *three) for number, three in enumerate(values)]
    assert len(list(chart.bars(chosen, columns, False))) == len(chosen)


def commit(repository: Repository, zone: str, name: str) -> None:
    grams = record.Emissions(1, 2, 3)
    basis = Basis("claude-code", "", "declared", zone, "2")
    one = Record(record.identity([name.encode()]), grams, Tokens(1, 1, 1), "lines", basis)
    text = b"\n".join(record.lines(one)).decode()
    repository.git("commit", "-q", "--allow-empty", "-m", f"{name}\n\n{text}")


def test_the_map_charts_the_zones_of_a_repositorys_records(
    make_repository: Callable[..., Repository],
) -> None:
    repository = make_repository("project")
    for number, zone in enumerate(("FR", "aws:us-east-1", "FR", "CA-ON@live", "NOWHERE")):
        commit(repository, zone, str(number))
    repository.git("commit", "-q", "--allow-empty", "-C", "HEAD")
    found = zones_of_records(str(repository.path), dict(repository.environment))
    assert found == {"FR": 2, "CA-ON@live": 1, "NOWHERE": 1, "aws:us-east-1": 1}
    text = grid("--map", "-C", str(repository.path))
    assert [line.split()[0] for line in text.splitlines()[:3]] == [
        "aws:us-east-1",
        "CA-ON@live",
        "FR",
    ]
    assert "2 records" in text
    assert "1 record at the annual value" in text
    assert zones.MIXED_BOUNDARIES in text
    assert "not in our tables: NOWHERE" in text
    assert "\x1b" not in text
    counted = json.loads(grid("--map", "-C", str(repository.path), "--format", "json"))
    assert {"zone": "FR", "records": 2} in counted


def test_a_map_of_nothing_is_one_line(
    make_repository: Callable[..., Repository], tmp_path: Path
) -> None:
    repository = make_repository("project")
    repository.git("commit", "-q", "--allow-empty", "-m", "nothing here")
    assert "no record here names a zone" in grid("--map", "-C", str(repository.path), code=2)
    assert grid("--map", "-C", str(tmp_path / "none"), code=2).count("\n") == 1


# --- names that fit


@pytest.mark.parametrize("zone", sorted(ROWS))
def test_the_basis_line_of_every_zone_fits(zone: str) -> None:
    for tool, method in (("claude-code", "1-as-published"), ("gemini-code-assist", "2")):
        for model in ("", "claude-opus", "mistral-medium"):
            for name in (zone, zone + live.SUFFIX):
                assert record.fits(names.fitting(Basis(tool, model, "declared", name, method)))


@pytest.mark.parametrize(
    ("tool", "model", "zone", "then"),
    [
        pytest.param("aider", "", "aws:us-east-1", ("", "aws:us-east-1"), id="fits"),
        pytest.param(
            "claude-code", "claude-opus", "aws:us-east-1", ("claude-opus", "SRVC"), id="same-value"
        ),
        pytest.param(
            "claude-code", "claude-opus", "gcp:us-central1", ("", "gcp:us-central1"), id="class"
        ),
        pytest.param(
            "copilot-cli", "gpt-5-mini", "gcp:us-central1", ("gpt-5-mini", "MROW"),
            id="class-before-zone",
        ),
        pytest.param("claude-code", "claude-opus", "FR@live", ("", "FR@live"), id="live"),
        pytest.param(
            "copilot-cli", "gpt-5-mini", "CA-ON@live", ("gpt-5-mini", "CA-ON"),
            id="class-before-live",
        ),
        pytest.param(
            "claude-code", "", "gcp:europe-southwest1@live", ("", "gcp:europe-southwest1"),
            id="annual-with-its-name",
        ),
        pytest.param(
            "claude-code", "", "gcp:northamerica-northeast1", ("", "CA-QC"), id="larger-zone"
        ),
    ],
)  # fmt: skip
def test_what_a_long_line_gives_up(tool: str, model: str, zone: str, then: tuple[str, str]) -> None:
    basis = names.fitting(Basis(tool, model, "detected", zone, "2"))
    assert (basis.model, basis.grid) == then
    assert record.fits(basis)


# --- PUE


def test_the_pue_of_a_region_is_never_applied() -> None:
    """The factors of method 2 include one. A record's grams follow from its tokens, tool, zone
    and method; a region counts like the zone that it lies in."""
    kinds = DATA["methods"]["2"]["energy"]
    assert all(row["pue_included"] for group in kinds.values() for row in group["kinds"].values())
    for region, row in ROWS.items():
        nearest = zones.of_intensity(region, ROWS)
        if "pue" in row and nearest != region:
            here, there = (
                tables.estimate(Tokens(12_000, 0, 0), "counted", Basis("cline", "", "", zone, "2"))
                for zone in (region, nearest)
            )
            assert here == there


# --- providers and local models


def test_every_tool_of_a_known_provider_stands_in_its_zone() -> None:
    by_name = {row["name"]: row for row in DATA["providers"].values()}
    for name, tool in DATA["tools"].items():
        if tool["provider"] in by_name:
            assert tool["default_zone"] == by_name[tool["provider"]]["zone"], name
    for name, model in DATA["models"].items():
        if "served_by" in model:
            assert model["provider"] == DATA["providers"][model["served_by"]]["name"], name


def test_a_providers_zone_reaches_from_the_cleanest_to_the_dirtiest_of_its_places() -> None:
    """Within 15 %: subregions count direct emissions, the US those of the life cycle."""
    for name, provider in DATA["providers"].items():
        whole = tables.intensity(provider["zone"], "2")
        for place in provider.get("serves_from", ()):
            central = tables.intensity(place, "2").central
            assert whole.low / 1.15 <= central <= whole.high * 1.15, (name, place)


def test_models_with_open_weights_run_anywhere() -> None:
    for model in ("llama", "qwen-coder", "deepseek", "gpt-oss", "gemma", "kimi", "glm", "devstral"):
        assert model not in factor_table.MODEL_ZONES
    assert factor_table.MODEL_ZONES["claude-opus"] == "US"
    assert factor_table.MODEL_ZONES["codestral"] == "EU"


@pytest.mark.parametrize(
    ("tool", "model", "program"),
    [
        ("ollama", "", "ollama"),
        ("aider", "ollama/llama3:8b", "ollama"),
        ("aider", "Ollama_Chat/qwen3", "ollama"),
        ("cline", "lmstudio/gemma-3", "lm-studio"),
        ("lm-studio", "claude-opus-4-6", "lm-studio"),
        ("opencode", "llama.cpp/gpt-oss-20b", "llama-cpp"),
        ("claude-code", "claude-opus-4-6", ""),
        ("aider", "openrouter/ollama/x", ""),
        ("aider", "ollama", ""),
    ],
)
def test_a_model_on_this_machine(tool: str, model: str, program: str) -> None:
    assert tables.server(tool, model) == program
    assert not program or factor_table.TOOLS[program][2] == "WORLD"


# --- measured energy

HEADER = "timestamp,project_name,run_id,experiment_id,duration,emissions,energy_consumed,pue"
START = datetime.fromisoformat("2026-11-23T12:00:00").timestamp()


def row(run: str, minute: float, minutes: float, kwh: float, project: str = "codecarbon") -> str:
    ended = datetime.fromtimestamp(START + minute * 60).isoformat()
    return f"{ended},{project},{run},x,{minutes * 60},0.1,{kwh},1.0"


def measured(*rows: str, project: str = "") -> list[codecarbon_log.Point]:
    return list(codecarbon_log.points([HEADER, *rows], project))


@pytest.mark.parametrize(
    ("rows", "window", "wh"),
    [
        pytest.param([row("a", 10, 10, 0.05)], (0, 10), 50, id="whole-run"),
        pytest.param([row("a", 10, 10, 0.05)], (5, 10), 25, id="half-of-a-run"),
        pytest.param([row("a", 10, 10, 0.05)], (-60, 60), 50, id="inside"),
        pytest.param([row("a", 10, 10, 0.05)], (20, 30), None, id="before"),
        pytest.param([row("a", 10, 10, 0.05)], (-20, 0), None, id="after"),
        pytest.param(
            [row("a", 5, 5, 0.01), row("a", 10, 10, 0.05)], (5, 10), 40, id="rows-of-one-run"
        ),
        pytest.param([row("a", 5, 5, 0.01)] * 3, (0, 10), 10, id="a-row-three-times"),
        pytest.param(
            [row("a", 10, 10, 0.05), row("b", 10, 5, 0.02)], (0, 10), 70, id="two-runs-at-once"
        ),
        pytest.param([row("a", 10, 10, 0.0)], (0, 10), 0, id="nothing-used"),
        pytest.param([], (0, 10), None, id="no-rows"),
    ],
)
def test_energy_of_a_window(rows: list[str], window: tuple[float, float], wh: float | None) -> None:
    start, end = (START + minutes * 60 for minutes in window)
    found = codecarbon_log.energy_wh(measured(*rows), start, end)
    assert found == (None if wh is None else pytest.approx(wh))


@pytest.mark.parametrize(
    "bad",
    [
        "", "nonsense", ",,,,,,,", "2026-13-01T00:00:00,p,r,x,60,1,1,1",
        row("a", 10, 10, 0.05).replace("0.05", "nan"), row("a", 10, 10, -1), row("a", 10, 0, 1),
        row("a", 10, 10, 0.05).replace("0.05", "1e999"), row("a", 10, 10, 0.05).replace("0.05", ""),
        '"unclosed', row("a", 10, 1e12, 0.05),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_left_out(bad: str) -> None:
    assert measured(bad) == []
    assert len(measured(row("b", 5, 5, 0.01), bad)) == 1


def test_one_project_of_several() -> None:
    rows = [row("a", 10, 10, 0.05, "ours"), row("b", 10, 10, 0.02, "theirs")]
    assert codecarbon_log.energy_wh(measured(*rows, project="ours"), START, START + 600) == 50


def test_the_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "emissions.csv"
    assert codecarbon_log.read(str(file), START, START + 600) is None
    file.write_text("\n".join([HEADER, row("a", 10, 10, 0.05)]) + "\n")
    assert codecarbon_log.read(str(file), START, START + 600) == pytest.approx(50)
    assert codecarbon_log.read(str(tmp_path), START, START + 600) is None
    file.write_text("other,columns\n1,2\n")
    assert codecarbon_log.read(str(file), START, START + 600) is None
    with file.open("w") as large:
        large.truncate(codecarbon_log.MAX_BYTES + 1)
    assert codecarbon_log.read(str(file), START, START + 600) is None


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 60), st.integers(1, 60),
                       st.integers(0, 100)), min_size=1),
    st.lists(st.integers(-100, 100), min_size=1),
)  # fmt: skip
def test_windows_beside_each_other_add_up(
    rows: list[tuple[str, int, int, int]], cuts: list[int]
) -> None:
    """However a period is cut into windows, no energy is lost and none counted twice."""
    points = measured(*(row(run, at, long, wh / 1000) for run, at, long, wh in rows))
    edges = sorted({-200, *cuts, 200})
    parts = [
        codecarbon_log.energy_wh(points, START + start * 60, START + end * 60) or 0.0
        for start, end in pairwise(edges)
    ]
    whole = codecarbon_log.energy_wh(points, START - 12_000, START + 12_000)
    assert sum(parts) == pytest.approx(whole)
    assert all(part >= -1e-9 for part in parts)


def test_measured_energy_has_the_range_of_the_grid_alone() -> None:
    grams = local.emissions_gco2e(50, Range(40, 44, 56))
    assert grams == pytest.approx((2.0, 2.2, 2.8))


# --- what a record implies


@given(
    st.sampled_from(["FR", "CAMX", "aws:us-east-1", "WORLD"]),
    st.floats(1, 1400),
    st.integers(1, 10_000_000),
    st.sampled_from(["lines", "counted"]),
    st.sampled_from(["claude-code", "copilot", "other"]),
)
def test_the_live_value_of_a_record_is_found_again(
    zone: str, value: float, output: int, by: str, tool: str
) -> None:
    tokens = Tokens(output, output * 5, output * 100)
    basis = Basis(tool, "", "detected", zone, "2")
    annual = tables.estimate(tokens, by, basis)
    energy = combine(annual.token_ratio, annual.energy_wh)
    grams = record.quantized(combine(energy, live.spread(value)).scaled(1 / 1000))
    one = Record("0" * 10, grams, tokens, by, basis._replace(grid=zone + live.SUFFIX))
    assert implied.is_open(one)
    assert implied.intensity_gco2e_per_kwh(one) == pytest.approx(value, rel=0.06)


def test_grams_that_no_live_value_gives_are_noticed() -> None:
    tokens = Tokens(12_000, 72_000, 1_800_000)
    basis = Basis("claude-code", "", "detected", "FR@live", "2")
    for grams in ("1 2 3", "1 2 300", "2 2 2", "1000 2000 9000"):
        emissions = record.Emissions(*(int(part) * 10**9 for part in grams.split()))
        assert (
            implied.intensity_gco2e_per_kwh(Record("0" * 10, emissions, tokens, "lines", basis))
            is None
        )


@given(st.floats(0.01, 1e6), st.sampled_from(["FR", "CAMX", "gcp:europe-west9", "FR@live"]))
def test_the_measured_energy_of_a_record_is_found_again(wh: float, zone: str) -> None:
    annual = tables.intensity(tables.zone(live.base(zone)), "2")
    intensity = live.spread(annual.central) if zone.endswith(live.SUFFIX) else annual
    grams = record.quantized(local.emissions_gco2e(wh, intensity))
    basis = Basis("ollama", "", "detected", zone, "2")
    one = Record("0" * 10, grams, Tokens(0, 0, 0), "measured", basis)
    assert implied.energy_wh(one) == pytest.approx(wh, rel=0.06)
    assert implied.intensity_gco2e_per_kwh(one) is None


def test_other_records_imply_nothing() -> None:
    one = completion.by_lines(100, Basis("claude-code", "", "detected", "US", "2"), "0" * 10)
    assert not implied.is_open(one)
    assert implied.energy_wh(one) is None


# --- extras


def test_water_and_embodied_emissions_of_a_kilowatt_hour() -> None:
    kwh = Range(1000, 1000, 1000)
    assert extras.water_l(kwh, "FR", DATA).central == pytest.approx(0.3 + 3.9)
    for zone in ("US", "SRVC", "aws:us-east-1"):
        assert extras.water_l(kwh, zone, DATA).central == pytest.approx(0.3 + 3.1)
    assert extras.embodied_gco2e(kwh, DATA) == pytest.approx((15, 30, 60))


@given(st.floats(0.001, 1e6), st.floats(1, 20), st.floats(1, 20))
def test_extras_are_ordered_and_linear(wh: float, below: float, above: float) -> None:
    energy = Range(wh / below, wh, wh * above)
    for found in (extras.water_l(energy, "FR", DATA), extras.embodied_gco2e(energy, DATA)):
        assert 0 < found.low <= found.central <= found.high
    twice = extras.embodied_gco2e(energy.scaled(2), DATA)
    assert twice == pytest.approx(extras.embodied_gco2e(energy, DATA).scaled(2))
