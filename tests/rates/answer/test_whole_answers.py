"""Complete answers, and the pairs for which a question gets answers, with made-up ledgers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.files.schema import ImposerFile, MfnBaseline, MfnFile
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, OnGoods, TotalBasis
from bot.rates.model.base_duty import BaseRate, MfnAverage
from bot.rates.model.changes import Change, ChangeKind, RateChange, Upcoming
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.goods import Good
from bot.rates.model.history import Step
from bot.rates.model.measure import DutyRate, MeasureRef, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.question.query import QueryKind, RateQuery, override_query
from bot.render.overview.headline import find_span
from tests.rates.asked import ask
from tests.rates.made import CHECKED, PARTIES, SOURCE, START, book, ledger, sheet, talk, written

DAY, JULY, OCTOBER_3 = date(2026, 6, 15), date(2026, 7, 1), date(2026, 10, 3)
LATE, NEXT_YEAR = date(2026, 11, 24), date(2027, 1, 1)
GOODS = [
    Good(id="steel", name="steel", hs=("72",)),
    Good(id="rails", name="rails", hs=("7302",), part_of=("steel",)),
    Good(id="wine", name="wine", hs=("2204",)),
]
MFN = MfnFile(
    sources={"wto": SOURCE},
    baselines=(
        MfnBaseline(economy="US", percent=3, year=2024, source="wto"),
        MfnBaseline(economy="EU", percent=5, year=2023, source="wto"),
        MfnBaseline(economy="DE", percent=9, year=2020, source="wto"),
    ),
)


def duty(measure_id: str, *periods: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return written(measure_id, *(periods or [{}]), **{"verified_as_of": CHECKED} | fields)


def made(*sheets: ImposerFile, **fields: Any) -> Ledger:
    return Ledger(book(*sheets, goods=GOODS, **fields)._replace(mfn=MFN), PARTIES)


def pair(imposer: str = "US", partner: str = "CN", **fields: Any) -> RateQuery:
    return RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner, **fields)


def test_an_answer_on_all_goods_has_every_fact_about_the_pair() -> None:
    days = [CHECKED - timedelta(days=each) for each in (0, 4, 2, 1, 3, -1)]
    rounds = [talk(day, "US", "CN") for day in days]
    review = {"on": NEXT_YEAR, "what": "A review.", "source": "gazette"}
    one = made(
        sheet(
            duty("a", {"to": OCTOBER_3}, {"from": "2026-10-04", "percent": 25}, general=True),
            duty("steel", {"percent": 50}, scope={"goods": ["steel"]}, milestones=[review]),
        ),
        talks=rounds,
    )
    ten, twenty_five = DutyRate(Decimal(10)), DutyRate(Decimal(25))
    rises = Change(ChangeKind.CHANGES, twenty_five, Decimal(10))
    ref = MeasureRef("Duty a", "a")
    # The ledger has a rate from 4 October on, which was announced before the last check.
    last = Step(date(2026, 10, 4), Decimal(25), SOURCE, (RateChange(ref, rises),))
    kept = Component("Duty a", "a", "Section 1", Status.IN_FORCE, SOURCE)
    coming = Upcoming(
        NEXT_YEAR,
        Change(ChangeKind.MILESTONE, text="A review."),
        "Duty steel",
        "steel",
        "US",
        ("CN",),
        SOURCE,
    )
    [found] = answer_query(pair(), one, LATE)
    assert found == Answer(
        imposer="US",
        partner="CN",
        imposer_name="United States",
        partner_name="China",
        on=LATE,
        product=None,
        total_percent=Decimal(25),
        components=(
            kept._replace(
                rate=twenty_five, from_=date(2026, 10, 4), covers="some goods", checked=CHECKED
            ),
        ),
        not_counted=(
            Component(
                "Duty steel",
                "steel",
                "Section 1",
                Status.IN_FORCE,
                SOURCE,
                DutyRate(Decimal(50)),
                Exclusion(Reason.PARTICULAR_GOODS),
                START,
                covers="some goods",
                checked=CHECKED,
            ),
        ),
        mfn=MfnAverage(Decimal(3), 2024, SOURCE),
        checked=CHECKED,
        warnings=(kinds.Stale(LATE, CHECKED, (), ()),),
        next=(
            coming,
            coming._replace(
                on=date(2026, 10, 4),
                change=rises,
                measure="Duty a",
                measure_id="a",
                passed=True,
                on_all_goods=True,
            ),
        ),
        on_goods=OnGoods(1, Decimal(50)),
        last_change=last,
        known_from=date(2018, 1, 1),
        talks=tuple(reversed(one.talks[3:])),
    )
    first = Step(START, Decimal(10), SOURCE, (RateChange(ref, Change(ChangeKind.BEGINS, ten)),))
    [full] = answer_query(pair(history=True, on=DAY), one, LATE)
    assert (full.on, full.total_percent) == (DAY, Decimal(10))
    assert full.history == (first, last)
    assert (full.last_change, full.talks, full.warnings) == (first, (), ())
    [early] = answer_query(pair(), one, date(2026, 9, 30))
    assert (early.on, early.checked) == (date(2026, 9, 30), CHECKED)
    assert early.talks == tuple(reversed(one.talks[:3]))


BASE = {"line": "7206.10.00", "what": "Ingots", "percent": "2.5", "year": 2026}
WORDS: list[tuple[str | None, dict[str, Any], dict[str, Any]]] = [
    (None, {}, {"basis": TotalBasis.GENERAL, "goods": (), "codes": ()}),
    ("zzqqx", {}, {"basis": TotalBasis.GENERAL, "goods": (), "codes": ()}),
    ("rail wine", {}, {"basis": TotalBasis.GOODS, "goods": ("wine",), "codes": ()}),
    ("7206.90", {}, {"basis": TotalBasis.GOODS, "goods": (), "codes": ("720690",)}),
    ("a list", {}, {"basis": TotalBasis.LAYER, "goods": ("Duty a",), "codes": ()}),
    ("wine only", {}, {"basis": TotalBasis.LAYER, "goods": ("wine only",), "codes": ()}),
    ("steell", {}, {"basis": TotalBasis.GOODS, "goods": ("steel",), "suggestions": ()}),
    ("7206.90", {"partner": WORLD}, {"any_origin": True}),
    ("7206.90", {}, {"any_origin": False}),
    (None, {"partner": WORLD}, {"any_origin": True}),
]


@pytest.mark.parametrize(("product", "fields", "expected"), WORDS)
def test_an_answer_names_the_basis_of_its_total(
    product: str | None, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    one = made(sheet(duty("a", names=["a list"], scope={"goods": ["steel"]})))
    [found] = answer_query(pair(product=product, on=DAY, **fields), one, CHECKED)
    assert {name: getattr(found, name) for name in expected} == expected


def with_base(**fields: Any) -> Ledger:
    duties = [
        BASE | {"goods": ["rails"], "example_for": ["steel"], "source": "gazette"},
        BASE | {"line": "2204", "what": "Wine", "percent": 20, "source": "gazette"},
    ]
    return made(
        sheet(
            duty("a", general=True),
            duty("floor", {"percent": 5}, scope={"goods": ["steel"]}, calc="all_in_floor"),
            duty("cap", {"percent": 1}, scope={"goods": ["rails"]}, calc="all_in_ceiling"),
            duty("ban", {"percent": None, "banned": True}, scope={"hs": ["2204"]}),
            base_duties=duties,
            **fields,
        )
    )


def base(with_duties: float, *, exact: bool) -> BaseRate:
    total = Decimal(str(with_duties))
    return BaseRate("7206.10.00", "Ingots", Decimal("2.5"), total, exact, 2026, SOURCE)


@pytest.mark.parametrize(
    ("product", "total", "expected"),
    [
        # The total is 10% plus a floor of 5%. The floor contains the base rate (2.5%).
        ("steel", 15, base(15, exact=False)),
        # The base rate (2.5%) is above the ceiling of 1%, so the ceiling adds nothing to it.
        ("rails", 16, base(15, exact=True)),
        ("7206.10", 10, base(12.5, exact=True)),
        ("7206", 10, base(12.5, exact=False)),
        ("7206.10.00.30", 10, base(12.5, exact=True)),
        ("7207", 10, None),
        ("steel only", 5, None),
        (None, 10, None),
    ],
)
def test_the_base_rate_of_the_line_or_of_an_example_is_shown_with_the_total(
    product: str | None, total: int, expected: BaseRate | None
) -> None:
    [found] = answer_query(pair(product=product, on=DAY), with_base(), CHECKED)
    assert (found.total_percent, found.base) == (Decimal(total), expected)


def test_the_base_rate_is_in_the_total_if_the_question_wants_it() -> None:
    [found] = answer_query(pair(product="steel with base", on=DAY), with_base(), CHECKED)
    assert (found.total_percent, found.base) == (Decimal(15), base(15, exact=False))
    assert [(each.measure_id, each.from_) for each in found.components] == [
        *(("a", START), ("floor", START), (BASE_ID, START))
    ]
    [banned] = answer_query(pair(product="2204 with base", on=DAY), with_base(), CHECKED)
    assert (banned.total_percent, banned.banned, banned.components) == (None, True, ())
    assert banned.base is not None
    assert (banned.base.line, banned.base.with_duties) == ("2204", None)


@pytest.mark.parametrize(
    ("imposer", "expected"),
    [
        ("US", MfnAverage(Decimal(3), 2024, SOURCE)),
        # The average of a member (Germany) is that of its bloc (EU).
        ("DE", MfnAverage(Decimal(5), 2023, SOURCE)),
        ("CN", None),
    ],
)
def test_an_answer_has_the_average_of_its_imposer(
    imposer: str, expected: MfnAverage | None
) -> None:
    partner = "CN" if imposer != "CN" else "US"
    assert answer_query(pair(imposer, partner), made(sheet()), CHECKED)[0].mfn == expected


def economies() -> Ledger:
    """The EU has two measures on China, the US has one, and China has one on both of them."""
    here = {"goods": ["steel"]}
    return made(
        sheet(duty("us", general=True), duty("all", partners=[WORLD], scope=here)),
        sheet(
            duty("eu-1", scope=here),
            duty("eu-2", {"percent": 5}, scope={"goods": ["wine"]}),
            imposer="EU",
        ),
        sheet(
            duty("cn", partners=["US", "EU"], general=True),
            imposer="CN",
            main_partners=["EU", "US"],
        ),
    )


def party(code: str, **fields: Any) -> RateQuery:
    return RateQuery(kind=QueryKind.PARTY, partner=code, **fields)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (pair(), [("US", "CN")]),
        (pair(both_ways=True), [("US", "CN"), ("CN", "US")]),
        (
            RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", versus=("EU", "DE")),
            [("US", "CN"), ("US", "EU"), ("US", "DE")],
        ),
        # Duties that it pays, first to the economy with most measures; then those that it imposes.
        (party("CN"), [("EU", "CN"), ("US", "CN"), ("CN", "EU"), ("CN", "US")]),
        (party("CN", only_as_origin=True), [("EU", "CN"), ("US", "CN")]),
        (party("DE"), [("CN", "DE"), ("DE", "CN")]),
        (party("US"), [("CN", "US"), ("US", "CN")]),
        # With goods, only economies that charge a duty on these goods.
        (party("CN", product="wine", only_as_origin=True), [("US", "CN"), ("EU", "CN")]),
        (party("DE", product="steel", only_as_origin=True), [("US", "DE"), ("CN", "DE")]),
        (RateQuery(kind=QueryKind.UPCOMING, partner="CN"), []),
        (RateQuery(kind=QueryKind.CHANGES), []),
    ],
)
def test_there_is_one_answer_for_each_requested_pair(
    query: RateQuery, expected: list[tuple[str, str]]
) -> None:
    found = answer_query(query, economies(), CHECKED)
    assert [(each.imposer, each.partner) for each in found] == expected


def test_an_economy_that_no_file_names_is_asked_about_with_the_us() -> None:
    alone = ledger(sheet(main_partners=["CN"]))
    assert [(each.imposer, each.partner) for each in answer_query(party("DE"), alone, CHECKED)] == [
        *(("US", "DE"), ("DE", "US"))
    ]
    assert [each.partner for each in answer_query(party("US"), alone, CHECKED)] == ["CN"]
    with pytest.raises(QueryError) as refused:
        answer_query(party(WORLD), alone, CHECKED)
    assert vars(refused.value) == vars(
        QueryError("the question", "names no economy", "Try: us china")
    )


def test_an_economy_without_duties_on_the_goods_is_read_as_their_origin() -> None:
    one = economies()
    named = pair("CN", WORLD, partner_implied=True)
    found = answer_query(named.model_copy(update={"product": "wine"}), one, CHECKED)
    assert [(each.imposer, each.partner, str(each.total_percent)) for each in found] == [
        *(("US", "CN", "10"), ("EU", "CN", "5"))
    ]
    assert found[0].warnings[0] == kinds.ReadAsOrigin("wine")
    assert not any(isinstance(each, kinds.ReadAsOrigin) for each in found[1].warnings)
    # The economy stays the importer if it has duties on the goods, or if a layer is named.
    for query in (
        pair("US", WORLD, partner_implied=True, product="steel"),
        named.model_copy(update={"product": "section 1 only"}),
        named.model_copy(update={"product": "duty eu-2 wine"}),
    ):
        [same] = answer_query(query, one, CHECKED)
        assert (same.imposer, same.partner) == (query.imposer, WORLD)


def test_a_question_in_words_has_its_answers() -> None:
    one = economies()
    assert ask("us on china", one, CHECKED) == answer_query(pair(), one, CHECKED)
    assert ask("us on china", one, CHECKED, on=DAY, product="wine") == answer_query(
        pair(on=DAY, product="wine"), one, CHECKED
    )


def test_next_changes_are_after_the_day_or_after_the_last_check() -> None:
    one = made(
        sheet(
            duty("a", {"to": "2026-08-31"}, {"from": "2026-12-01", "percent": 5}, general=True),
            duty(
                "old",
                {"to": "2026-09-30"},
                {"from": "2026-10-01", "percent": 6},
                general=True,
                verified_as_of="2026-09-01",
            ),
            duty("read", {"from": "2026-11-01", "checked": "2026-11-02"}, general=True),
            duty("wine", {"from": NEXT_YEAR}, scope={"goods": ["wine"]}),
        )
    )

    def coming(**fields: Any) -> list[tuple[str, date, bool]]:
        [found] = answer_query(pair(**fields), one, LATE)
        return [(each.measure_id, each.on, each.passed) for each in found.next]

    december, october = date(2026, 12, 1), date(2026, 10, 1)
    of_a, of_wine = ("a", december, False), ("wine", NEXT_YEAR, False)
    assert coming() == [of_a, of_wine, ("old", october, True)]
    assert coming(product="wine") == [of_a, of_wine, ("old", october, True)]
    assert coming(on=LATE) == [of_a, of_wine, ("old", october, True)]
    assert coming(on=date(2026, 8, 31)) == [
        ("a", date(2026, 9, 1), False),
        ("read", date(2026, 11, 1), False),
        of_a,
        of_wine,
        ("old", october, True),
    ]


def test_sampled_goods_of_every_partner_have_an_answer_with_sources(ledger: Ledger) -> None:
    goods = [*ledger.goods.by_id]
    partners = [one.code for one in ledger.parties if one.code != "US"]
    for at, partner in enumerate(partners):
        query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=partner)
        for good in ("fertilisers", goods[at * 7 % len(goods)]):
            found = answer_query(override_query(query, None, good), ledger, LATE)
            assert all(step.source.text for one in found for step in one.history), (partner, good)


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("us france aircraft parts", 0),
        ("us japan 8807.30", 0),
        ("us india aircraft engines", 0),
        ("us china aircraft parts", 25),
    ],
)
def test_civil_use_makes_the_duty_on_goods_of_aircraft_a_range(
    ledger: Ledger, text: str, low: int
) -> None:
    answer = ask(text, ledger, LATE)[0]
    assert answer.main_span is not None
    assert answer.main_span[0] == low
    assert "Are the goods for civil aircraft?" in answer.questions


def test_civil_use_leaves_the_duty_on_goods_of_many_uses(ledger: Ledger) -> None:
    answer = ask("us japan 8507.60", ledger, LATE)[0]
    assert "Are the goods for civil aircraft?" not in answer.questions


@pytest.mark.parametrize("text", ["canadian dairy", "dairy from canada"])
def test_a_claim_has_its_own_range_if_some_lines_are_banned(ledger: Ledger, text: str) -> None:
    answer = ask(text, ledger, date(2026, 11, 30))[0]
    assert any(one.banned for one in answer.lines)
    [claim] = answer.entry.others
    assert claim.program == "USMCA"
    assert claim.span is not None
    span = find_span(answer)
    assert span is not None
    assert claim.span[0] < span[0]


@pytest.mark.parametrize(
    "text", ["thailand pickup truck parts", "suv parts thailand", "van parts from thailand"]
)
def test_parts_of_light_vehicles_are_auto_parts(ledger: Ledger, text: str) -> None:
    answer = ask(text, ledger, LATE)[0]
    assert answer.goods == ("auto parts",)
