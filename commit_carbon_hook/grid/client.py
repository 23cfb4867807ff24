"""One HTTPS request for JSON: bounded in time, size, retries and where it goes.

Certificates are verified always, against the system's; `SSL_CERT_FILE` names others. Nothing that
is sent or received appears in an error, because either may hold a key.
"""

from __future__ import annotations

import base64
import json
import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, ProxyError, SSLError

from ..errors import CarbonError
from .access import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .access import Access

MAX_BYTES = 4 * 1024 * 1024
MAX_REDIRECTS = 3
CHUNK = 64 * 1024
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "commit-carbon-hook",
}
RETRIED = (429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
MEANINGS = {
    400: "did not accept the zone or the time",
    401: "did not accept the key: check it",
    403: "says that the key does not cover this zone or signal",
    404: "does not know the zone or has nothing for it",
    429: "says that there were too many requests: try later",
}


class Limits(NamedTuple):
    """In seconds: to connect, between two pieces of an answer, for everything, the longest pause
    that a provider may ask for, and the first one of our own; and how often we try."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    pause: float = 10.0
    first_pause: float = 0.5
    attempts: int = 3


class RefusedError(CarbonError):
    """The provider answered, and not with what was asked for; `status` is that of HTTP."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


DEFAULT = Limits()


class Client:
    """Asks one provider."""

    def __init__(
        self, access: Access, environment: Mapping[str, str], limits: Limits = DEFAULT
    ) -> None:
        self._access = access
        self._limits = limits
        self._name = NAMES[access.provider]
        timeout = urllib3.Timeout(connect=limits.connect, read=limits.read)
        proxy = _proxy(access.url)
        options: dict[str, Any] = {"timeout": timeout, "retries": False, "cert_reqs": "REQUIRED"}
        if environment.get("SSL_CERT_FILE"):
            options["ca_certs"] = environment["SSL_CERT_FILE"]
        try:
            self._pool = (
                urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
            )
        except (HTTPError, ValueError):
            raise CarbonError("the proxy that the environment names cannot be used") from None

    def get(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON at a path of the provider. Raises CarbonError with one line."""
        query = f"?{urlencode(fields)}" if fields else ""
        url = self._access.url + path + query
        limits = self._limits
        deadline = time.monotonic() + limits.total
        wait = limits.first_pause
        for attempt in range(1, limits.attempts + 1):
            try:
                status, asked, content = self._attempt(url, headers or {}, deadline)
            except _PassingError as passing:
                problem, asked = CarbonError(f"{self._name} {passing}"), None
            else:
                if status == 200:
                    return _json(content, self._name)
                meaning = MEANINGS.get(status, "does not answer as it should")
                problem = RefusedError(f"{self._name} {meaning} (HTTP {status})", status)
                if status not in RETRIED:
                    raise problem
            pause = wait if asked is None else asked
            if attempt == limits.attempts or pause > limits.pause:
                break
            if time.monotonic() + pause >= deadline:
                break
            time.sleep(pause)
            wait *= 2
        raise problem

    def _attempt(
        self, url: str, headers: Mapping[str, str], deadline: float
    ) -> tuple[int, float | None, bytes]:
        """Status, seconds to wait if the answer says so, and content."""
        sent = {**HEADERS, **headers}
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = self._pool.request(
                    "GET", url, headers=sent, redirect=False, preload_content=False
                )
                if answer.status not in REDIRECTS:
                    break
                url = self._same_host(url, answer.headers.get("Location", ""))
                answer.close()
            else:
                raise CarbonError(f"{self._name} sends us round in circles")
            content = self._body(answer, deadline) if answer.status == 200 else b""
            if answer.status != 200:
                answer.close()
        except (MaxRetryError, HTTPError) as error:
            raise self._failure(error) from None
        return answer.status, _seconds(answer.headers.get("Retry-After", "")), content

    def _same_host(self, url: str, location: str) -> str:
        try:
            there, here = urlsplit(urljoin(url, location)), urlsplit(url)
            same = (there.scheme, there.hostname, there.port) == ("https", here.hostname, here.port)
        except ValueError:
            same = False
        if not location or not same:
            raise CarbonError(f"{self._name} sends us to another host: not followed")
        return there.geturl()

    def _body(self, answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        content = bytearray()
        # `read` would wait for a whole chunk, however slowly it trickles in.
        while chunk := answer.read1(CHUNK, decode_content=False):
            content += chunk
            if len(content) > MAX_BYTES:
                answer.close()
                raise CarbonError(f"{self._name} answers with more than {MAX_BYTES} bytes")
            if time.monotonic() > deadline:
                answer.close()
                raise CarbonError(f"{self._name} takes longer than {self._limits.total:g} seconds")
        return bytes(content)

    def _failure(self, error: Exception) -> Exception:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, SSLError):
            return CarbonError(f"{self._name} cannot prove who it is: its certificate is refused")
        if isinstance(reason, ProxyError):
            return CarbonError(f"{self._name} cannot be reached through the proxy")
        if "imed out" in type(reason).__name__ or "Timeout" in type(reason).__name__:
            return _PassingError("does not answer in time")
        if "Connection" in type(reason).__name__ or "Resolution" in type(reason).__name__:
            return _PassingError("cannot be reached")
        return _PassingError("breaks off its answer")


class _PassingError(Exception):
    """A fault that may be gone at the next attempt."""


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP basic authentication."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {token}"}


def _proxy(url: str) -> str:
    """The proxy for an address by the usual variables, empty for none."""
    host = urlsplit(url).hostname or ""
    if proxy_bypass(host):
        return ""
    found = getproxies()
    return found.get("https") or found.get("all") or ""


def _seconds(text: str) -> float | None:
    """`Retry-After` in seconds; a date counts as longer than we would wait."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return float(text)
    return float("inf")


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise CarbonError(f"{name} answers with something that is not JSON") from None


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
