"""Questions with two sides: two days, a claim and its opposite, goods of two origins, and changes
of the goods of a question, with shipped data."""

from datetime import date

import pytest

from bot.errors import QueryError, UnclearQuestion
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.asked import ask

TODAY = date(2026, 11, 30)


def read(text: str, ledger: Ledger) -> RateQuery:
    return parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("8541.43 vietnam 2026-03-01 vs today", "2026-03-01", "2026-11-30"),
        ("us vietnam today vs 2025-08-01", "2025-08-01", "2026-11-30"),
        ("toys from china on 1 july 2026 compared to now", "2026-07-01", "2026-11-30"),
        ("steel from japan march 2025 vs june 2025", "2025-03-01", "2025-06-30"),
        ("trucks from germany before and after nov 1 2025", "2025-10-31", "2025-11-01"),
        ("toys from china before vs after 24 july 2026", "2026-07-23", "2026-07-24"),
        ("toys from china dated 1 december 2025 and today", "2025-12-01", "2026-11-30"),
        ("cars of korea at 1 oct 2025 and at present", "2025-10-01", "2026-11-30"),
        ("cars of korea on 1 oct 2025, and nowadays", "2025-10-01", "2026-11-30"),
        ("eu wine after and before 7 august 2025", "2025-08-06", "2025-08-07"),
    ],
)
def test_two_compared_days_are_a_period(text: str, since: str, until: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (str(found.since), str(found.until), found.on) == (since, until, None)


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "mango frozen, peru, hts 0811.90.52, and also avocado mexico",
            ["us on pe mango frozen hts 0811.90.52", "us on mx avocado"],
        ),
        (
            "mangoes peru 0811.90.52 and avocados mexico 0804.40",
            ["us on pe mangoes 0811.90.52", "us on mx avocados 0804.40"],
        ),
        ("toys vietnam 9503, bikes cambodia", ["us on vn toys 9503", "us on kh bikes"]),
    ],
)
def test_a_code_belongs_to_the_goods_next_to_it(
    text: str, commands: list[str], ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as error:
        read(text, ledger)

    offered = [read(command, ledger) for _, command in error.value.options]
    assert offered == [read(command, ledger) for command in commands]


@pytest.mark.parametrize(
    ("text", "product"),
    [
        (
            "when do tariffs on upholstered furniture go up, and is there any talk of postponing",
            "upholstered wooden furniture",
        ),
        ("upcoming steel and copper", "steel, copper"),
        ("upcoming section 301", "section 301"),
        ("upcoming kitchen cabinets", "kitchen cabinets"),
    ],
)
def test_a_calendar_is_about_the_goods_that_were_read(
    text: str, product: str, ledger: Ledger
) -> None:
    assert read(text, ledger).product == product


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hts 6109.10.00.12 from honduras", "hts 6109.10.00.12"),
        ("8517.13.00.00 china", "8517.13.00.00"),
    ],
)
def test_the_end_of_a_dotted_code_is_no_date(text: str, code: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.product, found.on) == (code, None)


@pytest.mark.parametrize(
    ("text", "partner"),
    [
        ("8703.23.01 de", "DE"),
        ("8703.23 it", "IT"),
        ("in 8507.60", "IN"),
        ("850760 no on 2026-08-01", "NO"),
    ],
)
def test_a_small_word_next_to_a_code_is_an_economy(text: str, partner: str, ledger: Ledger) -> None:
    assert read(text, ledger).partner == partner


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("auto parts from mexico, with and without usmca", "auto parts"),
        ("canadian maple syrup usmca qualifying vs not", "maple syrup"),
        ("cars from mexico usmca vs non-usmca", "cars"),
        ("tires from canada under usmca or not", "tires"),
        ("canada steel without and with usmca", "steel"),
        ("korean socks with or without korus", "socks"),
    ],
)
def test_a_claim_and_its_opposite_are_no_claim(text: str, product: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert found.product == product
    assert not ledger.reader.read_any(product).claims


def test_a_single_claim_stays(ledger: Ledger) -> None:
    for text, claim in [
        ("auto parts from mexico without usmca", "not usmca"),
        ("auto parts from mexico under usmca", "usmca"),
    ]:
        assert ledger.reader.read_any(read(text, ledger).product or "").claims == (claim,)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("running shoes from vietnam, and on the same shoes from indonesia", ["VN", "ID"]),
        ("steel from germany and from france", ["DE", "FR"]),
        ("japanese cars and korean cars", ["JP", "KR"]),
    ],
)
def test_each_economy_after_from_is_an_origin(text: str, codes: list[str], ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.kind, found.imposer) == (QueryKind.COMPARE, "US")
    assert [found.partner, *found.versus] == codes


def test_goods_of_two_members_of_the_eu_are_goods_of_the_eu(ledger: Ledger) -> None:
    found = read("french wine and italian cheese", ledger)
    assert (found.kind, found.imposer, found.partner) == (QueryKind.PAIR, "US", "EU")
    assert found.product == "wine and cheese"


def test_of_two_goods_of_two_origins_the_person_chooses_one(ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read("thai rice and indian tea", ledger)
    found = [read(command, ledger) for _, command in raised.value.options]
    assert [(one.partner, one.product) for one in found] == [("TH", "rice"), ("IN", "tea")]


@pytest.mark.parametrize(
    "text",
    ["india faces in the US and whether steel pays", "us and india", "us and steel"],
)
def test_and_is_never_andorra(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert "AD" not in (found.imposer, found.partner, *found.versus)


@pytest.mark.parametrize(
    ("text", "partner", "product"),
    [
        ("how much have tariffs on eu wine changed since april 2025", "EU", "wine"),
        ("how far did duties on indian shrimp change in 2026", "IN", "shrimp"),
        ("when did tariffs on korea last change", "KR", None),
        ("last change china steel", "CN", "steel"),
        ("when the 145% tariff on china ended", "CN", None),
        ("when did the 39% on switzerland go away", "CH", None),
        ("switzerland usa when did the 39 pct go away", "CH", None),
    ],
)
def test_how_and_when_a_duty_changed_is_its_history(
    text: str, partner: str, product: str | None, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.kind, found.history) == (QueryKind.PAIR, True)
    assert (found.imposer, found.partner, found.product) == ("US", partner, product)


@pytest.mark.parametrize(
    ("text", "partner", "product"),
    [
        ("changes since april 2025 eu wine", "EU", "wine"),
        ("what changed for brazilian coffee since july 2025", "BR", "coffee"),
        ("did tariffs on vietnamese furniture change since september 2025", "VN", "furniture"),
    ],
)
def test_past_changes_of_goods_are_the_history_of_their_total(
    text: str, partner: str, product: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.kind, found.history, found.until) == (QueryKind.PAIR, True, TODAY)
    assert (found.imposer, found.partner, found.product) == ("US", partner, product)


def test_past_changes_without_goods_are_a_calendar(ledger: Ledger) -> None:
    assert read("what changed for brazil since july 2025", ledger).kind is QueryKind.CHANGES
    assert read("changes china steel", ledger).kind is QueryKind.CHANGES


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("eu wine in may and september 2025", True),
        ("eu wine 2025-06-01 vs 2025-10-01", True),
        ("eu wine in may and june 2025", False),
        ("toys from china 2026-07-01 vs 2026-08-01", False),
    ],
)
def test_a_change_of_the_basis_within_a_period_is_said(
    text: str, changes: bool, ledger: Ledger
) -> None:
    [said] = ask(text, ledger, TODAY)
    found = [one for one in said.warnings if isinstance(one, kinds.BasisChanged)]
    assert bool(found) is changes
    assert all(one.includes_base_at_end for one in found)


@pytest.mark.parametrize(("text", "lacks"), [("us pens", True), ("us steel", False)])
def test_no_duty_for_all_origins_is_no_duty_for_each(
    text: str, lacks: bool, ledger: Ledger
) -> None:
    [said] = ask(text, ledger, TODAY)
    assert any(isinstance(one, kinds.OriginsDiffer) for one in said.warnings) is lacks


def test_the_last_change_of_compared_origins_is_the_history_of_both(ledger: Ledger) -> None:
    text = (
        "is it better to buy laptops from thailand or from malaysia, and when did that change last?"
    )
    found = read(text, ledger)
    assert (found.kind, found.history) == (QueryKind.COMPARE, True)
    assert (found.partner, found.versus) == ("TH", ("MY",))


def test_goods_that_are_left_out_lead_to_all_goods(ledger: Ledger) -> None:
    with pytest.raises(UnclearQuestion, match="cannot leave out") as raised:
        read("lithium batteries from china that are not for cars", ledger)
    [(_, command)] = raised.value.options
    assert read(command, ledger).product == "lithium batteries"
    with pytest.raises(QueryError, match="cannot leave out"):
        read("all goods except steel from china", ledger)


@pytest.mark.parametrize(
    "text",
    [
        "how did the tariff on swiss goods evolve from april 2025 until now?",
        "development of us tariffs on swiss goods",
        "course of the duty on swiss watches",
        "how did tariffs on swiss watches change",
        "timeline us switzerland",
        "the tariff on swiss watches went up",
    ],
)
def test_words_of_a_course_ask_for_the_history(text: str, ledger: Ledger) -> None:
    found = read(text, ledger)
    assert (found.imposer, found.partner, found.history) == ("US", "CH", True)


@pytest.mark.parametrize(
    ("text", "goods", "totals"),
    [
        ("us china steel vs us china toys", ["steel", "toys"], ["50-75", "12.5"]),
        ("us china toys or us china lamps", ["toys", "lamps"], ["12.5", "37.5"]),
        ("eu wine and eu spirits", ["wine", "spirits"], ["10", "10"]),
    ],
)
def test_parts_with_the_same_economies_are_several_goods(
    text: str, goods: list[str], totals: list[str], ledger: Ledger
) -> None:
    found = [one for one in ask(text, ledger, TODAY) if one.imposer == "US"]
    assert [one.product for one in found] == goods
    ends = [[one.total_percent] if one.total_percent else one.total_range or () for one in found]
    assert ["-".join(map(str, each)) for each in ends] == totals


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("us eu wine vs us japan cars", [("US", "EU", "wine"), ("US", "JP", "cars")]),
        ("steel from china vs toys from vietnam", [("US", "CN", "steel"), ("US", "VN", "toys")]),
        (
            "wine and beer from france and tea from india",
            [("US", "FR", "wine and beer"), ("US", "IN", "tea")],
        ),
        (
            "steel from india and aluminum from thailand and copper from chile",
            [("US", "IN", "steel"), ("US", "TH", "aluminum"), ("US", "CL", "copper")],
        ),
    ],
)
def test_of_parts_with_other_economies_the_person_chooses_one(
    text: str, parts: list[tuple[str, str, str]], ledger: Ledger
) -> None:
    with pytest.raises(UnclearQuestion) as raised:
        read(text, ledger)
    found = [read(command, ledger) for _, command in raised.value.options]
    assert [(one.imposer, one.partner, one.product) for one in found] == parts


def test_a_month_ahead_does_not_limit_a_question_for_a_beginning(ledger: Ledger) -> None:
    found = read(
        "since when do kitchen cabinets carry a special duty, and will it be raised in january?",
        ledger,
    )
    assert (found.product, found.partner, found.history) == ("kitchen cabinets", "WORLD", True)
    assert (found.since, found.until, found.on) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "kind", "since", "until"),
    [
        ("what ended in october", QueryKind.CHANGES, "2026-10-01", "2026-10-31"),
        ("what went up in july", QueryKind.CHANGES, "2026-07-01", "2026-07-31"),
        ("what changes by spring", QueryKind.UPCOMING, "None", "2027-05-31"),
        ("will sofas go up in january", QueryKind.UPCOMING, "2027-01-01", "2027-01-31"),
    ],
)
def test_verbs_of_changes_with_a_period_ask_for_a_calendar(
    text: str, kind: QueryKind, since: str, until: str, ledger: Ledger
) -> None:
    found = read(text, ledger)
    assert (found.kind, str(found.since), str(found.until)) == (kind, since, until)


def test_this_week_means_today_for_a_rate(ledger: Ledger) -> None:
    found = read("us vietnam this week", ledger)
    assert (found.on, found.since, found.until) == (None, None, None)
