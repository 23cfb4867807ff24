"""The endpoint badge of shields.io: https://shields.io/badges/endpoint-badge."""

from __future__ import annotations

import json

from .svg import COLOURS, LABEL, logo, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .contents import Report

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """The JSON, with no key but those that shields.io knows; what every format must carry is the
    description inside the logo."""
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "label": LABEL,
        "message": message(report),
        "color": COLOURS[report.complete],
        "logoSvg": logo(report),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
