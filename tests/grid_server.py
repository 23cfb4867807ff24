"""A real HTTPS server on loopback that answers as the providers of live values document it.

Answers that go wrong are put in a queue in front of the right ones.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

import trustme

KEY = "em-key-7f3a9c"
USER, PASSWORD = "ada", "wt-password-51d0"
ZONES = {"FR": 43, "DE": 381, "GB": 190, "US-CAL-CISO": 231, "US-MIDA-PJM": 396, "SE-SE3": 24}
AVERAGE_POUNDS, MARGINAL_POUNDS = 600.0, 1100.0
DRIP_SECONDS = 0.1


class Answer(NamedTuple):
    """What is sent. `cut` sends half of it and closes, `hang` nothing at all for a while, `drip`
    a byte at a time."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    hang: float = 0.0
    drip: bool = False


class Seen(NamedTuple):
    """One request: path, query and the headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


def answer(document: Any, **options: Any) -> Answer:
    return Answer(body=json.dumps(document).encode(), **options)


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


class GridServer:
    """Serves until the `with` block ends. `queue` holds what is answered instead of the truth."""

    def __init__(self, folder: Path, host: str = "localhost") -> None:
        authority = trustme.CA()
        self.trust = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.trust)
        self.queue: deque[Answer] = deque()
        self.requests: list[Seen] = []
        self.tokens: list[str] = []
        self.lag = timedelta(minutes=20)
        self.averages = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
                headers = {key.lower(): value for key, value in self.headers.items()}
                seen = Seen(unquote(parts.path), query, headers)
                outer.requests.append(seen)
                said = outer.queue.popleft() if outer.queue else outer.truth(seen)
                with suppress(OSError):
                    self.say(said)

            def say(self, said: Answer) -> None:
                time.sleep(said.hang)
                self.send_response(said.status)
                for name, value in said.headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                body = said.body[: len(said.body) // 2] if said.cut else said.body
                for start in range(0, len(body), 1 if said.drip else max(1, len(body))):
                    self.wfile.write(body[start : start + (1 if said.drip else len(body))])
                    if said.drip:
                        time.sleep(DRIP_SECONDS)
                if said.cut:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self, *providers: str, version: str = "") -> dict[str, str]:
        """Where a client finds this server, with keys for the providers."""
        found = {"SSL_CERT_FILE": str(self.trust), "no_proxy": "localhost"}
        for name in ("ELECTRICITYMAPS", "WATTTIME", "GB"):
            found[f"COMMIT_CARBON_{name}_URL"] = self.url
        found["COMMIT_CARBON_ELECTRICITYMAPS_URL"] += version
        if "electricitymaps" in providers:
            found["COMMIT_CARBON_ELECTRICITYMAPS_KEY"] = KEY
        if "watttime" in providers:
            found["COMMIT_CARBON_WATTTIME_USER"] = USER
            found["COMMIT_CARBON_WATTTIME_PASSWORD"] = PASSWORD
        return found

    def truth(self, seen: Seen) -> Answer:
        """What the providers document."""
        routes: dict[str, Callable[[Seen], Answer]] = {
            "/v3/carbon-intensity": self._electricity_maps,
            "/v4/carbon-intensity": self._electricity_maps,
            "/login": self._login,
            "/v3/historical": self._historical,
            "/v3/forecast": self._forecast,
            "/intensity": self._great_britain,
        }
        for path, route in routes.items():
            if seen.path.startswith(path):
                return route(seen)
        return answer({"message": "Not Found"}, status=404)

    def _now(self) -> datetime:
        return datetime.now(UTC) - self.lag

    def _electricity_maps(self, seen: Seen) -> Answer:
        if seen.headers.get("auth-token") != KEY:
            return answer({"status": "error", "message": "Invalid auth-token"}, status=401)
        zone = seen.query["zone"]
        if zone not in ZONES:
            return answer({"status": "error", "message": f"Zone {zone} does not exist"}, status=404)
        row = {
            "carbonIntensity": ZONES[zone],
            "updatedAt": iso(self._now()),
            "createdAt": iso(self._now()),
            "emissionFactorType": seen.query["emissionFactorType"],
            "isEstimated": False,
            "estimationMethod": None,
        }
        if seen.path.endswith("/latest"):
            return answer({"zone": zone, "datetime": iso(hour_of(self._now())), **row})
        start, end = (datetime.fromisoformat(seen.query[key]) for key in ("start", "end"))
        if end - start > timedelta(days=10):
            return answer({"message": "range too long"}, status=400)
        rows = []
        while start < end:
            value = ZONES[zone] + start.hour
            rows.append({**row, "datetime": iso(start), "carbonIntensity": value})
            start += timedelta(hours=1)
        return answer({"zone": zone, "data": rows, "temporalGranularity": "hourly"})

    def _login(self, seen: Seen) -> Answer:
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if seen.headers.get("authorization") != f"Basic {basic}":
            return Answer(403, b"Forbidden")
        self.tokens.append(f"token-{len(self.tokens)}-a8c1")
        return answer({"token": self.tokens[-1]})

    def _watttime(self, seen: Seen, rows: list[tuple[datetime, float]]) -> Answer:
        if not self.tokens or seen.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return answer({"error": "invalid token"}, status=401)
        if seen.query["region"] != "CAISO_NORTH":
            return answer({"error": "your plan does not include this region"}, status=403)
        return answer(
            {
                "data": [
                    {"point_time": moment.isoformat(), "value": value} for moment, value in rows
                ],
                "meta": {
                    "region": seen.query["region"],
                    "signal_type": seen.query["signal_type"],
                    "model": {"date": "2026-03-01"},
                    "units": "lbs_co2_per_mwh",
                    "generated_at": iso(self._now()),
                },
            }
        )

    def _historical(self, seen: Seen) -> Answer:
        if seen.query["signal_type"] != "co2_aoer" or not self.averages:
            return answer({"error": "your plan does not include this signal"}, status=403)
        start, end = (datetime.fromisoformat(seen.query[key]) for key in ("start", "end"))
        if end - start > timedelta(days=32):
            return answer({"error": "range too long"}, status=400)
        rows, moment = [], start
        while moment < min(end, self._now()):
            rows.append((moment, AVERAGE_POUNDS))
            moment += (
                timedelta(minutes=5) if end - start < timedelta(days=1) else timedelta(hours=1)
            )
        return self._watttime(seen, rows)

    def _forecast(self, seen: Seen) -> Answer:
        return self._watttime(seen, [(self._now(), MARGINAL_POUNDS)])

    def _great_britain(self, seen: Seen) -> Answer:
        if seen.path == "/intensity":
            start = hour_of(self._now())
            ends = [start]
        else:
            first, last = seen.path.split("/")[2:]
            start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
            count = int((end - start) / timedelta(minutes=30))
            ends = [start + timedelta(minutes=30) * step for step in range(count)]
        rows = [
            {
                "from": moment.strftime("%Y-%m-%dT%H:%MZ"),
                "to": (moment + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%MZ"),
                "intensity": {
                    "forecast": 150,
                    "actual": None if len(ends) == 1 else 140 + moment.minute,
                    "index": "moderate",
                },
            }
            for moment in ends
        ]
        return answer({"data": rows})
