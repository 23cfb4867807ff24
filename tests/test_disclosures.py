"""Fragments for disclosures: every question answered, every edition dated, every figure exact."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import (
    BASES,
    HOSTILE,
    MID_JANUARY_2024,
    REPORTS,
    at,
    block,
    estimated,
    fill,
    hostile,
    made,
    varied,
)
from strict_readers import is_plain, strict_json
from support import Repository

from commit_carbon_hook import factors
from commit_carbon_hook.disclosures import cdp, facts
from commit_carbon_hook.report import contents

ENDS = ("low", "central", "high")
ASKED_BY_ALL = {
    "category", "period", "boundary", "method", "supplier_data_percent", "data_quality", "gwp",
    "uncertainty", "exclusions",
}  # fmt: skip


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The varied history."""
    repository = at(tmp_path_factory.mktemp("home"), "project")
    varied(repository)
    return repository


def fragment(repository: Repository, report: str, *arguments: str) -> Any:
    return strict_json(made(repository, "--report", report, "--format", "json", *arguments))


def items(document: Any) -> dict[str, Any]:
    return {one["id"]: one for one in document["items"]}


@pytest.mark.parametrize("report", REPORTS)
def test_a_fragment_follows_the_schema(history: Repository, report: str) -> None:
    schema = json.loads((factors.directory("schema") / "disclosure.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(made(history, "--report", report, "--format", "json"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["report"] == report
    summary = json.loads(made(history, "--format", "json"))
    for key in ("complete", "zones", "commits", "methods", "factor_set", "period", "statement"):
        assert document[key] == summary[key]


@pytest.mark.parametrize("report", REPORTS)
def test_every_fragment_answers_what_all_ask(history: Repository, report: str) -> None:
    document = fragment(history, report)
    found = items(document)
    expected = ASKED_BY_ALL if report != "sci" else ASKED_BY_ALL - {"category"}
    assert expected <= found.keys()
    assert len(found) == len(document["items"])
    for one in document["items"]:
        assert one["asks"][0].islower()
        assert one["answer"].endswith((".", "method")) or one["id"] == "explanation", one
    for edition in document["editions"]:
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", edition["date"])
        assert edition["date"][:7] <= edition["checked"] == "2026-11-23"
    assert len(document["not_known"]) >= 4


@pytest.mark.parametrize("report", REPORTS)
def test_the_text_says_what_the_json_says(history: Repository, report: str) -> None:
    text = made(history, "--report", report).decode()
    assert max(map(len, text.splitlines())) <= 88
    assert is_plain(text)
    said = " ".join(text.split())
    document = json.loads(made(history, "--report", report, "--format", "json"))
    for part in (
        document["title"],
        *document["notes"],
        *document["not_known"],
        *(one["answer"] for one in document["items"]),
        *(one["label"] for one in document["items"]),
        *(
            one[key]
            for one in document["editions"]
            for key in ("title", "edition", "status", "url")
        ),
        f"factor set {document['factor_set']}",
        contents.STATEMENT,
    ):
        assert " ".join(part.split()) in said, part


@pytest.mark.parametrize("report", ["ghg", "csrd", "sec"])
def test_gross_emissions_are_the_records_without_own_machines(
    history: Repository, report: str
) -> None:
    summary = strict_json(made(history, "--format", "json"))
    local = [one for one in summary["groups"] if (one["by"], one["key"]) == ("tool", "ollama")]
    found = items(fragment(history, report))
    for end in ENDS:
        own = local[0]["emissions_gco2e"][end]
        gross = found["gross_emissions"]["value"]
        assert gross["tco2e"][end] * 10**6 == summary["recorded"]["emissions_gco2e"][end] - own
        late = summary["estimated_afterwards"]["emissions_gco2e"][end]
        assert gross["estimated_afterwards_tco2e"][end] * 10**6 == late
        assert found["category"]["value"]["own_electricity_tco2e"][end] * 10**6 == own
    assert "Their electricity is Scope 2" in found["category"]["answer"]
    assert found["category"]["value"]["category"] == 1


def test_quality_is_told_in_shares(history: Repository) -> None:
    quality = items(fragment(history, "ghg"))["data_quality"]["value"]
    for shares in (quality["percent_by_token_basis"], quality["percent_by_evidence"]):
        assert abs(sum(shares.values()) - 100) <= Decimal("0.05")
    assert set(quality["percent_by_token_basis"]) == {"counted", "lines", "not said"}
    assert set(quality["percent_by_evidence"]) == {"assumed", "declared", "detected", "not said"}
    assert quality["grid_boundaries"] == ["direct", "lifecycle"]
    assert quality["commits"]["no_evidence"] == 4


def test_no_supplier_data_and_what_is_not_known(history: Repository) -> None:
    document = fragment(history, "csrd")
    found = items(document)
    assert found["supplier_data_percent"]["value"] == 0
    assert found["gwp"]["value"] == {"horizon_years": 100, "set": "as published by each source"}
    assert found["uncertainty"]["value"]["interval_percent"] == 90
    said = " ".join(document["not_known"])
    assert "Whether a tool took part in 4 of 23 commits" in said
    assert "What 1 damaged record line was meant to say." in said
    assert "E1-8 of 2023 is internal carbon pricing" in " ".join(document["notes"])
    assert "was not verified" in document["editions"][1]["edition"]


def test_warming_potentials_are_known_where_the_grid_source_says_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "egrid")
    basis = BASES[0][0]._replace(grid="CAMX")
    text = f"One\n\n{block(estimated(1, basis, 'lines'))}"
    fill(repository, [("A", MID_JANUARY_2024, 5, text)])
    assert items(fragment(repository, "ghg"))["gwp"]["value"]["set"] == "AR6"


def test_methods_of_a_project_leave_the_supplier_share_open(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "own")
    bundled = factors.load()
    method = {**bundled["methods"]["2"], "title": "Our own", "source": "supplier"}
    source = {**bundled["sources"]["google-2025"], "title": "What our supplier published"}
    own = {"sources": {"supplier": source}, "methods": {"house": method}}
    repository.write("own.carbon-factors.json", json.dumps(own))
    settings = 'factors = "own.carbon-factors.json"\nmethod = "house"\n'
    repository.write(".commit-carbon.toml", settings)
    repository.git("commit", "-qm", "Own factors")
    repository.install()
    repository.commit("work", lines=100, COMMIT_CARBON_TOOL="cursor")
    share = items(fragment(repository, "ghg"))["supplier_data_percent"]
    assert share["value"] is None
    assert "house" in share["answer"]


def test_cdp_takes_five_columns_as_its_fields_do(history: Repository) -> None:
    document = fragment(history, "cdp")
    columns = document["items"][:5]
    assert [one["id"] for one in columns] == [
        "evaluation_status", "emissions_tco2e", "calculation_method", "supplier_data_percent",
        "explanation",
    ]  # fmt: skip
    field = columns[1]["value"]["field"]
    exact = columns[1]["value"]["exact"]["tco2e"]["central"]
    assert abs(field - exact) <= Decimal("0.0005")
    assert -field.as_tuple().exponent == cdp.DIGITS
    assert columns[1]["answer"].startswith(f"{field} (three decimals")
    assert len(columns[4]["value"]) <= cdp.MOST
    assert columns[2]["value"] == ["Average data method"]


@given(st.integers(0, 10**20))
def test_three_decimals_of_a_tonne(nanograms: int) -> None:
    field = Decimal(cdp.field_text(nanograms))
    assert abs(field - Decimal(nanograms) / 10**15) <= Decimal("0.0005")
    assert cdp.field_text(nanograms).partition(".")[2].isdigit()
    assert len(cdp.field_text(nanograms).partition(".")[2]) == cdp.DIGITS


@pytest.mark.parametrize(
    ("kilograms", "said"),
    [
        pytest.param("0", "0.000", id="nothing"),
        pytest.param("190", "0.190", id="zeros-stay"),
        pytest.param("0.5", "0.001", id="half-up"),
        pytest.param("1234567.8", "1234.568", id="much"),
    ],
)
def test_what_the_field_takes(kilograms: str, said: str) -> None:
    assert cdp.field_text(int(Decimal(kilograms) * 10**12)) == said


def test_the_explanation_fits_whatever_the_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("home")
    names = [f"{letter * 200}" for letter in "abcdefgh"]
    for name in names:
        fill(at(home, name), [("A", MID_JANUARY_2024, 1, f"{name}\n")])
    paths = [word for name in names for word in ("-C", str(home / name))]
    text = items(fragment(Repository(home, at(home, "x").environment), "cdp", *paths))
    assert len(text["explanation"]["value"]) <= cdp.MOST


def test_the_sec_asks_for_no_scope_3(history: Repository) -> None:
    document = fragment(history, "sec")
    assert document["notes"][0].startswith("The SEC rule of 2024 asks for no Scope 3 emissions.")
    assert made(history, "--report", "sec").decode().index("asks for no Scope 3") < 400
    assert "no claim of compliance" in document["notes"][1]
    rescission = document["editions"][1]
    assert (rescission["date"], rescission["second_hand"]) == ("2026-05-29", False)


def test_the_rates_of_sci(history: Repository) -> None:
    found = items(fragment(history, "sci"))
    summary = strict_json(made(history, "--format", "json", "--group-by", "evidence"))
    recorded = summary["recorded"]["emissions_gco2e"]
    numstat = history.git("log", "--numstat", "--format=").split("\n")
    lines = sum(int(row.split("\t")[0]) + int(row.split("\t")[1]) for row in numstat if row)
    assert lines == 10 * 14 + sum(range(15)) - 4 + 30 * 3 + 20 * 3 + 3
    shown = [
        one["emissions_gco2e"]
        for one in summary["groups"]
        if one["key"] in ("detected", "declared")
    ]
    for end in ENDS:
        for name, total, number in (
            ("gco2e_per_commit", recorded[end], summary["commits"]["scanned"]),
            ("gco2e_per_1000_lines", recorded[end] * 1000, lines),
            ("gco2e_per_ai_assisted_commit", sum(one[end] for one in shown), 11),
        ):
            rate = found[name]["value"]["gco2e"][end]
            assert abs(rate - total / number) <= Decimal("0.000000001"), name
    assert found["gco2e_per_1000_lines"]["value"]["units"] == Decimal(lines) / 1000
    kwh = found["energy_kwh"]["value"]["central"]
    assert kwh * 1000 == summary["recorded"]["energy_wh"]["central"]
    zones = {one["zone"]: one for one in found["intensity"]["value"]}
    assert zones["FR"]["gco2e_per_kwh"]["central"] == Decimal("44.18")


@pytest.mark.parametrize("report", REPORTS)
def test_exclusions_do_not_deny_what_stands_beside_them(history: Repository, report: str) -> None:
    found = items(fragment(history, report, "--extras", "water"))["exclusions"]
    assert "There is no figure for them" not in found["answer"]
    assert "apart" in found["answer"]


@pytest.mark.parametrize("report", REPORTS)
def test_extras_stand_in_the_notes(history: Repository, report: str) -> None:
    document = fragment(history, report, "--extras", "water,embodied")
    bare = fragment(history, report)
    water, embodied = document["notes"][len(bare["notes"]) :]
    assert " L of water (" in water
    assert " gCO2e embodied (" in embodied
    assert water in " ".join(
        made(history, "--report", report, "--extras", "water").decode().split()
    )


def test_one_record_is_told_in_the_singular(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "one")
    fill(repository, [("A", MID_JANUARY_2024, 5, f"One\n\n{block(estimated(1, *BASES[0]))}")])
    found = items(fragment(repository, "sci"))
    assert "all 1 commit read" in found["gco2e_per_commit"]["answer"]
    assert "Coverage: 1 commit read: 1 with" in found["data_quality"]["answer"]
    gross = items(fragment(repository, "ghg"))["gross_emissions"]["answer"]
    assert ", from 1 record." in gross


def test_embodied_emissions_stand_apart(history: Repository) -> None:
    found = items(fragment(history, "sci"))
    made_of = found["embodied"]["value"]["gco2e"]
    assert abs(made_of["central"] - found["energy_kwh"]["value"]["central"] * 30) < Decimal("0.001")
    with_it = found["embodied"]["value"]["gco2e_per_commit_with_embodied"]["central"]
    without = found["gco2e_per_commit"]["value"]["gco2e"]["central"]
    assert abs(with_it - without - made_of["central"] / 23) < Decimal("0.001")


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        pytest.param(["--since", "2024-12-01"], 6, id="period"),
        pytest.param(["HEAD~5..HEAD"], 5, id="range"),
        pytest.param(["--engine", "dulwich"], 23, id="dulwich"),
    ],
)
def test_sci_counts_the_lines_of_these_commits_only(
    history: Repository, arguments: list[str], number: int
) -> None:
    names = history.git("log", "--format=%H %as").splitlines()
    kept = [one.split()[0] for one in names]
    if arguments[0] == "--since":
        kept = [one.split()[0] for one in names if one.split()[1] >= arguments[1]]
    kept = kept[:number] if arguments[0] != "--since" else kept
    assert len(kept) == number
    lines = 0
    for row in history.git("show", "--numstat", "--format=", *kept).splitlines():
        lines += int(row.split("\t")[0]) + int(row.split("\t")[1]) if row else 0
    rate = items(fragment(history, "sci", *arguments))["gco2e_per_1000_lines"]
    assert rate["value"]["units"] == Decimal(lines) / 1000


def test_commits_in_several_repositories_count_their_lines_once(
    history: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("clone") / "fork"
    history.git("clone", "-q", str(history.path), str(path))
    both = fragment(history, "sci", "-C", str(history.path), "-C", str(path))
    one = fragment(history, "sci")
    assert (
        items(both)["gco2e_per_1000_lines"]["value"]
        == (items(one)["gco2e_per_1000_lines"]["value"])
    )


def test_a_history_without_anything(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "empty")
    for report in REPORTS:
        assert contents.STATEMENT in made(repository, "--report", report).decode()
    found = items(fragment(repository, "sci"))
    for name in ("gco2e_per_commit", "gco2e_per_ai_assisted_commit", "gco2e_per_1000_lines"):
        assert found[name]["value"] is None
        assert found[name]["answer"].startswith("Not known")


def test_an_incomplete_history_gives_lower_bounds(
    history: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("clone") / "shallow"
    history.git("clone", "-q", "--depth=5", f"file://{history.path}", str(path))
    arguments = ["-C", str(path), "--allow-shallow"]
    assert fragment(history, "sci", *arguments)["complete"] is False
    for report in REPORTS:
        text = made(history, "--report", report, *arguments).decode()
        assert "INCOMPLETE: the figures are lower bounds" in text
        assert "the figures are lower bounds." in " ".join(text.split())
    rate = items(fragment(history, "sci", *arguments))["gco2e_per_1000_lines"]
    assert "The lines of 1 commit cannot be read" in rate["answer"]


def test_the_published_arithmetic_warns_in_the_fragment(history: Repository) -> None:
    done = history.run("commit-carbon-summarize", "--report", "ghg", "--restate", "1-as-published")
    said = " ".join(done.stdout.split())
    assert "Warning: method 1-as-published divides watt-seconds by 3,600" in said


def test_hostile_names_in_fragments(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "=<b>\"x'&\x1b[31m|\u202e")
    hostile(repository)
    for report in REPORTS:
        assert is_plain(made(repository, "--report", report).decode())
    document = fragment(repository, "cdp")
    assert document["repositories"] == [repository.path.name]
    assert document["commits"]["recorded"] == len(HOSTILE)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        pytest.param(0, 0, "0.0", id="nothing-of-nothing"),
        pytest.param(1, 3, "33.33", id="rounded"),
        pytest.param(2, 3, "66.67", id="rounded-up"),
        pytest.param(5, 5, "100.0", id="all"),
    ],
)
def test_shares(part: int, whole: int, said: str) -> None:
    assert facts.percent(part, whole) == said
