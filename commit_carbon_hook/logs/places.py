"""Where each tool keeps its log and what names its session, known before a reader is imported."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple

    from .events import Machine
    from .scan import Scan

    Place = tuple[str, ...]
    Places = Callable[[Machine, str | None], list[Place]]
else:
    from ..values import NamedTuple

AIDER_CONFIGURATION = ".aider.conf.yml"
_EDITORS = ("Code", "Code - Insiders", "Cursor", "Windsurf", "VSCodium")
_SERVERS = (".vscode-server", ".vscode-server-insiders", ".cursor-server", ".windsurf-server")


class Reader(NamedTuple):
    """The log of one tool, which the module of that name reads.

    `places` names the folders and files that are looked at, in the order in which the module takes
    them; without any of them there are no events. Each is a folder of the tool's own or one that
    its user has named, which may be a link, and the names below it, which may not. The first of
    `session_variables` that is set tells which session's log comes first.
    """

    module: str
    places: Places
    session_variables: tuple[str, ...] = ()

    def found(self, machine: Machine, tree: str | None) -> list[Place]:
        """The places, [] if none of them exists. Work trees are absolute paths, None for all.

        One that may not be looked at exists: reading it says so.
        """
        places = self.places(machine, tree)
        return places if any(_exists(os.path.join(*place)) for place in places) else []

    def read(self, scan: Scan, places: list[Place]) -> None:
        """Fill a scan with what lies in these places. Raises OSError where a folder is lost."""
        __import__(f"{__package__}.{self.module}", fromlist=["read"]).read(scan, places)

    def session(self, machine: Machine) -> str:
        for name in self.session_variables:
            value = machine.environ.get(name, "")
            plain = value.replace("-", "").replace("_", "")
            if len(value) <= 128 and plain.isascii() and plain.isalnum():
                return value
        return ""


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def _claude_code(machine: Machine, _: str | None) -> list[Place]:
    config = machine.environ.get("XDG_CONFIG_HOME") or machine.at_home(".config")
    homes = machine.folders(
        "CLAUDE_CONFIG_DIR", machine.at_home(".claude"), os.path.join(config, "claude")
    )
    return [(home.removesuffix("/projects"), "projects") for home in homes]


def _codex_cli(machine: Machine, _: str | None) -> list[Place]:
    home = machine.folder("CODEX_HOME", ".codex")
    return [(home, "sessions"), (home, "archived_sessions")]


def _gemini_cli(machine: Machine, _: str | None) -> list[Place]:
    home = machine.environ.get("GEMINI_CLI_HOME") or machine.home
    return [(os.path.join(home, ".gemini"), "tmp")]


def _copilot_cli(machine: Machine, _: str | None) -> list[Place]:
    home = machine.folder("COPILOT_HOME", ".copilot")
    places = [(home, "session-store.db"), (home, "session-state"), (home, "otel")]
    file = machine.environ.get("COPILOT_OTEL_FILE_EXPORTER_PATH", "").strip()
    return [*places, (machine.expand(file),)] if file else [*places]


def _opencode(machine: Machine, _: str | None) -> list[Place]:
    data = machine.data_folder("opencode")
    named = machine.environ.get("OPENCODE_DB", "").strip()
    return [(data,), *([(data, named)] if named and named != ":memory:" else [])]


def _kilo(machine: Machine, _: str | None) -> list[Place]:
    data = machine.data_folder("kilo")
    named = machine.environ.get("KILO_DB", "").strip()
    database = named if named and named != ":memory:" else "kilo.db"
    return [(data,), (data, database), *_storages(machine, "kilocode.kilo-code")]


def _cline(machine: Machine, _: str | None) -> list[Place]:
    data = _named(machine, "CLINE_DATA_DIR") or (machine.folder("CLINE_DIR", ".cline"), "data")
    sessions = _named(machine, "CLINE_SESSION_DATA_DIR") or (*data, "sessions")
    return [sessions, data, *_storages(machine, "saoudrizwan.claude-dev")]


def _named(machine: Machine, variable: str) -> Place:
    path = machine.environ.get(variable, "").strip()
    return (machine.expand(path),) if path else ()


def _roo_code(machine: Machine, _: str | None) -> list[Place]:
    return _storages(machine, "rooveterinaryinc.roo-cline")


def _storages(machine: Machine, extension: str) -> list[Place]:
    """Where the editors keep what an extension stores for all its windows."""
    if machine.platform == "darwin":
        base = machine.at_home("Library", "Application Support")
    elif machine.platform == "win32":
        base = machine.environ.get("APPDATA") or machine.at_home("AppData", "Roaming")
    else:
        base = machine.environ.get("XDG_CONFIG_HOME") or machine.at_home(".config")
    users = [os.path.join(base, editor, "User") for editor in _EDITORS]
    users += [machine.at_home(server, "data", "User") for server in _SERVERS]
    return [(os.path.join(user, "globalStorage", extension),) for user in users]


def _qwen_code(machine: Machine, _: str | None) -> list[Place]:
    home = machine.folder("QWEN_HOME", ".qwen")
    return [(machine.folder("QWEN_RUNTIME_DIR", home), "projects")]


def _aider(machine: Machine, tree: str | None) -> list[Place]:
    named = machine.environ.get("AIDER_ANALYTICS_LOG", "").strip()
    tops = dict.fromkeys((machine.home, tree or machine.home))
    configurations = [(top, AIDER_CONFIGURATION) for top in tops]
    return [*configurations, (aider_log(machine, tree, named),)] if named else [*configurations]


def aider_log(machine: Machine, tree: str | None, named: str) -> str:
    """Where a log is that Aider was told: from the folder where it was started."""
    path = machine.expand(named) if named[0] == "~" else named
    return os.path.abspath(os.path.join(tree or machine.home, path))


def _amp(machine: Machine, _: str | None) -> list[Place]:
    return [(machine.data_folder("amp"), "threads")]


READERS: dict[str, Reader] = {
    "claude-code": Reader("claude_code", _claude_code, ("CLAUDE_CODE_SESSION_ID",)),
    "codex-cli": Reader("codex_cli", _codex_cli, ("CODEX_THREAD_ID", "CODEX_SESSION_ID")),
    "gemini-cli": Reader("gemini_cli", _gemini_cli, ("GEMINI_SESSION_ID",)),
    "copilot-cli": Reader("copilot_cli", _copilot_cli, ("COPILOT_AGENT_SESSION_ID",)),
    "opencode": Reader("opencode", _opencode),
    "kilo": Reader("kilo", _kilo),
    "cline": Reader("cline", _cline, ("CLINE_TASK_ID",)),
    "roo-code": Reader("roo_code", _roo_code, ("ROO_CODE_TASK_ID",)),
    "qwen-code": Reader("qwen_code", _qwen_code, ("QWEN_CODE_SESSION_ID",)),
    "aider": Reader("aider", _aider),
    "amp": Reader("amp", _amp, ("AMP_CURRENT_THREAD_ID",)),
}
