"""The zones that the records of a repository name."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from ..reading import findings, open_engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def zones_of_records(repository: str, environment: Mapping[str, str]) -> dict[str, int]:
    """How many records of the history of HEAD name each zone, most first; each record once.

    Raises CarbonError for what is not a repository.
    """
    zone_of = {}
    with closing(open_engine(repository, environment)) as engine:
        for _, found in findings(engine, ["HEAD"]):
            zone_of.update({one.id: one.basis.grid for one in found.records if one.basis})
    counted = Counter(zone_of.values())
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
