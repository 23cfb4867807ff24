"""`.ai-attestation.yaml` as a file: reading it, and writing its fields from our own scan."""

from __future__ import annotations

import json
import os
import re
import stat
from itertools import groupby
from pathlib import Path
from struct import Struct

from . import attestation, factors, output, strict_json, strict_yaml, tables
from .errors import CarbonError
from .history import day
from .spool import Spool
from .terminal import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from .attestation import Attestation
    from .ledger import Ledger
    from .record import Basis
    from .union import Origin
else:
    from .values import NamedTuple

HEADER = """\
# AI Attestation
# https://oss.korext.com/ai-attestation
#
# Written by commit-carbon-summarize from what the commits say about AI tools.

"""
TITLE = HEADER.partition("\n")[0]
# The fields that we write; what somebody called the repository stays.
OURS = ("schema", "version", "repo", "generated", "range", "ai")
KEPT = "repo"
BY_TRAILER = "co-author-trailer"
ASSUMED = "assumed"
_REMOTE = re.compile(
    r"(?:[a-z+]+://(?:[^/@\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?::[0-9]+)?/|"
    r"(?:[A-Za-z0-9._-]+@)?(?P<scp>[A-Za-z0-9.-]+\.[A-Za-z0-9.-]+):)"
    r"(?P<owner>[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+){0,20})/(?P<name>[A-Za-z0-9._~-]+?)(?:\.git)?/?\Z"
)
# The commit, the number of a tool, the author date and its zone.
_ROW = Struct(">32sHqh")


class Use(NamedTuple):
    """Commits in which a tool had a part, and the first and last of their days."""

    commits: int
    first: str
    last: str


class Census(NamedTuple):
    """Commits in which any tool had a part, by tool, and whether some only name it."""

    assisted: int
    tools: dict[str, Use]
    by_trailer: bool


class Repository(NamedTuple):
    """What a repository is called; `url` is empty where it is not known."""

    owner: str
    name: str
    url: str


def read(path: str) -> Attestation:
    """An attestation in YAML, or in JSON where the name says so. Raises CarbonError."""
    if path.endswith(".json"):
        return attestation.parse(strict_json.parse(_content(path), path), path)
    return attestation.parse(strict_yaml.parse(_content(path), path), path)


def _content(path: str) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CarbonError(f"{path}: not a regular file: name an attestation")
        with Path(path).open("rb") as file:
            content = file.read(strict_yaml.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CarbonError(f"{path}: cannot be read ({reason})") from None
    if len(content) > strict_yaml.MAX_BYTES:
        raise CarbonError(f"{path}: larger than {strict_yaml.MAX_BYTES // 1024} KiB")
    return content


def named(remote: str, fallback: str) -> Repository:
    """The repository behind the address of a remote, which may hold credentials; these, and
    addresses that are no forge's, are left out."""
    found = _REMOTE.match(remote.strip())
    if not found:
        return Repository("unknown", fallback, "")
    host = found["host"] or found["scp"]
    url = f"https://{host}/{found['owner']}/{found['name']}"
    return Repository(found["owner"], found["name"], url)


def census(ledger: Ledger) -> Census:
    """Count the commits of each tool. A record of nothing but an assumption is no sign of one."""
    rows, numbers, by_trailer = Spool(_ROW.size), dict[str, int](), False

    def note(origin: Origin, basis: Basis | None) -> None:
        if basis is None or basis.evidence != ASSUMED:
            number = numbers.setdefault(basis.tool if basis else tables.OTHER, len(numbers))
            rows.append(_ROW.pack(bytes.fromhex(origin.sha), number, origin.time, origin.zone))

    try:
        for one, origin in ledger.sightings():
            note(origin, one.basis)
        for change in ledger.changes():
            for origin, basis in change.copies:
                by_trailer = True
                note(origin, basis)
        tools, assisted, names = dict[str, Use](), 0, list(numbers)
        for _, those in groupby(rows, lambda row: row[:32]):
            assisted += 1
            for number, time, zone in {_ROW.unpack(row)[1:] for row in those}:
                when = day(time, zone)
                use = tools.get(names[number], Use(0, when, when))
                tools[names[number]] = Use(
                    use.commits + 1, min(use.first, when), max(use.last, when)
                )
    finally:
        rows.close()
    return Census(assisted, tools, by_trailer)


def render(
    found: Census, where: Repository, commits: int, first: int | None, last: int | None, now: int
) -> str:
    """The fields of the specification that a scan can fill. Times in seconds since 1970."""
    names = factors.load()["tools"]
    share = f"{100 * found.assisted / commits:.1f}" if commits else "0"
    lines = [
        f"schema: {attestation.SCHEMA}",
        f'version: "{attestation.VERSIONS[-1]}"',
        "repo:",
        f"  owner: {_text(where.owner)}",
        f"  name: {_text(where.name)}",
        *([f"  url: {_text(where.url)}"] if where.url else []),
        f"generated: {_text(_moment(now))}",
        "range:",
        *([f"  from: {_text(_moment(first))}"] if first is not None else []),
        *([f"  to: {_text(_moment(last))}"] if last is not None else []),
        f"  commits: {commits}",
        "ai:",
        f"  assisted_commits: {found.assisted}",
        f"  percentage: {share}",
        "  tools:" if found.tools else "  tools: []",
    ]
    for tool, use in sorted(found.tools.items(), key=lambda row: (-row[1].commits, row[0])):
        lines += [
            f"    - name: {_text(names[tool]['name'] if tool in names else tool)}",
            f"      identifier: {_text(tool)}",
            f"      first_seen: {_text(use.first)}",
            f"      last_seen: {_text(use.last)}",
            f"      commit_count: {use.commits}",
        ]
    lines.append(f"  detection_methods: [{BY_TRAILER if found.by_trailer else ''}]")
    return "".join(line + "\n" for line in lines)


def write(path: str, fields: str) -> None:
    """Put our fields into a file; what else stands in it (the name of the repository, governance,
    policy, comments between the fields) stays, byte for byte. Raises CarbonError, and then the
    file is what it was."""
    output.check(path)
    text = HEADER + fields
    if os.path.lexists(path):
        content = _content(path)
        attestation.parse(strict_yaml.parse(content, path), path)
        text = _merged(fields.encode("utf-8"), content, path)
    output.to_file(path, [text.encode("utf-8")])


class _Field(NamedTuple):
    """The text of a top-level field, and the comments and empty lines above it."""

    above: str
    text: str


def _merged(ours: bytes, theirs: bytes, where: str) -> str:
    """Our fields in our order under what stood above theirs, then the rest of theirs."""
    found = _fields(theirs, where)
    first = next(iter(found))
    above = found[first].above if first in OURS else ""
    parts = [above if above.startswith(TITLE) else HEADER + above]
    for key, field in _fields(ours, where).items():
        one = found.get(key, field)
        parts += ["" if key == first else one.above, one.text if key == KEPT else field.text]
    parts += [one.above + one.text for key, one in found.items() if key not in OURS]
    return "".join(parts)


def _fields(content: bytes, where: str) -> dict[str, _Field]:
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    keys = strict_yaml.top_level(content, where)
    begins = []
    for number, (_, line) in enumerate(keys):
        # The first one has all that is above it. What is indented belongs to the field before.
        begin = line if number else 0
        while begin and (lines[begin - 1].startswith("#") or not lines[begin - 1].strip()):
            begin -= 1
        begins.append(begin)
    return {
        key: _Field("".join(lines[begin:line]), "".join(lines[line:end]))
        for (key, line), begin, end in zip(keys, begins, [*begins[1:], len(lines)], strict=True)
    }


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """A double-quoted scalar; JSON's escapes of ASCII text are YAML's too."""
    return json.dumps(safe(text), ensure_ascii=False)
