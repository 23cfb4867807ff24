"""The factor files in factors/ and their schemas: the only reader of both.

`load()` gives every value with its source; `python -m commit_carbon_hook.factors` prints the
table without them that the hook imports (`factor_table.py`).
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import strict_json
from .errors import CarbonError
from .factor_rules import Data, broken_rules
from .strict_json import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema.exceptions import ValidationError

FILES = {
    "sources": ("sources",),
    "methods": ("methods", "extras"),
    "tools": ("tools", "providers"),
    "models": ("models",),
    "zones": ("zones",),
    "equivalents": ("equivalents",),
}
SECTIONS = tuple(section for sections in FILES.values() for section in sections)
MAX_BYTES = 4 * 1024 * 1024
MAX_PROBLEMS = 20

_PACKAGE = Path(__file__).resolve().parent
_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def directory(name: str) -> Path:
    """Where `factors` or `schema` is: inside an installed package, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def read_json(path: Path) -> Any:
    """The document in a file, read strictly: regular file, UTF-8, at most 4 MiB, no duplicate
    keys, no NaN or infinity, no deep nesting. Raises CarbonError with one line otherwise."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CarbonError(f"{path}: not a regular file: name a JSON file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CarbonError(f"{path}: cannot be read ({reason})") from None
    if len(data) > MAX_BYTES:
        raise CarbonError(f"{path}: larger than {MAX_BYTES} bytes: split it")
    return strict_json.parse(data, str(path))


def load(extra: Path | None = None) -> Data:
    """Every factor with its provenance, by section (see SECTIONS) and id; `extra` is a user's own
    file, whose ids must not be ours. Raises CarbonError for the first fault in it."""
    data: Data = {}
    for name in FILES:
        data.update(_sections(read_json(directory("factors") / f"{name}.json")))
    if extra is None:
        return data
    own = read_json(extra)
    problems = _problems(own, str(extra), data)
    if problems:
        raise CarbonError(problems[0])
    return _merged(data, own)


def check_file(path: Path) -> list[str]:
    """What is wrong with a user's factor file, one line each; nothing when all is right."""
    try:
        return _problems(read_json(path), str(path), load())
    except CarbonError as error:
        return [str(error)]


def _problems(own: Any, where: str, bundled: Data) -> list[str]:
    problems = validate(own, "factors", where)
    if problems:
        return problems
    for section, rows in _sections(own).items():
        for name in rows.keys() & bundled.get(section, {}).keys():
            problems.append(
                f"{where}: {section}.{name}: bundled under the same id: choose another one"
            )
    if not problems:
        problems = [f"{where}: {line}" for line in broken_rules(_merged(bundled, own))]
    return problems[:MAX_PROBLEMS]


def _sections(document: Any) -> Data:
    return {name: rows for name, rows in document.items() if name != "$schema"}


def _merged(data: Data, own: Any) -> Data:
    sections = _sections(own)
    return {name: {**data.get(name, {}), **sections.get(name, {})} for name in SECTIONS}


def validate(document: Any, schema_name: str, where: str = "document") -> list[str]:
    """Compares a document with schema/NAME.schema.json; one line per fault, at most 20.

    Each says where (`where` and the path of keys), what is wrong and what would be right. Values
    are never repeated, because they can be secret. Needs jsonschema.
    """
    from jsonschema import Draft202012Validator

    schema = read_json(directory("schema") / f"{schema_name}.schema.json")
    faults = Draft202012Validator(schema).iter_errors(document)
    lines = [
        f"{where}: {_path(leaf)}: {wrong}"
        for fault in faults
        for leaf in _leaves(fault)
        for wrong in _wrong(leaf)
    ]
    return sorted(set(lines))[:MAX_PROBLEMS]


def _leaves(fault: ValidationError) -> Iterable[ValidationError]:
    """The faults behind one of several forms: those of the form that comes nearest."""
    if fault.validator not in ("oneOf", "anyOf") or not fault.context:
        return [fault]
    by_form: dict[Any, list[ValidationError]] = {}
    for inner in fault.context:
        by_form.setdefault(inner.schema_path[0], []).append(inner)
    return min(by_form.values(), key=len)


def _path(fault: ValidationError) -> str:
    parts = [str(part) for part in fault.absolute_path]
    plain = all(part.isascii() and part.isprintable() for part in parts)
    return ".".join(parts if plain else map(shown, parts)) or "top level"


def _wrong(fault: ValidationError) -> list[str]:
    limit: Any = fault.validator_value
    instance: Any = fault.instance
    rules: Any = fault.schema
    match fault.validator:
        case "additionalProperties":
            known = rules.get("properties", {})
            return [
                f"unknown key {shown(key)}: remove it, or use one of {', '.join(sorted(known))}"
                for key in sorted(instance.keys() - known.keys())
            ]
        case "required":
            return [f"key {shown(key)} is missing: add it" for key in limit if key not in instance]
        case "type":
            names = [limit] if isinstance(limit, str) else limit
            return [f"must be {' or '.join(_TYPES[name] for name in names)}"]
        case "enum":
            return [f"must be one of {', '.join(map(str, limit))}"]
        case "const":
            return [f"must be {limit}"]
        case "pattern" if "propertyNames" in fault.absolute_schema_path:
            return [f"name {shown(instance)} must match {limit}"]
        case "pattern":
            return [f"must match {limit}"]
        case "minimum":
            return [f"must be at least {limit}"]
        case "exclusiveMinimum":
            return [f"must be more than {limit}"]
        case "maximum":
            return [f"must be at most {limit}"]
    what = rules.get("description", "see the schema")
    return [f"breaks the rule {shown(str(fault.validator))}: {what}"]


if __name__ == "__main__":
    from .factor_build import render

    print(render(load()), end="")
