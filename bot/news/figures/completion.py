"""Completes the duties of a story with what its other sentences say.

1. A duty without an imposer gets the only imposer that the story names. If the story names no
   imposer, but names the United States as more than a market or the payer, the United States is the
   imposer: readers know "Trump's tariffs" without the name of the country.
2. A duty without a partner gets the only partner of the story's duties. If it names goods, only the
   duties in the title count. If it names no goods and is a duty of the United States or a
   retaliation, it can also get the only other party of its sentence or of the title.
3. A former rate ("previous duties of 50%") is the old rate of the story's new rate. If there is no
   new rate, it is an old rate if the story says that the duty is reduced, and otherwise a rate.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.news.figures.roles.model import Roles
from bot.news.figures.roles.targets import Target

_USUAL = "US"
# Each party of a deal charges the other.
_AGREES = re.compile(r"\b(?:agree\w*|deal|pact|accord|truce)\b", re.IGNORECASE)


@dataclass
class Draft:
    """A duty of one sentence, before the rest of the story is known."""

    roles: Roles
    product: str | None
    from_percent: Decimal | None
    to_percent: Decimal | None
    amount_usd: Decimal | None
    quote: str
    lowest: Decimal | None = None
    """The lowest rate of a range; `to_percent` is the highest."""
    is_former: bool = False
    """Whether words such as "previous" say that the rate is no longer charged."""
    is_interim: bool = False
    """Whether the rate is the present one, before the one that the story reports: "until then"."""
    was_announced: bool = False
    """Whether the rate was announced before: "had threatened 50%"."""
    imposer: str | None = None
    partners: tuple[str, ...] = ()
    in_title: bool = False
    near: Collection[str] = field(default_factory=tuple)
    """The parties of the sentence that may pay."""
    words: str = ""
    """The words of the sentence that belong to the rate, in lower case."""

    def __post_init__(self) -> None:
        self.imposer, self.partners = self.roles.imposer, self.roles.partners


def complete_drafts(
    drafts: Sequence[Draft],
    others: Sequence[Roles],
    title_roles: Sequence[Roles],
    title_parties: Collection[str],
    *,
    join_members: Callable[[set[str]], set[str]],
    names_us: Callable[[], bool],
    is_reduced: Callable[[], bool],
) -> list[Draft]:
    """The drafts with imposer, partner and old rate from the rest of the story.

    `others` are the roles of duties that are named without a rate, and `title_roles` those of the
    title. `title_parties` may pay.
    """
    every = [*(draft.roles for draft in drafts), *others]
    imposers = {roles.imposer for roles in every if roles.imposer}
    for draft in drafts:
        draft.imposer = draft.imposer or _find_imposer(draft, imposers, names_us)
        draft.partners = tuple(code for code in draft.partners if code != draft.imposer)
    for draft in drafts:
        draft.partners = draft.partners or _find_partners(
            draft, drafts, every, title_roles, title_parties, join_members
        )
    for _ in range(2):
        # Twice, because the partner of one duty may be known only after that of another duty.
        _pair(drafts, every)
    return _apply_former(drafts, is_reduced)


def _find_imposer(
    draft: Draft, imposers: Iterable[str], names_us: Callable[[], bool]
) -> str | None:
    possible = [code for code in imposers if code not in draft.partners]
    is_deal = _AGREES.search(draft.quote) is not None
    if is_deal and not draft.partners and _USUAL in draft.near and len(set(draft.near)) == 2:
        # In a deal with the United States, a rate without a payer is charged by the United States.
        return _USUAL
    if len(possible) == 1:
        return possible[0]
    if not possible and _USUAL not in draft.partners and names_us():
        return _USUAL
    others = [code for code in draft.near if code not in draft.partners]
    is_other = _USUAL in draft.partners or bool(draft.partners and is_deal)
    if not possible and is_other and len(others) == 1:
        return others[0]
    return None


def _find_partners(
    draft: Draft,
    drafts: Sequence[Draft],
    every: Sequence[Roles],
    title_roles: Sequence[Roles],
    title_parties: Collection[str],
    join_members: Callable[[set[str]], set[str]],
) -> tuple[str, ...]:
    if draft.imposer is None or draft.roles.target is Target.PAYERS:
        return ()
    if draft.roles.unclear and draft.roles.unclear != draft.imposer:
        return (draft.roles.unclear,)
    has_goods = draft.product or draft.roles.target is Target.GOODS
    if has_goods:
        # "25% on steel" is on every country, unless the title says whose duties the story is about.
        every = () if draft.in_title else title_roles
    named = {
        code
        for roles in every
        for code in (*roles.partners, *filter(None, [roles.unclear]))
        if roles.imposer in (None, draft.imposer) and code != draft.imposer
    }
    if draft.imposer != _USUAL and not draft.roles.answers:
        return tuple(named) if len(named) == 1 else ()
    if not named and not has_goods and not _has_unnamed_payers(draft, drafts):
        for near in (draft.near, title_parties):
            named = join_members({code for code in near if code != draft.imposer})
            if named:
                break
    return tuple(named) if len(named) == 1 else ()


def _has_unnamed_payers(draft: Draft, drafts: Iterable[Draft]) -> bool:
    """Whether the story says elsewhere that countries without a name pay the same rate."""
    return any(
        other.to_percent == draft.to_percent
        and other.roles.target is Target.PAYERS
        and not other.roles.partners
        for other in drafts
    )


def _pair(drafts: Sequence[Draft], every: Sequence[Roles]) -> None:
    """If one party charges another that charges duties too, each becomes the other's partner."""
    imposers = list(dict.fromkeys(draft.imposer for draft in drafts if draft.imposer))
    pairs = [(roles.imposer, code) for roles in every for code in roles.partners]
    pairs += [(draft.imposer, code) for draft in drafts for code in draft.partners]
    charged = {code: {by for by, to in pairs if to == code} for code in imposers}
    for draft in drafts:
        if draft.partners or draft.imposer is None or draft.roles.target is Target.PAYERS:
            continue
        by = {code for code in charged[draft.imposer] if code and code != draft.imposer}
        if (
            not by
            and len(imposers) == 2
            and draft.roles.target is Target.NONE
            and not draft.product
        ):
            by = {code for code in imposers if code != draft.imposer}
        if len(by) == 1:
            draft.partners = tuple(by)


def _apply_former(drafts: Sequence[Draft], is_reduced: Callable[[], bool]) -> list[Draft]:
    """The drafts with the former rates as old rates of the new ones.

    A former rate is marked as such, or it is an old rate without a new one.
    """

    def is_old(draft: Draft) -> bool:
        only_old = draft.from_percent is not None and draft.to_percent is None
        return draft.is_former or only_old

    kept = [draft for draft in drafts if not is_old(draft)]
    for former in (draft for draft in drafts if is_old(draft)):
        rate = former.from_percent if former.to_percent is None else former.to_percent
        newer = [
            draft
            for draft in kept
            if draft.from_percent is None
            and draft.to_percent not in (None, rate)
            and draft.imposer in (None, former.imposer)
            and (not former.partners or not draft.partners or draft.partners == former.partners)
        ]
        for draft in newer:
            draft.from_percent = rate
        if not newer:
            former.was_announced = True
            kept.append(former)
    if all(draft.was_announced or draft.to_percent is None for draft in kept) and is_reduced():
        for draft in kept:
            if draft.from_percent is None:
                draft.from_percent, draft.to_percent = draft.to_percent, None
    return sorted(kept, key=drafts.index)
