"""What all commands do at their door: one-line errors, exit codes, printing for people."""

from __future__ import annotations

import argparse
import os
import sys

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO, Any

    from .config import Settings
    from .estimate import Range

OK, NO, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


class Lasting:
    """A stream that is written to without harm when nobody reads it any more (`| head`): what a
    command finds out does not depend on who listens. Raises CarbonError for a full disk, or
    where the stream was closed before."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> Bytes:
        """See `TextIO`."""
        return Bytes(self._stream.buffer)  # type: ignore[attr-defined]

    def write(self, content: Any) -> int:
        """See `TextIO`."""
        try:
            return self._stream.write(content)
        except OSError as error:
            self._lose(error)
            return len(content)

    def flush(self) -> None:
        """See `TextIO`."""
        try:
            self._stream.flush()
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        silence(self._stream)
        if not isinstance(error, BrokenPipeError):
            reason = error.strerror or "it is closed"
            advice = "send it to a file or a terminal"
            raise CarbonError(f"standard output cannot be written: {reason}: {advice}") from None


class Bytes(Lasting):
    """The bytes of such a stream: who makes them wants to know when nobody reads any more."""

    def _lose(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error
        super()._lose(error)


class Errors(Lasting):
    """Standard error: there is no place to say that it cannot be written."""

    def _lose(self, _: OSError) -> None:
        silence(self._stream)


def silence(stream: IO[Any]) -> None:
    """Send what is still to come nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def guard(program: str, body: Callable[[], int]) -> int:
    """Run a command: 0 done, 1 a check says no, 2 usage or unreadable input, never a traceback."""
    streams = sys.stdout, sys.stderr
    # A closed stream is None; what stands in for it cannot be written, or nobody reads it.
    sys.stdout = Lasting(sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY)))
    sys.stderr = Errors(sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    try:
        try:
            return body()
        finally:
            # Here, because an exit of argparse comes by too.
            sys.stdout.flush()
    except CarbonError as error:
        return complain(program, str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return complain(program, f"{_described(error)}: please report it")
    finally:
        sys.stdout, sys.stderr = streams


def _described(error: Exception) -> str:
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    file = os.path.basename(place.tb_frame.f_code.co_filename) if place else "?"
    return f"unexpected {type(error).__name__} in {file}:{place.tb_lineno if place else '?'}"


def complain(program: str, line: str) -> int:
    """Print one line of error, made safe for a terminal, and return UNUSABLE."""
    from .terminal import safe

    print(f"{program}: {safe(line)}", file=sys.stderr)
    return UNUSABLE


def warn_of(program: str, methods: Sequence[str]) -> None:
    """Say once what is wrong with a method, and whether its factors have expired."""
    from datetime import UTC, datetime

    from .factor_table import METHODS, WARNINGS

    today = datetime.now(UTC).date().isoformat()
    for name in methods:
        if name in WARNINGS:
            print(f"{program}: {WARNINGS[name]}", file=sys.stderr)
        if name in METHODS and METHODS[name][9] < today:
            line = f"the factors of method {name} were valid until {METHODS[name][9]}: upgrade"
            print(f"{program}: {line}", file=sys.stderr)


def settings_here() -> Settings:
    """The settings of the work tree around here, whose own factors then are known too.

    Raises CarbonError for a fault in its configuration.
    """
    from . import config

    here = os.getcwd()
    while not os.path.exists(os.path.join(here, ".git")) and os.path.dirname(here) != here:
        here = os.path.dirname(here)
    return config.load(here, os.environ)


class Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"{parser.prog} {version('commit-carbon-hook')}")
        parser.exit()


def number(value: float, digits: int = 2) -> str:
    """A figure with so many significant digits, thousands separated, without an exponent."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(0, digits - 1 - int(f"{rounded:e}".rpartition("e")[2]))
    return f"{rounded:,.{decimals}f}"


def span(value: Range, unit: str, digits: int = 2) -> str:
    """`central unit (low to high)` of a range."""
    low, central, high = [number(part, digits) for part in value]
    return f"{central} {unit} ({low} to {high})"
