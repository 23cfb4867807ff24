"""commit-carbon-check: validate configuration and factor files, offline, as pre-commit.ci does."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import config, doors
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "commit-carbon-check"
EPILOG = f"""\
Without arguments: {config.FILE_NAME} of this folder, and the factor file that it names.
With files: configurations (.toml), factor files, and summaries (--format json) that are kept.
With a revision range: the gate for CI. Commits by a known AI identity must have a record, and
every record must follow from its tokens, tool, grid and method.

Exit codes: 0 all is well; 1 the gate says no; 2 a file is faulty or cannot be read.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code; one line on standard error for each fault."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Validate configuration and factor files, or the records of a revision range.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("what", metavar="FILE|RANGE", nargs="*")
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")
    parser.add_argument("--version", action=doors.Version, nargs=0, help="print the version")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else list(argv))
    return doors.guard(PROGRAM, lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    if not Path(arguments.repository).is_dir():
        raise CarbonError(f"{arguments.repository} is not a directory: name a repository")
    os.chdir(arguments.repository)
    files = [word for word in arguments.what if os.path.lexists(word) or _names_a_file(word)]
    revisions = [word for word in arguments.what if word not in files]
    if not arguments.what and os.path.lexists(config.FILE_NAME):
        files = [config.FILE_NAME]
    faults = [fault for name in files for fault in _faults(Path(name))]
    for fault in faults:
        doors.complain(PROGRAM, fault)
    if faults:
        return doors.UNUSABLE
    if revisions:
        config.load(".", os.environ)
        from .gate import check_range

        return check_range(PROGRAM, revisions)
    return doors.OK


def _names_a_file(word: str) -> bool:
    return word.endswith((".toml", ".json"))


def _faults(path: Path) -> list[str]:
    if path.suffix == ".toml":
        return _configuration_faults(path)
    from . import factors

    try:
        document = factors.read_json(path)
    except CarbonError as error:
        return [str(error)]
    if isinstance(document, dict) and "schema_version" in document:
        return factors.validate(document, "summary", str(path))
    return factors.check_file(path)


def _configuration_faults(path: Path) -> list[str]:
    try:
        parsed = config.read_file(str(path.parent), path.name)
    except CarbonError as error:
        return [str(error)]
    faults = []
    named = parsed.get(config.FACTORS)
    if isinstance(named, str):
        from . import custom_factors, factors

        faults = factors.check_file(path.parent / named)
        if not faults:
            custom_factors.join(str(path.parent), named)
    for key, value in parsed.items():
        try:
            config.validated({key: value}, str(path))
        except CarbonError as error:
            faults.append(str(error))
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
