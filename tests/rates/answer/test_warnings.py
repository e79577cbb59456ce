"""All warnings of an answer, in their order, with made-up ledgers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.goods import Good
from bot.rates.model.measure import DutyRate, MeasureRef
from bot.rates.model.warnings import Exclusion, RateWarning, Reason
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.made import CHECKED, START, ledger, sheet, written

DAY, JUNE, MAY_31 = date(2026, 6, 15), date(2026, 6, 1), date(2026, 5, 31)
AUGUST, LATE = date(2026, 8, 28), date(2026, 11, 24)
GOODS = [
    Good(id="steel", name="steel", hs=("72", "73")),
    Good(id="pipes", name="pipes", hs=("7304",), part_of=("steel",)),
    Good(id="wine", name="wine", hs=("2204",)),
]
ANTI_DUMPING = kinds.NotFollowed("antidumping and countervailing duties")
STEEL: dict[str, Any] = {"scope": {"goods": ["steel"]}}
SOME: dict[str, Any] = {"scope": {"hs": ["7208"]}}
ON_ALL: dict[str, Any] = {"general": True}
TEN = DutyRate(Decimal(10))


def ref(measure_id: str) -> MeasureRef:
    return MeasureRef(f"Duty {measure_id}", measure_id)


def duty(measure_id: str = "a", *periods: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A measure whose sources were checked on the same day as those of its pair."""
    return written(measure_id, *(periods or [{}]), **{"verified_as_of": CHECKED} | fields)


def answered(
    *measures: dict[str, Any],
    product: str | None = None,
    on: date | None = DAY,
    partner: str = "CN",
    imposer: str = "US",
    today: date = CHECKED,
    **fields: Any,
) -> Answer:
    """The answer about a pair, by default US duties on China, on a day."""
    made = ledger(sheet(*measures, **fields), sheet(imposer="EU"), goods=GOODS)
    query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, product=product, on=on)
    return answer_query(query, made, today)[0]


def said(*measures: dict[str, Any], **asked: Any) -> list[RateWarning]:
    return list(answered(*measures, **asked).warnings)


def remark(text: str, **fields: Any) -> dict[str, Any]:
    return {"partner": "CN", "from": JUNE, "text": text, "source": "gazette"} | fields


def not_in_total(
    measure_id: str, reason: Reason, rate: DutyRate = TEN, text: str = ""
) -> RateWarning:
    return kinds.NotInTotal(ref(measure_id), rate, Exclusion(reason, text=text))


@pytest.mark.parametrize("product", [None, "goods in general"])
def test_an_answer_on_checked_days_needs_no_warning(product: str | None) -> None:
    assert said(duty(general=True), product=product) == []


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (MAY_31, False),
        (JUNE, True),
        (DAY, True),
        (date(2026, 6, 16), False),
    ],
)
def test_remarks_on_the_pair_hold_on_their_days(day: date, shown: bool) -> None:
    remarks = [
        remark("A public figure.", to=DAY),
        remark("Sanctions.", to=DAY, leads=True),
        remark("Of others.", partner="DE"),
    ]
    expected: list[RateWarning] = [
        kinds.LeadingPairRemark("Sanctions."),
        kinds.PairRemark("A public figure."),
    ]
    assert said(duty(general=True), on=day, remarks=remarks) == (expected if shown else [])
    # A question about goods gets the leading remark only.
    on_goods = said(duty(**STEEL), on=day, product="steel", remarks=remarks)
    assert on_goods == [*expected[: int(shown)], ANTI_DUMPING]


BAN: dict[str, Any] = {"percent": None, "banned": True}
ON_GOODS: list[tuple[str, list[dict[str, Any]], str, list[RateWarning]]] = [
    (
        "a ban",
        [duty("a", BAN | {"caveat": "With exceptions."}, **STEEL)],
        "steel",
        [kinds.ImportBan(ref("a"), START, "With exceptions.")],
    ),
    (
        "a ban on some lines",
        [duty("a", BAN, **SOME), duty("b", **STEEL)],
        "steel",
        [kinds.SomeLinesBanned(ref("a"), START), ANTI_DUMPING],
    ),
    (
        "an unknown rate",
        [duty("a", {"from": date(2026, 7, 1)}, charged_since=JUNE, **STEEL)],
        "steel",
        [kinds.RateUnknown(ref("a"), JUNE, date(2026, 7, 1))],
    ),
    (
        "only announced rates",
        [
            duty("a", {"status": "announced"}, **STEEL),
            duty("b", {"percent": None, "specific": "USD 2", "status": "announced"}, **STEEL),
            duty("c", {"percent": None, "status": "announced"}, **STEEL),
        ],
        "steel",
        [
            kinds.AnnouncedOnly(ref("a"), TEN, START),
            kinds.AnnouncedOnly(ref("b"), DutyRate(specific="USD 2"), START),
            kinds.ZeroInData((), ANTI_DUMPING.text),
        ],
    ),
    (
        "zero, and some lines",
        [duty("a", **SOME), duty("b", {"percent": 0}, **STEEL)],
        "steel",
        [
            kinds.ZeroInData(((ref("a"), TEN),), ANTI_DUMPING.text),
            not_in_total("a", Reason.SOME_LINES),
        ],
    ),
    (
        "an all-in rate with tiers and an exemption on a condition",
        [
            duty(
                "a",
                {"caveat": "Tiers."},
                calc="all_in_ceiling",
                confidence="low",
                note="Press only.",
                exempt=[
                    {"scope": {"goods": ["pipes"]}, "why": "On a list."},
                    {"scope": {"goods": ["steel"]}, "why": "Old.", "only_if": "made before 2020"},
                ],
                **STEEL,
            )
        ],
        "steel",
        [
            kinds.AllIn(ref("a"), Decimal(10)),
            kinds.RateCaveat(ref("a"), "Tiers."),
            kinds.PartlyExempt(ref("a"), "", "On a list."),
            kinds.PartlyExempt(ref("a"), "made before 2020", "Old."),
            kinds.LowConfidence(ref("a"), "Press only."),
            ANTI_DUMPING,
        ],
    ),
    (
        "a ruling while it is charged",
        [duty("a", {"void_on": JUNE, "to": date(2026, 6, 30), "status": "struck_down"}, **STEEL)],
        "steel",
        [kinds.VoidButCharged("Section 1", JUNE, date(2026, 6, 30)), ANTI_DUMPING],
    ),
    (
        "a ruling to come",
        [duty("a", {"void_on": date(2026, 6, 16), "status": "struck_down"}, **STEEL)],
        "steel",
        [kinds.LaterVoid("Section 1", date(2026, 6, 16)), ANTI_DUMPING],
    ),
    (
        "a ruling of the day",
        [duty("a", {"void_on": DAY, "status": "struck_down"}, **STEEL)],
        "steel",
        [kinds.VoidButCharged("Section 1", DAY, None), ANTI_DUMPING],
    ),
    (
        "no measure on the goods by themselves",
        [duty("a", **ON_ALL), duty("b", **STEEL)],
        "wine",
        [kinds.NoMeasureOnGoods("wine"), ANTI_DUMPING],
    ),
    (
        "exempt from all",
        [duty("a", exempt=[{"scope": {"goods": ["wine"]}, "why": "Free."}], **ON_ALL)],
        "wine",
        [kinds.ZeroInData((), ANTI_DUMPING.text)],
    ),
    (
        "misspelled goods",
        [duty("a", **ON_ALL)],
        "steell",
        [
            kinds.SpellingRead("steell", "steel"),
            kinds.NoMeasureOnGoods("steel"),
            ANTI_DUMPING,
        ],
    ),
    ("unknown goods", [duty("a", **ON_ALL)], "zzqqx", [kinds.UnknownProduct("zzqqx", ())]),
    (
        "unknown words",
        [duty("a", **STEEL)],
        "purple zzqqx steel",
        [kinds.UnknownWords("purple zzqqx"), ANTI_DUMPING],
    ),
    ("a layer that there is not", [duty("a", **ON_ALL)], "wine only", []),
    (
        "a layer on goods that no measure is about",
        [duty("a", **STEEL)],
        "wine only",
        [kinds.NoSuchLayer("wine only")],
    ),
    (
        "what is never summed and a specific duty",
        [
            duty("a", aside="An average.", **STEEL),
            duty("b", {"percent": None, "specific": "USD 2"}, **STEEL),
            duty("c", {"percent": 5}, **STEEL),
        ],
        "steel",
        [
            not_in_total("b", Reason.SPECIFIC, DutyRate(specific="USD 2")),
            not_in_total("a", Reason.NEVER_SUMMED, text="An average."),
            ANTI_DUMPING,
        ],
    ),
]


@pytest.mark.parametrize(
    ("measures", "product", "expected"),
    [pytest.param(*values, id=name) for name, *values in ON_GOODS],
)
def test_an_answer_on_goods_says(
    measures: list[dict[str, Any]], product: str, expected: list[RateWarning]
) -> None:
    assert said(*measures, product=product) == expected


def test_words_unknown_next_to_goods_of_all_origins_may_be_an_economy() -> None:
    one = said(duty(partners=[WORLD], **STEEL), partner=WORLD, product="zzqqx steel")
    assert one == [kinds.UnknownEconomy("zzqqx"), ANTI_DUMPING]


@pytest.mark.parametrize(
    ("to", "fields", "day", "shown"),
    [
        (CHECKED, {}, date(2026, 10, 3), True),
        (CHECKED, {}, CHECKED, False),
        (date(2026, 10, 1), {}, date(2026, 10, 3), False),
        (date(2026, 12, 1), {}, date(2026, 12, 2), True),
        (date(2026, 12, 1), {}, date(2026, 12, 1), False),
        (CHECKED, {"percent": 0}, date(2026, 10, 3), False),
        (CHECKED, {"status": "suspended"}, date(2026, 10, 3), False),
    ],
)
def test_a_rate_that_ran_out_since_the_check_leads(
    to: date, fields: dict[str, Any], day: date, shown: bool
) -> None:
    found = said(duty("a", {"to": to} | fields, **ON_ALL), duty("b", **ON_ALL), on=day, today=LATE)
    ran_out = [each for each in found if isinstance(each, kinds.RunsOut)]
    assert ran_out == ([kinds.RunsOut(ref("a"), Decimal(10), to)] if shown else [])
    assert found[: len(ran_out)] == ran_out


def test_the_day_and_the_checks_determine_the_warnings_about_the_data() -> None:
    old = duty("old", verified_as_of=AUGUST, **ON_ALL)
    older = duty("older", verified_as_of=date(2026, 7, 1), **ON_ALL)
    own = duty("own", {"checked": date(2026, 11, 1)}, **ON_ALL)
    unread = duty("unread", verified_as_of=None, **ON_ALL)
    both = (
        kinds.CheckedMeasure(ref("older"), date(2026, 7, 1)),
        kinds.CheckedMeasure(ref("old"), AUGUST),
    )
    later = (kinds.CheckedMeasure(ref("own"), date(2026, 11, 1)),)
    all_four = (old, older, own, unread)
    unopened = kinds.NoSourceOpened(ref("unread"))
    # Without a day in the question, the answer uses the newest data.
    assert said(*all_four, on=None, today=LATE) == [
        kinds.Stale(LATE, CHECKED, both, later),
        unopened,
    ]
    assert said(*all_four, on=None, today=CHECKED)[-1] == unopened
    # A period that was checked on the day of the other data causes no warning. A period that was
    # checked earlier is listed with the older measures.
    same = duty("same", {"checked": CHECKED}, **ON_ALL)
    assert said(old, older, own, same, on=LATE, today=LATE) == [
        kinds.BeyondData(LATE, CHECKED, both, later)
    ]
    between = duty("old", {"checked": AUGUST}, **ON_ALL)
    assert said(between, older, own, on=LATE, today=LATE) == [
        kinds.BeyondData(LATE, CHECKED, both, later)
    ]
    # For a day that was checked, the warnings name each rate whose own sources are older.
    assert said(old, older, own, on=CHECKED, today=LATE) == [
        kinds.OlderSource(*each) for each in both
    ]
    assert said(old, older, on=AUGUST, today=LATE) == [kinds.OlderSource(*both[0])]
    assert said(old, older, on=DAY, today=LATE) == []
    current = duty(**ON_ALL)
    assert said(current, on=None, today=CHECKED) == []
    assert said(current, on=None, today=date(2026, 10, 3)) == [
        kinds.Stale(date(2026, 10, 3), CHECKED, (), ())
    ]


def test_a_pair_outside_the_ledgers_coverage_causes_a_warning() -> None:
    china = {"partners": ["CN"], "since": START, "checked": CHECKED, "general": False}
    assert said(partner="DE", coverage=[china]) == [kinds.NotCovered()]
    assert said(imposer="CN", partner="US") == [kinds.NotCovered()]
    assert said(coverage=[china]) == [kinds.SingleProductsOnly()]
    assert said(coverage=[china], on=date(2025, 12, 31)) == [
        kinds.SingleProductsOnly(),
        kinds.BeforeData(START),
    ]
    assert said(imposer="DE", partner="US") == [kinds.BlocDuties("European Union")]
