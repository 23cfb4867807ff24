"""Estimate the emissions of an activity, and show every step of the equation.

commit-carbon estimate --tool codex-cli --lines 300 --grid FR
commit-carbon estimate --tool claude-code --output 12000 --input 72000 --cached 1800000
"""

from __future__ import annotations

import argparse
import json

from .. import explanation, tables
from ..doors import settings_here, warn_of
from ..errors import CarbonError
from ..estimate import Tokens
from ..record import MAX_TOKENS, Basis


def whole(text: str) -> int:
    """A whole number of lines or tokens that a record could hold."""
    if not text.isascii() or not text.isdigit() or int(text) > MAX_TOKENS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number up to {MAX_TOKENS:,}")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The activity, and the factors to apply."""
    parser.add_argument("--tool", required=True, help="the tool, for example claude-code")
    parser.add_argument("--model", default="", help="the model, as logs and trailers name it")
    parser.add_argument("--lines", type=whole, help="changed lines: additions plus deletions")
    for kind in explanation.KINDS:
        parser.add_argument(f"--{kind}", type=whole, help=f"{kind} tokens, where they are known")
    parser.add_argument("--grid", default="", help="the grid zone (default: where the tool runs)")
    parser.add_argument("--method", default=tables.DEFAULT_METHOD, help="default: %(default)s")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the estimate."""
    counted = [getattr(arguments, kind) for kind in explanation.KINDS]
    if (arguments.lines is None) == all(count is None for count in counted):
        raise CarbonError("estimate: give either --lines or tokens (--output, --input, --cached)")
    settings_here()
    tool = tables.tool(arguments.tool)
    tables.method(arguments.method)
    model = tables.model(arguments.model) if arguments.model else ""
    is_local = bool(tables.server(tool, arguments.model))
    default = tables.default_zone(tool, model, is_local)
    zone = tables.zone(arguments.grid) if arguments.grid else default
    basis = Basis(tool, model, "declared", zone, arguments.method)
    if arguments.lines is None:
        by, tokens = "counted", Tokens(*[count or 0 for count in counted])
    else:
        by, tokens = "lines", tables.lines_to_tokens(arguments.lines, basis)
    done = tables.estimate(tokens, by, basis)
    warn_of("commit-carbon", [arguments.method])
    if arguments.format == "json":
        shown = explanation.as_json(done, by, basis, arguments.lines)
        print(json.dumps(shown, indent=2, sort_keys=True))
    else:
        for label, text in explanation.steps(done, by, basis, arguments.lines):
            print(f"{label:10} {text}")
    return 0
