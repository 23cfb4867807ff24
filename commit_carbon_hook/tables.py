"""Names into factors: methods, tools, models and grid zones of the generated table.

Pure and importable at commit time. `factors.py` has the same data with its provenance.
"""

from __future__ import annotations

from . import factor_table
from .errors import CarbonError
from .estimate import Estimate, Method, Range, Role, Tokens, emissions, tokens_from_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .record import Basis

DEFAULT_METHOD = "2"
UNSPECIFIED = "unspecified"
OTHER = "other"
WORLD = "WORLD"
LIVE_SUFFIX = "@live"


def _nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a mistyped name."""
    import difflib

    names = list(known)
    by_folded = {known_name.lower(): known_name for known_name in names}
    close = difflib.get_close_matches(name.lower(), by_folded, n=1)
    return (
        f"did you mean {by_folded[close[0]]!r}?" if close else f"known: {', '.join(names[:8])}, ..."
    )


def method(name: str) -> Method:
    """The method of this id. Raises CarbonError for an unknown one."""
    try:
        row = factor_table.METHODS[name]
    except KeyError:
        known = ", ".join(factor_table.METHODS)
        raise CarbonError(f"unknown method {name!r}: known methods are {known}") from None
    per_line, minimum, multipliers, ratios, token_range, energy, _, _, error_factor, _ = row
    roles = {role: Role(multipliers[role], *ratios[role]) for role in multipliers}
    classes = {
        name: (Range(*output), Range(*fresh), Range(*cached))
        for name, (output, fresh, cached) in energy.items()
    }
    return Method(name, per_line, minimum, roles, token_range, classes, error_factor)


def tool(name: str) -> str:
    """The id of a tool as people write it. Raises CarbonError for an unknown one."""
    folded = name.strip().lower()
    if folded in factor_table.TOOLS:
        return folded
    raise CarbonError(f"unknown tool {name!r}: {_nearest(name, factor_table.TOOLS)}")


def model(text: str) -> str:
    """The id of the model family that a model string names, `other` for one not in the table."""
    folded = "".join([char if char.isalnum() else "-" for char in f"-{text.lower()}-"])
    for parts, name in factor_table.MODEL_MATCHES:
        if all(part in folded for part in parts):
            return name
    return OTHER


def zone(name: str) -> str:
    """The id of a grid zone as people write it. Raises CarbonError for an unknown one."""
    upper = name.strip().upper()
    if upper in factor_table.ZONES:
        return upper
    try:
        return factor_table.ZONE_ALIASES[upper]
    except KeyError:
        known = (*factor_table.ZONES, *factor_table.ZONE_ALIASES)
        raise CarbonError(f"unknown grid zone {name!r}: {_nearest(name, known)}") from None


def server(tool_name: str, model_text: str) -> str:
    """The program that runs a model on the developer's own machine, by the tool or by how the
    model's full name begins (`ollama/llama3`); empty for a model that runs elsewhere."""
    local = factor_table.LOCAL_PREFIXES
    if tool_name in local.values():
        return tool_name
    folded = model_text.strip().lower()
    return next((name for prefix, name in local.items() if folded.startswith(prefix)), "")


def default_zone(tool_name: str, model_name: str = "", is_local: bool = False) -> str:
    """The zone of the data centres that a tool is served from, as far as it is known.

    A tool that works with anybody's models is served where its model's maker is. Where the
    developer's own machine is, is never guessed.
    """
    if is_local or server(tool_name, ""):
        return WORLD
    own = factor_table.TOOLS[tool_name][2]
    return factor_table.MODEL_ZONES.get(model_name, own) if own == WORLD else own


def role_and_class(tool_name: str, model_name: str, method_name: str) -> tuple[str, str]:
    """A tool's role and energy class; a known model decides the class where the method has it."""
    overrides = factor_table.METHODS[method_name][6]
    if overrides:
        return overrides.get(tool_name, overrides[UNSPECIFIED])
    role, energy_class, _ = factor_table.TOOLS.get(tool_name, factor_table.TOOLS[OTHER])
    return role, factor_table.MODELS.get(model_name, energy_class)


def intensity(zone_name: str, method_name: str) -> Range:
    """gCO2e per kWh of a zone under a method; a method's own table may only know the country."""
    zones = factor_table.METHODS[method_name][7] or factor_table.ZONES
    here = zone_name.removesuffix(LIVE_SUFFIX)
    while here not in zones:
        here = factor_table.ZONE_PARENTS.get(here, WORLD)
    return Range(*zones[here])


def lines_to_tokens(lines: int, basis: Basis) -> Tokens:
    """The tokens that the basis' method expects of a commit with so many changed lines."""
    role, _ = role_and_class(basis.tool, basis.model, basis.method)
    return tokens_from_lines(lines, role, method(basis.method))


def estimate(tokens: Tokens, by: str, basis: Basis, live: Range | None = None) -> Estimate:
    """What a record with these tokens and this basis amounts to, with a live intensity or the
    annual one of its zone.

    Raises CarbonError for a method, tool or zone that is not in the table.
    """
    rules = method(basis.method)
    if basis.tool not in factor_table.TOOLS:
        raise CarbonError(f"unknown tool {basis.tool!r}")
    role, energy_class = role_and_class(basis.tool, basis.model, basis.method)
    return emissions(
        tokens,
        by=by,
        role=role,
        energy_class=energy_class,
        intensity=live or intensity(zone(basis.grid.removesuffix(LIVE_SUFFIX)), basis.method),
        method=rules,
    )
