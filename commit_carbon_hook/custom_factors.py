"""A project's own factors: methods, tools, models and zones beside the bundled ones.

The file that `factors` in .commit-carbon.toml names joins the tables for as long as the
process lives. `commit-carbon-check` validates it in full; here it only has to be usable.
"""

from __future__ import annotations

from pathlib import Path

from . import factor_build, factor_table, factors
from .config import FACTORS, FILE_NAME
from .errors import CarbonError


def missing(where: str, name: str) -> str:
    """What a configuration gets to hear whose factor file is not there."""
    return f"{where}: {FACTORS}: {name}: no such file: add it or correct the name"


def join(top: str, name: str) -> None:
    """Add the factors of a file inside the work tree. Raises CarbonError naming the file."""
    path = Path(top, name)
    try:
        inside = path.resolve().is_relative_to(Path(top).resolve())
    except (OSError, ValueError):
        inside = False
    if not inside:
        line = f"{FILE_NAME}: {FACTORS}: {name}: not a file of this repository: move it there"
        raise CarbonError(line)
    if not path.exists():
        raise CarbonError(missing(FILE_NAME, name))
    data = factors.load()
    own = factors.read_json(path)
    try:
        merged = {section: {**rows, **own.get(section, {})} for section, rows in data.items()}
        tables = factor_build.tables(merged)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CarbonError(f"{name}: not a factor file: run commit-carbon-check {name}") from None
    for table, rows in tables.items():
        known = getattr(factor_table, table)
        if not isinstance(known, dict):
            setattr(factor_table, table, rows)
            continue
        for key, row in rows.items():
            if known.setdefault(key, row) != row:
                raise CarbonError(f"{name}: {key}: known under the same id: choose another one")
