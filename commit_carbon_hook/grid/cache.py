"""Files in the user's cache: written whole or not at all, for this user alone."""

from __future__ import annotations

import os
from contextlib import suppress

from ..errors import CarbonError

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write(path: str, content: bytes) -> None:
    """Replace a file of the cache. Raises CarbonError."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise CarbonError(f"the cache cannot be written: {error.strerror}") from None
