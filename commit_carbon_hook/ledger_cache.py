"""What a history said the last time, so that only the commits since then are read.

It is used only where it can be shown that the new history is the old one and more: the same
settings, period and notes, all object files still there, all former tips reachable.
"""

from __future__ import annotations

import json
import os
from itertools import islice

from . import cache_files, circumstances, object_store
from .collection import Collection, Refused, Source, collect, collect_into
from .errors import CarbonError
from .history import Day
from .ledger import CHANGE_BYTES, RECORD_BYTES, Ledger, State
from .object_store import StoredFile
from .reading import EVERYTHING, NOTES_REF
from .record import Basis
from .sieve import Tally
from .spool import Spool
from .walk import BrokenHistory, Tips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, BinaryIO

    from .history import Period

FOLDER = "ledgers"
MOST = 50
_LENGTH_BYTES = 8
_BLOCK_ROWS = 4096


class LedgerCache:
    """The ledger of one source, for one way to read it."""

    def __init__(self, path: str, source: Source, files: Sequence[StoredFile]) -> None:
        self._path = path
        self._source = source
        self._files = files
        self._kept = False

    def collect(
        self,
        period: Period,
        authors: bool,
        watch: Callable[[Tally], object],
        method: str,
    ) -> Collection:
        """The same as `collection.collect`, from as few commits as possible."""
        stored = cache_files.find(self._path)
        if stored:
            with stored.file as file:
                header = _header(file)
                before = _collection(header, file, period) if self._is_part(header) else None
            if before:
                tips = self._source.tips
                self._kept = set(header["include"]) == set(tips.include)
                exclude = (*tips.exclude, *header["include"])
                rest = self._source._replace(tips=Tips(tips.include, exclude))
                try:
                    return collect_into(before, [rest], period, authors, watch, method)
                except BrokenHistory:
                    before.ledger.close()
                    self._kept = False
        return collect([self._source], period, authors, watch, method)

    def _is_part(self, header: Mapping[str, Any]) -> bool:
        """Whether the new history holds all commits of the old one, and can still be read."""
        tips = self._source.tips
        files = set(self._files)
        if set(header["exclude"]) != set(tips.exclude):
            return False
        if not all(StoredFile(*one) in files for one in header["files"]):
            return False
        if set(header["include"]) <= set(tips.include):
            return True
        gone = Tips(tuple(header["include"]), tips.include)
        tally = Tally()
        try:
            for _ in self._source.engine.commits(gone, EVERYTHING, tally):
                return False
        except (BrokenHistory, CarbonError):
            return False
        return not tally.unreadable

    def keep(self, collection: Collection) -> None:
        """Keep what was read completely, unless it was kept before."""
        if not self._kept:
            cache_files.save(self._path, self._packed(collection), MOST)

    def _packed(self, collection: Collection) -> Iterator[bytes]:
        state = collection.ledger.state()
        tips, refused = self._source.tips, collection.refused
        header = {
            "include": tips.include,
            "exclude": tips.exclude,
            "files": [tuple(one) for one in self._files if one.holds_objects],
            "counts": state.counts,
            "bases": [tuple(basis) for basis in state.bases],
            "authors": state.authors,
            "rows": state.numbers,
            "refused": [(one.sha, one.line.decode("latin-1"), one.reason) for one in refused],
            "dates": (collection.first, collection.last),
        }
        text = json.dumps(header).encode("ascii")
        yield len(text).to_bytes(_LENGTH_BYTES, "big")
        yield text
        yield from _blocks(state.records)
        yield from _blocks(state.changes)


def cache_for(
    sources: Sequence[Source],
    period: Period,
    authors: bool,
    method: str,
    environment: Mapping[str, str],
) -> LedgerCache | None:
    """The cache for this way to read, None where a history is not certain to grow only."""
    source = sources[0]
    folder = cache_files.folder(environment)
    own = Source(source.name, source.engine, source.tips, source.settings)
    # Whatever else is known of a source comes from elsewhere, and may change.
    if len(sources) > 1 or source != own or source.engine.shallow or source.settings.factors:
        return None
    if not folder or not all(one is None or isinstance(one, Day) for one in period):
        return None
    try:
        files = object_store.files(source.engine.objects)
        program = circumstances.program()
    except (OSError, LookupError):
        return None
    from hashlib import blake2b

    notes = sorted(source.engine.note_names(NOTES_REF).items())
    place = os.path.realpath(source.engine.directory), type(source.engine).__name__
    way = (*place, tuple(source.settings), tuple(period), authors, method, notes)
    digest = blake2b(program + repr(way).encode("utf-8", "surrogateescape"), digest_size=16)
    path = os.path.join(folder, FOLDER, digest.hexdigest())
    return LedgerCache(path, source, files)


def _blocks(rows: Iterable[bytes]) -> Iterator[bytes]:
    left = iter(rows)
    while block := b"".join(islice(left, _BLOCK_ROWS)):
        yield block


def _header(file: BinaryIO) -> dict[str, Any]:
    size = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    header: dict[str, Any] = json.loads(file.read(size))
    return header


def _collection(header: Mapping[str, Any], file: BinaryIO, period: Period) -> Collection:
    ledger = Ledger(Spool, period=period)
    records, changes = header["rows"]
    ledger.resume(
        State(
            header["counts"],
            [Basis(*basis) for basis in header["bases"]],
            header["authors"],
            (records, changes),
            _rows(file, records, RECORD_BYTES),
            _rows(file, changes, CHANGE_BYTES),
        )
    )
    refused = [
        Refused(sha, 0, line.encode("latin-1"), reason) for sha, line, reason in header["refused"]
    ]
    return Collection(ledger, tuple(refused), (), *header["dates"])


def _rows(file: BinaryIO, number: int, width: int) -> Iterator[bytes]:
    for start in range(0, number, _BLOCK_ROWS):
        block = file.read(min(_BLOCK_ROWS, number - start) * width)
        for at in range(0, len(block), width):
            yield block[at : at + width]
