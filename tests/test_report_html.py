"""The HTML page: well formed, self-contained, readable by everybody, and never anyone's markup."""

from __future__ import annotations

import base64
import hashlib
import re
from decimal import Decimal
from typing import Any

import pytest
from reports import (
    BASES,
    HOSTILE,
    MID_JANUARY_2024,
    at,
    block,
    estimated,
    fill,
    groups,
    hostile,
    made,
    varied,
)
from strict_readers import Page, is_plain, strict_json
from support import Repository

from commit_carbon_hook import factors, terminal
from commit_carbon_hook.breakdown import NOTHING
from commit_carbon_hook.recomputation import Amount
from commit_carbon_hook.record import Emissions
from commit_carbon_hook.report import chart, contents, units
from commit_carbon_hook.report.style import CSS
from commit_carbon_hook.summary import Total

INCOMPLETE = "Incomplete: the figures are lower bounds."


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The varied history."""
    repository = at(tmp_path_factory.mktemp("home"), "project")
    varied(repository)
    return repository


@pytest.fixture(scope="module")
def page(history: Repository) -> Page:
    """Its page."""
    return Page(made(history, "--format", "html").decode())


@pytest.fixture(scope="module")
def document(history: Repository) -> Any:
    """The same as JSON."""
    return strict_json(made(history, "--format", "json", *groups("tool", "month", "evidence")))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A history of hostile names, in a folder with one."""
    repository = at(tmp_path_factory.mktemp("home"), "=<b>\"x'&\x1b[31m|\u202e")
    hostile(repository)
    return repository


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Page) -> None:
    assert not page.all("script") + page.all("iframe") + page.all("img") + page.all("link")
    for one in page.elements:
        for name, value in one.attributes.items():
            assert not name.startswith("on"), one
            assert name not in ("src", "style", "srcset", "xlink:href"), one
            assert "url(" not in value
            if name == "href":
                assert one.tag == "a"
                assert value.startswith("https://")
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_the_policy_allows_its_own_style_only(page: Page) -> None:
    (policy,) = [
        one.attributes["content"]
        for one in page.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style.text).encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_page_says_what_it_is(page: Page) -> None:
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    assert page.elements[2].attributes == {"charset": "utf-8"}
    names = {one.attributes.get("name"): one.attributes.get("content") for one in page.all("meta")}
    assert names["viewport"] == "width=device-width, initial-scale=1"
    assert names["color-scheme"] == "light dark"
    assert len(page.all("title")) > 1
    assert len(page.all("h1")) == len(page.all("main")) == 1


def test_ids_are_unique_and_references_lead_somewhere(page: Page) -> None:
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(set(ids)) == len(ids)
    for one in page.elements:
        assert set(one.attributes.get("aria-labelledby", "").split()) <= set(ids)


def test_tables_name_their_rows_and_columns(page: Page) -> None:
    tables = page.all("table")
    assert len(tables) >= 6
    assert len(page.all("caption")) == len(page.all("thead")) == len(tables)
    for one in page.all("th"):
        assert one.attributes["scope"] == ("col" if "thead" in one.path else "row")
        assert "".join(one.text).strip()


def test_pictures_have_a_name_or_are_hidden(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) > 8
    for one in pictures:
        named = one.attributes.get("role") == "img" and one.attributes.get("aria-labelledby")
        assert named or one.attributes.get("aria-hidden") == "true"


def test_every_format_fact_is_on_the_page(page: Page, document: Any) -> None:
    said = page.said()
    for text in (
        contents.STATEMENT,
        "Complete: nothing of this history was missing.",
        f"factor set {document['factor_set']}",
        "grid zones: CAMX, FR, GB, US, WORLD",
        "Methods: 2;",
        f"{document['commits']['scanned']} commits were read.",
        f"{document['commits']['recorded']} with a record",
        "Licence: CC BY 4.0",
        "Yearly electricity data, as carried by CO2.js",
        "1 line looks like a record and is none; not counted",
        "1 record contradicts itself; the larger counts, once",
        "The totals mix boundaries",
        "Not included: training",
    ):
        assert text in said, text
    assert INCOMPLETE not in said
    assert "Generated" not in said


def test_every_source_in_use_is_there_with_its_licence(page: Page) -> None:
    said = page.said()
    data = factors.load()
    named = {data["zones"][zone]["source"] for zone in ("US", "CAMX", "FR", "GB", "WORLD")}
    for kind in data["methods"]["2"]["energy"]["frontier"]["kinds"].values():
        named |= {kind["source"], *kind["derived_from"]}
    assert len(named) > 6
    for name in named:
        source = data["sources"][name]
        assert f"Licence: {source['licence']}" in said
        assert source["title"] in said


def rows(page: Page, caption: str) -> dict[str, list[str]]:
    """The cells of a table by the name of their row."""
    found: dict[str, list[str]] = {}
    inside, key = False, ""
    for one in page.elements:
        if one.tag == "caption":
            inside = "".join(one.text) == caption
        elif inside and one.tag == "th" and one.attributes["scope"] == "row":
            key = "".join(one.text)
            found[key] = []
        elif inside and one.tag == "td":
            found[key].append("".join(one.text))
    return found


@pytest.mark.parametrize(
    ("caption", "by"),
    [
        pytest.param("Recorded by month, CO2e", "month", id="months"),
        pytest.param("Recorded by tool, CO2e", "tool", id="tools"),
        pytest.param("Recorded by evidence that a tool took part, CO2e", "evidence", id="evidence"),
    ],
)
def test_the_tables_hold_what_the_json_holds(
    page: Page, document: Any, caption: str, by: str
) -> None:
    expected = {row["key"]: row for row in document["groups"] if row["by"] == by and row["records"]}
    shown = rows(page, caption)
    assert shown.keys() == expected.keys()
    unit = 1 if max(row["emissions_gco2e"]["central"] for row in expected.values()) < 1000 else 1000
    for key, cells in shown.items():
        grams = expected[key]["emissions_gco2e"]
        low, high = cells[2].split(" to ")
        assert int(cells[0]) == expected[key]["records"]
        for cell, end in ((low, "low"), (cells[1], "central"), (high, "high")):
            assert abs(number(cell) * unit - grams[end]) <= grams[end] * Decimal("0.006")


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def test_a_month_is_a_bar_with_a_whisker(page: Page) -> None:
    recorded = page.all("svg", "months")[0]
    assert "recorded-title" in recorded.attributes["aria-labelledby"]
    titles = [
        "".join(one.text)
        for one in page.all("title")
        if "g" in one.path and re.match(r"20\d\d-\d\d:", "".join(one.text))
    ]
    assert titles[0].startswith("2024-01: low ")
    assert not any(one.startswith("2024-05:") for one in titles)


TOTALS = {
    "2024-01": Total(1, Emissions(1 * 10**9, 4 * 10**9, 8 * 10**9), Amount(1, 2, 3), 0),
    "2024-03": Total(1, Emissions(0, 2 * 10**9, 20 * 10**9), Amount(1, 2, 3), 0),
    "unknown": NOTHING,
}


def test_the_picture_is_to_scale() -> None:
    picture = chart.months(TOTALS, units.MASS[0], "Title", "name")
    bars = [one for one in picture.iter("rect") if one.get("class") == "bar"]
    heights = [int(one.get("height", "")) for one in bars]
    assert heights == [40, 20]  # 4 and 2 of 20 g, which is all of 200 pixels
    whiskers = [
        (int(one.get("y1", "")), int(one.get("y2", "")))
        for one in picture.iter("line")
        if one.get("class") == "whisker" and one.get("x1") == one.get("x2")
    ]
    assert whiskers == [(208, 138), (218, 18)]
    lefts = [float(one.get("x", "").rstrip("%")) for one in bars]
    assert lefts[0] < 100 / 3 < 200 / 3 < lefts[1]  # February has its place
    ticks = [one.text for one in picture.iter("text")]
    assert ticks == ["0", "5 g", "10 g", "15 g", "20 g", "2024-01", "2024-03"]


def test_the_axis_writes_its_numbers_as_the_tables_do() -> None:
    large = Total(1, Emissions(0, 10**12, 2_124 * 10**9), Amount(1, 2, 3), 0)
    picture = chart.months({"2024-01": large}, units.MASS[0], "Title", "name")
    ticks = [one.text for one in picture.iter("text")]
    assert ticks == ["0", "1,000 g", "2,000 g", "3,000 g", "4,000 g", "2024-01"]
    small = Total(1, Emissions(0, 1, 2), Amount(1, 2, 3), 0)
    picture = chart.months({"2024-01": small}, units.MASS[0], "Title", "name")
    ticks = [one.text for one in picture.iter("text")]
    assert ticks[1] == "0.000000001 g"


@pytest.mark.parametrize("months", [1, 2, 5, 40])
def test_few_months_have_no_wide_bars(months: int) -> None:
    totals = {f"{2000 + at // 12}-{at % 12 + 1:02d}": TOTALS["2024-01"] for at in range(months)}
    picture = chart.months(totals, units.MASS[0], "Title", "name")
    for number, one in enumerate(picture.iter("rect")):
        left, width = (float(one.get(name, "").rstrip("%")) for name in ("x", "width"))
        assert width <= chart.MAX_BAR
        assert left + width / 2 == pytest.approx((number + 0.5) * 100 / months, abs=0.01)


def test_one_of_a_thing_is_told_in_the_singular(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "one")
    text = f"One\n\n{block(estimated(1, *BASES[0]))}"
    fill(repository, [("A", MID_JANUARY_2024, 5, text)])
    shown = Page(made(repository, "--format", "html").decode())
    assert "1 commit was read." in shown.said()
    assert [one for one in shown.all("p", "quiet") if one.text == ["1 record"]]
    titles = ["".join(one.text) for one in shown.all("title")]
    assert any(one.endswith(", 1 record") for one in titles)


@pytest.mark.parametrize("months", [1, 2, 12, 13, 120, 500])
def test_no_part_of_the_picture_leaves_its_width(months: int) -> None:
    totals = {f"{2000 + at // 12}-{at % 12 + 1:02d}": TOTALS["2024-01"] for at in range(months)}
    picture = chart.months(totals, units.MASS[0], "Title", "name")
    shown = list(picture.iter("rect"))
    assert len(shown) == min(months, chart.MAX_MONTHS)
    for one in picture.iter():
        for name in ("x", "x1", "x2"):
            place = one.get(name, "0")
            assert -8 <= float(place.rstrip("%")) <= 100
        width = float(one.get("width", "0").rstrip("%"))
        assert float(one.get("x", "0").rstrip("%")) + width <= 100
    assert len([one for one in picture.iter("text") if one.get("y") == "236"]) <= 3


def test_an_empty_history(tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = at(tmp_path_factory.mktemp("home"), "empty")
    said = Page(made(repository, "--format", "html").decode()).said()
    assert "0 commits were read." in said
    assert contents.STATEMENT in said


def test_a_shallow_clone_is_incomplete(
    history: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("clone") / "shallow"
    history.git("clone", "-q", "--depth=5", f"file://{history.path}", str(path))
    page = Page(made(history, "-C", str(path), "--allow-shallow", "--format", "html").decode())
    assert INCOMPLETE in page.said()
    assert "Complete:" not in page.said()
    assert page.all("div", "incomplete")


def test_restated_and_expired_methods_say_so(history: Repository) -> None:
    said = Page(made(history, "--format", "html", "--restate", "1").decode()).said()
    assert "All records restated by method 1." in said
    assert "Commit Carbon Methodology v1.0, unit corrected" in said


def test_hostile_names_are_text(evil: Repository, page: Page) -> None:
    text = made(evil, "--format", "html", *groups("author", "repo")).decode()
    assert is_plain(text)
    shown = Page(text)
    tags = {one.tag for one in page.elements}
    assert {one.tag for one in shown.elements} <= tags | {"div"}
    for one in shown.elements:
        assert not any(name.startswith("on") for name in one.attributes)
    said = shown.said()
    for name in HOSTILE:
        seen = " ".join(terminal.shortened(terminal.safe(name.strip()), 80).split())
        assert seen in said, name
    assert "=<b>\"x'&\\x1b[31m|\\u202e" in said
    assert "<script>alert(1)</script>" in said
    assert "<script" not in text


def test_the_same_history_gives_the_same_bytes(history: Repository) -> None:
    first = made(history, "--format", "html")
    assert made(history, "--format", "html", TZ="Asia/Tokyo", LC_ALL="C") == first
    stamped = made(history, "--format", "html", SOURCE_DATE_EPOCH="1700000000")
    assert b"Generated 2023-11-14T22:13:20Z." in stamped


SCHEMES = re.findall(r":root \{(.*?)\}", CSS, re.S)
PAIRS = [
    *[(front, back, 4.5) for front in ("text", "quiet", "link") for back in ("page", "panel")],
    ("text", "good", 4.5),
    ("text", "bad", 4.5),
    *[(front, "page", 3.0) for front in ("bar", "late", "whisker", "edge-good", "edge-bad")],
]


@pytest.mark.parametrize("scheme", range(3), ids=["light", "dark", "print"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(scheme: int, front: str, back: str, least: float) -> None:
    colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", SCHEMES[0]))
    colours |= dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", SCHEMES[scheme]))
    light, dark = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
