"""Snapshot tests of the wording of every kind of fact; the snapshots are in this folder.

The facts are made up, so that new rates in the ledger change no snapshot. To accept a new wording,
run `python -m tests.render.test_snapshots`.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.parties import Parties, Party
from bot.rates.calendar.entries import Doubt, DoubtKind
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, OnGoods, TotalBasis
from bot.rates.model.base_duty import BaseRate, MfnAverage
from bot.rates.model.changes import Change, ChangeKind, RateChange, Upcoming
from bot.rates.model.component import Component
from bot.rates.model.customs_entry import ClaimTotal, EntryFacts, EntryValue, ValuedDuty
from bot.rates.model.history import Step
from bot.rates.model.law import Effect, LegalEvent, Ruling, Talk
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.lookup import Lookup, MissingFigure
from bot.rates.model.measure import Calc, DutyRate, MeasureRef, PartnerRate, Source, Status
from bot.rates.model.warnings import CheckedMeasure, Choice, Exclusion, Reason
from bot.render import words
from bot.render.text import render_calendar_line, render_lines, render_sentence

DAY, LATER = date(2026, 10, 2), date(2026, 12, 4)
STEEL = MeasureRef("Section 232, steel", "us-232-steel")
SOURCE = Source(text="90 FR 1", url="https://example.org/90-fr-1")
HALF = DutyRate(Decimal(50))
FLOOR = DutyRate(specific="USD 21 per kg")
BAN = DutyRate(banned=True)
CHOICES = (Choice("coal", Decimal(25)), Choice("crude oil", Decimal(20)))
DUTY = Component(
    measure=STEEL.name,
    measure_id=STEEL.id,
    legal_basis="Section 232",
    status=Status.IN_FORCE,
    source=SOURCE,
    rate=HALF,
    from_=date(2025, 6, 4),
    covers="steel of Annex I-A",
    checked=DAY,
)
PARTIES = Parties([Party(code="US", name="United States"), Party(code="CN", name="China")])
LEFT_OUT = DUTY._replace(exclusion=Exclusion(Reason.SOME_LINES, on_some_lines=True))
ANSWER = Answer(
    imposer="US",
    partner="CN",
    imposer_name="United States",
    partner_name="China",
    on=DAY,
    product="steel",
    total_percent=Decimal(50),
    components=(DUTY,),
    not_counted=(LEFT_OUT,),
    mfn=MfnAverage(Decimal("3.3"), 2024, SOURCE),
    checked=DAY,
    warnings=(kinds.RateCaveat(STEEL, "Only within the quota."),),
    next=(),
    basis=TotalBasis.GOODS,
    goods=("steel",),
)
BASE = BaseRate(
    "7326.90.86", "articles of steel", Decimal("2.9"), Decimal("52.9"), True, 2026, SOURCE
)
VALUE = EntryValue(
    value=Decimal(10000),
    duties=(ValuedDuty(STEEL, Decimal(50), Decimal("5000.00")),),
    base=Decimal("290.00"),
    merchandise_fee=Decimal("34.64"),
    fee_unsure=False,
    harbor_fee=Decimal("12.50"),
    total=(Decimal("5324.64"), Decimal("5324.64")),
    not_summed=(),
    fees_source=SOURCE,
)
OPEN_VALUE = VALUE._replace(
    duties=(ValuedDuty(STEEL, None, None),),
    base=None,
    merchandise_fee=None,
    harbor_fee=None,
    total=(Decimal(2000), Decimal(2500)),
    not_summed=("2¢/kg",),
)
ENTRY = EntryFacts(
    others=(
        ClaimTotal("USMCA", Decimal(0), None, False, BASE._replace(column="USMCA")),
        ClaimTotal("USMCA", None, (Decimal(0), Decimal(25)), False, None),
        ClaimTotal("USMCA", None, None, True, None),
        ClaimTotal("USMCA", None, None, False, None),
    ),
    headings=("9903.88.03", "9903.82.02", "7326.90.86"),
    unnamed=(STEEL,),
    value=VALUE._replace(fee_unsure=True),
)
STEPS = (
    Step(DAY, Decimal(50), SOURCE, (RateChange(STEEL, Change(ChangeKind.BEGINS, HALF)),)),
    Step(
        LATER,
        Decimal(25),
        SOURCE,
        (
            RateChange(STEEL, Change(ChangeKind.CHANGES, HALF, Decimal(25))),
            RateChange(STEEL, Change(ChangeKind.ENDS, HALF)),
        ),
        up_to=Decimal(50),
    ),
    Step(
        LATER,
        Decimal(25),
        SOURCE,
        ruling=LegalEvent(
            on=LATER,
            body="Supreme Court",
            case="A v. B",
            what="held them unlawful",
            effect=Effect.STRUCK_DOWN,
            source=SOURCE,
        ),
    ),
    Step(
        LATER,
        Decimal(25),
        SOURCE,
        (RateChange(STEEL, Change(ChangeKind.BEGINS, BAN)),),
        banned=True,
    ),
)
NEXT = Upcoming(
    on=LATER,
    change=Change(ChangeKind.CHANGES, HALF, Decimal(25)),
    measure=STEEL.name,
    measure_id=STEEL.id,
    imposer="US",
    partners=("CN",),
    source=SOURCE,
)
WARNINGS = (
    kinds.ReadAsOrigin("steel"),
    kinds.LeadingPairRemark("Sanctions are not in this ledger."),
    kinds.ImportBan(STEEL, DAY, "Goods in bond may be entered."),
    kinds.SomeLinesBanned(STEEL, DAY),
    kinds.UnknownEconomy("atlantis"),
    kinds.RateUnknown(STEEL, date(2018, 2, 7), date(2025, 2, 7)),
    kinds.AnnouncedOnly(STEEL, HALF, DAY),
    kinds.RunsOut(STEEL, Decimal(50), DAY),
    kinds.ZeroInData(((STEEL, HALF), (STEEL, FLOOR)), "anti-dumping duties"),
    kinds.ZeroInData((), "anti-dumping duties"),
    kinds.NotCovered(),
    kinds.SingleProductsOnly(),
    kinds.BeforeData(date(2018, 1, 1)),
    kinds.Stale(LATER, DAY, (), ()),
    kinds.Stale(
        LATER,
        DAY,
        (CheckedMeasure(STEEL, date(2026, 5, 3)),),
        (CheckedMeasure(STEEL, date(2026, 11, 1)),),
    ),
    kinds.BeyondData(LATER, DAY, (), ()),
    kinds.OlderSource(STEEL, DAY),
    kinds.BlocDuties("European Union"),
    kinds.NoSourceOpened(STEEL),
    kinds.LookupFailed(
        "USITC",
        "did not answer",
        Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="39269099"),
    ),
    kinds.LookupFailed(
        "WITS", "did not answer", Lookup(lack=MissingFigure.MFN_AVERAGE, economy="US")
    ),
    kinds.BaseNotPercent("3926.90.99", "1.5¢/kg"),
    kinds.NoOneTotal(None),
    kinds.NoOneTotal(Decimal(25)),
    kinds.SomeGoodsDiffer(CHOICES),
    kinds.UnknownProduct("gizmos", ("games", "gems")),
    kinds.InTransit(STEEL, DAY, LATER, "9903.03.02", "", "Proclamation 1"),
    kinds.InTransit(STEEL, DAY, LATER, "", "10%", "EO 1"),
    kinds.ClaimRefused("USMCA"),
    kinds.ClaimNotCovered("AGOA"),
    kinds.AskedNotCovered(("antidumping duties", "countervailing duties")),
    kinds.AskedNotCovered(("drawback",)),
    kinds.SpellingRead("steeel", "steel"),
    kinds.UnknownLine("73269087", "732690", "2026 Rev. 10"),
    kinds.UnknownLine("859910", "", "2026 Rev. 10"),
    kinds.DependsOnGoods(("Are they for cars?", "Are they of metal?")),
    kinds.NotInTotal(STEEL, HALF, Exclusion(Reason.SOME_LINES)),
    kinds.NoMeasureOnGoods("watches"),
    kinds.NoSuchLayer("Section 999"),
    kinds.UnknownWords("from the moon"),
    kinds.VoidButCharged("IEEPA", DAY, LATER),
    kinds.LaterVoid("IEEPA", DAY),
    kinds.OnOtherLines(STEEL, HALF, "parts of machines"),
    kinds.AllIn(STEEL, Decimal(15)),
    kinds.RateCaveat(STEEL, "Only within the quota."),
    kinds.PartlyExempt(STEEL, "if melted in the United States", "HTS 9903.82.03"),
    kinds.PartlyExempt(STEEL, "", "HTS 9903.82.03"),
    kinds.LowConfidence(STEEL, "One source only."),
    kinds.PairRemark("The 47% said in public counts more."),
    kinds.NotFollowed("anti-dumping duties"),
    kinds.SameForAll(("coal", "crude oil")),
    kinds.BasisChanged(DAY, DAY, True),
    kinds.BasisChanged(DAY, DAY, False),
    kinds.OriginsDiffer("pens"),
    kinds.OtherRates(
        STEEL,
        (
            PartnerRate(("European Union", "Japan"), Decimal(15), True),
            PartnerRate(("United Kingdom",), Decimal(10), False),
        ),
    ),
    kinds.SuspendedDuty(STEEL, Decimal(30), None),
    kinds.SuspendedDuty(STEEL, Decimal(30), DAY),
    kinds.EndedDutiesMissing(date(2025, 1, 1)),
)


def _warnings() -> Iterator[str]:
    answer = ANSWER._replace(warnings=WARNINGS, choices=CHOICES)
    for one, text in zip(WARNINGS, words.describe_warnings(answer), strict=True):
        yield f"{one.kind}: {text}"
    yield from words.describe_warnings(ANSWER._replace(mfn=None, warnings=(kinds.NotCovered(),)))
    yield from words.describe_warnings(ANSWER._replace(on=LATER, warnings=(WARNINGS[13],)))


def _changes() -> Iterator[str]:
    for kind in ChangeKind:
        change = Change(kind, HALF, Decimal(25), text="comments are due")
        yield f"{kind}: {words.describe_change(change)}"
    yield words.describe_change(Change(ChangeKind.ENDS, HALF))
    for rate in (BAN, FLOOR, DutyRate()):
        yield words.describe_change(Change(ChangeKind.BEGINS, rate))
    yield words.describe_change(Change(ChangeKind.BY_PARTNER, HALF, up_to=Decimal(60)))
    yield from (f"{kind}: {words.describe_doubt(Doubt(kind, 'A text.'))}" for kind in DoubtKind)
    yield words.describe_checked_period(CheckedPeriod(DAY, DAY, LATER))
    yield words.describe_checked_period(CheckedPeriod(DAY, LATER, LATER))
    yield from map(words.describe_step, STEPS)
    for item in (NEXT, NEXT._replace(passed=True, partners=tuple("ABCDEFGH"))):
        yield render_calendar_line(item, PARTIES)


def _components() -> Iterator[str]:
    for reason in Reason:
        why = Exclusion(reason, STEEL, "a text of the rates files")
        yield f"{reason}: {words.describe_note(DUTY._replace(exclusion=why, to=LATER))}"
    depends = Exclusion(Reason.DEPENDS, text="Are they for cars?")
    yield words.describe_note(DUTY._replace(exclusion=depends))
    yield words.describe_note(LEFT_OUT)
    for status in Status:
        component = DUTY._replace(status=status, to=LATER, void_on=DAY)
        yield f"{status}: {words.describe_status(component)}"
    yield words.describe_status(DUTY._replace(rate_since=date(2025, 3, 12)))
    yield words.describe_status(DUTY._replace(checked=date(2025, 3, 12)))
    yield words.describe_status(
        DUTY._replace(checked=date(2025, 3, 12), rate_since=date(2025, 3, 12))
    )
    rulings = (
        Ruling(Effect.HELD_UNLAWFUL, "Trade Court", DAY, False),
        Ruling(Effect.STAYED, "Appeals Court", DAY, False),
        Ruling(Effect.UPHELD, "Appeals Court", DAY, False),
        Ruling(Effect.STRUCK_DOWN, "Supreme Court", LATER, True),
    )
    yield words.describe_rulings(DUTY._replace(rulings=rulings, charged_until=LATER))
    void = DUTY._replace(
        status=Status.STRUCK_DOWN,
        rate=DutyRate(Decimal(0)),
        rulings=(rulings[0], rulings[3]._replace(later=False)),
        charged_until=LATER,
        exclusion=Exclusion(Reason.STRUCK_DOWN),
    )
    facts = (words.describe_status(void), words.describe_rulings(void), words.describe_note(void))
    yield " | ".join(facts)


def _answers() -> Iterator[str]:
    general = ANSWER._replace(basis=TotalBasis.GENERAL, goods=(), product=None)
    all_in = DUTY._replace(calc=Calc.ALL_IN_CEILING, rate=DutyRate(Decimal(15)))
    with_base = DUTY._replace(measure="Base rate", measure_id="mfn", rate=DutyRate(Decimal("2.9")))
    talk = Talk(on=DAY, parties=("US", "CN"), place="Geneva", outcome="a truce", source=SOURCE)
    answers = (
        ANSWER,
        ANSWER._replace(
            base=BASE, history=STEPS, last_change=STEPS[0], next=(NEXT,), talks=(talk,)
        ),
        ANSWER._replace(base=BASE, components=(DUTY, with_base), total_percent=Decimal("52.9")),
        ANSWER._replace(total_percent=Decimal(0), components=(), any_origin=True),
        ANSWER._replace(codes=("73269086",), components=(all_in,), total_percent=Decimal(15)),
        general._replace(total_percent=Decimal(0), on_goods=OnGoods(3, Decimal(100)), mfn=None),
        general._replace(
            lines=(
                LinesTotal(7056, Decimal("37.5"), Decimal("37.5"), ("Forced labor", "List 3")),
                LinesTotal(1010, Decimal(10), Decimal(10), ("Forced labor",), unlisted=1010),
                LinesTotal(53, Decimal(0), Decimal(0), ("Section 338 ban",), banned=True),
                *(LinesTotal(1, Decimal(n), Decimal(n + 5)) for n in range(5)),
            ),
            warnings=(),
        ),
        general._replace(total_percent=Decimal(0), components=(), warnings=()),
        general._replace(total_percent=None, components=(), warnings=(kinds.NotCovered(),)),
        ANSWER._replace(
            total_percent=None, total_range=(Decimal(20), Decimal(25)), choices=CHOICES, warnings=()
        ),
        ANSWER._replace(
            total_percent=None,
            total_range=(Decimal(20), Decimal(25)),
            questions=("Are they for cars?",),
            by_line=True,
            warnings=(),
        ),
        ANSWER._replace(
            total_percent=None,
            total_range=(Decimal(20), Decimal(25)),
            lines=(
                LinesTotal(1, Decimal(20), Decimal(20)),
                LinesTotal(2, Decimal(20), Decimal(25)),
            ),
            by_line=True,
            warnings=(),
        ),
        ANSWER._replace(
            total_percent=None, banned=True, components=(), warnings=(WARNINGS[2], WARNINGS[13])
        ),
        ANSWER._replace(basis=TotalBasis.LAYER, goods=(STEEL.name,)),
        ANSWER._replace(goods=(), codes=("73269086",), base=BASE, entry=ENTRY),
        ANSWER._replace(
            goods=(),
            codes=("73269086",),
            base=BASE._replace(column="USMCA", percent=None, with_duties=None, words="2¢/kg"),
            total_percent=None,
            total_range=(Decimal(20), Decimal(25)),
            by_line=True,
            warnings=(),
            entry=EntryFacts("under USMCA", headings=("7326.90.86",), value=OPEN_VALUE),
        ),
    )
    for answer in answers:
        yield from (render_sentence(answer), *render_lines(answer), "")


SNAPSHOTS: dict[str, Callable[[], Iterator[str]]] = {
    "warnings": _warnings,
    "changes": _changes,
    "components": _components,
    "answers": _answers,
}


def _file(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.txt")


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_words_match_the_snapshots(name: str) -> None:
    text = "".join(f"{line}\n" for line in SNAPSHOTS[name]())
    assert text == _file(name).read_text(encoding="utf-8")


def test_every_kind_of_warning_has_words() -> None:
    shown = {type(one) for one in WARNINGS}
    bases = (kinds.RateWarning, kinds.Leading)
    found = set(kinds.RateWarning.__subclasses__())
    found |= {each for kind in list(found) for each in kind.__subclasses__()}
    assert found - set(bases) == shown


if __name__ == "__main__":
    for each, made in SNAPSHOTS.items():
        _file(each).write_text("".join(f"{line}\n" for line in made()), encoding="utf-8")
