"""The lines of a file compressed with Zstandard, where this Python can read it."""

from __future__ import annotations

from .files import read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .scan import Scan

_BLOCK = 1 << 20


def lines_of_zstd(scan: Scan, path: str) -> list[bytes]:
    """The lines, as far as the budget allows; none, and a problem, without a decompressor."""
    opened = decompressor()
    if opened is None:
        scan.problems.note("zstd")
        return []
    data = read_whole(scan, path)
    parts = []
    try:
        # A small file can hold far more than it seems to: what comes out counts.
        reader = opened(data)
        while data and scan.take(_BLOCK):
            part = reader.read(_BLOCK)
            if not part:
                break
            parts.append(part)
    except Exception:
        scan.problems.note("malformed")
    return [line for line in b"".join(parts).split(b"\n") if line]


def decompressor() -> Callable[[bytes], Any] | None:
    """What opens compressed bytes as a file: Python 3.14 has it, or a package that is there."""
    import importlib
    import io

    for name in ("compression.zstd", "backports.zstd"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return lambda data: module.ZstdFile(io.BytesIO(data))
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError:
        return None
    return lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
