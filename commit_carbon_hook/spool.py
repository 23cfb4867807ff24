"""Rows of bytes in sorted order, however many there are, in a few megabytes of memory.

Rows are dealt into buckets by their first byte, written to a temporary file when they become
too many, and sorted one bucket at a time. They should begin with something evenly spread.
"""

from __future__ import annotations

from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MEMORY_BYTES = 4 * 1024 * 1024


class Spool:
    """Takes rows of one width; iterating gives all of them, ascending, any number of times.

    Raises CarbonError where the temporary file cannot be written.
    """

    def __init__(self, width: int, memory_bytes: int = MEMORY_BYTES) -> None:
        self._width = width
        self._memory_bytes = memory_bytes
        self._held = 0
        self._number = 0
        self._buckets = [_Bucket() for _ in range(256)]
        self._file: BinaryIO | None = None

    def append(self, row: bytes) -> None:
        """Add one row."""
        self._buckets[row[0]].rows += row
        self._held += self._width
        self._number += 1
        if self._held > self._memory_bytes:
            try:
                self._write_out()
            except OSError as error:
                from .scratch import no_room

                raise no_room(error) from None

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[bytes]:
        width = self._width
        for bucket in self._buckets:
            content = b"".join([*self._read_back(bucket), bucket.rows])
            yield from sorted([content[at : at + width] for at in range(0, len(content), width)])

    def close(self) -> None:
        """Remove the temporary file."""
        if self._file:
            with suppress(OSError):
                self._file.close()

    def _read_back(self, bucket: _Bucket) -> Iterator[bytes]:
        if self._file:
            for at, size in bucket.written:
                self._file.seek(at)
                yield self._file.read(size)

    def _write_out(self) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile(prefix="commit-carbon-")  # noqa: SIM115 - see close
        at = self._file.seek(0, 2)
        for bucket in self._buckets:
            if bucket.rows:
                bucket.written.append((at, len(bucket.rows)))
                at += self._file.write(bucket.rows)
                bucket.rows.clear()
        self._file.flush()
        self._held = 0


class _Bucket:
    """Rows in memory, and places of earlier ones in the file."""

    def __init__(self) -> None:
        self.rows = bytearray()
        self.written: list[tuple[int, int]] = []
