"""The summary as JSON, as `schema/summary.schema.json` describes it: sorted, exact, ASCII."""

from __future__ import annotations

import json
import re

from ..terminal import escaped
from .contents import NANO_DIGITS, STATEMENT, decimal, line_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..equivalents import Equivalent
    from ..record import Record
    from ..summary import Total
    from ..union import Origin
    from .contents import Report

SCHEMA_VERSION = 1
# A number travels through the encoder as text behind a NUL, which no other text here begins with.
_NUMBER = re.compile(r'"\\u0000([0-9.]+)"')


def render(report: Report) -> str:
    """The document, the same bytes for the same history."""
    return encoded(document(report))


def encoded(document: dict[str, Any]) -> str:
    """Plain values as JSON text; decimals are text behind a NUL, see `exact`."""
    text = json.dumps(document, indent=2, sort_keys=True)
    return _NUMBER.sub(r"\1", text) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The whole summary as plain values; decimals are still text behind a NUL."""
    summary = report.summary
    uncounted = summary.uncounted
    return {
        "schema_version": SCHEMA_VERSION,
        "statement": STATEMENT,
        "complete": report.complete,
        "gaps": [
            {
                "kind": gap.kind,
                "repository": gap.repository,
                "object": gap.sha or None,
                "reason": gap.reason,
                **({"commits": list(gap.commits)} if gap.commits else {}),
            }
            for gap in report.gaps
        ],
        "repositories": list(report.repositories),
        "revisions": list(report.revisions),
        "period": {
            "since": report.since or None,
            "until": report.until or None,
            "first": report.first or None,
            "last": report.last or None,
        },
        "methods": [{"id": name, "valid_until": day or None} for name, day in report.valid_until],
        "restated": report.restated or None,
        "zones": list(summary.zones),
        "factor_set": report.factor_set,
        "commits": summary.commits._asdict(),
        "recorded": _total(summary.recorded),
        "estimated_afterwards": {**_total(summary.afterwards), **uncounted._asdict()},
        "groups": [
            {
                "by": group.by,
                "key": group.key.replace("\0", escaped("\0")),
                **_total(group.recorded),
                "estimated_afterwards": {
                    "commits": group.commits_afterwards,
                    **_total(group.afterwards),
                },
            }
            for group in summary.groups
        ],
        "rejected": [
            {
                "commit": one.sha,
                "repository": report.repositories[one.repository],
                "line": line_text(one.line),
                "reason": one.reason,
            }
            for one in report.refused
        ],
        "conflicts": [
            {
                "id": versions[0].record.id,
                "versions": [_version(record, origin, report) for record, origin in versions],
            }
            for versions in summary.conflicts
        ],
        "not_restated": [
            {"reason": reason, **_version(record, origin, report)}
            for record, origin, reason in summary.not_restated
        ],
        **({"equivalent": _equivalent(report.equivalent)} if report.equivalent else {}),
        **{section.key: section.document for section in report.sections},
    }


def _equivalent(one: Equivalent) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "times": exact_range(one.times_nano),
        "value": one.value,
        "unit": one.unit,
        "source": one.source,
        "edition": one.edition,
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "records": total.records,
        "emissions_gco2e": exact_range(total.emissions),
        "energy_wh": exact_range(total.energy_nwh),
        "records_without_energy": total.without_energy,
    }


def exact_range(ends: tuple[int, int, int], digits: int = NANO_DIGITS) -> dict[str, str]:
    """Low, central and high, each as `exact` has it."""
    low, central, high = (exact(end, digits) for end in ends)
    return {"low": low, "central": central, "high": high}


def exact(nano: int, digits: int = NANO_DIGITS) -> str:
    """A decimal number that no float has touched, for `encoded`."""
    return "\0" + decimal(nano, digits)


def _version(record: Record, origin: Origin, report: Report) -> dict[str, Any]:
    return {
        "commit": origin.sha,
        "repository": report.repositories[origin.repository],
        "record": parsed(record),
    }


def parsed(record: Record) -> dict[str, Any]:
    """A record, as `schema/record.schema.json` describes it."""
    tokens, basis = record.tokens, record.basis
    return {
        "id": record.id,
        "emissions_gco2e": exact_range(record.emissions),
        "tokens": {**tokens._asdict(), "by": record.by} if tokens else None,
        "basis": {**basis._asdict(), "model": basis.model or None} if basis else None,
    }
