"""The documentation is true: sessions, help texts, tables, figures, names, options and links."""

from __future__ import annotations

import math
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pages
import pytest
from pages import PAGES, ROOT, Block, Command
from support import Repository

from commit_carbon_hook import cli, config, factors, record, tables
from commit_carbon_hook.estimate import Range, combine

REFERENCE = ROOT / "docs" / "reference.md"
METHOD = ROOT / "docs" / "method.md"
FORMAT = ROOT / "docs" / "record-format.md"
PROGRAMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
HOOK_IDS = re.findall(r"^- id: (\S+)$", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.M)
VARIABLE = re.compile(r"\bCOMMIT_CARBON(?:_[A-Z]+)*\b")
MARK = "\x1e"
PROLOGUE = f"""
mark() {{ local status=$?; printf '{MARK}%s\\n' "$1"; return $status; }}
exec 2>&1
"""
VARYING = (
    (re.compile(r"\b(?=\d*[a-f])[0-9a-f]{7,64}\b"), "<name>"),
    (re.compile(r"\b(?=\d*[A-Z])[0-9A-HJKMNP-TV-Z]{10}\b|(?<=id=)\d{10}\b"), "<id>"),
    (re.compile(r"\b20\d\d-\d\d(?:-\d\d)?\b"), "<date>"),
    (re.compile(r"(?m)(?<=^Date:   ).*$"), "<date>"),
    (re.compile(r"(?m)(?<=git version ).*$"), "<version>"),
)


class Session(NamedTuple):
    """Blocks that run one after the other in one shell, and what they begin with."""

    page: Path
    start: str
    blocks: list[Block]


def sessions() -> list[Session]:
    found: list[Session] = []
    for page in PAGES:
        current: Session | None = None
        for block in pages.blocks(page):
            if block.language != "console" and "file" not in block.said:
                continue
            if current is None or "session" in block.said:
                current = Session(page, block.said.get("session", "new"), [])
                found.append(current)
            current.blocks.append(block)
    return [one for one in found if any(block.language == "console" for block in one.blocks)]


def session_id(session: Session) -> str:
    return f"{pages.name(session.page)}:{session.blocks[0].line}"


@pytest.mark.parametrize("session", sessions(), ids=session_id)
def test_a_session_prints_what_the_page_says(
    session: Session, make_repository: Callable[..., Repository]
) -> None:
    repository = make_repository("project", COLUMNS="80", NO_COLOR="1", TERM="dumb", PAGER="cat")
    repository.write("README.md", "# Project\n")
    repository.git("commit", "-qm", "Initial commit")
    if session.start == "hooks":
        repository.run("commit-carbon", "install")
    script = PROLOGUE
    expected: list[Command] = []
    for block in session.blocks:
        if "file" in block.said:
            script += f"printf %s {shlex.quote(block.text)} > {shlex.quote(block.said['file'])}\n"
        else:
            for command in pages.commands(block):
                script += f"mark {len(expected)}\n{command.script}\n"
                expected.append(command)
    done = repository.run("bash", "-c", script + f"mark {len(expected)}\n", check=False)
    printed = done.stdout.split(MARK)[1:]
    names = repository.git("rev-list", "--all", "--reflog", check=False).split()
    assert len(printed) == len(expected) + 1, done.stdout
    for command, part in zip(expected, printed, strict=False):
        output = part.partition("\n")[2]
        where = f"{pages.name(session.page)}:{command.line}: $ {command.script}"
        told = f"{where}\n--- printed\n{output}--- on the page\n{command.output}"
        assert matches(command, output, names), told


def matches(command: Command, output: str, names: list[str]) -> bool:
    for name in names:
        output = re.sub(rf"\b{name[:7]}[0-9a-f]*\b", "<name>", output)
    pattern = ""
    for line in plain(command.output).splitlines():
        literal = re.escape(line).replace(r"\.\.\.", ".*")
        pattern += r"(?:.*\n)*?" if line.strip() == "..." else literal + r"\n"
    lines = [line.rstrip() for line in plain(output).splitlines()]
    return re.fullmatch(pattern, "".join(line + "\n" for line in lines)) is not None


def plain(text: str) -> str:
    """The text without what differs from one run to the next."""
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_help_texts_and_tables_are_up_to_date(page: Path) -> None:
    # argparse breaks lines otherwise in other releases of Python
    text = page.read_text(encoding="utf-8")
    assert text.split() == pages.generated(text).split(), "run python tests/pages.py"


@pytest.mark.parametrize(
    "program", [*PROGRAMS, *(f"{cli.PROGRAM} {command}" for command in cli.COMMANDS)]
)
def test_every_command_has_its_help_in_the_reference(program: str) -> None:
    assert f"<!-- help: {program} -->\n```text\nusage: {program} " in REFERENCE.read_text()


def test_every_setting_is_documented_and_no_other() -> None:
    section = _section(REFERENCE, "## Configuration")
    assert set(re.findall(r"^\| `([a-z]+)` \|", section, re.M)) == set(config.FILE_KEYS)


def test_every_variable_is_documented_and_no_other() -> None:
    code = "".join(path.read_text() for path in (ROOT / "commit_carbon_hook").rglob("*.py"))
    known = {
        *VARIABLE.findall(code),
        *(config.VARIABLE_PREFIX + key.upper() for key in config.KEYS),
    }
    section = _section(REFERENCE, "## Environment variables")
    assert known <= set(VARIABLE.findall(section))
    for page in PAGES:
        for name in VARIABLE.findall(page.read_text()):
            # Some names are put together from a provider's and a key's.
            words = name.lower().split("_")[2:]
            assert name in known or all(f'"{word}"' in code for word in words), f"{page}: {name}"


@pytest.mark.parametrize("hook_id", HOOK_IDS)
@pytest.mark.parametrize("page", [ROOT / "README.md", REFERENCE], ids=pages.name)
def test_every_hook_id_is_documented(hook_id: str, page: Path) -> None:
    assert re.search(rf"(?<![\w-]){hook_id}(?![\w-])", page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_frameworks_are_configured_with_hooks_that_exist(page: Path) -> None:
    for block in pages.blocks(page):
        if block.language == "yaml":
            assert set(re.findall(r"- id: (commit-carbon\S*)", block.text)) <= set(HOOK_IDS)


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_examples_of_the_configuration_are_valid(page: Path) -> None:
    for block in pages.blocks(page):
        if block.language == "toml":
            parsed = tomllib.loads(block.text)
            own = parsed.pop(config.FACTORS, None)
            assert own is None or isinstance(own, str)
            if own is None:
                assert config.validated(parsed) == parsed


@pytest.mark.parametrize("page", PAGES, ids=pages.name)
def test_no_page_names_an_option_that_does_not_exist(page: Path) -> None:
    for line, program, option in _options(page):
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", pages.help_text(program)), (
            f"{pages.name(page)}:{line}: {program} has no {option}"
        )


def _options(page: Path) -> Iterator[tuple[int, str, str]]:
    programs = "|".join(sorted(PROGRAMS, key=len, reverse=True))
    call = re.compile(rf"(?<![\w./-])({programs})((?: [^`|;&\n]*)?)")
    for number, line in enumerate(page.read_text().splitlines(), 1):
        for program, rest in call.findall(line):
            words = rest.split()
            if program == cli.PROGRAM and words and words[0] in cli.COMMANDS:
                program = f"{program} {words[0]}"
            for word in words:
                if re.match(r"--[a-z]", word):
                    yield number, program, word.partition("=")[0].rstrip(".,:)")


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("C*.md")], ids=pages.name)
def test_links_within_the_project_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{pages.name(page)}: {target}"
        if anchor:
            assert anchor in set(_anchors(file)), f"{pages.name(page)}: {target}"


def _without_code(page: Path) -> str:
    return re.sub(r"^ *```.*?^ *```$|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)


def _anchors(page: Path) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _section(page: Path, heading: str) -> str:
    return page.read_text().partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def test_every_claim_of_our_own_stands_in_the_method() -> None:
    text = METHOD.read_text()
    rows = [
        value
        for _, value in _walk(factors.load())
        if isinstance(value, dict) and value.get("source") == "method-2" and "note" in value
    ]
    assert len(rows) > 10
    for row in rows:
        for number in re.findall(r"\d+(?:[.,]\d+)*", row["note"]):
            assert re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d|[.,]\d)", text), row["note"]


def _walk(value: object) -> Iterator[tuple[str, object]]:
    for key, child in value.items() if isinstance(value, dict) else ():
        yield key, child
        yield from _walk(child)


def test_the_derivation_follows_from_its_own_figures() -> None:
    text = METHOD.read_text()
    rows = re.findall(r"^\| [\w ,]+ \| \d+ \|((?: [\d.]+ \|){6})$", text, re.M)
    assert len(rows) == 4
    for row in rows:
        joules, printed = row.split("|")[:3], row.split("|")[3:6]
        for one, multiplier, result in zip(joules, (1.25, 1.72, 2.4), printed, strict=True):
            digits = len(result.strip().partition(".")[2])
            half = 0.5 * 10**-digits
            assert abs(float(one) * multiplier / 3.6 - float(result)) <= half * 1.01
    figures = re.findall(r"^\| .+ \| ([\d.]+) \| `[a-z0-9-]+` \|$", text, re.M)
    assert len(figures) == 8
    mean = math.exp(sum(math.log(float(one)) for one in figures) / len(figures))
    assert f"Wh per 1,000 output tokens: {mean:.2f}." in text


def test_the_worked_ranges_follow_from_the_combination() -> None:
    section = _section(METHOD, "## The range of a result")
    data = factors.load()
    us = Range(**data["zones"]["US"]["intensity_gco2e_per_kwh"])
    energy = Range(11.76, 50.4, 198)
    result = combine(Range(1 / 4.4, 1, 4.4), energy, us).scaled(1 / 1000)
    ends = re.findall(
        r"(\d+\.\d+) x (\d+\.\d+) / (\d+\.\d+)", _section(METHOD, "## Grid intensity")
    )
    for (whole, part, total), end in zip(ends, (us.low, us.high), strict=True):
        assert abs(float(whole) * float(part) / float(total) - end) < 0.02
    assert f"= {result.low:.1f} g" in section
    assert f"= {result.high:.0f} g" in section
    corners = energy.low / 4.4 * us.low / 1000, energy.high * 4.4 * us.high / 1000
    assert f"would give {corners[0]:.2f} to {corners[1]:.0f} g" in section


def test_figures_in_the_text_are_those_of_the_factors() -> None:
    text = METHOD.read_text()
    methods = factors.load()["methods"]
    assert f"method 2 on {methods['2']['expires']}," in text
    unknown = methods["1"]["energy"]["unspecified"]["kinds"]["any"]["value"]
    assert "({low}, {central} and {high} Ws per 1,000 tokens".format(**unknown) in text
    grams = []
    for method in ("1-as-published", "1", "2"):
        basis = record.Basis("claude-code", "", "declared", "US", method)
        tokens = tables.lines_to_tokens(100, basis)
        grams.append(tables.estimate(tokens, "lines", basis).emissions_gco2e.central)
    published, corrected, ours = grams
    assert f"gives {published:.0f} g as published and {corrected:.2f} g with the unit" in text
    assert f"against {ours:.0f} g by method 2" in text


def test_the_record_format_is_what_is_parsed() -> None:
    seen = {"accepted": 0, "rejected": 0}
    for block in pages.blocks(FORMAT):
        if "record" not in block.said:
            continue
        for line in block.text.splitlines():
            assert record.is_line(line.encode()) == (block.said["record"] == "accepted"), line
            seen[block.said["record"]] += 1
    assert min(seen.values()) > 2


def test_the_ids_of_the_record_format_are_ours() -> None:
    rows = re.findall(r"^\| `(\[.*\])` \| `(\w{10})` \|$", FORMAT.read_text(), re.M)
    assert len(rows) > 1
    for parts, expected in rows:
        words = re.findall(r'"([^"]*)"', parts)
        assert record.identity(word.encode() for word in words) == expected


def test_the_change_log_has_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
