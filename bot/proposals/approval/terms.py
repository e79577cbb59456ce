"""On which terms a proposal is approved: what an operator fills in, read and checked.

The form begins with what the proposal says. With a measure chosen, that measure gets the rate and
keeps its goods and its partners; `NEW` makes a measure of its own, which needs a legal basis and a
partner, and falls on goods in general where no product is named.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.errors import TariffwireError
from bot.parties import WORLD
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import Operator
from bot.proposals.model import Proposal
from bot.rates.ledger import Ledger
from bot.rates.model.answer import percent_text
from bot.rates.model.measure import Measure, Scope, Source
from bot.values import Frozen

NEW = "new"
"""The choice of a measure of its own; no measure's id, which all begin with their imposer."""

_PERCENT = re.compile(r"\d{1,4}(?:\.\d{1,3})?")
_LINK = re.compile(r"https?://[^\s<>|\"]{1,2000}")
_HIGHEST = Decimal(1000)
_BACK, _AHEAD = timedelta(days=366), timedelta(days=3660)
"""How far a rate may be back-dated, and announced; a day further off is most likely a slip."""
_EVERYBODY = frozenset({"all", "world", "everybody", "all partners", "all countries"})


class ApprovalForm(Frozen):
    """What an operator fills in, as text; the names are those of the fields."""

    percent: str = ""
    day: str = ""
    """The first day on which it is charged, as 2026-12-01."""
    measure: str = ""
    """A measure's id, `NEW`, or empty where none is chosen yet."""
    partner: str = ""
    product: str = ""
    legal_basis: str = ""
    link: str = ""
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is open: it can be approved as it stands."""
        return bool(self.percent and self.day and self.measure)


class FormRefused(TariffwireError):
    """What was filled in cannot be used; `problems` says why, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        field, cause = next(iter(problems.items()))
        super().__init__(field, cause)


def form_of(proposal: Proposal, ledger: Ledger) -> ApprovalForm:
    """The form as it begins: what the proposal says, and what it leaves open."""
    partner = proposal.partner
    return ApprovalForm(
        percent=percent_text(proposal.new_percent) or "",
        day=proposal.effective_on.isoformat() if proposal.effective_on else "",
        measure=proposal.replaces,
        partner=ledger.parties.get(partner).name if partner in ledger.parties else "",
        product=proposal.product,
        link=proposal.said_by[0].link,
    )


def measures_for(proposal: Proposal, ledger: Ledger) -> tuple[Measure, ...]:
    """The measures whose rate may be meant: the likeliest first, then all others of the pair.

    Those that set a rate, or will; for a document without a partner all of the imposer's.
    """
    codes = ledger.covering(proposal.imposer)
    if proposal.partner:
        pool = ledger.between(proposal.imposer, proposal.partner)
    else:
        pool = tuple(one for one in ledger.measures if one.imposer in codes)
    running = [
        one for one in pool if one.on(proposal.old_on) or one.after(proposal.old_on) is not None
    ]
    first = {name: place for place, name in enumerate(proposal.choices)}
    return tuple(sorted(running, key=lambda one: first.get(one.id, len(first))))


def amendment_of(
    form: ApprovalForm, proposal: Proposal, ledger: Ledger, by: Operator, now: datetime
) -> Amendment:
    """What the form approves; raises FormRefused with every problem at its field."""
    problems: dict[str, str] = {}
    percent = _percent(form.percent, problems)
    day = _day(form.day, now.date(), problems)
    chosen = _measure(form.measure, proposal, ledger, problems)
    link = form.link.strip()
    if link and not _LINK.fullmatch(link):
        problems["link"] = "Give an address that begins with https://, or none"
    given: dict[str, object] = {"name": chosen.name} if chosen else {}
    if form.measure == NEW:
        given = _of_its_own(form, ledger, problems)
    if problems or percent is None or day is None:
        raise FormRefused(problems)
    witness = proposal.said_by[0]
    told = _tidy(f"{witness.source}, {witness.published:%Y-%m-%d}")
    sheet = ledger.sheet_of(chosen.imposer if chosen else proposal.imposer)
    return Amendment(
        id=proposal.id,
        imposer=sheet.imposer if sheet else proposal.imposer,
        measure=chosen.id if chosen else "",
        percent=percent,
        from_=day,
        source=Source(text=told, url=link or None),
        published=min(witness.published.date(), day),
        note=_tidy(form.note),
        approved_by=_tidy(by.name) or by.id,
        approved_on=now.date(),
        **given,
    )


def _tidy(text: str) -> str:
    """The text on one line, without characters that no file of ours could hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _percent(text: str, problems: dict[str, str]) -> Decimal | None:
    number = text.replace("%", "").strip()
    if _PERCENT.fullmatch(number) and (percent := Decimal(number)) <= _HIGHEST:
        return percent
    problems["percent"] = "Give a percent from 0 to 1000 with a point, such as 12.5"
    return None


def _day(text: str, today: date, problems: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        problems["day"] = "Give the first day on which it is charged, such as 2026-12-01"
        return None
    if day < today - _BACK:
        problems["day"] = "More than a year ago: change the rates files instead, or mend the year"
        return None
    if day > today + _AHEAD:
        problems["day"] = "More than ten years ahead: mend the year"
        return None
    return day


def _measure(
    name: str, proposal: Proposal, ledger: Ledger, problems: dict[str, str]
) -> Measure | None:
    if name == NEW:
        return None
    for measure in measures_for(proposal, ledger):
        if measure.id == name:
            return measure
    problems["measure"] = "Choose the measure whose rate this is, or a new one"
    return None


def _of_its_own(form: ApprovalForm, ledger: Ledger, problems: dict[str, str]) -> dict[str, object]:
    basis, product = _tidy(form.legal_basis), _tidy(form.product)
    if not basis:
        problems["legal_basis"] = "A new measure needs its legal basis, such as Section 232"
    partner = _partner(form.partner, ledger)
    if partner is None:
        problems["partner"] = "Name one economy, or all"
    wanted = ledger.reader.read(product, frozenset()) if product else None
    if wanted is not None and (wanted.unknown or not (wanted.goods or wanted.codes)):
        near = f"; near it: {', '.join(wanted.suggestions)}" if wanted.suggestions else ""
        problems["product"] = f"No goods of the ledger, nor an HS code such as 8507.60{near}"
    whom = "all partners"
    if partner in ledger.parties:
        whom = ledger.parties.get(str(partner)).name
    return {
        "partners": (partner,) if partner else (),
        "scope": Scope(goods=wanted.goods, hs=wanted.codes) if wanted else Scope(),
        "covers": product or "all goods",
        "name": f"{basis}: {product or 'goods in general'}, {whom}",
        "legal_basis": basis,
    }


def _partner(text: str, ledger: Ledger) -> str | None:
    named = _tidy(text)
    if named.casefold() in _EVERYBODY:
        return WORLD
    party = ledger.parties.named(named)
    return party.code if party else None
