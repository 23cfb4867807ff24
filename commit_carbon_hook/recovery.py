"""Records that a squash merge lost and that the fetched heads of requests still have."""

from __future__ import annotations

from . import elsewhere, forge, losses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from .elsewhere import Carrier, Elsewhere
    from .losses import Survey
    from .record import Record
else:
    from .values import NamedTuple


class Found(NamedTuple):
    """The records of one request that the summarized revisions lack, and the commits, if any,
    that say they were made of it."""

    refs: tuple[str, ...]
    records: tuple[Record, ...]
    into: tuple[str, ...]


class Recovery(NamedTuple):
    """What to add to a summary: the commits of requests with the records that are missing, and
    the commits that were made of these requests, for which nothing is to be estimated."""

    found: tuple[Found, ...]
    carriers: tuple[Carrier, ...]
    settled: frozenset[str]

    def ids(self) -> set[str]:
        """The ids of all that was recovered."""
        return {one.id for found in self.found for one in found.records}


NOTHING = Recovery((), (), frozenset())


def recover(away: Elsewhere, seen: Survey, name: str) -> Recovery:
    """The records of the requests of a forge, of whatever period: they belong to the requests'
    own commits and to their dates. Ids make it harmless to find one twice."""
    found: list[Found] = []
    settled: set[str] = set()
    restored: dict[str, Carrier] = {}
    missing = losses.missing_of(away, seen.present)
    for refs, carriers in away.by_refs.items():
        requests = [forge.request_of_ref(ref) for ref in refs]
        if not any(request and request.forge == name for request in requests):
            continue
        into = tuple(dict.fromkeys(one.target for one in losses.naming_of(refs, seen)))
        settled.update(into)
        records = tuple(one.record for one in losses.of(carriers, missing))
        if not records:
            continue
        found.append(Found(refs, records, into))
        for commit, carried in carriers:
            kept = tuple(one for one in carried if one.id in missing)
            if kept:
                restored[commit.sha] = elsewhere.Carrier(commit, kept)
    return Recovery(tuple(found), tuple(restored.values()), frozenset(settled))
