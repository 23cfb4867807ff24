"""Records as text, histories to read them from, and what the summary says about them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zlib import crc32

from support import Repository

CO_AUTHOR = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>"
NOVEMBER_2023 = 1_698_796_800


def record(name: str, central: str = "15", tool: str = "claude-code", grid: str = "US") -> str:
    """The three lines of a record; its name is padded to the length of an id."""
    name = f"{name:0>10}"
    return (
        f"Carbon-gCO2e: low=1 central={central} high=900 id={name}\n"
        f"Carbon-Tokens: output=12000 input=72000 cached=1800000 by=lines id={name}\n"
        f"Carbon-Basis: tool={tool} evidence=detected grid={grid} method=2 id={name}\n"
    )


def message(*paragraphs: str) -> str:
    """A message of these paragraphs."""
    return "\n\n".join(paragraph.rstrip("\n") for paragraph in paragraphs) + "\n"


def authored(day: int, seconds: int = 43_200, zone: str = "+0000") -> dict[str, str]:
    """Variables for a commit on a day of November 2023."""
    date = f"{NOVEMBER_2023 + (day - 1) * 86_400 + seconds} {zone}"
    return {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}


def say(repository: Repository, text: str, *arguments: str, **variables: str) -> str:
    """Commit a message as it is, with a file of its own, and return the commit's name."""
    repository.write(f"{crc32(text.encode()):08x}", text)
    command = ["git", "commit", "-q", "--cleanup=verbatim", "-F", "-", *arguments]
    repository.run(*command, check=True, stdin=text, **variables)
    return repository.head()


def summary(repository: Repository, *arguments: str, **variables: str) -> dict[str, Any]:
    """The summary as JSON; decimals are exact."""
    command = ["commit-carbon-summarize", "--format", "json", *arguments]
    done = repository.run(*command, check=True, stdin=None, **variables)
    assert not done.stderr
    document: dict[str, Any] = json.loads(done.stdout, parse_float=Decimal)
    return document


def central(document: dict[str, Any]) -> str:
    """The central total of what was recorded."""
    total: Decimal = document["recorded"]["emissions_gco2e"]["central"]
    return f"{total.normalize():f}"


def refused(repository: Repository, *arguments: str, **variables: str) -> str:
    """The one line with which the summary refuses."""
    done = repository.run(
        "commit-carbon-summarize", *arguments, check=False, stdin=None, **variables
    )
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.startswith("commit-carbon-summarize: ")
    assert done.stderr.count("\n") == 1
    return done.stderr
