"""Which numbers a report was made with: one name for the factors that were in force."""

from __future__ import annotations

from hashlib import blake2b

from . import factor_table

TABLES = ("METHODS", "TOOLS", "MODELS", "ZONES", "ZONE_PARENTS")
DIGEST_BYTES = 6


def name() -> str:
    """12 hexadecimal digits over all tables that an estimate is made from, a project's own factors
    included; reports with the same name were made with the same numbers."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for table in TABLES:
        digest.update(repr(getattr(factor_table, table)).encode())
    return digest.hexdigest()
