"""JSON that others wrote, read strictly: no duplicate keys, no NaN or infinity, no deep nesting."""

from __future__ import annotations

import json
import math
from collections import Counter

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 32
# More than any count has, and less than what a floating-point number can be.
MAX_DIGITS = 100


def parse(data: bytes, where: str) -> Any:
    """The document in UTF-8 bytes; the caller limits their number. Raises CarbonError with one
    line that begins with `where` otherwise."""
    try:
        document = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_not_a_number,
            parse_float=_finite,
            parse_int=_whole,
        )
        too_deep = _deeper_than(document, MAX_DEPTH)
    except RecursionError:
        too_deep = True
    except UnicodeDecodeError:
        raise CarbonError(f"{where}: not UTF-8: save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise CarbonError(
            f"{where}: line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        ) from None
    except ValueError as error:
        raise CarbonError(f"{where}: {error}") from None
    if too_deep:
        raise CarbonError(f"{where}: nested more than {MAX_DEPTH} deep")
    return document


def shown(text: str) -> str:
    """A name out of a file as it may be printed: ASCII, short, in quotes."""
    return json.dumps(text if len(text) <= 60 else text[:57] + "...")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"key {shown(twice)} stands twice in one object: remove one")
    return found


def _not_a_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number in JSON: give a finite one")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large: give a finite number")
    return value


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits: give one of at most {MAX_DIGITS}")
    return int(text)


def _deeper_than(document: Any, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            child
            for value in level
            for child in (
                value.values()
                if isinstance(value, dict)
                else value
                if isinstance(value, list)
                else ()
            )
        ]
        if not level:
            return False
    return True
