"""From factors with their provenance to the table that the hook imports. Pure."""

from __future__ import annotations

from pprint import pformat
from typing import TYPE_CHECKING, Any

from .estimate import JOULES_PER_WATT_HOUR

if TYPE_CHECKING:
    from .factor_rules import Data

COMMAND = "python -m commit_carbon_hook.factors > commit_carbon_hook/factor_table.py"

INTENSITY = "intensity_gco2e_per_kwh"

ANNOTATIONS = {
    "METHODS": (
        "dict[str, tuple[int, int, dict[str, int], dict[str, tuple[float, float]], "
        "dict[str, dict[str, tuple[float, float]]], "
        "dict[str, tuple[tuple[float, float, float], tuple[float, float, float], "
        "tuple[float, float, float]]], dict[str, tuple[str, str]], "
        "dict[str, tuple[float, float, float]] | None, int, str]]"
    ),
    "WARNINGS": "dict[str, str]",
    "TOOLS": "dict[str, tuple[str, str, str]]",
    "MODELS": "dict[str, str]",
    "MODEL_MATCHES": "tuple[tuple[tuple[str, ...], str], ...]",
    "MARKERS": "tuple[tuple[str, str, str, str], ...]",
    "AGENT_NAMES": "dict[str, str]",
    "IDENTITIES": "dict[str, str]",
    "NAMED_IDENTITIES": "dict[tuple[str, str], str]",
    "AUTHOR_SUFFIXES": "dict[str, str]",
    "TRAILERS": "tuple[tuple[str, str, str, str], ...]",
    "ZONES": "dict[str, tuple[float, float, float]]",
    "ZONE_ALIASES": "dict[str, str]",
    "ZONE_PARENTS": "dict[str, str]",
    "MODEL_ZONES": "dict[str, str]",
    "LOCAL_PREFIXES": "dict[str, str]",
}


def tables(data: Data) -> dict[str, Any]:
    """The tables of `factor_table.py` by name.

    METHODS         id -> (tokens per line, minimum tokens, multiplier by role,
                    (input, cached) tokens per output token by role,
                    (low, high) ratio of tokens by basis and role,
                    ((low, central, high) of output, of input, of cached) Wh per 1,000 tokens
                    by class, (role, class) by tool or {}, zones of its own or None,
                    unit error factor, day of expiry)
    WARNINGS        id of a method -> what to print when it is used
    TOOLS           id -> (role, class, default zone)
    MODELS          id -> class
    MODEL_MATCHES   (parts, model) in the order to ask, see `models.match` in the schema
    MARKERS         (variable, set|is|prefix|contains, value, tool) in the order to ask
    AGENT_NAMES     lower-case name -> tool
    IDENTITIES      lower-case address -> tool; NAMED_IDENTITIES (name, address) -> tool
    AUTHOR_SUFFIXES end of an author's name -> tool
    TRAILERS        (lower-case key, is|prefix, lower-case value, tool)
    ZONES           id -> (low, central, high) gCO2e per kWh, of zones that have their own
    ZONE_PARENTS    zone -> the larger zone, whose intensity applies where it has none
    ZONE_ALIASES    upper-case name -> zone, for all names that are not in ZONES themselves
    MODEL_ZONES     model that only its maker serves -> zone of the maker's data centres
    LOCAL_PREFIXES  beginning of a model's name -> tool that runs it on the same machine
    """
    tools, models, zones = data["tools"], data["models"], data["zones"]
    identities = [(who, tool) for tool, row in tools.items() for who in row.get("identities", [])]
    return {
        "METHODS": {name: _method(name, data) for name in data["methods"]},
        "WARNINGS": {n: row["warning"] for n, row in data["methods"].items() if "warning" in row},
        "TOOLS": {
            name: (row["role"], row["energy_class"], row["default_zone"])
            for name, row in tools.items()
        },
        "MODELS": {name: row["energy_class"] for name, row in models.items()},
        "MODEL_MATCHES": _model_matches(models),
        "MARKERS": _markers(tools),
        "AGENT_NAMES": {
            name: tool for tool, row in tools.items() for name in row.get("agent_names", [])
        },
        "IDENTITIES": {who["email"]: tool for who, tool in identities if "name" not in who},
        "NAMED_IDENTITIES": {
            (who["name"], who["email"]): tool for who, tool in identities if "name" in who
        },
        "AUTHOR_SUFFIXES": {
            row["author_suffix"]: tool for tool, row in tools.items() if "author_suffix" in row
        },
        "TRAILERS": tuple(
            (t["key"], "is" if "is" in t else "prefix", t.get("is", t.get("prefix")), tool)
            for tool, row in tools.items()
            for t in row.get("trailers", [])
        ),
        "ZONES": {name: _triple(row[INTENSITY]) for name, row in zones.items() if INTENSITY in row},
        "ZONE_ALIASES": {alias: name for name, row in zones.items() for alias in _names(name, row)},
        "ZONE_PARENTS": {name: row["parent"] for name, row in zones.items() if "parent" in row},
        "MODEL_ZONES": {
            name: data["providers"][row["served_by"]]["zone"]
            for name, row in models.items()
            if "served_by" in row
        },
        "LOCAL_PREFIXES": {
            prefix: tool for tool, row in tools.items() for prefix in row.get("model_prefixes", [])
        },
    }


def render(data: Data) -> str:
    """The text of `factor_table.py`: literals only, nothing to import or compute."""
    parts = [f'"""Generated: {COMMAND}"""\n\n# fmt: off\n# ruff: noqa: E501\n']
    for name, value in tables(data).items():
        literal = pformat(value, width=100, sort_dicts=False)
        parts.append(f"{name}: {ANNOTATIONS[name]} = {literal}\n")
    return "\n".join(parts)


def _method(name: str, data: Data) -> tuple[Any, ...]:
    own = data["methods"][name]
    method = {**data["methods"].get(own.get("like"), {}), **own}
    rule, roles = method["token_rule"], method["token_rule"]["roles"]
    table = method.get("zones")
    return (
        rule["tokens_per_line"],
        rule["minimum_tokens"],
        {role: row["multiplier"] for role, row in roles.items()},
        {role: (row["input_per_output"], row["cached_per_output"]) for role, row in roles.items()},
        {
            by: {role: (row["ratio"]["low"], row["ratio"]["high"]) for role, row in ranges.items()}
            for by, ranges in method["token_range"].items()
        },
        {name: _watt_hours(row["kinds"]) for name, row in method["energy"].items()},
        {tool: (role, tool) for tool, role in method.get("tool_roles", {}).items()},
        table and {zone: (v, v, v) for zone, v in table["intensity_gco2e_per_kwh"].items()},
        method["unit_error_factor"],
        method["expires"],
    )


def _watt_hours(kinds: dict[str, Any]) -> tuple[tuple[float, ...], ...]:
    """Wh per 1,000 tokens of output, input and cached, with the data centre's overhead."""
    found = []
    for kind in ("output", "input", "cached"):
        row = kinds.get(kind) or kinds["any"]
        divisor = JOULES_PER_WATT_HOUR if row["unit"] == "Ws/1k tokens" else 1
        overhead = 1 if row["pue_included"] else row["pue"]
        found.append(tuple(value * overhead / divisor for value in _triple(row["value"])))
    return tuple(found)


def _triple(values: dict[str, float]) -> tuple[float, float, float]:
    return values["low"], values["central"], values["high"]


def _names(zone: str, row: dict[str, Any]) -> list[str]:
    """The upper-case names of a zone beside its id in ZONES."""
    own = [] if INTENSITY in row and zone.isupper() else [zone.upper()]
    return [*own, *row.get("aliases", [])]


def _model_matches(models: dict[str, Any]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Specific before general: more parts first, then longer ones, then by name."""
    rules = [(tuple(rule), name) for name, row in models.items() for rule in row["match"]]
    return tuple(sorted(rules, key=lambda rule: (-len(rule[0]), -len("".join(rule[0])), rule)))


def _markers(tools: dict[str, Any]) -> tuple[tuple[str, str, str, str], ...]:
    found = []
    for tool, row in tools.items():
        for marker in row.get("markers", []):
            how = next((key for key in ("is", "prefix", "contains") if key in marker), "set")
            found.append((marker["precedence"], marker["variable"], how, marker.get(how, ""), tool))
    return tuple(entry[1:] for entry in sorted(found))
