"""How many rates one feed may have operators asked about: a bound for one that makes them up.

    those not told of yet | charged to a feed of theirs that has room | asked, or held back

A feed has room while fewer than `AT_ONCE` proposals of its making wait for a decision or were told
within a day. A second report gives a proposal that is held back the room of its own feed. Official
documents come from no feed and are always told. What is held back stays pending, and is listed with
all others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from bot.proposals.model import Proposal

AT_ONCE = 10
"""More than this of one feed nobody reads before deciding on the first; a day on which the ledger
truly lacks more is one for a change of the files."""
LATELY = timedelta(days=1)
"""For so long what was decided meanwhile still takes room."""


class Chosen(NamedTuple):
    """What is to be told, and what is held back, by the name of the feed that said it first."""

    ask: tuple[Proposal, ...]
    held: Mapping[str, tuple[Proposal, ...]]


def choose(untold: Iterable[Proposal], told: Iterable[Proposal]) -> Chosen:
    """Which of the `untold` are told now; `told` are those that take room, in order of time.

    What was told before and has something new is among both, and takes no more room.
    """
    taken: Counter[str] = Counter()
    known = set()
    for proposal in told:
        known.add(proposal.id)
        _charge(proposal, taken)
    ask, held = [], dict[str, tuple[Proposal, ...]]()
    for proposal in untold:
        if proposal.id in known or _charge(proposal, taken):
            ask.append(proposal)
        else:
            name = proposal.said_by[0].source
            held[name] = (*held.get(name, ()), proposal)
    return Chosen(tuple(ask), held)


def _charge(proposal: Proposal, taken: Counter[str]) -> bool:
    """Charges the first of its feeds that has room; False where none has."""
    for witness in proposal.said_by:
        if not witness.feed:
            return True
        if taken[witness.feed] < AT_ONCE:
            taken[witness.feed] += 1
            return True
    return False
