"""How the JSON files in factors/ are laid out: short objects on one line, keys in given order."""

from __future__ import annotations

import json

WIDTH = 100


def dump(document: object) -> str:
    """The document as JSON text with a final newline."""
    return _render(document, "", 0) + "\n"


def _render(value: object, indent: str, used: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    fits = bool(indent) and len(indent) + used + len(flat) <= WIDTH
    if fits or not value or not isinstance(value, dict | list):
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            name = json.dumps(key, ensure_ascii=False) + ": "
            lines.append(inner + name + _render(item, inner, len(name) + 1))
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    items = (inner + _render(item, inner, 1) for item in value)
    return "[\n" + ",\n".join(items) + f"\n{indent}]"
