"""The repositories of a summary: opened, with the commits to start from, settings and names."""

from __future__ import annotations

import os

from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from .collection import Source
    from .walk import Engine


def sources(
    paths: Sequence[str],
    revisions: Sequence[str],
    every_ref: bool,
    engine_name: str,
    allow_shallow: bool,
    stack: ExitStack,
) -> list[Source]:
    """Open every repository, each once; the stack closes them. Raises CarbonError."""
    from . import config, reading
    from .collection import Source

    found: list[Source] = []
    opened: set[str] = set()
    for path in paths:
        engine = reading.open_engine(path, os.environ, engine_name)
        stack.callback(engine.close)
        directory = os.path.realpath(engine.directory)
        if directory in opened:
            continue
        opened.add(directory)
        name = name_of(engine, path, [source.name for source in found])
        if engine.shallow and not allow_shallow:
            raise CarbonError(
                f"{name}: a shallow clone, most of its history is missing:"
                " run git fetch --unshallow, or accept that with --allow-shallow"
            )
        settings = config.load(engine.work_tree or engine.directory, os.environ)
        found.append(Source(name, engine, engine.tips(revisions, every_ref), settings))
    return found


def name_of(engine: Engine, path: str, taken: Sequence[str]) -> str:
    """A repository's name in reports: that of its folder, or what was typed to tell two apart."""
    folder = os.path.realpath(engine.work_tree or engine.directory)
    name = os.path.basename(folder)
    if name == ".git":
        name = os.path.basename(os.path.dirname(folder))
    name = name.removesuffix(".git") or path
    return path if name in taken else name
