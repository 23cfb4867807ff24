"""One line for the status line of Claude Code, which runs a command and gives it JSON.

Its format: https://code.claude.com/docs/en/statusline. Whatever comes in, one line goes out.
"""

from __future__ import annotations

import json
import os
import sys
import time

from . import prices, scopes, tally
from .doors import number
from .errors import CarbonError
from .estimate import Range
from .logs import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .scopes import Reading
    from .tally import Amount

# Claude Code has written all of it before; somebody who tries it by hand has not.
INPUT_SECONDS = 0.05
MOST_INPUT = 1 << 20
READING_SECONDS = 0.06
NOTHING = "CO2e: no usage found"
DIM, PLAIN = "\x1b[2m", "\x1b[0m"
SIZES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
SESSION_VARIABLE = "CLAUDE_CODE_SESSION_ID"
CONFIG_VARIABLE = "CLAUDE_CONFIG_DIR"


def line(folder: str, scope: str | None, is_coloured: bool) -> str:
    """The line; of the session that asks, or of what no record has yet where none does."""
    try:
        asked = _input()
        _go(folder, asked or {})
        found = _reading(asked, scope)
        if not found.uses:
            return NOTHING
        rows = tally.rows(found.uses, scopes.settings(os.environ), prices.load())
        is_coloured = is_coloured and not os.environ.get("NO_COLOR")
        return shown(tally.total(row.amount for row in rows), found.complete, is_coloured)
    except Exception:
        # A status line has no place for errors; the command without --statusline tells them.
        return NOTHING


def shown(amount: Amount, is_complete: bool, is_coloured: bool) -> str:
    """`0.8 g CO2e (0.2-3) 41k tok $0.32`, with a `>` ahead where not all could be read."""
    grams = amount.emissions_gco2e
    unit, value = ("kg", grams.scaled(0.001)) if grams.central >= 1000 else ("g", grams)
    main = f"{'' if is_complete else '>'}{number(value.central)} {unit} CO2e"
    rest = f"{_span(value)} {short(sum(amount.tokens))} tok"
    if amount.cost_usd is not None:
        rest += f" ${money(amount.cost_usd)}{'+' if any(amount.unpriced) else ''}"
    return f"{main} {DIM}{rest}{PLAIN}" if is_coloured else f"{main} {rest}"


def money(dollars: float) -> str:
    """Dollars with cents, or two digits of what is less than a cent."""
    return f"{dollars:,.2f}" if dollars >= 0.01 or not dollars else number(dollars)


def _span(value: Range) -> str:
    return f"({number(value.low, 1)}-{number(value.high, 1)})"


def short(count: int) -> str:
    """A count in few characters: 950, 4.1k, 41k, 1.2M."""
    for size, letter in SIZES:
        if count >= size:
            scaled = count / size
            return f"{scaled:.1f}{letter}" if scaled < 9.95 else f"{scaled:.0f}{letter}"
    return str(count)


def _input() -> Mapping[str, Any] | None:
    """What Claude Code gives, nothing where nothing comes in, None for anything else."""
    try:
        value = json.loads(_bytes().strip() or b"{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _bytes() -> bytes:
    """What stands on standard input, as far as it comes in time."""
    if sys.stdin is None or sys.stdin.isatty():
        return b""
    if os.name == "nt":
        return sys.stdin.buffer.read(MOST_INPUT)
    from select import select

    found = b""
    until = time.monotonic() + INPUT_SECONDS
    while len(found) < MOST_INPUT and select([0], [], [], max(0.0, until - time.monotonic()))[0]:
        piece = os.read(0, 1 << 16)
        if not piece:
            break
        found += piece
    return found


def _go(folder: str, asked: Mapping[str, Any]) -> None:
    workspace = asked.get("workspace")
    places = [folder if folder != "." else None]
    places += [workspace.get("current_dir") if isinstance(workspace, dict) else None]
    for place in (*places, asked.get("cwd")):
        if isinstance(place, str) and os.path.isdir(place):
            os.chdir(place)
            return


def _reading(asked: Mapping[str, Any] | None, scope: str | None) -> Reading:
    # What cannot be read may have named one.
    a_session_asks = asked is None or any(map(asked.get, ("session_id", "transcript_path")))
    if a_session_asks:
        # Nothing else that has started this shell is meant.
        for variable in (name for tool in READERS.values() for name in tool.session_variables):
            os.environ.pop(variable, None)
        os.environ.update(_session(asked or {}))
    environment = dict(os.environ)
    try:
        return scopes.read(scope or "session", environment, READING_SECONDS)
    except CarbonError:
        if scope or a_session_asks:
            raise
    return scopes.read("since-record", environment, READING_SECONDS)


def _session(asked: Mapping[str, Any]) -> dict[str, str]:
    """The session that asks, and where its transcript lies, as the environment would say it."""
    found = {}
    name, path = asked.get("session_id"), asked.get("transcript_path")
    if isinstance(path, str):
        home, projects, _ = path.rpartition(f"{os.sep}projects{os.sep}")
        if projects and "," not in home:
            found[CONFIG_VARIABLE] = home
        name = name or os.path.basename(path).partition(".")[0]
    if isinstance(name, str) and name:
        found[SESSION_VARIABLE] = name
    return {key: value for key, value in found.items() if "\0" not in value}
