"""Which usage is spent: an event is, as far as a record that stands in history has claimed it.

The id of a counted record is a sum over the events that it claims, so that the events of a
record can be found again from its id alone, in any order, where the side file is lost.
"""

from __future__ import annotations

from . import record
from .estimate import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import NamedTuple

    from .logs import Usage
else:
    from .values import NamedTuple

ID_SPACE = 1 << 50


class Part(NamedTuple):
    """The tokens of one event that one record claims; an event that grows has several parts."""

    event_id: str
    time: float
    tokens: Tokens


class Claim(NamedTuple):
    """The parts of one record, claimed at a time; it holds once the record is in history."""

    record_id: str
    time: float
    tool: str
    parts: tuple[Part, ...]


def part_number(part: Part) -> int:
    """A number for one part; the parts of a record add up to its id."""
    text = f"{part.event_id} {' '.join(map(str, part.tokens))}"
    return record.number_of_id(record.identity([text.encode("utf-8")]))


def record_id(parts: Iterable[Part]) -> str:
    """The id of the counted record of these parts, in any order."""
    return record.id_of_number(sum(map(part_number, parts)) % ID_SPACE)


def total(parts: Iterable[Part]) -> Tokens:
    """The tokens of all parts together."""
    output = fresh = cached = 0
    for part in parts:
        output += part.tokens.output
        fresh += part.tokens.input
        cached += part.tokens.cached
    return Tokens(output, fresh, cached)


def unspent(events: Iterable[Usage], spent: Iterable[Claim]) -> list[Part]:
    """What no claim in history has taken of the events, oldest first."""
    taken: dict[str, list[int]] = {}
    for claim in spent:
        for part in claim.parts:
            sums = taken.setdefault(part.event_id, [0, 0, 0])
            for kind, count in enumerate(part.tokens):
                sums[kind] += count
    left = []
    for event in sorted(events):
        before = taken.get(event.event_id, [0, 0, 0])
        counts = (event.output, event.input, event.cached)
        tokens = Tokens(*[max(0, now - then) for now, then in zip(counts, before, strict=True)])
        if any(tokens):
            left.append(Part(event.event_id, event.time, tokens))
    return left


def recovered(events: Sequence[Usage], ids: Iterable[str], tool: str) -> list[Claim]:
    """The claims of records without a side file: runs of events whose numbers add up to an id."""
    parts = unspent(events, ())
    sums = [0]
    for part in parts:
        sums.append((sums[-1] + part_number(part)) % ID_SPACE)
    claims = []
    for one in ids:
        wanted = record.number_of_id(one)
        starts: dict[int, int] = {}
        for end, running in enumerate(sums):
            start = starts.get((running - wanted) % ID_SPACE)
            if start is not None:
                claims.append(Claim(one, parts[end - 1].time, tool, tuple(parts[start:end])))
                break
            starts[running] = end
    return claims


def reach(claims: Iterable[Claim], in_history: Callable[[str], bool]) -> float | None:
    """The time since which events must be read: nothing unspent is older.

    The last claim in history took all that there was; only claims that did not come into
    history (an aborted commit) leave older events.
    """
    spent = [claim for claim in claims if in_history(claim.record_id)]
    if not spent:
        return min((part.time for claim in claims for part in claim.parts), default=None)
    latest = max(claim.time for claim in spent)
    taken = {part.event_id for claim in spent for part in claim.parts}
    left = [
        part.time
        for claim in claims
        if not in_history(claim.record_id)
        for part in claim.parts
        if part.event_id not in taken
    ]
    return min([latest, *left])


def dump(claims: Iterable[Claim]) -> list[bytes]:
    """One line a part: numbers, ids and the name of a tool; `load` is the inverse."""
    return [
        f"{claim.record_id} {claim.time:.3f} {claim.tool} {part.event_id} {part.time:.3f}"
        f" {' '.join(map(str, part.tokens))}".encode("ascii")
        for claim in claims
        for part in claim.parts
    ]


def load(lines: Iterable[bytes]) -> list[Claim]:
    """The claims of a side file; damaged lines are passed over."""
    found: dict[tuple[str, float, str], list[Part]] = {}
    for line in lines:
        try:
            one, time, tool, event_id, happened, *counts = line.decode("ascii").split(" ")
            tokens = Tokens(*[int(count) for count in counts])
            part = Part(event_id, float(happened), tokens)
            record.number_of_id(one)
        except (TypeError, ValueError):
            continue
        found.setdefault((one, float(time), tool), []).append(part)
    return [Claim(*key, tuple(parts)) for key, parts in found.items()]
