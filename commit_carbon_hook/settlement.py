"""Without the side file: what history itself says of the usage that is spent.

The counted records name the events that they claim by their ids. What else lies before a record
that does not say so is taken as spent: rather one event too few than one twice.
"""

from __future__ import annotations

from . import record, usage
from .usage import Commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import NamedTuple

    from .logs import Usage
    from .usage import Claim, Ledger, Part
else:
    from .values import NamedTuple

# Who begins to count has begun to work before, and perhaps committed some of it without a record.
FIRST_SECONDS = 86_400
# A record claims a run of events, which can only be found if the whole run is read.
RUN_SECONDS = 7 * 86_400
# So that the search stays within a tenth of a second; what is not found counts as spent.
MOST_EVENTS = 5_000
MOST_LOOKUPS = 200_000
LINES = "lines"


class Question(NamedTuple):
    """Newest commits of all refs, whose usage is sought, and what is known of the work trees.

    `here` are the commits that came about in this one. `made` is when a linked work tree was made,
    None for a repository's own; `others` are the ledgers of the repository's other ones.
    """

    history: Sequence[Commit]
    author: bytes
    now: float
    made: float | None
    others: Sequence[Ledger]
    here: Collection[bytes]


def _mine(question: Question) -> list[Commit]:
    """The commits of this author, and those of others that came about here."""
    return [
        one
        for one in question.history
        if one.author == question.author or one.name in question.here
    ]


def _recorded(commits: Iterable[Commit]) -> list[tuple[Commit, list[record.Record]]]:
    """The commits with records."""
    found = []
    for commit in commits:
        if record.EMISSIONS_KEY in commit.text:
            lines = [line.strip() for line in commit.text.split(b"\n")]
            records, _ = record.parse(line for line in lines if line.startswith(record.KEYS))
            if records:
                found.append((commit, records))
    return found


def _first_use(question: Question) -> float:
    """Since when usage counts that is before all records: the last commit, a day at least."""
    times = [one.authored for one in _mine(question)]
    begun = question.made if question.made is not None else max(times, default=float("-inf"))
    return min(begun, question.now - FIRST_SECONDS)


def read_since(question: Question) -> float:
    """The time since which events must be read to answer."""
    times = [min(commit.authored, question.now) for commit, _ in _recorded(_mine(question))]
    return min(max(times), question.now) - RUN_SECONDS if times else _first_use(question)


def has_counted(question: Question) -> bool:
    """Whether the answer depends on events: on those that counted records have claimed."""
    mine = _recorded(_mine(question))
    return any(one.by == "counted" for _, records in mine for one in records)


def ledger(question: Question, events: Iterable[Usage]) -> Ledger:
    """The claims of the records in history, and the time before which all is settled."""
    # Whoever made them: only the events of a record add up to its id.
    ids: dict[str, list[str]] = {}
    for _, records in _recorded(question.history):
        for one in records:
            if one.by == "counted" and one.basis:
                ids.setdefault(one.basis.tool, []).append(one.id)
    by_tool: dict[str, list[Usage]] = {}
    for event in events:
        by_tool.setdefault(event.tool, []).append(event)
    claims = [
        claim
        for tool in sorted(by_tool)
        for claim in recovered(usage.unspent(by_tool[tool], ()), ids.get(tool, []), tool)
    ]
    known = {claim.record_id for claim in claims}
    known |= {claim.record_id for other in question.others for claim in other.claims}
    mine = _recorded(_mine(question))
    times = [_unknown(commit, records, known, question) for commit, records in mine]
    barriers = [min(time, question.now) for time in times if time is not None]
    if barriers:
        settled = max(barriers)
    elif claims:
        settled = min(part.time for claim in claims for part in usage.parts(claim)) - 1.0
    else:
        settled = _first_use(question)
    return usage.Ledger(settled, tuple(claims))


def stood_for(history: Iterable[Commit], here: Collection[bytes], now: float) -> float:
    """The time up to which lines stand for the usage in this work tree that no record has claimed:
    that of the newest commit that came about here with a record by lines."""
    recorded = _recorded(one for one in history if one.name in here)
    times = [commit.authored for commit, ones in recorded if any(one.by == LINES for one in ones)]
    return min(max(times, default=float("-inf")), now)


def _unknown(
    commit: Commit, records: Iterable[record.Record], known: set[str], question: Question
) -> float | None:
    """The time of a commit with a record that may stand for any usage before it."""
    times = []
    for one in records:
        if one.by == "counted" and one.id not in known:
            # Amending may have added it; git drops parts of seconds.
            times.append(commit.committed + 1.0)
        elif one.by != "counted" and (not question.others or commit.name in question.here):
            # Lines in another tree say nothing of what was used in this one.
            times.append(commit.authored)
    return max(times, default=None)


def recovered(parts: Sequence[Part], ids: Sequence[str], tool: str) -> list[Claim]:
    """The claims of a tool's records, newest first, found in the newest of these parts.

    The events of a record are a run whose numbers add up to its id. Events that it has skipped
    stand between them until the records that have these are taken away.
    """
    left = [(usage.part_number(part), part) for part in parts[-MOST_EVENTS:]]
    missing = list(ids[: MOST_LOOKUPS // (len(left) + 1)])
    claims: list[Claim] = []
    found = True
    while found and missing:
        found = False
        for one in missing.copy():
            run = _run([number for number, _ in left], record.number_of_id(one))
            if run:
                taken = [part for _, part in left[run]]
                claims.append(usage.claim(taken, max(part.time for part in taken), tool))
                missing.remove(one)
                del left[run]
                found = True
    return sorted(claims, key=lambda one: one.time)


def _run(numbers: Iterable[int], wanted: int) -> slice | None:
    """The run of numbers that add up to the wanted one."""
    total, ends = 0, {0: 0}
    for end, number in enumerate(numbers, 1):
        total = (total + number) % usage.ID_SPACE
        start = ends.get((total - wanted) % usage.ID_SPACE)
        if start is not None:
            return slice(start, end)
        ends[total] = end
    return None
