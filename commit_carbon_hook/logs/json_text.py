"""JSON without the module `json`, whose regular expressions take a third of the hook's time.

It is the scanner that `json` itself works with; where there is none, `json` is used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_WHITE = " \t\n\r"


class _Context:
    """What the scanner asks for: the defaults of `json`."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _scanner() -> Callable[[str, int], tuple[Any, int]] | None:
    try:
        from _json import make_scanner
    except ImportError:
        return None
    make: Any = make_scanner
    scanner: Callable[[str, int], tuple[Any, int]] = make(_Context())
    return scanner


_SCAN = _scanner()


def loads(text: bytes | str) -> Any:
    """The value of a JSON text, bytes as UTF-8. Raises ValueError or RecursionError."""
    decoded = text.decode("utf-8", "surrogatepass") if isinstance(text, bytes) else text
    if _SCAN is None:
        import json

        return json.loads(decoded)
    decoded = decoded.strip(_WHITE)
    try:
        value, end = _SCAN(decoded, 0)
    except (StopIteration, SystemError):
        # Without `json`, the scanner of Python 3.11 has no exception to raise.
        raise ValueError("no JSON value") from None
    if end != len(decoded):
        raise ValueError("more than one JSON value")
    return value
