"""List prices of models: what a million tokens of each kind cost, as vendors publish it.

The table has no date but its own: what was used before is shown at the same prices. Cache writes
are input here; what vendors add for them is not in the cost.
"""

from __future__ import annotations

import json
import os

from .errors import CarbonError
from .estimate import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NamedTuple
else:
    from .values import NamedTuple

FILE = "prices.json"
# No model takes a longer prompt; more is the sum of several requests.
LARGEST_PROMPT = 2_000_000
_CLOUD_MARKS = ("anthropic.", "openai.")
_ENDS = ("[1m]", "-latest")


class Price(NamedTuple):
    """US dollars per million tokens; `above` so many tokens of prompt the `long` ones hold."""

    model: str
    usual: tuple[float, float, float]
    above: int
    long: tuple[float, float, float]

    def cost_usd(self, tokens: Tokens) -> float:
        """What the tokens of one response cost."""
        is_long = self.above < tokens.input + tokens.cached <= LARGEST_PROMPT
        rates = self.long if is_long else self.usual
        return sum(count * rate for count, rate in zip(tokens, rates, strict=True)) / 1e6


class Prices(NamedTuple):
    """A price list: the day as of which it holds, and the prices by folded name."""

    date: str
    by_name: Mapping[str, Price]

    def of(self, model: str) -> Price | None:
        """The price of a model as logs name it; None where it is not known exactly."""
        return self.by_name.get(folded(model))


def load() -> Prices:
    """The bundled price list. Raises CarbonError if it is not there."""
    package = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(package, "factors", FILE)
    path = inside if os.path.exists(inside) else os.path.join(package, "..", "factors", FILE)
    try:
        with open(path, "rb") as file:
            document = json.load(file)
    except OSError as error:
        raise CarbonError(f"{FILE}: cannot be read ({error.strerror}): reinstall") from None
    by_name = {}
    for name, row in document["models"].items():
        long = row.get("long_prompt")
        above = long["above"] if long else LARGEST_PROMPT
        price = Price(name, _rates(row), above, _rates(long or row))
        for known in (name, *row.get("also", ())):
            by_name[folded(known)] = price
    return Prices(document["date"], by_name)


def _rates(row: Mapping[str, float]) -> tuple[float, float, float]:
    return (row["output"], row["input"], row["cached"])


def folded(model: str) -> str:
    """A model's name without provider, date and version of a cloud, as it is looked up.

    Variants with a price of their own (`-fast`, `:batch`) stay other names.
    """
    name = model.strip().lower().rpartition("/")[2]
    for mark in _CLOUD_MARKS:
        name = name.rpartition(mark)[2]
    name = name.partition("@")[0]
    for end in _ENDS:
        name = name.removesuffix(end)
    if name.rpartition("-v")[2].replace(":", "").isdigit():
        name = name.rpartition("-v")[0]
    parts = name.replace(".", "-").split("-")
    if len(parts[-1]) == 8 and parts[-1].isdigit():
        del parts[-1]
    elif [len(part) for part in parts[-3:]] == [4, 2, 2] and "".join(parts[-3:]).isdigit():
        del parts[-3:]
    return "-".join(parts)
