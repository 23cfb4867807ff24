"""Readers that refuse whatever is not exactly well formed."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any, NamedTuple

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def is_plain(text: str) -> bool:
    """Whether nothing in it acts on a terminal or hides."""
    return all(
        char == "\n" or (char.isprintable() and unicodedata.category(char)[0] != "C")
        for char in text
    )


def strict_json(text: bytes) -> Any:
    """A JSON document without duplicate keys, NaN or infinity."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(found)) == len(found)
        return dict(found)

    def never(name: str) -> Any:
        raise AssertionError(name)

    return json.loads(text.decode("ascii"), object_pairs_hook=pairs, parse_constant=never,
                      parse_float=Decimal)  # fmt: skip


def strict_csv(text: bytes) -> list[dict[str, str]]:
    """The rows of a table, all of one width, in which no cell begins a formula."""
    rows = list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))
    head = rows[0]
    assert len(set(head)) == len(head)
    for row in rows:
        assert len(row) == len(head)
        for cell in row:
            assert not cell.lstrip(" ").startswith(FORMULA), cell
            assert is_plain(cell)
            assert "\n" not in cell
    return [dict(zip(head, row, strict=True)) for row in rows[1:]]


class Element(NamedTuple):
    """One element of a page, the tags around it, and the text in it."""

    tag: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: list[str]


class Page(HTMLParser):
    """A page read strictly: every element is closed in its order, no attribute stands twice."""

    VOID = ("meta", "br", "link", "img", "hr", "input")
    BLOCKS = ("p", "ul", "ol", "table", "div", "section", "figure", "h1", "h2", "h3", "header")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.declared: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open
        assert self.declared == ["DOCTYPE html"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), attrs
        path = tuple(one.tag for one in self.open)
        assert "p" not in path or tag not in self.BLOCKS, (path, tag)
        element = Element(tag, found, path, [])
        self.elements.append(element)
        if tag not in self.VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text.append(data)

    def handle_decl(self, decl: str) -> None:
        self.declared.append(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def all(self, tag: str, kind: str = "") -> list[Element]:
        """The elements of a tag, and of a class if one is given."""
        return [
            one
            for one in self.elements
            if one.tag == tag and (not kind or kind in one.attributes.get("class", "").split())
        ]

    def said(self) -> str:
        """All text of the body, white space made single."""
        return " ".join("".join(self.all("body")[0].text).split())
