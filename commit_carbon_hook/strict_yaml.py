"""YAML that others wrote, as plain values: mappings with text keys, lists, text, whole numbers,
null. No anchors, aliases, tags, merge keys or several documents; nothing is built by name."""

from __future__ import annotations

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
_NULL = ("", "~", "null", "Null", "NULL")
_MAX_DIGITS = 18


def parse(content: bytes, where: str) -> Any:
    """The one document in these bytes. Quoted scalars are text; of the plain ones, decimal whole
    numbers and null are what they look like and all others are text, so that no date, octal or
    `no` turns into something else. Raises CarbonError with one line that begins with `where`."""
    try:
        import yaml  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise CarbonError(
            f"{where}: reading YAML needs PyYAML: pip install 'commit-carbon-hook[yaml]'"
        ) from None
    if len(content) > MAX_BYTES:
        raise CarbonError(f"{where}: larger than {MAX_BYTES // 1024} KiB")
    try:
        events = yaml.parse(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
        return _document(events, where)
    except UnicodeDecodeError:
        raise CarbonError(f"{where}: not UTF-8: save it as UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise CarbonError(f"{where}: {place}not YAML: correct the syntax") from None


def _document(events: Iterator[Any], where: str) -> Any:
    """What the events of a parser stand for; the stream and the document are unwrapped."""
    roots: list[Any] = []
    stack: list[_Node] = []
    for event in events:
        kind = type(event).__name__
        line = f"{where}: line {event.start_mark.line + 1}"
        if getattr(event, "anchor", None) is not None or kind == "AliasEvent":
            raise CarbonError(f"{line}: anchors and aliases are not read: write the value out")
        if getattr(event, "tag", None) is not None:
            raise CarbonError(f"{line}: tags are not read: write the plain value")
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(stack) == MAX_DEPTH:
                raise CarbonError(f"{line}: nested more than {MAX_DEPTH} deep")
            stack.append(_Node({} if kind == "MappingStartEvent" else []))
            continue
        if kind == "ScalarEvent":
            value: Any = _scalar(event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            value = stack.pop().value
        else:
            continue
        if stack:
            stack[-1].add(value, line)
        else:
            roots.append(value)
    if len(roots) != 1:
        raise CarbonError(f"{where}: must hold one document")
    return roots[0]


class _Node:
    """A mapping or a list while it is read."""

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self.value = value
        self._key: str | None = None

    def add(self, child: Any, line: str) -> None:
        if isinstance(self.value, list):
            self.value.append(child)
        elif self._key is not None:
            self.value[self._key] = child
            self._key = None
        elif not isinstance(child, str):
            raise CarbonError(f"{line}: a key must be text")
        elif child in self.value or child == "<<":
            raise CarbonError(f"{line}: a key that stands twice, or a merge key: remove it")
        else:
            self._key = child


def _scalar(event: Any) -> str | int | None:
    text: str = event.value
    if event.style:
        return text
    if text in _NULL:
        return None
    digits = text.removeprefix("-")
    whole = digits.isascii() and digits.isdigit() and (digits[0] != "0" or digits == "0")
    return int(text) if whole and len(digits) <= _MAX_DIGITS else text


def top_level(content: bytes, where: str) -> list[tuple[str, int]]:
    """The keys of a document that `parse` reads and that is a block mapping, with the numbers of
    their lines from 0. Raises CarbonError for another one."""
    import yaml

    root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise CarbonError(f"{where}: not written as a block of fields: rewrite it by hand")
    return [(key.value, key.start_mark.line) for key, _ in root.value]
