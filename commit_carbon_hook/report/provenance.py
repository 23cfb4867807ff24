"""Where the factors behind a report come from: its methods, its grid zones, their sources. Pure."""

from __future__ import annotations

from .. import tables
from ..errors import CarbonError
from ..grid.live import SUFFIX, base
from ..grid.zones import of_intensity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, NamedTuple

    from ..estimate import Range
else:
    from ..values import NamedTuple

_REFERENCES = ("source", "sources", "derived_from")
_UNKNOWN = "not in the tables of this version"


class MethodNote(NamedTuple):
    """A method in use; `note` says what is special about it."""

    id: str
    title: str
    published: str
    expires: str
    note: str
    source: str


class ZoneNote(NamedTuple):
    """A grid zone under a method. The intensity is None where the table does not have the zone;
    `live` marks records that were made with a live value, which they do not hold."""

    id: str
    name: str
    methods: tuple[str, ...]
    intensity_gco2e_per_kwh: Range | None
    year: str
    boundary: str
    source: str
    live: bool


class Source(NamedTuple):
    """A publication, or a data set, under its licence; `second_hand` is one that was quoted."""

    id: str
    title: str
    publisher: str
    edition: str
    licence: str
    url: str
    second_hand: bool
    note: str


class Provenance(NamedTuple):
    """Everything that the figures of a report rest on."""

    methods: tuple[MethodNote, ...]
    zones: tuple[ZoneNote, ...]
    sources: tuple[Source, ...]


def of(pairs: Iterable[tuple[str, str]], data: dict[str, dict[str, Any]]) -> Provenance:
    """What stands behind pairs of grid zone and method. `data` is what `factors.load` gives; a
    method or a zone that is not in it stands there by its name only."""
    used = sorted(set(pairs))
    methods = sorted({method for _, method in used})
    notes = tuple(_method(name, data["methods"]) for name in methods)
    zones = tuple(_merged(_zone(zone, method, data) for zone, method in used))
    named = [*(one.source for one in notes), *(one.source for one in zones)]
    for name in methods:
        named += _references(_rules(name, data["methods"]))
    for zone, _ in used:
        named += _references(_row(zone, data["zones"]))
    sources = tuple(
        _source(name, row) for name, row in data["sources"].items() if name in set(named)
    )
    return Provenance(notes, zones, sources)


def _rules(name: str, methods: dict[str, Any]) -> dict[str, Any]:
    row = methods.get(name, {})
    return {**methods.get(row.get("like"), {}), **row}


def _method(name: str, methods: dict[str, Any]) -> MethodNote:
    row = _rules(name, methods)
    if not row:
        return MethodNote(name, _UNKNOWN, "", "", "", "")
    return MethodNote(
        name,
        row["title"],
        row["published"],
        row["expires"],
        row.get("warning", row.get("note", "")),
        row["source"],
    )


def _row(zone: str, zones: dict[str, Any]) -> dict[str, Any]:
    """The row whose intensity applies."""
    name = base(zone)
    return dict(zones[of_intensity(name, zones)]) if name in zones else {}


def _zone(zone: str, method: str, data: dict[str, dict[str, Any]]) -> ZoneNote:
    name = base(zone)
    own = _rules(method, data["methods"]).get("zones")
    row = own or _row(zone, data["zones"])
    try:
        intensity = tables.intensity(tables.zone(name), method)
    except (CarbonError, KeyError):
        return ZoneNote(zone, _UNKNOWN, (method,), None, "", "", "", False)
    return ZoneNote(
        zone,
        data["zones"].get(name, {}).get("name", name),
        (method,),
        intensity,
        str(row.get("year", "")),
        row.get("boundary", ""),
        row.get("source", ""),
        zone.endswith(SUFFIX),
    )


def _merged(zones: Iterable[ZoneNote]) -> Iterator[ZoneNote]:
    """Zones that are the same under several methods, once."""
    found: dict[tuple[object, ...], ZoneNote] = {}
    for one in zones:
        key = (one.id, one.intensity_gco2e_per_kwh, one.source)
        known = found.get(key)
        methods = (*known.methods, *one.methods) if known else one.methods
        found[key] = one._replace(methods=methods)
    yield from found.values()


def _references(value: Any) -> Iterator[str]:
    """The ids of sources anywhere inside a row."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key in _REFERENCES:
                yield from [child] if isinstance(child, str) else child
            else:
                yield from _references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child)


def _source(name: str, row: dict[str, Any]) -> Source:
    return Source(
        name,
        row["title"],
        row["publisher"],
        row.get("edition", str(row["year"])),
        row["licence"],
        row["url"],
        row["transcribed"],
        row.get("note", ""),
    )
