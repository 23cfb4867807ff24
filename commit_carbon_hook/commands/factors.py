"""The factors behind the estimates: value, range, where it comes from, how it is known.

commit-carbon factors --tool claude-code
commit-carbon factors --model claude-opus
commit-carbon factors --method 1
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .. import explanation, factors, tables
from ..doors import settings_here
from ..errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look up; nothing for an overview."""
    parser.add_argument("--tool", help="a tool's factors")
    parser.add_argument("--model", help="a model family, or a model as logs name it")
    parser.add_argument("--method", default=tables.DEFAULT_METHOD, help="default: %(default)s")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the rows that apply."""
    own = settings_here().factors
    data = factors.load(Path(own) if own else None)
    tables.method(arguments.method)
    if arguments.tool:
        tool = tables.tool(arguments.tool)
        model = tables.model(arguments.model) if arguments.model else ""
        subject = {"tool": tool, **data["tools"][tool]}
        role, energy_class = tables.role_and_class(tool, model, arguments.method)
    elif arguments.model:
        model = tables.model(arguments.model)
        if model == tables.OTHER:
            raise CarbonError(
                f"factors: unknown model {arguments.model!r}: list them with 'factors'"
            )
        subject = {"model": model, **data["models"][model]}
        role, energy_class = "", data["models"][model]["energy_class"]
    else:
        _print_overview(data, arguments.format)
        return 0
    method = data["methods"][arguments.method]
    rows = _rows(method["energy"][energy_class])
    rule = method["token_rule"]["roles"].get(role)
    if arguments.format == "json":
        used = {row["source"] for row in rows.values()}
        used |= {one for row in rows.values() for one in row.get("derived_from", ())}
        shown = {
            **subject,
            "method": arguments.method,
            "energy_class": energy_class,
            "role": role or None,
            "energy": rows,
            "token_rule": {**method["token_rule"], "roles": {role: rule}} if rule else None,
            "sources_of_energy": {name: data["sources"][name] for name in sorted(used)},
        }
        print(json.dumps(shown, indent=2, sort_keys=True))
        return 0
    name = subject.get("tool") or subject["model"]
    print(f"{name}: {subject['name']}, {subject.get('provider', '')}")
    print(f"method {arguments.method}: energy class {energy_class}" + (f", {role}" if role else ""))
    for kind, row in rows.items():
        _print_row(kind, row, data["sources"])
    if rule:
        print(
            f"\ntokens     max({method['token_rule']['minimum_tokens']:,},"
            f" {method['token_rule']['tokens_per_line']} x lines) x {rule['multiplier']} output,"
            f" {rule['input_per_output']:g} x output input, {rule['cached_per_output']:g} x output"
            f" cached ({rule['known']}: {rule['note']})"
        )
    if subject.get("default_zone"):
        print(f"grid       {subject['default_zone']}, where nothing else is said")
    if subject.get("note"):
        print(f"note       {subject['note']}")
    return 0


def _rows(energy: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = energy["kinds"]
    return kinds


def _print_row(kind: str, row: dict[str, Any], sources: dict[str, Any]) -> None:
    value = row["value"]
    print(
        f"\n{kind:10} {value['central']:g} {row['unit']} ({value['low']:g} to {value['high']:g}),"
        f" {row['known']}, {row['year']}, boundary {row['boundary']},"
        f" PUE {'included' if row['pue_included'] else 'not included'}"
    )
    for label, names in (("source", [row["source"]]), ("from", row.get("derived_from", []))):
        for name in names:
            source = sources[name]
            print(f"{'':10} {label}: {source['title']} ({source['licence']}) {source['url']}")
            label = "  and"
    if row.get("note"):
        print(f"{'':10} note: {row['note']}")


def _print_overview(data: dict[str, Any], form: str) -> None:
    if form == "json":
        print(json.dumps(data, indent=2, sort_keys=True))
        return
    print("methods")
    for name, method in data["methods"].items():
        print(f"  {name:18} {method['title']} (valid until {method['expires']})")
    print("tools")
    for name, tool in data["tools"].items():
        print(
            f"  {name:18} {tool['name']}, {tool['role']}, {tool['energy_class']},"
            f" {tool['default_zone']}"
        )
    print("models")
    for name, model in data["models"].items():
        print(f"  {name:18} {model['name']}, {model['energy_class']}")
    print(f"kinds of tokens: {', '.join(explanation.KINDS)}; zones: commit-carbon grid")
