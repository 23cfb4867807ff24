"""Where there is no room for temporary files."""

from __future__ import annotations

import tempfile

from .errors import CarbonError


def no_room(error: OSError) -> CarbonError:
    """One line for a temporary file that cannot be written."""
    return CarbonError(
        f"{tempfile.tempdir or 'temporary files'}: cannot be written: {error.strerror}:"
        " make room there, or name another folder in TMPDIR"
    )
