"""The documentation as data: its sessions, files, help texts and tables, and what they must be.

In README.md and docs/, an HTML comment above a block says what the block is:

- a `console` block is a session: `$ ` begins a command, `> ` continues it, the other lines are
  what it prints. `...` stands for any lines, or within a line for any text. The sessions of a page
  run one after the other in one shell, in a repository with one commit, without our hooks;
  `<!-- session: new -->` begins with a new one, `<!-- session: hooks -->` with our hooks in it;
- `<!-- file: NAME -->`: the session that follows finds the block in this file;
- `<!-- help: PROGRAM -->`: the program's `--help`;
- `<!-- table: NAME -->` to `<!-- end -->`: a table of this module, from factors/*.json.

`python tests/pages.py` writes all help texts and tables anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from commit_carbon_hook import factors

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```([a-z]*)$")
MARKER = re.compile(r"^<!-- ([a-z]+): (.+) -->$")
TABLE = re.compile(r"(?<=^<!-- table: )([a-z-]+)( -->\n)(.*?)(?=^<!-- end -->$)", re.M | re.S)
HELP = re.compile(r"(?<=^<!-- help: )([a-z -]+)( -->\n```text\n)(.*?)(?=^```$)", re.M | re.S)


class Block(NamedTuple):
    """A fenced block: its first line's number, its language, the comments above it, its text."""

    line: int
    language: str
    said: dict[str, str]
    text: str


class Command(NamedTuple):
    """One command of a session and what the page says that it prints."""

    line: int
    script: str
    output: str


def name(page: Path) -> str:
    """A page's path in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    said: dict[str, str] = {}
    opened, text = None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence, marker = FENCE.match(line), MARKER.match(line)
        if opened is None and fence:
            opened, text = Block(number + 1, fence[2], said, fence[1]), ""
        elif opened is not None and fence and not fence[2]:
            found.append(opened._replace(text=text))
            opened, said = None, {}
        elif opened is not None:
            text += line.removeprefix(opened.text) + "\n"
        elif marker:
            said = {**said, marker[1]: marker[2]}
        elif line.strip():
            said = {}
    return found


def commands(block: Block) -> Iterator[Command]:
    """The commands of a session."""
    line, script, output = 0, "", ""
    for number, text in enumerate(block.text.splitlines(), block.line):
        if text.startswith("$ "):
            if script:
                yield Command(line, script, output)
            line, script, output = number, text[2:], ""
        elif text.startswith("> ") and not output:
            script += "\n" + text[2:]
        else:
            output += text.rstrip() + "\n"
    yield Command(line, script, output)


@cache
def help_text(program: str) -> str:
    """What a program prints for --help, 80 columns wide."""
    scripts = Path(sys.executable).parent
    words = [str(scripts / program.split()[0]), *program.split()[1:], "--help"]
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout


def span(value: dict[str, float]) -> str:
    """A range as tables show it."""
    return f"{value['low']:g} / **{value['central']:g}** / {value['high']:g}"


def link(source: dict[str, Any]) -> str:
    """A source's title, linked; our own is a page of this project."""
    url = source["url"]
    return f"[{source['title']}]({url.removeprefix('docs/')})"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def energy() -> str:
    """Method 2's Wh per 1,000 tokens."""
    rows = []
    for energy_class, row in factors.load()["methods"]["2"]["energy"].items():
        kinds = row["kinds"]
        cells = [span(kinds[kind]["value"]) for kind in ("output", "input", "cached")]
        rows.append([f"`{energy_class}`", *cells, kinds["output"]["known"], row["note"]])
    return _table(["class", "output", "input", "cached", "known", "what it stands for"], rows)


def tokens() -> str:
    """Method 2's token rule by role."""
    method = factors.load()["methods"]["2"]
    rule = method["token_rule"]
    rows = []
    for role, row in rule["roles"].items():
        most = f"max({rule['minimum_tokens']:,}, {rule['tokens_per_line']} x lines)"
        spread = method["token_range"]["lines"][role]["ratio"]
        rows.append(
            [
                f"`{role}`",
                f"{most} x {row['multiplier']}" if row["multiplier"] != 1 else most,
                f"{row['input_per_output']:g} x output",
                f"{row['cached_per_output']:g} x output" if row["cached_per_output"] else "none",
                f"{spread['low']:.2g} to {spread['high']:g}",
                row["known"],
            ]
        )
    return _table(["role", "output", "input", "cached", "range of the tokens", "known"], rows)


def classes() -> str:
    """Which tools and models stand in which energy class."""
    data = factors.load()
    rows = []
    for energy_class in data["methods"]["2"]["energy"]:
        by_tool = [t for t, row in data["tools"].items() if row["energy_class"] == energy_class]
        named = [r["name"] for r in data["models"].values() if r["energy_class"] == energy_class]
        rows.append([f"`{energy_class}`", ", ".join(by_tool), ", ".join(named)])
    return _table(["class", "tools, where no model is known", "models"], rows)


def zones() -> str:
    """A few zones: those of the text, and some for comparison."""
    data = factors.load()["zones"]
    rows = []
    for zone in ("WORLD", "US", "CAMX", "RMPA", "EU", "FR", "PL", "CN"):
        row = data[zone]
        value = span(row["intensity_gco2e_per_kwh"])
        rows.append([f"`{zone}`", row["name"], value, str(row["year"]), row["boundary"]])
    return _table(["zone", "name", "gCO2e/kWh", "year", "boundary"], rows)


def zone_groups() -> str:
    """All zones with a value of their own, by source, boundary and basis."""
    groups: dict[tuple[str, str, str], dict[str, str]] = {}
    for zone, row in factors.load()["zones"].items():
        if "intensity_gco2e_per_kwh" in row:
            key = (row["source"], row["boundary"], row["basis"])
            groups.setdefault(key, {})[zone] = row.get("range_basis", "")
    rows = []
    for key, members in groups.items():
        names = ", ".join(f"`{zone}`" for zone in list(members)[:3])
        spread = "; ".join(dict.fromkeys(filter(None, members.values())))
        rows.append([str(len(members)), names, *key, spread])
    return _table(["zones", "such as", "source", "boundary", "basis", "low and high"], rows)


def extras() -> str:
    """What stands beside an estimate and never in it."""
    rows = []
    for row in factors.load().get("extras", {}).values():
        sources = ", ".join([row["source"], *row.get("derived_from", [])])
        name = row["name"] + (f" ({row['zone']})" if "zone" in row else "")
        rows.append(
            [name, f"{span(row['value'])} {row['unit']}", row["known"], sources, row["note"]]
        )
    return _table(["what", "value", "known", "source", "note"], rows)


def equivalents() -> str:
    """Things to compare an amount with."""
    rows = []
    for row in factors.load()["equivalents"].values():
        sources = ", ".join([row["source"], *row.get("derived_from", [])])
        rows.append([row["name"], f"{row['value']:,} {row['unit']}", sources, row.get("note", "")])
    return _table(["thing", "value", "source", "note"], rows)


def sources() -> str:
    """Every source, by the id that the factors name."""
    rows = []
    for source_id, row in factors.load()["sources"].items():
        read = "second-hand" if row["transcribed"] else "read"
        edition = row.get("edition", str(row["year"]))
        cells = [link(row), row["publisher"], edition, row["licence"], read, row.get("note", "")]
        rows.append([f"`{source_id}`", *cells])
    return _table(["id", "title", "publisher", "edition", "licence", "how", "note"], rows)


def tools() -> str:
    """How each tool is recognised."""
    rows = []
    for tool, row in factors.load()["tools"].items():
        marks = [_marker(marker) for marker in row.get("markers", [])]
        if row.get("author_suffix"):
            marks.append(f"author `...{row['author_suffix']}`")
        who = []
        for one in row.get("identities", []):
            who.append(f"`{one['email']}`" + (f" named {one['name']}" if "name" in one else ""))
        who += [f"`{one['key']}: {_value(one)}`" for one in row.get("trailers", [])]
        cells = ["<br>".join(marks), "<br>".join(who), row["signals"]]
        rows.append([f"`{tool}`", row["name"], row["role"], row["default_zone"], *cells])
    heads = ["id", "tool", "role", "zone", "in the environment", "in a commit", "how it is known"]
    return _table(heads, rows)


def _marker(marker: dict[str, Any]) -> str:
    value = _value(marker)
    return f"`{marker['variable']}={value}`" if value else f"`{marker['variable']}`"


def _value(row: dict[str, Any]) -> str:
    if "contains" in row:
        return f"...{row['contains']}..."
    return f"{row['prefix']}..." if "prefix" in row else str(row.get("is", ""))


TABLES: dict[str, Callable[[], str]] = {
    "energy": energy,
    "tokens": tokens,
    "classes": classes,
    "zones": zones,
    "zone-groups": zone_groups,
    "extras": extras,
    "equivalents": equivalents,
    "sources": sources,
    "tools": tools,
}


def generated(text: str) -> str:
    """A page's text with all its help texts and tables as they are now."""
    text = TABLE.sub(lambda found: f"{found[1]}{found[2]}{TABLES[found[1]]()}", text)
    return HELP.sub(lambda found: f"{found[1]}{found[2]}{help_text(found[1])}", text)


if __name__ == "__main__":
    for one in PAGES:
        before = one.read_text(encoding="utf-8")
        one.write_text(generated(before), encoding="utf-8")
