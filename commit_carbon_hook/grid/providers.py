"""Electricity Maps, WattTime and GB Carbon Intensity: what to ask, and what the answers mean.

Documentation: https://app.electricitymaps.com/developer-hub/api, https://docs.watttime.org,
https://api.carbonintensity.org.uk.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..errors import CarbonError
from .access import NAMES
from .client import Client, RefusedError, basic
from .live import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .access import Access

GRAMS_PER_POUND = 453.59237
KILOWATT_HOURS_PER_MEGAWATT_HOUR = 1000
POUNDS_PER_MEGAWATT_HOUR = "lbs_co2_per_mwh"
AVERAGE, MARGINAL = "co2_aoer", "co2_moer"
RECENT_HOURS = 3
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400


class Reading(NamedTuple):
    """What a provider says of one moment, in gCO2e per kWh; None where it does not say it."""

    time: int
    average: float | None
    marginal: float | None
    boundary: str
    estimated: bool


class Provider(Protocol):
    """One who has live values. Both raise CarbonError with one line."""

    most_days: int
    """The longest period that one request may ask for."""

    def latest(self, area: str, now: int) -> Reading:
        """The newest value."""

    def past(self, area: str, start: int, end: int) -> Iterator[tuple[int, float]]:
        """Moments and average values of a period."""


def provider(access: Access, environment: Mapping[str, str]) -> Provider:
    """Whoever this access is for."""
    client = Client(access, environment)
    if access.provider == "watttime":
        return WattTime(client, access)
    if access.provider == "gb":
        return GreatBritain(client)
    return ElectricityMaps(client, access)


class ElectricityMaps:
    """Flow-traced averages with life-cycle factors; versions 4 and 3 of the API."""

    most_days = 10

    def __init__(self, client: Client, access: Access) -> None:
        self._client = client
        self._headers = {"auth-token": access.secrets["key"].reveal()}

    def latest(self, area: str, now: int) -> Reading:
        """See `Provider`."""
        del now
        # Without a zone it would take the one that it thinks we are in.
        fields = {"zone": area, "emissionFactorType": "lifecycle"}
        answer = self._client.get("/carbon-intensity/latest", fields, self._headers)
        name = NAMES["electricitymaps"]
        if _text(answer, "zone", name) != area:
            raise CarbonError(f"{name} answers for another zone than {area}")
        return Reading(
            _moment(answer, "datetime", name),
            _intensity(answer, "carbonIntensity", name),
            None,
            "direct" if answer.get("emissionFactorType") == "direct" else "lifecycle",
            bool(answer.get("isEstimated")),
        )

    def past(self, area: str, start: int, end: int) -> Iterator[tuple[int, float]]:
        """See `Provider`."""
        fields = {"zone": area, "start": iso(start), "end": iso(end)}
        fields["emissionFactorType"] = "lifecycle"
        answer = self._client.get("/carbon-intensity/past-range", fields, self._headers)
        name = NAMES["electricitymaps"]
        for row in _rows(answer, name):
            if row.get("carbonIntensity") is not None:
                yield _moment(row, "datetime", name), _intensity(row, "carbonIntensity", name)


class WattTime:
    """Average operating emissions for estimates; the marginal ones only beside them. Its index is
    a percentile and no intensity, and is not asked for."""

    most_days = 32

    def __init__(self, client: Client, access: Access) -> None:
        self._client = client
        self._access = access
        self._token = ""

    def latest(self, area: str, now: int) -> Reading:
        """See `Provider`. The average is asked for first; a plan may hold only one of the two."""
        refusal: RefusedError | None = None
        average: tuple[int, float] | None = None
        marginal: tuple[int, float] | None = None
        try:
            start = now - RECENT_HOURS * SECONDS_PER_HOUR
            average = max(self._series("/v3/historical", area, AVERAGE, start, now), default=None)
        except RefusedError as refused:
            refusal = refused
        try:
            series = self._series("/v3/forecast", area, MARGINAL)
            marginal = min(series, default=None)
        except RefusedError as refused:
            refusal = refusal or refused
        newest = average or marginal
        if newest is None:
            raise refusal or CarbonError(f"{NAMES['watttime']} has no recent value for {area}")
        return Reading(
            newest[0],
            average[1] if average else None,
            marginal[1] if marginal else None,
            "direct",
            False,
        )

    def past(self, area: str, start: int, end: int) -> Iterator[tuple[int, float]]:
        """See `Provider`."""
        yield from self._series("/v3/historical", area, AVERAGE, start, end)

    def _series(
        self, path: str, area: str, signal: str, start: int = 0, end: int = 0
    ) -> Iterator[tuple[int, float]]:
        fields = {"region": area, "signal_type": signal}
        fields |= {"start": iso(start), "end": iso(end)} if end else {"horizon_hours": "0"}
        answer = self._get(path, fields)
        name = NAMES["watttime"]
        meta = answer.get("meta") if isinstance(answer, dict) else None
        if not isinstance(meta, dict) or meta.get("units") != POUNDS_PER_MEGAWATT_HOUR:
            raise CarbonError(f"{name} answers in another unit than {POUNDS_PER_MEGAWATT_HOUR}")
        per_pound = GRAMS_PER_POUND / KILOWATT_HOURS_PER_MEGAWATT_HOUR
        for row in _rows(answer, name):
            yield _moment(row, "point_time", name), _intensity(row, "value", name, per_pound)

    def _get(self, path: str, fields: Mapping[str, str]) -> Any:
        """With a token, and with a new one where the old one has expired."""
        fresh = not self._token
        if fresh:
            self._login()
        try:
            return self._client.get(path, fields, {"Authorization": f"Bearer {self._token}"})
        except RefusedError as refused:
            if refused.status != 401 or fresh:
                raise
        self._login()
        return self._client.get(path, fields, {"Authorization": f"Bearer {self._token}"})

    def _login(self) -> None:
        secrets = self._access.secrets
        header = basic(secrets["user"].reveal(), secrets["password"].reveal())
        token = _text(self._client.get("/login", {}, header), "token", NAMES["watttime"])
        if not token.isascii() or not token.isprintable() or " " in token:
            raise CarbonError(f"{NAMES['watttime']} answers with a token that cannot be sent")
        self._token = token


class GreatBritain:
    """The operator's own estimate of the British grid, without its fuel chain; no key."""

    most_days = 14

    def __init__(self, client: Client) -> None:
        self._client = client

    def latest(self, area: str, now: int) -> Reading:
        """See `Provider`."""
        del area, now
        name = NAMES["gb"]
        rows = _rows(self._client.get("/intensity", {}), name)
        if not rows:
            raise CarbonError(f"{name} has no value now")
        time, value, estimated = self._read(rows[0])
        if value is None:
            raise CarbonError(f"{name} has no value now")
        return Reading(time, value, None, "direct", estimated)

    def past(self, area: str, start: int, end: int) -> Iterator[tuple[int, float]]:
        """See `Provider`."""
        del area
        path = f"/intensity/{iso(start, seconds=False)}/{iso(end, seconds=False)}"
        for row in _rows(self._client.get(path, {}), NAMES["gb"]):
            time, value, _ = self._read(row)
            if value is not None:
                yield time, value

    def _read(self, row: dict[str, Any]) -> tuple[int, float | None, bool]:
        """A half-hour: its beginning, and what was measured, or foreseen while it is not over."""
        name = NAMES["gb"]
        values = row.get("intensity")
        if not isinstance(values, dict):
            raise CarbonError(f"{name} answers in another form than documented")
        key = "forecast" if values.get("actual") is None else "actual"
        value = None if values.get(key) is None else _intensity(values, key, name)
        return _moment(row, "from", name), value, key == "forecast"


def iso(time: int, seconds: bool = True) -> str:
    """A moment as the providers take it, in UTC."""
    form = "%Y-%m-%dT%H:%M:%SZ" if seconds else "%Y-%m-%dT%H:%MZ"
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=time)).strftime(form)


def _rows(answer: Any, name: str) -> list[dict[str, Any]]:
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CarbonError(f"{name} answers in another form than documented")
    return rows


def _text(answer: Any, key: str, name: str) -> str:
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise CarbonError(f"{name} answers in another form than documented")
    return value


def _moment(answer: Any, key: str, name: str) -> int:
    try:
        moment = datetime.fromisoformat(_text(answer, key, name))
    except ValueError:
        raise CarbonError(f"{name} answers with something that is no time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def _intensity(answer: dict[str, Any], key: str, name: str, factor: float = 1.0) -> float:
    """A plausible intensity in gCO2e per kWh."""
    value = answer.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise CarbonError(f"{name} answers in another form than documented")
    if not 0 < value * factor <= HIGHEST:
        raise CarbonError(f"{name} answers with a value that no grid can have: not used")
    return value * factor
