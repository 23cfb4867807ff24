"""The parser of the commands: argparse that complains in one line."""

from __future__ import annotations

import argparse

from . import doors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Complains in one line, which says where the help is."""

    def error(self, message: str) -> NoReturn:
        """See `argparse.ArgumentParser`."""
        program, _, command = self.prog.partition(" ")
        place = f"{command}: " if command else ""
        doors.complain(program, f"{place}{message}: see {self.prog} --help")
        raise SystemExit(doors.UNUSABLE)
