"""The tables of `csv` as Parquet, typed and with exact decimals; needs pyarrow, an extra."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from io import BytesIO
from itertools import islice

from ..errors import CarbonError
from .contents import about, without_controls
from .csv import COLUMNS, RECORD_COLUMNS, record_rows, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ..breakdown import Entry
    from .contents import Report

EXTRA = "commit-carbon-hook[parquet]"
BATCH = 20_000
PRECISION, SCALE = 38, 9
_TEXTS = {
    "by", "key", "id", "commit", "repository", "date", "author", "tool", "model", "evidence",
    "grid", "method", "methods", "zones", "statement", "factor_set", "notes",
}  # fmt: skip
_DECIMALS = ("emissions_gco2e_", "energy_wh_")


def needed() -> tuple[Any, Any]:
    """pyarrow and its Parquet part. Raises CarbonError where they are not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise CarbonError(f"parquet needs pyarrow: pip install '{EXTRA}'") from None


def render(report: Report, entries: Iterable[Entry] | None) -> bytes:
    """The file: one row a group, or with `entries` one row a record. What every format carries
    is in the metadata of its schema too."""
    if entries is None:
        return _written(report, COLUMNS, rows(report, without_controls))
    return _written(report, RECORD_COLUMNS, record_rows(report, entries, without_controls))


def _written(report: Report, columns: Sequence[str], table: Iterable[Sequence[str]]) -> bytes:
    arrow, parquet = needed()
    schema = arrow.schema(
        [(name, _type(arrow, name)) for name in columns],
        metadata={f"commit-carbon:{key}": value for key, value in about(report).items()},
    )
    out = BytesIO()
    with parquet.ParquetWriter(out, schema) as writer:
        for batch in _batches(table):
            arrays = [
                arrow.array([_value(name, row[at]) for row in batch], schema.field(name).type)
                for at, name in enumerate(columns)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
    return out.getvalue()


def _batches(table: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    stream = iter(table)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _is_decimal(name: str) -> bool:
    return any(part in name for part in _DECIMALS)


def _type(arrow: Any, name: str) -> Any:
    if _is_decimal(name):
        return arrow.decimal128(PRECISION, SCALE)
    if name == "complete":
        return arrow.bool_()
    return arrow.string() if name in _TEXTS else arrow.int64()


def _value(name: str, text: str) -> object:
    """A cell of the CSV as a value; cells without anything are null."""
    if not text:
        return None
    if _is_decimal(name):
        return Decimal(text)
    if name == "complete":
        return text == "true"
    return text if name in _TEXTS else int(text)
