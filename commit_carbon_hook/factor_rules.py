"""What must hold between factors beyond their schema. Pure: data in, lines out."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, dict[str, Any]]
"""Factors by section (see `SECTIONS` in factors.py) and id."""

_RANGE = {"low", "central", "high"}
_KINDS = ("cached", "input", "output")


def broken_rules(data: Data) -> list[str]:
    """One line for each broken rule: the path of keys, what is wrong, what would be right."""
    return [
        *_values(data),
        *_sources(data),
        *_methods(data),
        *_tools_and_models(data),
        *_zones(data),
        *_providers_and_extras(data),
    ]


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside a document with its path of keys, the document first."""
    yield path, value
    children: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        children = iter(value.items())
    elif isinstance(value, list):
        children = iter(enumerate(value))
    for key, child in children:
        yield from walk(child, f"{path}.{key}" if path else str(key))


def _values(data: Data) -> Iterator[str]:
    for path, value in walk(data):
        if isinstance(value, str) and not value.isprintable():
            yield f"{path}: control characters: remove them"
        elif isinstance(value, float) and not math.isfinite(value):
            yield f"{path}: not a finite number"
        elif isinstance(value, dict):
            if value.keys() == _RANGE:
                yield from _range(path, value["low"], value["central"], value["high"])
            if not all(key.isprintable() for key in value):
                yield f"{path}: control characters in a name: remove them"


def _range(path: str, low: float, central: float, high: float) -> Iterator[str]:
    if not low <= central <= high:
        yield f"{path}: must be low <= central <= high"
    elif central == 0 < high or low == 0 < central:
        yield f"{path}: a range with 0 in it must be 0 throughout"


def _sources(data: Data) -> Iterator[str]:
    known = data["sources"]
    for path, value in walk(data):
        if not isinstance(value, dict) or path == "":
            continue
        named = [value["source"]] if isinstance(value.get("source"), str) else []
        for key in ("derived_from", "sources"):
            listed = value.get(key, [])
            named += listed if isinstance(listed, list) else []
        for name in named:
            if name not in known:
                yield f"{path}: source {name} is unknown: add it to sources"


def _methods(data: Data) -> Iterator[str]:
    for name, method in data["methods"].items():
        path = f"methods.{name}"
        for key in ("published", "expires"):
            try:
                date.fromisoformat(method[key])
            except ValueError:
                yield f"{path}.{key}: not a day of the calendar"
        model = method.get("like")
        if model is not None and "like" in data["methods"].get(model, {"like": ""}):
            yield f"{path}.like: must be the id of a method that is complete by itself"
        for class_name, row in method.get("energy", {}).items():
            yield from _kinds(f"{path}.energy.{class_name}", row["kinds"])
        for by, roles in method.get("token_range", {}).items():
            for role, row in roles.items():
                if row["ratio"]["central"] != 1:
                    yield f"{path}.token_range.{by}.{role}.ratio.central: must be 1"
        if "tool_roles" in method and "energy" in method:
            for tool in method["tool_roles"].keys() ^ method["energy"].keys():
                yield f"{path}: {tool} must stand in both tool_roles and energy"
            for tool in method["tool_roles"].keys() - data["tools"].keys():
                yield f"{path}.tool_roles.{tool}: unknown tool: add it to tools"


def _kinds(path: str, kinds: dict[str, Any]) -> Iterator[str]:
    rows = [kinds[kind] for kind in _KINDS if kind in kinds]
    if len({row["unit"] for row in rows}) > 1:
        yield f"{path}: all kinds must have one unit"
    centrals = [row["value"]["central"] for row in rows]
    if centrals != sorted(centrals):
        yield f"{path}: must be cached <= input <= output"


def _tools_and_models(data: Data) -> Iterator[str]:
    by_method = {
        name: method["energy"].keys()
        for name, method in data["methods"].items()
        if "energy" in method and "tool_roles" not in method
    }
    classes = set().union(*by_method.values())
    for section in ("tools", "models"):
        for name, row in data[section].items():
            if row["energy_class"] not in classes:
                yield f"{section}.{name}.energy_class: no method has a class {row['energy_class']}"
    for name, own in by_method.items():
        for missing in sorted(classes - own):
            yield f"methods.{name}.energy: class {missing} is missing: other methods have it"
    seen: Counter[tuple[str, ...]] = Counter()
    for name, tool in data["tools"].items():
        if tool["default_zone"] not in data["zones"]:
            yield f"tools.{name}.default_zone: unknown zone {tool['default_zone']}"
        seen.update(("model prefix", prefix) for prefix in tool.get("model_prefixes", []))
        for marker in tool.get("markers", []):
            seen["precedence", str(marker["precedence"])] += 1
            seen["marker", *(f"{k}={v}" for k, v in marker.items() if k != "precedence")] += 1
        seen.update(("agent name", agent) for agent in tool.get("agent_names", []))
        seen.update(
            ("identity", who["email"], who.get("name", "")) for who in tool.get("identities", [])
        )
        seen.update(
            ("trailer", line["key"], line.get("is", line.get("prefix", "")))
            for line in tool.get("trailers", [])
        )
    for name, model in data["models"].items():
        seen.update(("model rule", *rule) for rule in model["match"])
        if "served_by" in model and model["served_by"] not in data["providers"]:
            yield f"models.{name}.served_by: unknown provider {model['served_by']}"
    for what, times in seen.items():
        if times > 1:
            yield f"{what[0]} {' '.join(filter(None, what[1:]))}: stands {times} times: keep one"


def _zones(data: Data) -> Iterator[str]:
    zones = data["zones"]
    names = Counter(zones.keys())
    for name, zone in zones.items():
        names.update(zone.get("aliases", []))
        above = [name]
        while "parent" in (here := zones.get(above[-1], {})):
            above.append(here["parent"])
            if above.count(above[-1]) > 1:
                yield f"zones.{name}.parent: leads back to itself"
                break
        if above[-1] not in zones:
            yield f"zones.{name}.parent: unknown zone {above[-1]}"
        elif not any("intensity_gco2e_per_kwh" in zones[zone] for zone in above):
            yield f"zones.{name}: neither it nor a zone above it has an intensity"
    for name, times in names.items():
        if times > 1:
            yield f"zones: {name} is the name or alias of {times} zones: keep one"


def _providers_and_extras(data: Data) -> Iterator[str]:
    for name, provider in data["providers"].items():
        for zone in (provider["zone"], *provider.get("serves_from", ())):
            if zone not in data["zones"]:
                yield f"providers.{name}: unknown zone {zone}"
    for name, extra in data["extras"].items():
        if extra.get("zone", "WORLD") not in data["zones"]:
            yield f"extras.{name}.zone: unknown zone {extra['zone']}"
