"""Records that a squash merge lost and that the fetched heads of requests still have."""

from __future__ import annotations

from . import elsewhere, forge, losses, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
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
    """What to add to a summary: lines for the commits that lost them, as if they were notes, and
    the commits of requests that no commit of the summarized revisions names."""

    found: tuple[Found, ...]
    attached: Mapping[str, bytes]
    loose: tuple[Carrier, ...]

    def ids(self) -> set[str]:
        """The ids of all that was recovered."""
        return {one.id for found in self.found for one in found.records}


NOTHING = Recovery((), {}, ())


def recover(away: Elsewhere, seen: Survey, name: str) -> Recovery:
    """The records of the requests of a forge. Ids make it harmless to find one twice."""
    found: list[Found] = []
    attached: dict[str, bytes] = {}
    loose: dict[str, Carrier] = {}
    for refs, carriers in away.by_refs.items():
        requests = [forge.request_of_ref(ref) for ref in refs]
        missing = losses.missing_of(carriers, seen.present)
        if not missing or not any(request and request.forge == name for request in requests):
            continue
        into = tuple(dict.fromkeys(one.target for one in losses.naming_of(refs, seen)))
        found.append(Found(refs, tuple(missing), into))
        lines = b"".join(line + b"\n" for one in missing for line in record.lines(one))
        for sha in into:
            attached[sha] = attached.get(sha, b"") + lines
        if not into:
            lost = {one.id for one in missing}
            for commit, records in carriers:
                kept = tuple(one for one in records if one.id in lost)
                if kept:
                    loose[commit.sha] = elsewhere.Carrier(commit, kept)
    return Recovery(tuple(found), attached, tuple(loose.values()))
