"""Which usage is spent: an event is, as far as a record that stands in history has claimed it.

The id of a counted record is a sum over the events that it claims, so that the events of a
record can be found again from its id alone, in any order, where the side file is lost.
"""

from __future__ import annotations

from . import record
from .estimate import Tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import NamedTuple

    from .logs import Usage
else:
    from .values import NamedTuple

ID_SPACE = 1 << 50
FORMAT = b"commit-carbon usage 2 "
KEPT_SECONDS = 45 * 86_400
# A commit that did not come about may come back: from the reflog, from a backup branch.
ABORTED_SECONDS = 7 * 86_400
MAX_PARTS = 10_000


class Commit(NamedTuple):
    """A commit: when it was committed and authored, by which address, its message and note, and
    its name."""

    committed: float
    authored: float
    author: bytes
    text: bytes
    name: bytes = b""


class Part(NamedTuple):
    """The tokens of one event that one record claims; an event that grows has several parts.

    `reached` are all tokens of the event at the `time` (seconds since 1970 UTC) that it had then.
    """

    event_id: str
    time: float
    tokens: Tokens
    reached: Tokens


class Claim(NamedTuple):
    """The parts of one record, claimed at a time; it holds while the record is in history.

    The parts stand as text, because most of them are never looked at again: `parts` reads them.
    `last` is the time of the latest one. `seen` says that the record once stood in history: so far
    back as history is not looked through for every commit, it is taken to stand there still.
    """

    record_id: str
    time: float
    tool: str
    last: float
    event_ids: bytes
    numbers: bytes
    seen: bool = False


class Ledger(NamedTuple):
    """Claims by time, and the time at or before which nothing is unspent any more.

    `unread` is the time since which the logs were not read to their end, for lack of time.
    """

    settled: float
    claims: tuple[Claim, ...]
    unread: float = float("inf")


def part_number(part: Part) -> int:
    """A number for one part; the parts of a record add up to its id."""
    text = f"{part.event_id} {' '.join(map(str, part.tokens))}"
    return record.number_of_id(record.identity([text.encode("utf-8")]))


def record_id(parts: Iterable[Part]) -> str:
    """The id of the counted record of these parts, in any order."""
    return record.id_of_number(sum(map(part_number, parts)) % ID_SPACE)


def claim(parts: Sequence[Part], time: float, tool: str) -> Claim:
    """The claim of a tool's parts, at least one."""
    return Claim(
        record_id(parts),
        time,
        tool,
        max(part.time for part in parts),
        ",".join([part.event_id for part in parts]).encode("ascii"),
        ",".join(map(_numbers, parts)).encode("ascii"),
    )


def _numbers(part: Part) -> str:
    counts = part.tokens if part.tokens == part.reached else (*part.tokens, *part.reached)
    return ":".join([repr(part.time), *map(str, counts)])


def parts(one: Claim) -> list[Part]:
    """What a claim has taken."""
    found = []
    names = one.event_ids.decode("ascii").split(",")
    for name, numbers in zip(names, one.numbers.decode("ascii").split(","), strict=True):
        time, *counts = numbers.split(":")
        values = [int(count) for count in counts]
        found.append(Part(name, float(time), Tokens(*values[:3]), Tokens(*values[-3:])))
    return found


def total(taken: Iterable[Part]) -> Tokens:
    """The tokens of all parts together."""
    output = fresh = cached = 0
    for part in taken:
        output += part.tokens.output
        fresh += part.tokens.input
        cached += part.tokens.cached
    return Tokens(output, fresh, cached)


def touching(claims: Iterable[Claim], event_ids: Collection[str]) -> list[tuple[Claim, Part]]:
    """The parts of some events in all claims."""
    wanted = {name.encode("ascii") for name in event_ids}
    return [
        (one, part)
        for one in claims
        if not wanted.isdisjoint(one.event_ids.split(b","))
        for part in parts(one)
        if part.event_id in event_ids
    ]


def unspent(
    events: Iterable[Usage], held: Iterable[Claim], settled: float = float("-inf")
) -> list[Part]:
    """What no claim in history has taken of the events, oldest first.

    Of an event that began at or before the settled time it is not known any more.
    """
    open_events = {event.event_id: event for event in sorted(events) if event.started > settled}
    taken = {name: [0, 0, 0] for name in open_events}
    for _, part in touching(held, open_events):
        _add(taken[part.event_id], part.tokens)
    left = []
    for name, event in open_events.items():
        reached = Tokens(event.output, event.input, event.cached)
        tokens = Tokens(*_less(reached, taken[name]))
        if any(tokens):
            left.append(Part(name, event.time, tokens, reached))
    return left


def _add(sums: list[int], tokens: Tokens) -> None:
    for kind, count in enumerate(tokens):
        sums[kind] += count


def _less(reached: Sequence[int], taken: Sequence[int]) -> list[int]:
    return [max(0, now - then) for now, then in zip(reached, taken, strict=True)]


def reach(ledger: Ledger, held: Collection[str]) -> float:
    """The time since which events must be read: nothing unspent is older.

    The last claim that holds took all that there was. Older events are left only by claims that
    do not hold: of an aborted commit, or of one that history has lost since.
    """
    holding = [one for one in ledger.claims if one.record_id in held]
    if not holding:
        return ledger.settled
    # By the events' own times, for logs whose clock is not ours; a future time counts as now.
    latest = max(min(one.time, one.last) for one in holding)
    doubtful = {
        name.decode("ascii")
        for one in ledger.claims
        if one.record_id not in held
        for name in one.event_ids.split(b",")
    }
    spent = {name: [0, 0, 0] for name in doubtful}
    reached = {name: [0, 0, 0] for name in doubtful}
    first = dict.fromkeys(doubtful, latest)
    for one, part in touching(ledger.claims, doubtful) if doubtful else ():
        name = part.event_id
        first[name] = min(first[name], part.time)
        reached[name] = [max(pair) for pair in zip(reached[name], part.reached, strict=True)]
        if one.record_id in held:
            _add(spent[name], part.tokens)
    left = [first[name] for name in doubtful if any(_less(reached[name], spent[name]))]
    return max(ledger.settled, min([latest, *left]))


def pruned(ledger: Ledger, held: Collection[str], now: float) -> Ledger:
    """The ledger to keep: without what is too old or too much, and with what was seen to hold.

    What is dropped of history is settled.
    """
    room, kept, old = MAX_PARTS, list[Claim](), list[Claim]()
    for one in sorted(ledger.claims, key=lambda one: one.time)[::-1]:
        one = one._replace(seen=one.record_id in held)
        room -= one.event_ids.count(b",") + 1
        fresh = one.time > now - (KEPT_SECONDS if one.seen else ABORTED_SECONDS)
        if not kept or (fresh and room >= 0):
            kept.append(one)
        elif one.seen:
            old.append(one)
    settled = max([ledger.settled, *(min(one.last, now) for one in old)])
    aborted = [one for one in kept if not one.seen]
    if old and any(part.time <= settled for one in aborted for part in parts(one)):
        return ledger  # what an aborted commit has claimed is not settled
    return ledger._replace(settled=settled, claims=tuple(reversed(kept)))


def dump(ledger: Ledger) -> list[bytes]:
    """One line a claim, of numbers, ids and the name of a tool, below a head that seals them."""
    lines = []
    for one in ledger.claims:
        words = f"{one.record_id} {one.time!r} {one.tool} {one.last!r} {one.seen:d} "
        lines.append(words.encode("ascii") + one.event_ids + b" " + one.numbers)
    head = FORMAT + f"{ledger.settled!r} {ledger.unread!r}".encode("ascii")
    return [head + b" " + record.identity([head, *lines]).encode("ascii"), *lines]


def load(lines: Sequence[bytes]) -> Ledger | None:
    """The ledger that `dump` has written, None if anything of it is missing or changed."""
    head, _, seal = lines[0].rpartition(b" ") if lines else (b"", b"", b"")
    if record.identity([head, *lines[1:]]).encode("ascii") != seal or head[: len(FORMAT)] != FORMAT:
        return None
    claims = []
    for line in lines[1:]:
        one, time, tool, last, seen, event_ids, numbers = line.split(b" ")
        times = float(time), float(last)
        claims.append(
            Claim(one.decode(), times[0], tool.decode(), times[1], event_ids, numbers, seen == b"1")
        )
    settled, unread = head[len(FORMAT) :].split(b" ")
    return Ledger(float(settled), tuple(claims), float(unread))
