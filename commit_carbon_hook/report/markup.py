"""HTML and SVG as trees, so that no text can become markup: whatever writes a tree escapes it."""

from __future__ import annotations

from xml.etree.ElementTree import Element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Content = Element | str | None


def element(
    name: str, attributes: Mapping[str, str | int] | None = None, *content: Content
) -> Element:
    """An element with texts and elements in it, in this order; None is left out."""
    made = Element(name, {key: str(value) for key, value in (attributes or {}).items()})
    last: Element | None = None
    for part in content:
        if isinstance(part, Element):
            made.append(part)
            last = part
        elif part and last is None:
            made.text = (made.text or "") + part
        elif part and last is not None:
            last.tail = (last.tail or "") + part
    return made
