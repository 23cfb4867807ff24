"""Records for tests, as the hook would write them."""

from __future__ import annotations

from commit_carbon_hook import completion, record
from commit_carbon_hook.record import Basis, Record

CO_AUTHOR = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>"


def made(number: int, lines: int = 100, tool: str = "claude-code") -> Record:
    """The record with the id of this number, for so many changed lines."""
    basis = Basis(tool, "", "detected", "US", "2")
    return completion.by_lines(lines, basis, record.id_of_number(number))


def block(*records: Record) -> str:
    """The lines of records, one block."""
    return "\n".join(line.decode() for one in records for line in record.lines(one))


def message(subject: str, *records: Record) -> str:
    """A commit message that carries records."""
    return f"{subject}\n\n{block(*records)}\n"
