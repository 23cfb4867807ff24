"""Every format of the summary: what it carries, that it is exact, and where it is written."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import CO_AUTHOR
from reports import HOSTILE, MID_JANUARY_2024, TEXTS, at, fill, groups, hostile, made, varied
from strict_readers import Page, is_plain, strict_csv, strict_json
from support import Repository

from commit_carbon_hook import equivalents, factors, rendering, terminal
from commit_carbon_hook.record import Emissions
from commit_carbon_hook.report import bars, contents, csv, svg, units
from commit_carbon_hook.report.text import Table

ENDS = ("low", "central", "high")
METHOD = {
    "text": "Method 2;", "json": '"id": "2"', "csv": ",2,", "markdown": "Methods: `2`",
    "html": "Methods: 2;", "badge": "Methods: 2;", "svg": "Methods: 2;",
    "cyclonedx": '"value": "2"', "commit-carbon-yaml": 'methods: "2"',
}  # fmt: skip
INCOMPLETE = {
    "text": "INCOMPLETE", "json": '"complete": false', "csv": ",false,",
    "markdown": "**Incomplete", "html": "Incomplete: ", "badge": ", incomplete",
    "svg": ", incomplete", "cyclonedx": '"value": "false"', "commit-carbon-yaml": "complete: false",
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The varied history."""
    repository = at(tmp_path_factory.mktemp("home"), "project")
    varied(repository)
    return repository


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A history of hostile names, in a folder with one."""
    repository = at(tmp_path_factory.mktemp("home"), "=<b>\"x'&: !y\x1b[31m|\u202e")
    hostile(repository)
    return repository


@pytest.fixture(scope="module")
def shallow(history: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The end of the varied history only."""
    path = tmp_path_factory.mktemp("clone") / "shallow"
    history.git("clone", "-q", "--depth=5", f"file://{history.path}", str(path))
    return Repository(path, history.environment)


@pytest.fixture(scope="module")
def document(history: Repository) -> Any:
    """The JSON summary."""
    return strict_json(made(history, "--format", "json"))


def refused(repository: Repository, *arguments: str) -> str:
    done = repository.run("commit-carbon-summarize", *arguments, check=False)
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.startswith("commit-carbon-summarize: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("commit-carbon-summarize: ").rstrip("\n")


@pytest.mark.parametrize("form", TEXTS)
def test_every_format_carries_what_a_reader_must_know(
    history: Repository, document: Any, form: str
) -> None:
    shown = made(history, "--format", form).decode()
    if form == "html":
        shown = Page(shown).said()
    for text in (contents.STATEMENT, document["factor_set"], *document["zones"]):
        assert text in shown, text
    assert "incomplete" not in shown.lower()
    assert METHOD[form] in shown
    assert all(str(number) in shown for number in document["commits"].values())


@pytest.mark.parametrize("form", TEXTS)
def test_every_format_says_that_it_is_incomplete(shallow: Repository, form: str) -> None:
    shown = made(shallow, "--allow-shallow", "--format", form).decode()
    assert INCOMPLETE[form] in shown
    if form == "csv":
        assert {row["complete"] for row in strict_csv(shown.encode())} == {"false"}


@pytest.mark.parametrize("form", TEXTS)
def test_the_same_history_gives_the_same_bytes(history: Repository, form: str) -> None:
    other = {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "7", "COLUMNS": "40"}
    again = made(history, "--format", form, "--engine", "dulwich", **other)
    assert again == made(history, "--format", form)


@pytest.mark.parametrize("form", TEXTS)
def test_hostile_names_stay_text(evil: Repository, form: str) -> None:
    asked = groups("author", "repo", "tool") if form in rendering.WITH_GROUPS else []
    shown = made(evil, "--format", form, *asked)
    assert is_plain(shown.decode())
    if form in ("json", "badge", "cyclonedx"):
        strict_json(shown)
    elif form == "csv":
        keys = [row["key"] for row in strict_csv(shown) if row["by"] == "author"]
        assert len(set(keys)) == len(keys) == len({name.strip(" \x0b\x0c") for name in HOSTILE})
    elif form == "svg":
        ElementTree.fromstring(shown)  # noqa: S314 - our own


def test_without_any_record(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "empty")
    for form in TEXTS:
        assert contents.STATEMENT in made(repository, "--format", form).decode()
    assert strict_json(made(repository, "--format", "badge"))["message"] == "no records"


# Text


def test_a_bar_for_every_row_and_a_line_of_the_months(history: Repository) -> None:
    shown = made(history).decode().splitlines()
    start = shown.index("Recorded by month, gCO2e")
    rows = shown[start + 2 : shown.index("", start)]
    assert [row.split()[0] for row in rows[:2]] == ["2024-01", "2024-02"]
    lengths = [len(row.split("  ")[-1]) for row in rows[:-1]]
    assert max(lengths) == bars.WIDTH
    line = rows[-1].split()
    assert (line[0], line[-1]) == ("2024-01", "2025-03")
    drawn = rows[-1].partition("2024-01 ")[2].removesuffix(" 2025-03")
    assert len(drawn) == 15
    assert drawn[4] == " "  # nothing in May
    assert set(drawn) <= set(bars.BLOCKS.levels + " ")
    assert "█" in drawn


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_bars_are_ascii_where_the_stream_has_no_blocks(history: Repository, encoding: str) -> None:
    shown = made(history, PYTHONIOENCODING=encoding)
    assert shown.isascii()
    assert b"####" in shown


def test_names_that_the_stream_cannot_show_are_escaped(evil: Repository) -> None:
    shown = made(evil, *groups("author"), PYTHONIOENCODING="ascii")
    assert b"\\u5c71\\u7530" in shown


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        pytest.param([5], (), id="one-row-has-nothing-to-compare"),
        pytest.param([0, 0], (), id="nothing"),
        pytest.param([100, 50, 1, 0], ("#" * 12, "#" * 6, "#", ""), id="least-is-visible"),
        pytest.param([10**30, 1], ("#" * 12, "#"), id="large"),
    ],
)
def test_bars(values: list[int], drawn: tuple[str, ...]) -> None:
    assert bars.bars(values, bars.ASCII) == drawn


@given(st.lists(st.integers(0, 10**20), min_size=2))
def test_bars_are_ordered_like_their_values(values: list[int]) -> None:
    def length(bar: str) -> int:
        parts = bars.BLOCKS.parts
        return sum(parts.index(part) + 1 for part in bar)

    drawn = bars.bars(values, bars.BLOCKS)
    for value, bar in zip(values, drawn, strict=bool(drawn)):
        assert bool(bar) == bool(value)
        assert len(bar) <= bars.WIDTH
    lengths = [length(bar) for _, bar in sorted(zip(values, drawn, strict=bool(drawn)))]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize(
    ("months", "line"),
    [
        pytest.param({"2024-11": 1, "2025-02": 8}, "2024-11 .  # 2025-02", id="over-a-year-end"),
        pytest.param({"2024-11": 1}, "", id="one-month"),
        pytest.param({"2024-11": 1, "unknown": 3}, "", id="unknown"),
        pytest.param({"2024-11": 0, "2024-12": 0}, "", id="nothing"),
        pytest.param({}, "", id="none"),
    ],
)
def test_sparklines(months: dict[str, int], line: str) -> None:
    assert bars.sparkline(months, bars.ASCII) == line


def test_a_sparkline_shows_the_newest_months() -> None:
    months = {f"{year}-{month:02d}": 1 for year in range(1990, 2030) for month in range(1, 13)}
    first, drawn, last = bars.sparkline(months, bars.ASCII).split()
    assert (first, len(drawn), last) == ("2025-01", bars.MAX_MONTHS, "2029-12")


def test_a_narrow_terminal_costs_the_bars_and_no_figure() -> None:
    from commit_carbon_hook.report.drawn import draw

    figures = tuple(f"{number:,}" for number in range(10**9, 10**9 + 6))
    wide = Table("gCO2e", tuple("abcdefg"), (("x" * 20, *figures),), ("█" * 12,), "a ▁▂ b")
    drawn = draw(wide)
    assert all(figure in drawn for figure in figures)
    assert "…" not in drawn
    assert "█" not in drawn
    assert "a ▁▂ b" in drawn
    narrow = wide._replace(head=("a", "b"), rows=(("x", "1"),))
    assert "█" * 12 in draw(narrow)


# CSV


def test_one_row_a_record(history: Repository, document: Any) -> None:
    rows = strict_csv(made(history, "--format", "csv", "--per-commit"))
    assert len(rows) == document["recorded"]["records"]
    assert len({row["id"] for row in rows}) == len(rows)
    for end in ENDS:
        total = sum(Decimal(row[f"emissions_gco2e_{end}"]) for row in rows)
        assert total == document["recorded"]["emissions_gco2e"][end]
        energy = sum(Decimal(row[f"energy_wh_{end}"] or 0) for row in rows)
        assert energy == document["recorded"]["energy_wh"][end]
    for tool in {row["tool"] for row in rows} - {""}:
        (group,) = [one for one in document["groups"] if (one["by"], one["key"]) == ("tool", tool)]
        assert group["records"] == sum(row["tool"] == tool for row in rows)
    names = history.git("rev-list", "HEAD").split()
    assert {row["commit"] for row in rows} <= set(names)
    assert {row["evidence"] for row in rows} == {"detected", "declared", "assumed", ""}
    assert sorted(row["versions"] for row in rows)[-2:] == ["0", "2"]
    assert {row["author"] for row in rows} == {""}
    assert rows[0].keys() == set(csv.RECORD_COLUMNS)


def test_authors_of_records_only_where_they_are_asked_for(history: Repository) -> None:
    rows = strict_csv(made(history, "--format", "csv", "--per-commit", *groups("author")))
    assert "Author 1" in {row["author"] for row in rows}


def test_records_of_hostile_authors(evil: Repository) -> None:
    rows = strict_csv(made(evil, "--format", "csv", "--per-commit", *groups("author")))
    authors = [row["author"] for row in rows]
    assert "'=cmd|' /C calc'!A0" in authors
    assert len(rows) == len(HOSTILE)


def test_restated_records(history: Repository) -> None:
    summary = strict_json(made(history, "--format", "json", "--restate", "1"))
    rows = strict_csv(made(history, "--format", "csv", "--per-commit", "--restate", "1"))
    assert len(rows) == summary["recorded"]["records"]
    assert {row["method"] for row in rows} == {"1"}
    total = sum(Decimal(row["emissions_gco2e_central"]) for row in rows)
    assert total == summary["recorded"]["emissions_gco2e"]["central"]


# Badges


def test_the_badge_has_the_keys_of_shields_and_no_other(history: Repository) -> None:
    badge = strict_json(made(history, "--format", "badge"))
    known = {
        "schemaVersion", "label", "message", "color", "labelColor", "isError", "namedLogo",
        "logoSvg", "logoColor", "logoSize", "style", "cacheSeconds",
    }  # fmt: skip
    assert badge.keys() <= known
    assert badge["schemaVersion"] == 1
    assert badge["label"]
    assert badge["message"]
    assert badge["color"] in ("blue", "lightgrey")
    logo = ElementTree.fromstring(badge["logoSvg"])  # noqa: S314 - our own
    assert logo.tag == f"{SVG}svg"
    assert contents.STATEMENT in (logo.findtext(f"{SVG}desc") or "")


def test_an_incomplete_badge_looks_and_says_so(shallow: Repository) -> None:
    badge = strict_json(made(shallow, "--allow-shallow", "--format", "badge"))
    assert badge["color"] == "lightgrey"
    assert badge["message"].endswith(", incomplete")


def test_the_picture_of_the_badge(history: Repository, document: Any) -> None:
    picture = ElementTree.fromstring(made(history, "--format", "svg"))  # noqa: S314 - our own
    grams = document["recorded"]["emissions_gco2e"]
    words = units.emissions(Emissions(*(int(grams[end] * 10**9) for end in ENDS)))
    assert picture.findtext(f"{SVG}title") == f"{svg.LABEL}: {words}"
    texts = [one.text for one in picture.iter(f"{SVG}text")]
    assert texts == [svg.LABEL, words]
    boxes = [
        (int(one.get("x", "")), int(one.get("width", ""))) for one in picture.iter(f"{SVG}rect")
    ]
    assert boxes[0][1] == boxes[1][0]
    assert sum(width for _, width in boxes) == int(picture.get("width", ""))
    for one in picture.iter():
        assert "href" not in " ".join(one.keys())


@pytest.mark.parametrize(
    ("grams", "said"),
    [
        pytest.param(0, "0 g CO2e (0 to 0)", id="zero"),
        pytest.param(15, "15.0 g CO2e (7.50 to 30.0)", id="grams"),
        pytest.param(999, "999 g CO2e (500 to 2,000)", id="below-a-kilogram"),
        pytest.param(1_000, "1.00 kg CO2e (0.500 to 2.00)", id="kilogram"),
        pytest.param(2_500_000, "2.50 t CO2e (1.25 to 5.00)", id="tonnes"),
    ],
)
def test_amounts_in_fitting_units(grams: int, said: str) -> None:
    nano = grams * 10**9
    assert units.emissions((nano // 2, nano, nano * 2)) == said


# .commit-carbon.yaml

FIELDS = {
    "schema": str, "methodology_version": str, "repository": str, "period": str,
    "region": str, "total_commits": int, "total_ai_commits": int, "tools": list,
    "total_emissions_kgco2e": dict, "per_ai_commit_average_gco2e": dict, "confidence": str,
}  # fmt: skip


def yaml_of(text: bytes) -> Any:
    return pytest.importorskip("yaml").safe_load(text)


def test_the_published_fields(history: Repository, document: Any) -> None:
    found = yaml_of(made(history, "--format", "commit-carbon-yaml"))
    for name, kind in FIELDS.items():
        assert isinstance(found[name], kind), name
    assert found.keys() == {
        *FIELDS,
        "generated",
        "grid_intensity_gco2e_per_kwh",
        "commit_carbon_hook",
    }
    assert found["generated"].isoformat() == f"{document['period']['last']}T00:00:00+00:00"
    assert found["schema"] == "https://oss.korext.com/commit-carbon/output-schema"
    assert found["total_commits"] == document["commits"]["scanned"]
    assert found["methodology_version"] == "commit-carbon-hook 2"
    assert {one["id"] for one in found["tools"]} == {"claude-code", "cursor", "codex-cli", "ollama"}
    for one in found["tools"]:
        assert one.keys() == {"id", "name", "commits", "emissions_kgco2e"}
    own = found["commit_carbon_hook"]
    assert own["complete"] is True
    for end in ENDS:
        parts = [one["emissions_kgco2e"][end] for one in found["tools"]]
        total = found["total_emissions_kgco2e"][end]
        assert sum(parts) == pytest.approx(total)
        apart = own["recorded_without_evidence_of_a_tool"]["emissions_kgco2e"][end]
        grams = float(document["recorded"]["emissions_gco2e"][end])
        assert (total + apart) * 1000 == pytest.approx(grams)
        average = found["per_ai_commit_average_gco2e"][end]
        assert average * found["total_ai_commits"] == pytest.approx(total * 1000)


def test_their_methodology_is_named_only_where_it_is_used(history: Repository) -> None:
    found = yaml_of(made(history, "--format", "commit-carbon-yaml", "--restate", "1"))
    assert found["methodology_version"] == "1.0"


def test_one_zone_has_its_own_intensity(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "one")
    repository.commit("first")
    repository.install()
    repository.commit("second", lines=100, COMMIT_CARBON_TOOL="copilot", COMMIT_CARBON_GRID="FR")
    found = yaml_of(made(repository, "--format", "commit-carbon-yaml"))
    assert found["region"] == "FR"
    assert found["grid_intensity_gco2e_per_kwh"] == 44.18
    assert found["tools"][0]["name"] == "GitHub Copilot"
    assert found["total_ai_commits"] == found["tools"][0]["commits"] == 1


def test_hostile_names_in_yaml(evil: Repository) -> None:
    found = yaml_of(made(evil, "--format", "commit-carbon-yaml"))
    assert found["repository"] == terminal.safe(evil.path.name)


# CycloneDX


def energies(bom: Any) -> list[Any]:
    return [
        consumption
        for component in bom["components"]
        for consumption in component["modelCard"]["considerations"]["environmentalConsiderations"][
            "energyConsumptions"
        ]
    ]


def properties(one: Any) -> dict[str, str]:
    return {row["name"].removeprefix("commit-carbon:"): row["value"] for row in one["properties"]}


def test_the_bill_of_materials_adds_up(history: Repository, document: Any) -> None:
    bom = strict_json(made(history, "--format", "cyclonedx"))
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.7")
    assert "timestamp" not in bom["metadata"]
    for status in ("recorded", "estimated_afterwards"):
        parts = [one for one in energies(bom) if properties(one)["status"] == status]
        kwh = sum(one["activityEnergyCost"]["value"] for one in parts)
        assert kwh * 1000 == document[status]["energy_wh"]["central"]
        for end in ENDS:
            tonnes = Decimal(0)
            tonnes += sum(Decimal(properties(one)[f"emissions_tco2e_{end}"]) for one in parts)
            rest = [properties(one) for one in bom["components"]]
            tonnes += sum(
                Decimal(one[f"emissions_tco2e_{end}"])
                for one in rest
                if one.get("status") == status
            )
            assert tonnes * 10**6 == document[status]["emissions_gco2e"][end]
    names = {one["name"] for one in bom["components"]}
    assert {"claude-opus", "gpt-codex"} <= names
    refs = [one["bom-ref"] for one in bom["components"]]
    assert len(set(refs)) == len(refs)


@pytest.mark.parametrize("which", ["history", "evil"])
def test_the_bill_of_materials_follows_the_schema(
    which: str, request: pytest.FixtureRequest
) -> None:
    package = pytest.importorskip("cyclonedx.schema._res")
    folder = Path(next(iter(package.__path__)))
    schema = json.loads((folder / "bom-1.7.SNAPSHOT.schema.json").read_text())
    # What the schema refers to in other files is not part of what we write.
    registry: Any = pytest.importorskip("referencing").Registry()
    resources = pytest.importorskip("referencing.jsonschema").DRAFT7
    for path in folder.glob("*.SNAPSHOT.schema.json"):
        resource = resources.create_resource(json.loads(path.read_text()))
        registry = registry.with_resource(f"http://cyclonedx.org/schema/{path.name}", resource)
    validator = jsonschema.Draft7Validator(schema, registry=registry)
    repository = request.getfixturevalue(which)
    bom = json.loads(made(repository, "--format", "cyclonedx", SOURCE_DATE_EPOCH="0"))
    assert bom["metadata"]["timestamp"] == "1970-01-01T00:00:00Z"
    assert list(validator.iter_errors(bom)) == []
    energies(bom)[0]["surprise"] = 1
    assert len(list(validator.iter_errors(bom))) == 1


# Parquet


def test_parquet_is_the_csv_with_types(history: Repository, tmp_path: Path, document: Any) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for arguments in ([], ["--per-commit"]):
        path = tmp_path / "file.parquet"
        arguments = [*arguments, *groups("author", "tool")]
        assert made(history, "--format", "parquet", "--output", str(path), *arguments) == b""
        table = parquet.read_table(path)
        rows = strict_csv(made(history, "--format", "csv", *arguments))
        assert table.num_rows == len(rows)
        assert table.column_names == list(rows[0])
        for name in table.column_names:
            for value, text in zip(table[name].to_pylist(), [r[name] for r in rows], strict=True):
                if isinstance(value, Decimal):
                    assert value == Decimal(text)
                elif isinstance(value, bool):
                    assert value == (text == "true")
                else:
                    assert ("" if value is None else str(value)) == text
        metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
        assert metadata["commit-carbon:statement"] == contents.STATEMENT
        assert metadata["commit-carbon:complete"] == "true"
        assert metadata["commit-carbon:factor_set"] == document["factor_set"]


def test_parquet_keeps_names_as_they_are(evil: Repository, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "file"
    made(evil, "--format", "parquet", "--per-commit", "--output", str(path), *groups("author"))
    authors = parquet.read_table(path)["author"].to_pylist()
    assert "=cmd|' /C calc'!A0" in authors


def test_without_pyarrow_parquet_names_the_extra(history: Repository, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from commit_carbon_hook.summarize import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "--format", "parquet", "--output", str(tmp_path / "x")]
    done = history.run(*command, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'commit-carbon-hook[parquet]'" in done.stderr
    assert not list(tmp_path.iterdir())


# Equivalents


@pytest.mark.parametrize(
    ("grams", "name", "times"),
    [
        pytest.param("0", None, None, id="nothing-to-compare"),
        pytest.param("0.0001", "phone-charge", "<0.01", id="never-zero"),
        pytest.param("12.4", "phone-charge", "1.0", id="one-charge"),
        pytest.param("243.9", "phone-charge", "20", id="below-the-larger-thing"),
        pytest.param("244", "car-km", "1.0", id="the-larger-thing"),
        pytest.param("1000000", "car-km", "4,100", id="much"),
    ],
)
def test_one_thing_to_compare_with(grams: str, name: str | None, times: str) -> None:
    nano = int(Decimal(grams) * 10**9)
    one = equivalents.chosen(Emissions(nano // 2, nano, nano * 2), factors.load())
    assert (one and one.id) == name
    if one:
        said = equivalents.sentence(one)
        assert f"as much as {times} (" in said
        assert "Environmental Protection" in said or "EPA" in said
        assert "2026" in said
        assert "\n" not in said


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_equivalents_are_off_by_default_and_one_line(history: Repository, form: str) -> None:
    assert "For scale" not in made(history, "--format", form).decode()
    assert made(history, "--format", form, "--equivalents").decode().count("For scale") == 1


def test_equivalents_in_json(history: Repository, document: Any) -> None:
    assert "equivalent" not in document
    found = strict_json(made(history, "--format", "json", "--equivalents"))
    schema = factors.directory("schema") / "summary.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(
        json.loads(made(history, "--format", "json", "--equivalents"))
    )
    one = found.pop("equivalent")
    assert found == document
    central = document["recorded"]["emissions_gco2e"]["central"]
    assert abs(one["times"]["central"] * one["value"] - central) < Decimal("0.001")


# Where it goes


def test_a_file_gets_what_the_stream_would_get(history: Repository, tmp_path: Path) -> None:
    for form in ("text", "csv", "html"):
        path = tmp_path / form
        assert made(history, "--format", form, "--output", str(path)) == b""
        assert path.read_bytes() == made(history, "--format", form)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_new_file_gets_the_umask_and_an_old_one_keeps_its_mode(
    history: Repository, tmp_path: Path
) -> None:
    path = tmp_path / "report"
    command = f"umask 027; commit-carbon-summarize --output {path}"
    history.run("sh", "-c", command)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    path.write_text("old")
    made(history, "--output", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert path.read_text() != "old"


def link(path: Path) -> None:
    (path.parent / "target").write_text("mine")
    path.symlink_to(path.parent / "target")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(link, "a symbolic link: name the file itself", id="link"),
        pytest.param(os.mkfifo, "not a regular file: name another one", id="pipe"),
        pytest.param(os.mkdir, "not a regular file: name another one", id="folder"),
        pytest.param(
            lambda path: path.symlink_to("nowhere"), "a symbolic link: name the file itself",
            id="dangling-link",
        ),
    ],
)  # fmt: skip
def test_what_is_no_file_is_left_alone(
    history: Repository, tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "report"
    make(path)
    before = path.lstat()
    assert refused(history, "--output", str(path)) == f"{path}: {said}"
    assert path.lstat() == before
    if (tmp_path / "target").exists():
        assert (tmp_path / "target").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--output", "no/where/x"], "no such folder: make it first", id="folder"),
        pytest.param(["--output", "/dev/null/x"], "no such folder", id="not-a-folder"),
        pytest.param(["--output", "/dev/full"], "not a regular file", id="device"),
        pytest.param(["--format", "parquet"], "name a file with --output", id="parquet"),
        pytest.param(["--per-commit"], "not in --format text: choose csv or parquet",
                     id="records-in-text"),
        pytest.param(["--report", "ghg", "--format", "csv"], "choose text or json", id="table"),
        pytest.param(["--report", "ghg", "--equivalents"], "leave it out", id="both"),
        pytest.param(["--equivalents", "--format", "svg"], "choose text or json or markdown",
                     id="picture"),
        pytest.param(["--format", "xml"], "invalid choice", id="no-such-format"),
        *[
            pytest.param([*option, "--format", form], f"{option[0]}: not in --format {form}:"
                         " choose text or json or markdown or html", id=f"{option[0]}-{form}")
            for option in (["--explain-losses"], ["--attestation", "x"])
            for form in ("csv", "parquet", "badge", "svg", "cyclonedx", "commit-carbon-yaml")
        ],
        *[
            pytest.param(["--group-by", "tool", "--format", form],
                         f"--group-by: not in --format {form}: choose text or", id=f"group-{form}")
            for form in ("badge", "svg", "cyclonedx", "commit-carbon-yaml")
        ],
        *[
            pytest.param([*option, "--report", "ghg", "--format", form],
                         f"{option[0]}: has no place in a disclosure: leave it out",
                         id=f"{option[0]}-report-{form}")
            for option in (["--explain-losses"], ["--attestation", "x"], ["--group-by", "tool"])
            for form in ("text", "json")
        ],
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    history: Repository, arguments: list[str], said: str
) -> None:
    assert said in refused(history, *arguments)


def test_a_full_disk_leaves_the_old_file(history: Repository, tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("old")
    limited = (
        f"ulimit -f 1; trap '' XFSZ; exec commit-carbon-summarize --format html --output {path}"
    )
    done = history.run("sh", "-c", limited, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"commit-carbon-summarize: {path}: cannot be written: File too large: make room, or name"
        " another file\n"
    )
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("form", ["text", "csv", "html", "json"])
def test_a_full_standard_output_is_told_in_one_line(history: Repository, form: str) -> None:
    command = ["commit-carbon-summarize", "--format", form]
    # Also where the answer is known already.
    history.run(*command)
    for options in ([], ["--no-cache"]):
        line = shlex.join([*command, *options])
        done = history.run("sh", "-c", f"{line} >/dev/full", check=False)
        assert done.stderr.startswith(
            "commit-carbon-summarize: standard output cannot be written: No space left on device: "
        )
        assert done.stderr.count("\n") == 1
        assert done.returncode == 2


def test_no_room_for_temporary_files_is_told_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "late")
    text = f"Work\n\n{CO_AUTHOR}\n"
    fill(repository, [("A", MID_JANUARY_2024 + number, 1, text) for number in range(60)])
    path = tmp_path / "x.csv"
    program = f"commit-carbon-summarize --no-cache --per-commit --format csv --output {path}"
    limited = f"ulimit -f 2; trap '' XFSZ; exec {program}"
    done = repository.run("sh", "-c", limited, check=False, TMPDIR=str(tmp_path))
    assert done.stderr == (
        f"commit-carbon-summarize: {tmp_path}: cannot be written: File too large: make room there,"
        " or name another folder in TMPDIR\n"
    )
    assert done.returncode == 2
    assert not list(tmp_path.iterdir())


def test_many_rows_without_room_for_them(tmp_path: Path) -> None:
    code = (
        "from commit_carbon_hook.errors import CarbonError\n"
        "from commit_carbon_hook.spool import Spool\n"
        "rows = Spool(8, 64)\n"
        "try:\n"
        "    for number in range(9_000): rows.append(number.to_bytes(8, 'little'))\n"
        "except CarbonError as error:\n"
        "    print(error)\n"
        "rows.close()\n"
    )
    limited = f"ulimit -f 2; trap '' XFSZ; exec {sys.executable} -c {shlex.quote(code)}"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", limited], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{tmp_path}: cannot be written: File too large: ")


AS_PUBLISHED = "its grams are 1,000 times too high"


@pytest.mark.parametrize("form", TEXTS)
def test_figures_as_published_say_so_in_every_format(history: Repository, form: str) -> None:
    command = ["commit-carbon-summarize", "--format", form, "--restate"]
    assert AS_PUBLISHED in history.run(*command, "1-as-published").stdout
    assert "too high" not in history.run(*command, "1").stdout


def test_a_table_of_records_as_published_says_so(history: Repository, tmp_path: Path) -> None:
    restated = ["--per-commit", "--restate", "1-as-published"]
    path = str(tmp_path / "records")
    command = ["commit-carbon-summarize", *restated, "--format"]
    rows = strict_csv(history.run(*command, "csv").stdout.encode())
    assert all(AS_PUBLISHED in row["notes"] for row in rows)
    parquet = pytest.importorskip("pyarrow.parquet")
    history.run(*command, "parquet", "--output", path)
    table = parquet.read_table(path)
    assert AS_PUBLISHED in table.schema.metadata[b"commit-carbon:notes"].decode()
    assert AS_PUBLISHED in table["notes"].to_pylist()[0]


def test_the_badge_shows_that_it_is_as_published(history: Repository) -> None:
    command = ["commit-carbon-summarize", "--restate", "1-as-published", "--format"]
    badge = strict_json(history.run(*command, "badge").stdout.encode())
    assert badge["message"].endswith("), as published: 1,000 x too high")
    picture = ElementTree.fromstring(history.run(*command, "svg").stdout)  # noqa: S314 - our own
    assert badge["message"] in [one.text for one in picture.iter(f"{SVG}text")]


def test_a_badge_of_some_records_as_published(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "mixed")
    repository.install()
    repository.commit("one", COMMIT_CARBON_TOOL="cursor")
    repository.commit("two", COMMIT_CARBON_TOOL="cursor", COMMIT_CARBON_METHOD="1-as-published")
    done = repository.run("commit-carbon-summarize", "--format", "badge")
    badge = strict_json(done.stdout.encode())
    assert badge["message"].endswith("), in part as published: 1,000 x too high")


def test_json_as_published_follows_its_schema(history: Repository, document: Any) -> None:
    assert "warnings" not in document
    done = history.run("commit-carbon-summarize", "--format", "json", "--restate", "1-as-published")
    found = json.loads(done.stdout)
    schema = json.loads((factors.directory("schema") / "summary.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(found)
    assert [one["method"] for one in found["warnings"]["found"]] == ["1-as-published"]
    assert AS_PUBLISHED in found["warnings"]["found"][0]["warning"]


def test_a_reader_that_has_enough_is_no_error(history: Repository) -> None:
    for form in ("csv", "html"):
        command = f"commit-carbon-summarize --format {form} | head -c 1"
        assert history.run("sh", "-c", command).stderr == ""


def test_the_limit_speaks_after_the_file_is_written(history: Repository, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    command = ["--format", "json", "--output", str(path), "--max-gco2e", "1"]
    done = history.run("commit-carbon-summarize", *command, check=False)
    assert done.returncode == 1
    assert strict_json(path.read_bytes())["complete"] is True


@pytest.mark.parametrize("epoch", ["-1", "1e9", "٣", "999999999999999", "now"])
def test_a_moment_that_is_none_is_refused(history: Repository, epoch: str) -> None:
    done = history.run(
        "commit-carbon-summarize", "--format", "html", check=False, SOURCE_DATE_EPOCH=epoch
    )
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH: not a number of seconds" in done.stderr


def test_a_projects_own_factors_are_named_with_their_source(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "own")
    plain = strict_json(made(repository, "--format", "json"))["factor_set"]
    own = {
        "sources": {
            "statement-2026": {
                "title": "Electricity of our host, <b>yearly</b> statement",
                "publisher": "Example",
                "year": 2026,
                "url": "javascript:alert(1)",
                "licence": "facts only",
                "transcribed": False,
            }
        },
        "zones": {
            "HOST": {
                "name": "Our host",
                "kind": "average",
                "boundary": "direct",
                "basis": "consumption",
                "year": 2026,
                "intensity_gco2e_per_kwh": {"low": 20, "central": 25, "high": 40},
                "range_basis": "their statement",
                "known": "measured",
                "licence": "facts only",
                "source": "statement-2026",
                "parent": "WORLD",
            }
        },
    }
    repository.write("own.carbon-factors.json", json.dumps(own))
    repository.write(".commit-carbon.toml", 'factors = "own.carbon-factors.json"\ngrid = "HOST"\n')
    repository.git("commit", "-qm", "Own factors")
    repository.install()
    repository.commit("work", lines=100, COMMIT_CARBON_TOOL="cursor")
    assert strict_json(made(repository, "--format", "json"))["factor_set"] != plain
    page = Page(made(repository, "--format", "html").decode())
    assert "Electricity of our host, <b>yearly</b> statement. Example" in page.said()
    assert "20, 25, 40" in page.said()
    assert not [one for one in page.all("a") if "javascript" in one.attributes["href"]]


def test_all_formats_have_a_module_and_a_place_in_these_tests() -> None:
    assert set(rendering.FORMATS) == {*TEXTS, "parquet"}
