"""One estimate in one commit: three trailer lines, formatted and parsed by one strict grammar.

The format is specified in docs/record-format.md. Grams are integers of one nanogram, so that
sums over any history are exact; the lines carry them with two significant digits.
"""

from __future__ import annotations

from .errors import CarbonError
from .estimate import Range, Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple
else:
    from .values import NamedTuple

NANOGRAMS_PER_GRAM = 1_000_000_000
MAX_GRAMS = 990_000_000  # the most that still has nine digits when it is rounded
MAX_TOKENS = 999_999_999_999
MAX_COLUMNS = 100
SIGNIFICANT_DIGITS = 2

EMISSIONS_KEY = b"Carbon-gCO2e"
TOKENS_KEY = b"Carbon-Tokens"
BASIS_KEY = b"Carbon-Basis"
KEYS = (EMISSIONS_KEY, TOKENS_KEY, BASIS_KEY)

MEASURED = "measured"
TOKEN_BASES = ("lines", "counted", MEASURED)
EVIDENCE = ("detected", "declared", "assumed")

ID_LENGTH = 10
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789-."
_ZONE = _NAME + "ABCDEFGHIJKLMNOPQRSTUVWXYZ:@_"
_MAX_NAME = 32


class Emissions(NamedTuple):
    """gCO2e as whole nanograms: low <= central <= high."""

    low: int
    central: int
    high: int


class Basis(NamedTuple):
    """Where the factors of a record come from; `model` is empty where it is not known."""

    tool: str
    model: str
    evidence: str
    grid: str
    method: str


class Record(NamedTuple):
    """One estimate. Tokens or basis are None where only the result line was left of it."""

    id: str
    emissions: Emissions
    tokens: Tokens | None
    by: str
    basis: Basis | None


class Rejected(NamedTuple):
    """A line that looks like part of a record and is not: never counted, never repaired."""

    line: bytes
    reason: str


def identity(parts: Iterable[bytes]) -> str:
    """50 bits of BLAKE2b over what was estimated, as 10 characters of Crockford base32."""
    from _blake2 import blake2b  # what hashlib is made of; it costs a third of a start itself

    digest = blake2b(digest_size=7)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return id_of_number(int.from_bytes(digest.digest(), "big") >> 6)


def id_of_number(number: int) -> str:
    """50 bits as an id; `number_of_id` is the inverse."""
    return "".join([CROCKFORD[number >> shift & 31] for shift in range(45, -1, -5)])


def number_of_id(text: str) -> int:
    """An id as 50 bits. Raises ValueError for anything else."""
    if len(text) != ID_LENGTH:
        raise ValueError("not an id")
    number = 0
    for char in text:
        number = number << 5 | CROCKFORD.index(char)
    return number


def _rounded(grams: float) -> int:
    nanograms = round(grams * NANOGRAMS_PER_GRAM)
    unit = int("1" + "0" * (len(str(nanograms)) - SIGNIFICANT_DIGITS))
    # Something that was used is never written as nothing.
    return max((nanograms + unit // 2) // unit * unit, 1 if grams > 0 else 0)


def quantized(emissions_gco2e: Range) -> Emissions:
    """Round gCO2e to what a line prints. Raises CarbonError above MAX_GRAMS."""
    if not emissions_gco2e.high <= MAX_GRAMS:
        raise CarbonError(f"an estimate above {MAX_GRAMS} gCO2e for one commit is not plausible")
    return Emissions(*[_rounded(grams) for grams in emissions_gco2e])


def grams_text(nanograms: int) -> str:
    """Nanograms as a decimal number of grams, exactly."""
    whole, fraction = divmod(nanograms, NANOGRAMS_PER_GRAM)
    return f"{whole}.{fraction:09d}".rstrip("0").rstrip(".") if fraction else str(whole)


def lines(record: Record) -> list[bytes]:
    """The record's trailer lines, without newlines; `parse` is the inverse."""
    emissions, tokens, basis = record.emissions, record.tokens, record.basis
    out = [
        f"Carbon-gCO2e: low={grams_text(emissions.low)} central={grams_text(emissions.central)}"
        f" high={grams_text(emissions.high)} id={record.id}"
    ]
    if tokens is not None:
        out.append(
            f"Carbon-Tokens: output={tokens.output} input={tokens.input} cached={tokens.cached}"
            f" by={record.by} id={record.id}"
        )
    if basis is not None:
        out.append(_basis_line(basis, record.id))
    return [line.encode("ascii") for line in out]


def _basis_line(basis: Basis, record_id: str) -> str:
    model = f" model={basis.model}" if basis.model else ""
    return (
        f"Carbon-Basis: tool={basis.tool}{model} evidence={basis.evidence}"
        f" grid={basis.grid} method={basis.method} id={record_id}"
    )


def fits(basis: Basis) -> bool:
    """Whether the basis line stays within the columns that commit linters allow."""
    return len(_basis_line(basis, "0" * ID_LENGTH)) <= MAX_COLUMNS


def parse(candidates: Iterable[bytes]) -> tuple[list[Record], list[Rejected]]:
    """Read the records of one commit from its record lines, in the order of the message.

    Where a message holds several versions of one record, the n-th line of each key belongs
    to the n-th version. Lines without a result line of their id are rejected.
    """
    rejected: list[Rejected] = []
    found: dict[bytes, dict[str, list[tuple[bytes, list[str]]]]] = {key: {} for key in KEYS}
    for line in candidates:
        line = line.rstrip(b" \t\r\n")
        key = line.partition(b":")[0]
        try:
            values = _PARSERS[key](line[len(key) :].decode("ascii"))
        except (KeyError, ValueError) as error:
            reason = str(error) if type(error) is ValueError else "not a record line"
            rejected.append(Rejected(line, reason))
            continue
        found[key].setdefault(values[-1], []).append((line, values))

    records: list[Record] = []
    for record_id, versions in found[EMISSIONS_KEY].items():
        tokens = found[TOKENS_KEY].pop(record_id, [])
        bases = found[BASIS_KEY].pop(record_id, [])
        for index, (_, values) in enumerate(versions):
            counts = tokens[min(index, len(tokens) - 1)][1] if tokens else None
            basis = bases[min(index, len(bases) - 1)][1] if bases else None
            record = Record(
                record_id,
                Emissions(*[nanograms(value) for value in values[:3]]),
                Tokens(*[int(value) for value in counts[:3]]) if counts else None,
                counts[3] if counts else "",
                Basis(*basis[:5]) if basis else None,
            )
            if record not in records:
                records.append(record)
    for key in (TOKENS_KEY, BASIS_KEY):
        for orphans in found[key].values():
            rejected += [Rejected(line, "no Carbon-gCO2e line with this id") for line, _ in orphans]
    return records, rejected


def is_line(line: bytes) -> bool:
    """Whether this is one of a record's lines by the grammar, not only by its key."""
    key, _, _ = line.partition(b":")
    try:
        return bool(_PARSERS[key](line[len(key) :].decode("ascii")))
    except (KeyError, ValueError):
        return False


def _fields(text: str, names: tuple[str, ...]) -> list[str]:
    """The values of `: a=.. b=..`: these names, in this order, one space between."""
    words = text.split(" ")
    if words[0] != ":" or len(words) != len(names) + 1:
        raise ValueError(f"expected {' '.join(names)}")
    values = []
    for word, name in zip(words[1:], names, strict=True):
        key, equals, value = word.partition("=")
        if key != name or not equals or not value:
            raise ValueError(f"expected {name}= where {key or 'nothing'} stands")
        values.append(value)
    if len(values[-1]) != ID_LENGTH or values[-1].strip(CROCKFORD):
        raise ValueError("id is not 10 characters of Crockford base32")
    return values


def nanograms(text: str) -> int:
    """Strict decimal grams: `float()` and `int()` would accept much more than we write."""
    whole, point, fraction = text.partition(".")
    fine = 0 < len(fraction) <= 9 and not fraction.strip(_DIGITS)
    if not _digits(whole, 9) or (point and not fine):
        raise ValueError(f"{text[:_MAX_NAME]} is not a number of grams")
    return int(whole) * NANOGRAMS_PER_GRAM + int(fraction.ljust(9, "0"))


_DIGITS = "0123456789"


def _digits(text: str, most: int) -> bool:
    return 0 < len(text) <= most and not text.strip(_DIGITS) and (text[0] != "0" or len(text) == 1)


def _parse_emissions(text: str) -> list[str]:
    values = _fields(text, ("low", "central", "high", "id"))
    low, central, high = [nanograms(value) for value in values[:3]]
    if not low <= central <= high:
        raise ValueError("low <= central <= high does not hold")
    return values


def _parse_tokens(text: str) -> list[str]:
    values = _fields(text, ("output", "input", "cached", "by", "id"))
    for value in values[:3]:
        if not _digits(value, 12):
            raise ValueError(f"{value[:_MAX_NAME]} is not a number of tokens")
    if values[3] not in TOKEN_BASES:
        raise ValueError(f"by is none of {', '.join(TOKEN_BASES)}")
    return values


def _parse_basis(text: str) -> list[str]:
    if " model=" in text:
        values = _fields(text, ("tool", "model", "evidence", "grid", "method", "id"))
    else:
        values = _fields(text, ("tool", "evidence", "grid", "method", "id"))
        values.insert(1, "")
    tool, model, evidence, grid, method = values[:5]
    for value, alphabet in ((tool, _NAME), (model, _NAME), (grid, _ZONE), (method, _NAME)):
        if len(value) > _MAX_NAME or value.strip(alphabet):
            raise ValueError("a name is longer than 32 characters or has a foreign character")
    if evidence not in EVIDENCE:
        raise ValueError(f"evidence is none of {', '.join(EVIDENCE)}")
    return values


_PARSERS = {EMISSIONS_KEY: _parse_emissions, TOKENS_KEY: _parse_tokens, BASIS_KEY: _parse_basis}
