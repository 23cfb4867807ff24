"""A fragment as text for people and as JSON for programs (`schema/disclosure.schema.json`)."""

from __future__ import annotations

from textwrap import wrap

from ..report.contents import (
    BOUNDARIES_KEY,
    FILES,
    SHALLOW,
    STATEMENT,
    WARNINGS_KEY,
    coverage,
    gap_text,
    without_controls,
)
from ..report.json import document, encoded
from ..terminal import safe, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..report.contents import Report
    from .shape import Disclosure, Edition

SCHEMA_VERSION = 1
WIDTH = 80
MAX_GAPS = 10
SHARED = (
    "complete", "gaps", "repositories", "revisions", "period", "methods", "factor_set", "zones",
    "commits",
)  # fmt: skip


def as_json(disclosure: Disclosure, report: Report) -> str:
    """The document, the same bytes for the same history."""
    whole: dict[str, Any] = document(report)
    return encoded(
        {
            "schema_version": SCHEMA_VERSION,
            "statement": STATEMENT,
            **{key: whole[key] for key in SHARED},
            "report": disclosure.report,
            "title": disclosure.title,
            "editions": [one._asdict() for one in disclosure.editions],
            "notes": _notes(disclosure, report),
            "items": [one._asdict() for one in disclosure.items],
            "not_known": list(disclosure.not_known),
        }
    )


def as_text(disclosure: Disclosure, report: Report) -> str:
    """The fragment, at most 80 columns wide as far as its words allow."""
    return "\n\n".join("\n".join(block) for block in _blocks(disclosure, report)) + "\n"


def _blocks(disclosure: Disclosure, report: Report) -> Iterator[list[str]]:
    names = shortened(safe(", ".join(report.repositories)), 60)
    revisions = shortened(safe(" ".join(report.revisions)), 60)
    yield [*_wrapped(disclosure.title), f"{names} ({revisions})"]
    if not report.complete:
        gaps = [line for gap in report.gaps[:MAX_GAPS] for line in _wrapped(gap_text(gap), "  ")]
        more = len(report.gaps) - MAX_GAPS
        yield [
            "INCOMPLETE: the figures are lower bounds of what this history holds",
            *gaps,
            *([f"  and {more} more"] if more > 0 else []),
        ]
    yield from (_wrapped(note) for note in _notes(disclosure, report))
    yield ["Follows", *(line for one in disclosure.editions for line in _edition(one))]
    for item in disclosure.items:
        yield [*_wrapped(f"{item.label} [{item.asks}]"), *_wrapped(item.answer, "  ")]
    yield [
        "What could not be known",
        *(line for one in disclosure.not_known for line in _wrapped(one, "- ", "  ")),
    ]
    methods = ", ".join(name for name, _ in report.valid_until) or "none"
    zones = ", ".join(report.summary.zones) or "none"
    yield [
        *_wrapped(f"Methods {methods}; factor set {report.factor_set}; grid zones {zones}."),
        *_wrapped(f"Coverage: {coverage(report)}."),
        STATEMENT,
    ]
    if any(gap.kind in (SHALLOW, FILES) for gap in report.gaps):
        yield ["Next: complete the clone, then run this again."]


def _notes(disclosure: Disclosure, report: Report) -> list[str]:
    """Those of the fragment, and what no format may leave out and no answer holds."""
    answered = (BOUNDARIES_KEY, WARNINGS_KEY)
    sections = [one for one in report.sections if one.everywhere and one.key not in answered]
    lines = [without_controls(line) for one in sections for line in one.lines]
    return [*disclosure.notes, *(f"{line[0].upper()}{line[1:].rstrip('.')}." for line in lines)]


def _edition(one: Edition) -> list[str]:
    how = "second-hand" if one.second_hand else "read"
    return [
        *_wrapped(f"{one.title}; {one.edition} ({one.date})", "- ", "  "),
        *_wrapped(f"{one.status} [{how}, as of {one.checked}]", "  "),
        f"  {one.url}",
    ]


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return wrap(
        safe(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
