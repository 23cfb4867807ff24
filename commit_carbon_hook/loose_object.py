"""An object that lies in a file of its own, as it is: dulwich parses commits while it reads them,
and gives up on dates that git takes for 1970."""

from __future__ import annotations

import os
import zlib
from hashlib import sha1, sha256

MOST_BYTES = 1 << 29
KINDS = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}


def read(objects: str, sha: str) -> tuple[int, bytes] | None:
    """Type and content of an object of this folder; None for a missing or damaged one."""
    try:
        with open(os.path.join(objects, sha[:2], sha[2:]), "rb") as file:
            content = zlib.decompressobj().decompress(file.read(), MOST_BYTES)
    except (OSError, ValueError, zlib.error):
        return None
    digest = sha256 if len(sha) == sha256().digest_size * 2 else sha1
    if digest(content).hexdigest() != sha:
        return None
    header, _, raw = content.partition(b"\0")
    kind = KINDS.get(header.partition(b" ")[0])
    return (kind, raw) if kind else None
