"""Which tool took part in a commit, and why we think so: the first evidence that answers wins."""

from __future__ import annotations

from . import factor_table, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

NONE = "none"
UNSET = ("", "0", "false", "no", "off")
AGENT_VARIABLES = ("AI_AGENT", "AGENT")
AUTHOR_VARIABLES = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME")
TOOL_VARIABLE = "COMMIT_CARBON_TOOL"
TOOL_TRAILER = b"carbon-tool"
CO_AUTHOR_TRAILERS = (b"co-authored-by", b"co-developed-by")
ASSISTED_TRAILER = b"assisted-by"


class Attribution(NamedTuple):
    """A tool, its model family where it is known, and the evidence for both.

    `general` evidence speaks of all commits of a project, not of this one; `local` says that the
    model ran on the machine of the developer.
    """

    tool: str
    model: str
    evidence: str
    general: bool = False
    local: bool = False


def attribute(
    environment: Mapping[str, str],
    trailers: Iterable[tuple[bytes, bytes]],
    project_tool: str,
) -> Attribution | None:
    """The tool behind a commit; None where somebody declared that there was none.

    `trailers` are the final trailer block's keys and values. Raises CarbonError for a
    declared tool that is not in the table.
    """
    said = declared(environment, trailers)
    if said is not None:
        return None if said.tool == NONE else said
    seen = detected(environment)
    if seen:
        return Attribution(seen, "", "detected")
    if project_tool == NONE:
        return None
    if project_tool:
        return Attribution(project_tool, "", "declared", general=True)
    return Attribution(tables.UNSPECIFIED, "", "assumed", general=True)


def declared(
    environment: Mapping[str, str], trailers: Iterable[tuple[bytes, bytes]]
) -> Attribution | None:
    """What was declared for this very commit."""
    name = environment.get(TOOL_VARIABLE, "")
    found = list(trailers)
    for key, value in found:
        if key.lower() == TOOL_TRAILER:
            name = name or value.decode("utf-8", "replace")
    if name:
        tool = NONE if name.strip().lower() == NONE else tables.tool(name)
        return Attribution(tool, "", "declared")
    for key, value in found:
        folded = key.lower()
        if folded == ASSISTED_TRAILER:
            said = assisted_by(value.decode("utf-8", "replace"))
        elif folded in CO_AUTHOR_TRAILERS:
            said = co_author(value.decode("utf-8", "replace"))
        else:
            continue
        if said:
            return said
    return None


def assisted_by(value: str) -> Attribution | None:
    """The kernel's `Assisted-by: AGENT:MODEL [TOOLS]`; a person's name and address is none."""
    agent, colon, rest = value.partition(":")
    agent = agent.strip()
    words = rest.split()
    if not agent or "@" in value:
        return None
    tool = factor_table.AGENT_NAMES.get(agent.lower())
    if colon and words:
        server = tables.server(tool or "", words[0])
        tool = tool or server or tables.OTHER
        return Attribution(tool, tables.model(words[0]), "declared", local=bool(server))
    return Attribution(tool, "", "declared") if tool else None


def co_author(value: str) -> Attribution | None:
    """A co-author whose address is exactly one that a tool is known to use."""
    name, _, address = value.rpartition("<")
    tool = known_identity(name, address.rstrip("> \t"))
    if not tool:
        return None
    model = tables.model(name)
    return Attribution(tool, "" if model == tables.OTHER else model, "declared")


def known_identity(name: str, address: str) -> str:
    """The tool behind exactly this name and address, or empty."""
    folded = address.strip().lower()
    number, plus, rest = folded.partition("+")
    # GitHub puts an account number before a bot's name; some of them tell bots apart.
    addresses = (folded, rest) if plus and number.isdigit() else (folded,)
    for one in addresses:
        tool = factor_table.NAMED_IDENTITIES.get((name.strip().lower(), one))
        tool = tool or factor_table.IDENTITIES.get(one)
        if tool:
            return tool
    return ""


def detected(environment: Mapping[str, str]) -> str:
    """The tool whose marker stands in this environment, derivatives before parents, or empty."""
    for variable in AGENT_VARIABLES:
        name = environment.get(variable, "").lower()
        for end in ("", "_", "@", "/", ":"):
            tool = factor_table.AGENT_NAMES.get(name.partition(end)[0] if end else name)
            if tool:
                return tool
    for variable, how, value, tool in factor_table.MARKERS:
        actual = environment.get(variable)
        if actual is None or actual.strip().lower() in UNSET:
            continue
        if (
            how == "set"
            or (how == "is" and actual == value)
            or (how == "prefix" and actual.startswith(value))
            or (how == "contains" and value in actual)
        ):
            return tool
    for variable in AUTHOR_VARIABLES:
        for suffix, tool in factor_table.AUTHOR_SUFFIXES.items():
            if environment.get(variable, "").endswith(suffix):
                return tool
    return ""
