"""What people and programs are shown: hostile text stays text, numbers stay exact."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import jsonschema
import pytest
from generated import fill
from histories import authored, message, record, say
from hypothesis import given
from hypothesis import strategies as st
from support import Repository

from commit_carbon_hook import factors, terminal
from commit_carbon_hook.record import Basis, Emissions, Record
from commit_carbon_hook.report import contents, markdown, text
from commit_carbon_hook.report import csv as csv_report
from commit_carbon_hook.report import json as json_report

HOSTILE = [
    pytest.param("\x1b[31mred\x1b]8;;http://x\x07", id="escape-sequences"),
    pytest.param("\x9b31m\x90\x85", id="c1"),
    pytest.param("a\rb\x08\x7f\x00"[:-1], id="control"),
    pytest.param("\u202egnp.exe\u2066\u2069\u200e", id="bidi"),
    pytest.param("zero\u200bwidth\ufeff\u2060\u00ad", id="zero-width"),
    pytest.param("\u2028\u2029\x0b\x0c", id="line-ends"),
    pytest.param("=cmd|' /C calc'!A0", id="formula"),
    pytest.param("  +1+1", id="formula-behind-spaces"),
    pytest.param("\uff1dHYPERLINK(1)", id="full-width-formula"),
    pytest.param("@SUM(1)", id="at"),
    pytest.param("-2+3", id="minus"),
    pytest.param("x;=1+1;y", id="formula-behind-a-semicolon"),
    pytest.param('x; "=1+1;y', id="formula-behind-a-semicolon-and-a-quote"),
    pytest.param("a\\| ![x](http://y)", id="escaped-pipe"),
    pytest.param("<script>alert(1)</script>", id="html"),
    pytest.param("| a | b |\\", id="pipes"),
    pytest.param("`code` **bold** [x](http://y) ![z](w)", id="markup"),
    pytest.param("@someone #12 owner/repo#3 https://example.com", id="mentions"),
    pytest.param('\\u0000 3.5" , "\\u0000', id="our-own-number-mark"),
    pytest.param("A" * 5_000, id="long"),
    pytest.param("\U000e0041\U000e007f\ufe0f\u3164", id="invisible"),
]


@pytest.fixture
def hostile(repository: Repository, request: pytest.FixtureRequest) -> Repository:
    """A repository whose author, message and refused line are the parameter."""
    name = request.param
    variables = {**authored(1), "GIT_AUTHOR_NAME": name.strip(" \r\n.,:;<>\"\\'") or "x"}
    say(repository, message(name, record("1"), f"Carbon-Basis: {name}"), **variables)
    return repository


def run(repository: Repository, form: str) -> str:
    arguments = ["--format", form, "--group-by", "author", "--group-by", "tool"]
    return repository.run("commit-carbon-summarize", *arguments).stdout


def is_plain(shown: str) -> bool:
    return all(char == "\n" or (char.isprintable() and visible(char)) for char in shown)


def visible(char: str) -> bool:
    return unicodedata.category(char)[0] != "C" and char not in "\u3164\ufe0f\u115f"


@pytest.mark.parametrize("hostile", HOSTILE, indirect=True)
def test_hostile_text_stays_text(hostile: Repository) -> None:
    for form in ("text", "markdown", "json"):
        assert is_plain(run(hostile, form)), form
    assert run(hostile, "csv").replace("\n", "").isprintable()
    assert max(map(len, run(hostile, "text").splitlines())) < 300
    assert json.loads(run(hostile, "json"))["recorded"]["records"] == 1
    for row in csv.reader(io.StringIO(run(hostile, "csv"))):
        assert len(row) == len(csv_report.COLUMNS)
    for separator in ",;\t":
        assert begun(run(hostile, "csv"), separator) == [], separator


@pytest.mark.parametrize("hostile", HOSTILE, indirect=True)
def test_markdown_has_no_markup_but_ours(hostile: Repository) -> None:
    rows = [line for line in run(hostile, "markdown").splitlines() if line.startswith("|")]
    # Readers differ in whether a backslash before `\\|` takes its own away.
    assert not any("\\\\|" in line for line in rows)
    widths = {line.replace("\\|", "").count("|") for line in rows}
    assert widths == {7}
    for line in run(hostile, "markdown").splitlines():
        outside = "".join(line.replace("\\|", "").split("`")[::2])
        assert not set(outside) & set("<>[]@#!\\") - ({"#"} if line.startswith("## ") else set())


def test_pipes_are_escaped_in_tables_only() -> None:
    assert markdown.literal("a | b \\| c") == "`a | b \\| c`"
    table = text.Table("t", ("k", "n"), (("a | b \\| c", "1"),))
    assert markdown.table(table).splitlines()[-1] == "| `a \\| b \\\\x7c c` | 1 |"


def test_bytes_that_are_no_text_are_shown(repository: Repository) -> None:
    fill(repository, 2, 40)
    for form in ("text", "markdown", "json"):
        done = repository.run(
            "commit-carbon-summarize", "--all", "--format", form, "--group-by", "author"
        )
        assert is_plain(done.stdout)


@pytest.mark.parametrize(
    ("raw", "encoding", "shown"),
    [
        pytest.param("José".encode(), b"", "José", id="utf-8"),
        pytest.param("José".encode("latin-1"), b"ISO-8859-1", "José", id="declared"),
        pytest.param("José".encode("latin-1"), b"", "Jos\\xe9", id="undeclared"),
        pytest.param("山田".encode("euc-jp"), b"EUC-JP", "山田", id="euc"),
        pytest.param(b"\xe9", b"zip", "\\xe9", id="no-such-codec"),
        pytest.param(b"\xe9", b"unicode_escape", "\\xe9", id="codec-that-interprets"),
    ],
)
def test_decoding(raw: bytes, encoding: bytes, shown: str) -> None:
    assert terminal.decoded(raw, encoding) == shown


@given(st.text())
def test_safe_text_is_plain_and_safe_twice_is_safe(anything: str) -> None:
    shown = terminal.safe(anything)
    assert is_plain(shown)
    assert "\n" not in shown
    assert terminal.safe(shown) == shown


def begun(table: str, separator: str) -> list[str]:
    """The cells that begin a formula where a program takes this for the separator: one that knows
    quotes, and, unless it is our own, one that does not."""
    cells = [cell for row in csv.reader(io.StringIO(table), delimiter=separator) for cell in row]
    if separator != ",":
        split = [cell for line in table.splitlines() for cell in line.split(separator)]
        cells += [cell.lstrip(' "') for cell in split]
    formula = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    return [cell for cell in cells if cell.lstrip(" ").startswith(formula)]


FORMULAS = st.text(alphabet="=+-@\uff1d;,\"' \t\r\nx", max_size=12)


@given(st.text() | FORMULAS)
def test_a_cell_never_begins_a_formula(anything: str) -> None:
    cell = csv_report.cell(anything)
    assert not set(cell) & set("\t\r\n\x00")
    table = "".join(csv_report.lines(["a", "b", "c"], [["x", cell, "y"]]))
    for separator in ",;\t":
        assert begun(table, separator) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("plain; text", "plain; text", id="plain"),
        pytest.param("a-b; c=d", "a-b; c=d", id="inside"),
        pytest.param("=1", "'=1", id="start"),
        pytest.param("  +1", "'  +1", id="spaces"),
        pytest.param("x;=1+1;y", "x;'=1+1;y", id="semicolon"),
        pytest.param('x; "=1', "x;' \"=1", id="quote"),
        pytest.param("x\t=1", "x\\x09=1", id="tab"),
        pytest.param("x\r=1", "x\\x0d=1", id="return"),
    ],
)
def test_cells(written: str, shown: str) -> None:
    assert csv_report.cell(written) == shown


@given(st.integers(0, 10**24) | st.integers(0, 10**6).map(lambda half: half * 5 * 10**6))
def test_figures_are_rounded_half_up(nano: int) -> None:
    shown = Decimal(text.figure(nano).replace(",", ""))
    exact = Decimal(nano).scaleb(-9)
    step = Decimal(1).scaleb(exact.adjusted() - 2) if nano else Decimal(1)
    with localcontext() as context:
        context.prec = 60
        assert shown == (exact / step).to_integral_value(ROUND_HALF_UP) * step


@pytest.mark.parametrize(
    ("grams", "shown"),
    [
        pytest.param("0", "0", id="nothing"),
        pytest.param("11.25", "11.3", id="half"),
        pytest.param("11.15", "11.2", id="half-that-no-float-has"),
        pytest.param("9.995", "10.0", id="one-digit-more"),
        pytest.param("0.000000001", "0.00000000100", id="least"),
        pytest.param("999.5", "1,000", id="thousands"),
        pytest.param("2124", "2,120", id="whole"),
    ],
)
def test_figures(grams: str, shown: str) -> None:
    assert text.figure(int(Decimal(grams).scaleb(9))) == shown


@given(st.integers(0, 10**27))
def test_decimals_are_exact(nano: int) -> None:
    shown = contents.decimal(nano)
    assert Decimal(shown) * 10**9 == nano
    assert "." in shown


@given(st.text(alphabet='\x01"\\u0123.n ', max_size=30))
def test_no_text_becomes_a_number(anything: str) -> None:
    made = json_report.encoded({"key": anything, "value": json_report.exact(1_500_000_000)})
    assert json.loads(made) == {"key": anything, "value": 1.5}


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 203_352, "below 0.1 %"),
        (1, 1_000, "0.1 %"),
        (2, 3, "66.7 %"),
        (999, 1_000, "99.9 %"),
        (203_299, 203_352, "above 99.9 %"),
        (7, 7, "100.0 %"),
    ],
)
def test_a_share_is_0_for_nothing_and_100_for_all_only(part: int, whole: int, shown: str) -> None:
    assert text.share(part, whole) == shown


def test_a_terminal_gets_colours_only_if_it_wants_them() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert terminal.is_rich(Screen(), {"TERM": "xterm"})
    assert not terminal.is_rich(Screen(), {"NO_COLOR": "1"})
    assert not terminal.is_rich(Screen(), {"TERM": "dumb"})
    assert not terminal.is_rich(io.StringIO(), {})


def test_drawn_tables_say_what_plain_ones_say() -> None:
    from commit_carbon_hook.report.drawn import draw

    table = text.Table("gCO2e", ("tool", "low"), (("[red]x", "1.5"), ("b" * 60, "20")))
    drawn = draw(table)
    for cell in ("gCO2e", "tool", "low", "[red]x", "1.5", "b" * 60, "20"):
        assert cell in drawn
        assert cell in text.aligned(table)


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (factors.directory("schema") / f"{name}.schema.json").read_text()
    )
    return document


@pytest.mark.parametrize("name", ["summary", "record"])
def test_schemas_are_closed_and_described(name: str) -> None:
    document = schema(name)
    jsonschema.Draft202012Validator.check_schema(document)

    def walk(node: object, path: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, path)
        if not isinstance(node, dict):
            return
        if "properties" in node:
            assert node["additionalProperties"] is False, path
            assert set(node["required"]) <= set(node["properties"]), path
            for key, value in node["properties"].items():
                assert "description" in value or "$ref" in value, f"{path}/{key}"
        for key, value in node.items():
            walk(value, f"{path}/{key}")

    walk(document, name)


@pytest.mark.parametrize("seed", range(2))
def test_the_json_report_follows_its_schema(repository: Repository, seed: int) -> None:
    fill(repository, seed, 50)
    for arguments in (["--all"], ["--all", "--restate", "1"], ["HEAD", "--since", "2024-01-01"]):
        done = repository.run("commit-carbon-summarize", "--format", "json", *arguments)
        document = json.loads(done.stdout)
        jsonschema.Draft202012Validator(schema("summary")).validate(document)
        late = document["estimated_afterwards"]
        assert document["commits"]["estimated_afterwards"] == sum(
            late[name] for name in ("records", "copies", "without_lines", "unreadable")
        )
        kinds = ("recorded", "estimated_afterwards", "no_evidence")
        assert document["commits"]["scanned"] == sum(document["commits"][kind] for kind in kinds)
        assert done.stdout == json.dumps(document, indent=2, sort_keys=True) + "\n"


def test_a_parsed_record_follows_its_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema("record"))
    basis = Basis("cursor", "", "detected", "US", "2")
    whole = Record("7K3M9QX2T4", Emissions(1, 2, 3), None, "", None)._replace(basis=basis)
    for one in (whole, whole._replace(basis=None), whole._replace(basis=basis._replace(model="m"))):
        document = json.loads(json_report.encoded(json_report.parsed(one)))
        validator.validate(document)
    summary = schema("summary")["$defs"]["record"]
    assert summary == {key: schema("record")[key] for key in summary}


def test_the_text_report(repository: Repository) -> None:
    say(repository, message("First", record("1")), **authored(1))
    say(repository, message("Second", "Made-with: Cursor"), **authored(2))
    shown = repository.run("commit-carbon-summarize").stdout
    for line in (
        "repository (HEAD), authored 2023-11-01 to 2023-11-02",
        "          1 with a record (50.0 %)",
        "Recorded by tool, gCO2e",
        "  claude-code        1  1.00     15.0   900        50.4",
        "Estimated afterwards by month, gCO2e",
        contents.STATEMENT,
    ):
        assert line in shown.splitlines()


def test_one_of_a_thing_is_told_in_the_singular(repository: Repository) -> None:
    say(repository, message("Bad", "Carbon-gCO2e: low=1"), **authored(1))
    for form in ("text", "markdown"):
        assert "1 line looks like a record and is none" in run(repository, form)


def test_lists_are_bounded(repository: Repository) -> None:
    say(repository, message("Many", "\n".join(f"Carbon-gCO2e: {n}" for n in range(50))))
    for form in ("text", "markdown"):
        shown = run(repository, form)
        assert "50 lines look like records and are none" in shown
        assert "and 40 more" in shown
        assert shown.count("Carbon-gCO2e:") == contents.MAX_LISTED
    assert len(json.loads(run(repository, "json"))["rejected"]) == 50
