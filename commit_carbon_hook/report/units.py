"""Amounts in the unit in which people can read them. Pure."""

from __future__ import annotations

from ..recomputation import NANO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from ..values import NamedTuple

DIGITS = 3


class Unit(NamedTuple):
    """A unit and how many billionths of a gram or watt-hour make one: a power of ten."""

    name: str
    nano: int

    def figure(self, nano: int) -> str:
        """So many billionths in this unit: three significant digits, rounded half up without any
        float, thousands separated, no exponent."""
        size = len(str(nano))
        step = 10 ** max(size - DIGITS, 0)
        rounded = (2 * nano + step) // (2 * step) * step
        if not rounded:
            return "0"
        places = len(str(self.nano)) - 1
        decimals = max(places + DIGITS - len(str(rounded)), 0)
        whole, fraction = divmod(rounded, self.nano)
        digits = f"{fraction:0{places}d}".ljust(decimals, "0")[:decimals]
        return f"{whole:,}.{digits}" if decimals else f"{whole:,}"

    def exact(self, nano: int) -> str:
        """The same with as many digits as it takes."""
        whole, fraction = divmod(nano, self.nano)
        return f"{whole:,}.{fraction:0{len(str(self.nano)) - 1}d}".rstrip("0").rstrip(".")


MASS = (Unit("g", NANO), Unit("kg", NANO * 1_000), Unit("t", NANO * 1_000_000))
ENERGY = (Unit("Wh", NANO), Unit("kWh", NANO * 1_000), Unit("MWh", NANO * 1_000_000))


def fitting(nano: int, units: tuple[Unit, ...]) -> Unit:
    """The largest unit of which there is at least one, else the smallest."""
    return next((unit for unit in reversed(units) if nano >= unit.nano), units[0])


def emissions(ends: tuple[int, int, int]) -> str:
    """A range of nanograms as `1.23 kg CO2e (0.40 to 9.10)`, in the unit of its central value."""
    unit = fitting(ends[1], MASS)
    low, central, high = (unit.figure(end) for end in ends)
    return f"{central} {unit.name} CO2e ({low} to {high})"
