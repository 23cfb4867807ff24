"""Which zone a record can name: its basis line must fit, whatever zone, tool and model it has."""

from __future__ import annotations

from .. import factor_table
from ..record import fits
from .live import base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..record import Basis


def fitting(basis: Basis) -> Basis:
    """The basis as its line can hold it, giving up first what changes no number: the region for
    the zone whose intensity it takes, a model of the class that the tool has anyway; then a live
    value for the annual one; then a zone for a larger one; at last the model."""
    return next((one for one in _candidates(basis) if fits(one)), basis)


def _candidates(basis: Basis) -> Iterator[Basis]:
    parents = factor_table.ZONE_PARENTS
    without = basis._replace(model="")
    yield basis
    taken = basis
    if basis.grid not in factor_table.ZONES and basis.grid in parents:
        taken = basis._replace(grid=parents[basis.grid])
        yield taken
    if _is_of_the_tools_class(basis):
        yield without
        yield without._replace(grid=taken.grid)
    for one in (basis, without):
        zone = base(basis.grid)
        yield one._replace(grid=zone)
        while zone in parents:
            zone = parents[zone]
            yield one._replace(grid=zone)


def _is_of_the_tools_class(basis: Basis) -> bool:
    """Whether the estimate is the same without the model."""
    if factor_table.METHODS[basis.method][6] or basis.tool not in factor_table.TOOLS:
        return True
    own = factor_table.TOOLS[basis.tool][1]
    return factor_table.MODELS.get(basis.model, own) == own
