"""commit-carbon-check: validate configuration and factor files, offline, as pre-commit.ci does."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import config, doors
from .command_line import Parser
from .errors import CarbonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "commit-carbon-check"
EPILOG = f"""\
Without arguments: {config.FILE_NAME} of this folder, and the factor file that it names.
With files: configurations (.toml), factor files, and summaries (--format json) that are kept.
With a revision range: the gate for CI. Commits by a known AI identity, and those whose AI lines
another tool noted, must have a record, and every record must follow from its tokens, tool, grid
and method.

What a word is never depends on which files there are:
  --range RANGE   a revision or range, always; for words that somebody else chose
  main..x ^main   a range, whatever it ends with
  x.toml x.json   a file
  HEAD v1.0 x     a revision
  -- WORD ...     files, all of them

Exit codes: 0 all is well; 1 the gate says no; 2 a file is faulty or cannot be read.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code; one line on standard error for each fault."""
    parser = Parser(
        prog=PROGRAM,
        description="Validate configuration and factor files, or the records of a revision range.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("what", metavar="FILE|RANGE", nargs="*", help="see below")
    parser.add_argument(
        "--range", dest="ranges", metavar="RANGE", action="append", default=[],
        help="a revision range as for git log; may be repeated",
    )  # fmt: skip
    parser.add_argument("-C", dest="repository", metavar="REPO", default=".", help="default: here")
    parser.add_argument("--version", action=doors.Version, nargs=0, help="print the version")
    words = sys.argv[1:] if argv is None else list(argv)
    end = words.index("--") if "--" in words else len(words)

    def body() -> int:
        arguments = parser.parse_intermixed_args(words[:end])
        files = [word for word in arguments.what if _names_a_file(word)]
        revisions = [word for word in arguments.what if not _names_a_file(word)]
        files += words[end + 1 :]
        revisions += arguments.ranges
        return _run(arguments.repository, files, revisions)

    return doors.guard(PROGRAM, body)


def _run(repository: str, files: Sequence[str], revisions: Sequence[str]) -> int:
    if not Path(repository).is_dir():
        raise CarbonError(f"{repository} is not a directory: name a repository")
    os.chdir(repository)
    if not files and not revisions and os.path.lexists(config.FILE_NAME):
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
    """By its name alone: whoever adds a file to a repository must not hide a range with it."""
    is_range = word.startswith("^") or any(
        ".." in part and part != ".." for part in word.split("/")
    )
    return not is_range and word.endswith((".toml", ".json"))


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
        # Elsewhere, a configuration that is not there has only defaults.
        path.stat()
        parsed = config.read_file(str(path.parent), path.name)
    except OSError as error:
        return [f"{path}: cannot be read ({error.strerror})"]
    except CarbonError as error:
        return [str(error)]
    faults = []
    named = parsed.get(config.FACTORS)
    if isinstance(named, str):
        faults = _factor_faults(path, named)
    for key, value in parsed.items():
        try:
            config.validated({key: value}, str(path))
        except CarbonError as error:
            faults.append(str(error))
    return faults


def _factor_faults(path: Path, named: str) -> list[str]:
    from . import custom_factors, factors

    if not (path.parent / named).exists():
        return [custom_factors.missing(str(path), named)]
    faults = factors.check_file(path.parent / named)
    if not faults:
        custom_factors.join(str(path.parent), named)
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
