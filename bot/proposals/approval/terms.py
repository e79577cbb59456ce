"""The form in which an operator approves a proposal, and the validation of its fields.

The form starts with the proposal's own terms. If the operator chooses an existing measure, this
measure gets the rate and keeps its goods and partners. If the operator chooses `NEW`, the approval
adds a measure. It needs a legal basis and a partner, and covers goods in general if the form names
no product.
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
from bot.rates.model.measure import Measure, Scope, Source, has_basis
from bot.text.percent import format_percent
from bot.values import Frozen

NEW = "new"
"""The choice of a new measure. It cannot be a measure's id, because ids begin with the imposer."""

_PERCENT = re.compile(r"\d{1,4}(?:\.\d{1,3})?")
_LINK = re.compile(r"https?://[^\s<>|\"]{1,2000}")
_HIGHEST = Decimal(1000)
_LONGEST_BACK, _LONGEST_AHEAD = timedelta(days=366), timedelta(days=3660)
"""How far in the past and in the future a first day may be. Other days are probably typos."""
_ALL_PARTNERS = frozenset({"all", "world", "everybody", "all partners", "all countries"})


class ApprovalForm(Frozen):
    """The fields of the form, as text."""

    percent: str = ""
    day: str = ""
    """The first day on which the rate is charged, such as 2026-12-01."""
    measure: str = ""
    """The id of a measure, or `NEW`; empty while the operator has chosen neither."""
    partner: str = ""
    product: str = ""
    legal_basis: str = ""
    link: str = ""
    note: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the form has all fields that every approval needs."""
        return bool(self.percent and self.day and self.measure)


class FormRefused(TariffwireError):
    """Raised for a form with invalid fields; `problems` maps each such field to the reason."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        field, cause = next(iter(problems.items()))
        super().__init__(field, cause)


def fill_form(proposal: Proposal, ledger: Ledger) -> ApprovalForm:
    """The form with the proposal's own terms. Fields that the proposal leaves open are empty."""
    partner = proposal.partner
    return ApprovalForm(
        percent=format_percent(proposal.new_percent) or "",
        day=proposal.effective_on.isoformat() if proposal.effective_on else "",
        measure=proposal.replaces,
        partner=ledger.parties.get(partner).name if partner in ledger.parties else "",
        product=proposal.product,
        link=proposal.said_by[0].link,
    )


def list_measures(proposal: Proposal, ledger: Ledger) -> tuple[Measure, ...]:
    """The measures that the proposal may change: the likeliest first, then others of the pair.

    Measures without a present or later rate are left out. If the proposal names a legal basis, so
    are measures with another basis. If it has no partner, all measures of the imposer are
    candidates.
    """
    codes = ledger.list_codes(proposal.imposer)
    if proposal.partner:
        pool = ledger.get_pair(proposal.imposer, proposal.partner).measures
    else:
        pool = tuple(one for one in ledger.measures if one.imposer in codes)
    running = [
        one
        for one in pool
        if (one.find_period(proposal.old_on) or one.find_period_after(proposal.old_on) is not None)
        and (not proposal.basis or has_basis(one, (proposal.basis,)))
    ]
    first = {name: place for place, name in enumerate(proposal.choices)}
    return tuple(sorted(running, key=lambda one: first.get(one.id, len(first))))


def make_amendment(
    form: ApprovalForm, proposal: Proposal, ledger: Ledger, by: Operator, now: datetime
) -> Amendment:
    """The amendment that the form describes. Raises FormRefused if fields are invalid."""
    problems: dict[str, str] = {}
    percent = _read_percent(form.percent, problems)
    day = _read_day(form.day, now.date(), problems)
    chosen = _read_measure(form.measure, proposal, ledger, problems)
    link = form.link.strip()
    if link and not _LINK.fullmatch(link):
        problems["link"] = "Give an address that begins with https://, or leave it empty"
    given: dict[str, object] = {"name": chosen.name} if chosen else {}
    if form.measure == NEW:
        given = _read_new_measure(form, ledger, problems)
    if problems or percent is None or day is None:
        raise FormRefused(problems)
    report = proposal.said_by[0]
    source = _clean(f"{report.source}, {report.published:%Y-%m-%d}")
    sheet = ledger.find_imposer_file(chosen.imposer if chosen else proposal.imposer)
    return Amendment(
        id=proposal.id,
        imposer=sheet.imposer if sheet else proposal.imposer,
        measure=chosen.id if chosen else "",
        percent=percent,
        from_=day,
        source=Source(text=source, url=link or None),
        published=min(report.published.date(), day),
        note=_clean(form.note),
        approved_by=_clean(by.name) or by.id,
        approved_on=now.date(),
        **given,
    )


def _clean(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _read_percent(text: str, problems: dict[str, str]) -> Decimal | None:
    number = text.replace("%", "").strip()
    if _PERCENT.fullmatch(number) and (percent := Decimal(number)) <= _HIGHEST:
        return percent
    problems["percent"] = "Give a percent from 0 to 1000, such as 12.5"
    return None


def _read_day(text: str, today: date, problems: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        problems["day"] = "Give the first day on which it is charged, such as 2026-12-01"
        return None
    if day < today - _LONGEST_BACK:
        problems["day"] = (
            "More than a year ago: change the rates files instead, or correct the year"
        )
        return None
    if day > today + _LONGEST_AHEAD:
        problems["day"] = "More than ten years ahead: correct the year"
        return None
    return day


def _read_measure(
    name: str, proposal: Proposal, ledger: Ledger, problems: dict[str, str]
) -> Measure | None:
    if name == NEW:
        return None
    for measure in list_measures(proposal, ledger):
        if measure.id == name:
            return measure
    problems["measure"] = "Choose the measure whose rate this is, or a new one"
    return None


def _read_new_measure(
    form: ApprovalForm, ledger: Ledger, problems: dict[str, str]
) -> dict[str, object]:
    basis, product = _clean(form.legal_basis), _clean(form.product)
    if not basis:
        problems["legal_basis"] = "A new measure needs its legal basis, such as Section 232"
    partner = _find_partner(form.partner, ledger)
    if partner is None:
        problems["partner"] = "Name one economy, or `all`"
    wanted = ledger.reader.read(product, frozenset()) if product else None
    if wanted is not None and (wanted.unknown or not (wanted.goods or wanted.codes)):
        similar = ledger.reader.suggest_names(wanted)
        near = f"; similar: {', '.join(similar)}" if similar else ""
        problems["product"] = (
            f"Name goods that the ledger knows, or an HS code such as 8507.60{near}"
        )
    partner_name = "all partners"
    if partner in ledger.parties:
        partner_name = ledger.parties.get(str(partner)).name
    return {
        "partners": (partner,) if partner else (),
        "scope": Scope(goods=wanted.goods, hs=wanted.codes) if wanted else Scope(),
        "covers": product or "all goods",
        "name": f"{basis}: {product or 'goods in general'}, {partner_name}",
        "legal_basis": basis,
    }


def _find_partner(text: str, ledger: Ledger) -> str | None:
    named = _clean(text)
    if named.casefold() in _ALL_PARTNERS:
        return WORLD
    party = ledger.parties.find(named)
    return party.code if party else None
