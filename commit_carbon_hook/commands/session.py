"""The tokens, energy, carbon and cost of AI tools, from the logs that they keep on this machine.

commit-carbon session
commit-carbon session --scope today --format json
commit-carbon session --watch
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from .. import prices, statusline, tally
from ..doors import number, span
from ..errors import CarbonError
from ..scopes import SCOPES, Reading, read, settings
from ..statusline import money
from ..terminal import is_rich

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..prices import Prices
    from ..tally import Amount, Row

DEFAULT_SCOPE = "since-record"
WATCH_SECONDS = 2.0
HEADINGS = {
    "since-record": "since the last record of this work tree",
    "session": "in this session",
    "today": "today, in all places",
    "repository": "in this work tree, as far as logs are kept",
    "all": "in all places, as far as logs are kept",
}
CLEAR = "\x1b[H\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which usage, and how to show it."""
    parser.add_argument(
        "--scope",
        choices=SCOPES,
        help=f"default: {DEFAULT_SCOPE}; with --statusline the session that asks",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--watch",
        metavar="SECONDS",
        nargs="?",
        type=_seconds,
        const=WATCH_SECONDS,
        help=f"show it anew every so many seconds (default: {WATCH_SECONDS:g}) until ^C",
    )
    parser.add_argument(
        "--statusline",
        action="store_true",
        help="one line for Claude Code's status line, whose JSON comes on standard input",
    )
    parser.add_argument(
        "--color", action="store_true", help="with --statusline: dim what is not the estimate"
    )
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 86400")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Print the usage, once or again and again."""
    _check(arguments)
    if arguments.statusline:
        print(statusline.line(arguments.repository, arguments.scope, arguments.color))
        return 0
    if not os.path.isdir(arguments.repository):
        raise CarbonError(f"session: {arguments.repository} is not a directory")
    os.chdir(arguments.repository)
    scope = arguments.scope or DEFAULT_SCOPE
    listed = prices.load()
    if arguments.watch is None:
        print(_text(scope, arguments.format, listed))
        return 0
    return _watch(scope, arguments.format, listed, arguments.watch)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.color and not arguments.statusline:
        raise CarbonError("session: --color needs --statusline: leave it out")
    if arguments.statusline and arguments.format != "text":
        raise CarbonError("session: --statusline is text: leave --format out")
    if arguments.statusline and arguments.watch is not None:
        raise CarbonError("session: --watch is of no use with --statusline: leave it out")


def _watch(scope: str, form: str, listed: Prices, seconds: float) -> int:
    live = form == "text" and is_rich(sys.stdout, os.environ)
    before = ""
    try:
        while True:
            begun = time.monotonic()
            shown = _text(scope, form, listed)
            if live:
                print(f"{CLEAR}{shown}\n\n{time.strftime('%H:%M:%S')}, ^C quits", flush=True)
            elif shown != before:
                print(shown, flush=True)
            before = shown
            # Large logs take longer to read: half of the time is left to others.
            time.sleep(max(seconds, time.monotonic() - begun))
    except KeyboardInterrupt:
        return 0


def _text(scope: str, form: str, listed: Prices) -> str:
    found = read(scope, dict(os.environ))
    chosen = settings(os.environ)
    rows = tally.rows(found.uses, chosen, listed)
    if form == "json":
        shown = _as_json(found, rows, listed, chosen.method)
        return json.dumps(shown, indent=2, sort_keys=True)
    return "\n".join(_lines(found, rows, listed))


def _as_json(found: Reading, rows: list[Row], listed: Prices, method: str) -> dict[str, Any]:
    tools = []
    for tool in dict.fromkeys(row.tool for row in rows):
        of_tool = [row for row in rows if row.tool == tool]
        models = [{"model": row.model, **tally.as_json(row.amount)} for row in of_tool]
        whole = tally.total(row.amount for row in of_tool)
        tools.append({"tool": tool, **tally.as_json(whole), "models": models})
    return {
        "scope": found.scope,
        "complete": found.complete,
        "method": method,
        "prices_date": listed.date,
        **tally.as_json(tally.total(row.amount for row in rows)),
        "tools": tools,
    }


def _lines(found: Reading, rows: list[Row], listed: Prices) -> Iterator[str]:
    whole = tally.total(row.amount for row in rows)
    yield HEADINGS[found.scope]
    if not rows:
        yield "  no usage of a tool that keeps a log is found"
    else:
        kinds = zip(tally.KINDS, whole.tokens, strict=True)
        yield f"  tokens     {'; '.join(f'{count:,} {kind}' for kind, count in kinds)}"
        yield f"  energy     {span(whole.energy_wh, 'Wh')}"
        yield f"  emissions  {span(whole.emissions_gco2e, 'gCO2e')}"
        yield f"  cost       {_cost(whole)} at list prices of {listed.date}, cache writes as input"
        yield ""
        yield from _table(rows)
    if any(whole.unpriced):
        yield f"no price is known for {sum(whole.unpriced):,} tokens: the cost is a lower bound"
    if any(whole.unknown):
        yield f"{sum(whole.unknown):,} tokens are of a model that is not in the table"
    if not found.complete:
        yield "not all logs could be read in the time allowed: the figures are a lower bound"


def _cost(amount: Amount) -> str:
    if amount.cost_usd is None:
        return "unknown"
    return f"{'at least ' if any(amount.unpriced) else ''}${money(amount.cost_usd)}"


def _table(rows: list[Row]) -> Iterator[str]:
    shape = "{:14} {:22} {:>12} {:>12} {:>14} {:>10} {:>10}"
    yield shape.format("tool", "model", *tally.KINDS, "gCO2e", "USD").rstrip()
    for row in rows:
        amount = row.amount
        yield shape.format(
            row.tool,
            row.model or "unknown",
            *[f"{count:,}" for count in amount.tokens],
            number(amount.emissions_gco2e.central),
            "unknown" if amount.cost_usd is None else money(amount.cost_usd),
        )
