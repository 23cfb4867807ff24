"""The counts in an AI attestation (`.ai-attestation.yaml`, AI Attestation Specification 1.1): how
many commits each tool had a part in, and an estimate from these counts alone."""

from __future__ import annotations

from . import tables
from .authorship import tool_id
from .errors import CarbonError
from .recomputation import Amount, energy
from .record import Basis, Emissions, Record, quantized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NamedTuple
else:
    from .values import NamedTuple

SCHEMA = "https://oss.korext.com/ai-attestation/schema"
VERSIONS = ("1.0", "1.1")
MAX_COMMITS = 1_000_000_000
MAX_TOOLS = 1_000
MAX_NAME = 64


class Count(NamedTuple):
    """Commits that a file attributes to a tool: the identifier there, and the id in our table
    (`other` for one that is not in it)."""

    identifier: str
    tool: str
    commits: int


class Attestation(NamedTuple):
    """What a file says: commits read, commits by AI tools, and by tool. A commit may count for
    several tools."""

    version: str
    commits: int
    assisted: int
    tools: tuple[Count, ...]


class Estimated(NamedTuple):
    """The estimate of one row: that of one commit of the least tokens, times the commits."""

    row: Count
    basis: Basis
    emissions: Emissions
    energy_nwh: Amount


def parse(document: Any, where: str) -> Attestation:
    """Read the plain values of a file. Raises CarbonError naming the field that is wrong."""
    top = _mapping(document, where)
    if top.get("schema") != SCHEMA:
        raise CarbonError(f"{where}: schema: must be {SCHEMA}")
    version = top.get("version")
    if version not in VERSIONS:
        raise CarbonError(f"{where}: version: must be one of {', '.join(VERSIONS)}, in quotes")
    ai = _mapping(top.get("ai"), f"{where}: ai")
    rows = ai.get("tools")
    if not isinstance(rows, list) or len(rows) > MAX_TOOLS:
        raise CarbonError(f"{where}: ai.tools: must be a list of at most {MAX_TOOLS} tools")
    counts = tuple(_count(row, f"{where}: ai.tools[{at}]") for at, row in enumerate(rows))
    if len({count.identifier for count in counts}) < len(counts):
        raise CarbonError(f"{where}: ai.tools: one identifier stands twice")
    commits = _mapping(top.get("range"), f"{where}: range").get("commits")
    total = _whole(commits, f"{where}: range.commits")
    assisted = _whole(ai.get("assisted_commits"), f"{where}: ai.assisted_commits")
    if assisted > total or any(count.commits > assisted for count in counts):
        raise CarbonError(f"{where}: ai: more commits by a tool than by all, or than there are")
    return Attestation(version, total, assisted, counts)


def _count(row: Any, where: str) -> Count:
    values = _mapping(row, where)
    identifier = values.get("identifier")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= MAX_NAME:
        raise CarbonError(f"{where}.identifier: must be a name of at most {MAX_NAME} characters")
    commits = _whole(values.get("commit_count"), f"{where}.commit_count")
    return Count(identifier, tool_id(identifier), commits)


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CarbonError(f"{where}: must be a mapping")
    return value


def _whole(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_COMMITS:
        raise CarbonError(f"{where}: must be a whole number from 0 to {MAX_COMMITS:,}")
    return value


def estimates(found: Attestation, method: str, grid: str = "") -> list[Estimated]:
    """An estimate of every row. The file says nothing of lines, so each commit counts with the
    least tokens of the method, as if it had changed no line; `grid` replaces the zones of the
    tools."""
    rows = []
    for count in found.tools:
        zone = grid or tables.default_zone(count.tool)
        basis = Basis(count.tool, "", "declared", zone, method)
        tokens = tables.lines_to_tokens(0, basis)
        one = quantized(tables.estimate(tokens, "lines", basis).emissions_gco2e)
        used = energy(Record("", one, tokens, "lines", basis)) or Amount(0, 0, 0)
        rows.append(
            Estimated(
                count,
                basis,
                Emissions(*[value * count.commits for value in one]),
                Amount(*[value * count.commits for value in used]),
            )
        )
    return rows


def total(rows: Sequence[Estimated]) -> tuple[Emissions, Amount]:
    """The sums of all rows: lows, centrals and highs."""
    emissions = [sum(values) for values in zip(*[row.emissions for row in rows], strict=True)]
    used = [sum(values) for values in zip(*[row.energy_nwh for row in rows], strict=True)]
    return Emissions(*(emissions or (0, 0, 0))), Amount(*(used or (0, 0, 0)))
