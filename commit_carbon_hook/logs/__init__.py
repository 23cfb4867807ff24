"""Usage events out of the logs that coding tools keep here: read-only, bounded, numbers only."""

from __future__ import annotations

from .events import PROBLEMS, Budget, Machine, Problems, Usage
from .places import READERS, Reader
from .scan import Scan
from .window import Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NamedTuple

    from .places import Place
else:
    from ..values import NamedTuple

__all__ = [
    "NO_COUNTS",
    "PROBLEMS",
    "READERS",
    "Budget",
    "Found",
    "Machine",
    "Problems",
    "Reader",
    "Usage",
    "all_events",
    "events",
    "session_events",
]

_SERVER = "works on its vendor's servers; nothing is kept on this machine"
_NO_LOG = "no local log with token counts is known"
_LOCAL = "serves models to other tools; it does not know in which folder they work"
_UNREAD = "keeps a local log of its own; there is no reader for it"

NO_COUNTS: dict[str, str] = {
    "amazon-q": _NO_LOG,
    "antigravity": "its local conversation files hold no readable token counts",
    "augment": _NO_LOG,
    "bolt": _SERVER,
    "codebuddy": _NO_LOG,
    "codeium": _NO_LOG,
    "continue": _NO_LOG,
    "copilot": "a name for several products; Copilot CLI is read under its own",
    "copilot-agent": _SERVER,
    "copilot-vscode": "its chat logs hold no complete token counts",
    "crush": "its local database holds totals of sessions only",
    "cursor": "its local files hold no token counts since early 2026",
    "devin": _SERVER,
    "factory-droid": _UNREAD,
    "gemini-code-assist": _NO_LOG,
    "goose": "its local database holds totals of sessions only, without cached tokens",
    "gpt-engineer": _NO_LOG,
    "grok": _UNREAD,
    "hermes": _UNREAD,
    "jetbrains-ai": _NO_LOG,
    "jules": _SERVER,
    "junie": _NO_LOG,
    "kimi-cli": _UNREAD,
    "kiro": _NO_LOG,
    "llama-cpp": _LOCAL,
    "lm-studio": _LOCAL,
    "lovable": _SERVER,
    "ollama": _LOCAL,
    "openhands": _NO_LOG,
    "pi": _UNREAD,
    "replit-ai": _SERVER,
    "sourcegraph-cody": _NO_LOG,
    "tabnine": _NO_LOG,
    "v0": _SERVER,
    "warp": _NO_LOG,
    "windsurf": "its local transcripts hold no token counts",
}


class Found(NamedTuple):
    """Events, oldest first, the tools of which not all could be read in time or for now, and the
    problems of each tool."""

    events: list[Usage]
    cut: frozenset[str]
    problems: Mapping[str, Problems]

    @property
    def complete(self) -> bool:
        return not self.cut


def events(
    tree: str,
    since: float | None,
    *,
    excluded: Iterable[str] = (),
    tools: Iterable[str] | None = None,
    budget: Budget | None = None,
    machine: Machine | None = None,
    thorough: bool = False,
) -> Found:
    """The events of tools that worked in a work tree, at or after a time.

    `tree` and `excluded` (work trees below it that are not meant) are absolute real paths, `since`
    is in seconds since 1970 UTC (None: all that is kept). A `thorough` look takes longer, and finds
    more problems. Never raises for what a log contains.
    """
    return _read(Window(tree, since, excluded, thorough), tools, budget, machine)


def all_events(
    since: float | None,
    *,
    tools: Iterable[str] | None = None,
    budget: Budget | None = None,
    machine: Machine | None = None,
) -> Found:
    """The events of every place on this machine, at or after a time."""
    return _read(Window(None, since), tools, budget, machine)


def session_events(*, budget: Budget | None = None, machine: Machine | None = None) -> Found:
    """The events of the sessions that the environment names, with their sub-agents, in every place.

    There is more than one where a tool has started another.
    """
    machine = machine or Machine.here()
    tools = [name for name, reader in READERS.items() if reader.session(machine)]
    return _read(Window(None, None), tools, budget, machine, only_session=True)


def _read(
    window: Window,
    tools: Iterable[str] | None,
    budget: Budget | None,
    machine: Machine | None,
    only_session: bool = False,
) -> Found:
    budget, machine = budget or Budget(), machine or Machine.here()
    names = list(READERS if tools is None else tools)
    # The tool whose session this is comes first, in case that the budget does not suffice for all.
    names.sort(key=lambda name: not READERS[name].session(machine))
    found: list[Usage] = []
    problems = {}
    cut = set()
    for name in names:
        reader = READERS[name]
        scan = Scan(name, machine, window, budget, reader.session(machine), only_session)
        places: list[Place] = []
        try:
            places = reader.found(machine, window.tree)
            if places:
                reader.read(scan, places)
        except OSError:
            scan.problems.note("unreadable")
        except Exception:
            # What no reader foresees costs what is left of this tool's events, and nothing else.
            scan.problems.note("malformed")
        found += scan.events()
        problems[name] = scan.problems
        if places and scan.is_cut:
            cut.add(name)
    return Found(sorted(found), frozenset(cut), problems)
