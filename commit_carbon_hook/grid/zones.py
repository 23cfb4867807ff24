"""Zones as `factors.load()` gives them: resolved to an intensity, found by words. Pure."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Row = dict[str, Any]

INTENSITY = "intensity_gco2e_per_kwh"
BOUNDARIES = {"lifecycle": "life cycle", "direct": "direct combustion"}
MIXED_BOUNDARIES = (
    "life-cycle and direct values do not compare: direct ones leave out the fuel chain"
    " and the making of the plants"
)
STATES = {
    "AK": "Alaska", "AL": "Alabama", "AR": "Arkansas", "AZ": "Arizona", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DC": "District of Columbia", "DE": "Delaware",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "IA": "Iowa", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "MA": "Massachusetts", "MD": "Maryland", "ME": "Maine", "MI": "Michigan", "MN": "Minnesota",
    "MO": "Missouri", "MS": "Mississippi", "MT": "Montana", "NC": "North Carolina",
    "ND": "North Dakota", "NE": "Nebraska", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NV": "Nevada", "NY": "New York", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
    "VA": "Virginia", "VT": "Vermont", "WA": "Washington", "WI": "Wisconsin",
    "WV": "West Virginia", "WY": "Wyoming",
}  # fmt: skip


def ancestry(zone: str, rows: Row) -> Iterator[str]:
    """A zone, the one that it lies in, and so on up to the world."""
    here: str | None = zone
    while here is not None:
        yield here
        here = rows[here].get("parent")


def of_intensity(zone: str, rows: Row) -> str:
    """The zone whose intensity applies: itself, or the nearest one around it that has one."""
    return next(here for here in ancestry(zone, rows) if INTENSITY in rows[here])


def resolved(zone: str, rows: Row) -> Row:
    """The zone's row with the intensity that applies and all that belongs to it."""
    nearest = of_intensity(zone, rows)
    if nearest == zone:
        return dict(rows[zone])
    own = ("name", "pue", "areas", "parent", "aliases")
    return {
        **{key: value for key, value in rows[nearest].items() if key not in (*own, "states")},
        **{key: value for key, value in rows[zone].items() if key in own},
        "intensity_zone": nearest,
    }


def matches(text: str, zone: str, row: Row) -> bool:
    """Whether all words of a text stand in what the zone is called; letters in any case."""
    called = " ".join(
        (
            zone,
            row["name"],
            *row.get("aliases", ()),
            *(STATES[state] for state in row.get("states", ())),
        )
    ).lower()
    return all(word in called for word in text.lower().split())


def boundaries(zones: Iterable[str], rows: Row) -> set[str]:
    """The boundaries of the intensities of zones; more than one must not be added up unsaid."""
    return {str(rows[of_intensity(zone, rows)]["boundary"]) for zone in zones}


def area(zone: str, provider: str, rows: Row) -> str:
    """What a provider of live values calls the area that a zone lies in, empty if unknown."""
    for here in ancestry(zone, rows):
        row = rows[here]
        if provider in row.get("areas", {}):
            return str(row["areas"][provider])
        if provider == "gb" and here == "GB":
            return here
        if provider == "electricitymaps" and INTENSITY in row and here not in _NOT_ELECTRICITYMAPS:
            own = "states" not in row and ":" not in here
            if own:
                return here
    return ""


# Zones that it does not know under our name, nor as a whole.
_NOT_ELECTRICITYMAPS = ("WORLD", "EU", "CN", "US")
