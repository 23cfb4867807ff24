"""AI tools that name themselves in a commit: exact addresses, bot accounts and trailers.

Never words of a subject: in ordinary projects, 96 % of such hits have no other sign of a tool.
Never a vendor's mail domain: people work there.
"""

from __future__ import annotations

from . import factor_table, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple
else:
    from .values import NamedTuple

NONE = "none"
TOOL_KEY = b"carbon-tool"
PERSON_KEYS = (b"co-authored-by", b"co-developed-by")
ASSISTANT_KEYS = (b"assisted-by", b"generated-by")
_LONGEST_VALUE = 512
# The same few co-authors stand under thousands of commits.
_MOST_NAMES = 1_000
_models: dict[str, str] = {}


class Identity(NamedTuple):
    """A tool and its model family, empty where the commit does not name a known one."""

    tool: str
    model: str


def trailer_keys() -> tuple[bytes, ...]:
    """The keys, in lower case, of all trailers that can name a tool."""
    known = {key.encode("ascii") for key, *_ in factor_table.TRAILERS}
    return TOOL_KEY, *PERSON_KEYS, *ASSISTANT_KEYS, *sorted(known)


def find(author: bytes, trailers: Iterable[tuple[bytes, bytes]]) -> Identity | None:
    """The tool behind a commit. `author` is `Name <address>`, `trailers` its final block.

    What the author declared in `Carbon-Tool:` decides, also `none`; then the author, then the
    trailers in their order. The model may come from a later trailer than the tool.
    """
    found: list[Identity] = []
    by_author = from_author(author)
    if by_author:
        found.append(by_author)
    for key, value in trailers:
        folded, text = key.lower(), value[:_LONGEST_VALUE].decode("utf-8", "replace")
        if folded == TOOL_KEY:
            name = text.strip().lower()
            if name == NONE or name in factor_table.TOOLS:
                return None if name == NONE else Identity(name, "")
        else:
            identity = from_trailer(folded, text)
            if identity:
                found.append(identity)
    if not found:
        return None
    tool = next((one.tool for one in found if one.tool != tables.OTHER), tables.OTHER)
    return Identity(
        tool,
        next((one.model for one in found if one.model and one.tool in (tool, tables.OTHER)), ""),
    )


def from_author(author: bytes) -> Identity | None:
    """A commit's author, as `Name <address>`."""
    name, address = _person(author[:_LONGEST_VALUE].decode("utf-8", "replace"))
    for suffix, tool in factor_table.AUTHOR_SUFFIXES.items():
        if name.endswith(suffix):
            return Identity(tool, "")
    return from_person(name, address)


def from_person(name: str, address: str) -> Identity | None:
    """Somebody whose address is exactly one that a tool is known to use."""
    for spelling in (address, _without_number(address)):
        tool = factor_table.IDENTITIES.get(spelling) or factor_table.NAMED_IDENTITIES.get(
            (name.lower(), spelling)
        )
        if tool:
            return Identity(tool, _model(name))
    return None


def from_trailer(key: bytes, value: str) -> Identity | None:
    """One trailer, its key in lower case."""
    if key in PERSON_KEYS or key in ASSISTANT_KEYS:
        person = from_person(*_person(value))
        if person or "@" in value or key in PERSON_KEYS:
            return person
        return from_assistant(value)
    folded, name = value.lower(), key.decode("ascii", "replace")
    for known, how, expected, tool in factor_table.TRAILERS:
        if known == name and (folded == expected if how == "is" else folded.startswith(expected)):
            return Identity(tool, "")
    return None


def from_assistant(value: str) -> Identity | None:
    """`AGENT:MODEL [TOOLS]` as the kernel writes it, a known agent, or only a known model."""
    agent, colon, rest = value.partition(":")
    tool = factor_table.AGENT_NAMES.get(agent.partition("(")[0].strip().lower(), "")
    model = _model(rest if colon else value)
    if tool or model:
        return Identity(tool or tables.OTHER, model)
    written_as_agent_and_model = colon and agent and rest[:1].strip() and " " not in agent
    return Identity(tables.OTHER, "") if written_as_agent_and_model else None


def _model(text: str) -> str:
    known = _models.get(text)
    if known is None:
        if len(_models) > _MOST_NAMES:
            _models.clear()
        found = tables.model(text)
        known = _models[text] = "" if found == tables.OTHER else found
    return known


def _person(text: str) -> tuple[str, str]:
    """Name and lower-case address of `Name <address>`, also where the brackets were forgotten."""
    name, bracket, address = text.strip().rpartition("<")
    if not bracket:
        name, _, address = text.strip().rpartition(" ")
    return name.strip(), address.strip("> \t").lower()


def _without_number(address: str) -> str:
    """The address without the account number that GitHub puts before it."""
    number, plus, rest = address.partition("+")
    return rest if plus and number.isdigit() else address
