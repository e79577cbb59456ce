"""Which figures are looked up for an answer, and how the answer uses what live sources find."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.parties import Parties
from bot.rates.answer.build import answer_query
from bot.rates.answer.components import build_base_component
from bot.rates.answer.live_lookups import add_results, list_lookups
from bot.rates.files.schema import MfnBaseline, MfnFile
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.base_duty import BaseRate, MfnAverage
from bot.rates.model.component import BASE_ID
from bot.rates.model.goods import Good
from bot.rates.model.lookup import Finding, Lookup, LookupFailure, LookupResult, MissingFigure
from bot.rates.model.measure import Source
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from tests import shipped
from tests.rates.made import PARTIES, SOURCE, book, sheet, written
from tests.rates.made import ledger as made_ledger
from tests.rates.warned import only, warned

LINE = Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="39269099")
TAIWAN = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="TW")
DAY = date(2026, 10, 2)
JAPAN = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="JP")


@pytest.fixture(scope="session")
def ledger(parties: Parties) -> Ledger:
    """The shipped ledger without the tariff schedule, so that the base duty of lines is missing."""
    return Ledger(shipped.book()._replace(tariff_schedules={}), parties)


def asked(text: str, ledger: Ledger, today: date) -> tuple[RateQuery, tuple[Answer, ...]]:
    query = parse_query(text, ledger.parties, today, ledger.reader)
    return query, answer_query(query, ledger, today)


def wishes(text: str, ledger: Ledger, today: date) -> tuple[Lookup, ...]:
    query, answers = asked(text, ledger, today)
    return list_lookups(answers, query, ledger, today)


def reported(text: str, ledger: Ledger, today: date, *found: LookupResult) -> Answer:
    query, answers = asked(text, ledger, today)
    return add_results(answers, found, query, ledger, today)[0]


def finding(of: Lookup, percent: str | None, words: str = "", year: int = 2026) -> Finding:
    return Finding(
        of=of,
        percent=None if percent is None else Decimal(percent),
        words=words,
        line="3926.90.99" if of.code else "",
        what="Other articles of plastics" if of.code else "",
        year=year,
        source=Source(text="a source, read on 2026-11-24", url="https://example.org/line"),
        fetched_at=datetime(2026, 11, 24, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "lookup"),
    [
        ("us on china 3926.90.99", LINE),
        (
            "us on china hts 3926.90",
            Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="392690"),
        ),
        ("taiwan on us", TAIWAN),
    ],
)
def test_a_line_and_an_average_that_the_ledger_lacks_are_looked_up(
    ledger: Ledger, today: date, text: str, lookup: Lookup
) -> None:
    assert lookup in wishes(text, ledger, today)


@pytest.mark.parametrize(
    "text",
    [
        "us on china",
        "us on china steel",
        "us on china 8507.60.00",
        "us on china 3926",
        "us on china 3926.90.99 on 2025-05-20",
        "us on china section 301 only 3926.90.99",
        "china on us 3926.90.99",
        "us on russia 3926.90.99",
        "upcoming",
        "changes since 2026-07-01",
    ],
)
def test_a_base_duty_is_looked_up_only_if_it_is_missing_and_a_source_may_have_it(
    ledger: Ledger, today: date, text: str
) -> None:
    assert [one for one in wishes(text, ledger, today) if one.lack is MissingFigure.BASE_DUTY] == []


def test_a_question_about_one_economy_makes_no_lookups(ledger: Ledger, today: date) -> None:
    for party in ledger.parties:
        if party.code != "WORLD":
            assert len(wishes(party.name, ledger, today)) <= 6


def test_a_found_base_duty_is_shown_next_to_the_total_with_its_source(
    ledger: Ledger, today: date
) -> None:
    bare = reported("us on china 3926.90.99", ledger, today)
    full = reported("us on china 3926.90.99", ledger, today, finding(LINE, "5.3"))
    assert full.total_percent == bare.total_percent
    assert full.base is not None
    assert bare.total_percent is not None
    assert (full.base.percent, full.base.exact) == (Decimal("5.3"), True)
    assert full.base.with_duties == bare.total_percent + Decimal("5.3")
    assert (full.base.line, full.base.what) == ("3926.90.99", "Other articles of plastics")
    assert full.base.source.url == "https://example.org/line"
    assert full.warnings == bare.warnings


def test_a_total_that_includes_the_base_duty_counts_the_found_one(
    ledger: Ledger, today: date
) -> None:
    text = "us on china 3926.90.99 including base"
    bare = reported(text, ledger, today)
    full = reported(text, ledger, today, finding(LINE, "5.3"))
    assert bare.total_percent is not None
    assert full.total_percent == bare.total_percent + Decimal("5.3")
    assert sum(part.percent or 0 for part in full.components) == full.total_percent
    assert full.components[-1].source.url == "https://example.org/line"
    assert full.includes_base


@pytest.mark.parametrize(
    "text", ["us on china 3926.90.99", "us on china 3926.90.99 including base"]
)
def test_a_found_duty_that_is_not_a_percent_is_given_in_words_and_not_added(
    ledger: Ledger, today: date, text: str
) -> None:
    bare = reported(text, ledger, today)
    full = reported(text, ledger, today, finding(LINE, None, "1.5¢/kg + 2.5%"))
    assert (full.total_percent, full.components) == (bare.total_percent, bare.components)
    assert full.base is not None
    assert full.base.with_duties is None
    assert only(full, kinds.BaseNotPercent) == kinds.BaseNotPercent("3926.90.99", "1.5¢/kg + 2.5%")
    assert (full.base.percent, full.base.words) == (None, "1.5¢/kg + 2.5%")
    assert (full.base.exact, full.base.year) == (True, 2026)


def test_a_found_average_removes_the_warning_about_a_missing_one(
    ledger: Ledger, today: date
) -> None:
    bare = reported("taiwan on us", ledger, today)
    full = reported("taiwan on us", ledger, today, finding(TAIWAN, "6.5", year=2024))
    assert bare.mfn is None
    assert warned(bare, kinds.NotCovered) == warned(full, kinds.NotCovered)
    assert full.mfn is not None
    assert (full.mfn.percent, full.mfn.year) == (Decimal("6.5"), 2024)


def test_an_average_replaces_only_an_older_one(ledger: Ledger, today: date) -> None:
    said = ledger.find_mfn_average("JP")
    assert said is not None
    bare = reported("japan on us", ledger, today)
    assert bare.mfn is not None
    older = reported("japan on us", ledger, today, finding(JAPAN, "4.1", year=bare.mfn.year))
    assert older.mfn == bare.mfn


def test_a_member_of_a_customs_union_is_looked_up_as_the_union(ledger: Ledger, today: date) -> None:
    late = today.replace(year=today.year + 10)
    assert Lookup(lack=MissingFigure.MFN_AVERAGE, economy="EU") in wishes(
        "germany on us", ledger, late
    )


@pytest.mark.parametrize(
    ("text", "lookup"), [("us on china 3926.90.99", LINE), ("taiwan on us", TAIWAN)]
)
def test_a_failed_source_is_a_warning_before_the_number(
    ledger: Ledger, today: date, text: str, lookup: Lookup
) -> None:
    silence = LookupFailure(of=lookup, source="Its source", why="did not answer in time")
    bare, full = reported(text, ledger, today), reported(text, ledger, today, silence)
    place = 1 + sum(one.leads for one in bare.warnings)
    failed = kinds.LookupFailed("Its source", "did not answer in time", lookup)
    assert full.warnings[place] == failed
    assert full._replace(warnings=bare.warnings) == bare


def test_findings_for_other_lookups_change_nothing(ledger: Ledger, today: date) -> None:
    bare = reported("us on china", ledger, today)
    assert (
        reported("us on china", ledger, today, finding(LINE, "5.3"), finding(TAIWAN, "6.5")) == bare
    )


MFN = MfnFile(
    sources={"wto": SOURCE},
    baselines=(MfnBaseline(economy="US", percent=3, year=2023, source="wto"),),
)
STEEL_LINE = Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="720610")
OTHER_LINE = STEEL_LINE.model_copy(update={"code": "720690"})
US_AVERAGE = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="US")
EU_AVERAGE = Lookup(lack=MissingFigure.MFN_AVERAGE, economy="EU")


def made() -> Ledger:
    """The US has an average of 2023, a base duty and an all-in rate; the EU has none of these."""
    base = {"line": "7207.11", "what": "Ingots", "percent": 2, "year": 2026, "source": "gazette"}
    one = sheet(
        written("a", {}, general=True, names=["a list"]),
        written("cap", {"percent": 5}, scope={"hs": ["72"]}, calc="all_in_ceiling"),
        base_duties=[base],
        bases={"Section 1": []},
        remarks=[
            {"partner": "DE", "from": DAY, "text": "Sanctions.", "source": "gazette", "leads": True}
        ],
    )
    return Ledger(book(one, sheet(imposer="EU"))._replace(mfn=MFN), PARTIES)


@pytest.mark.parametrize(
    ("fields", "today", "expected"),
    [
        # A tariff line is looked up, and an average if it is more than three years old.
        ({"product": "7206.10"}, date(2026, 10, 2), (STEEL_LINE,)),
        ({"product": "7206.10"}, date(2027, 1, 1), (STEEL_LINE, US_AVERAGE)),
        ({}, date(2027, 1, 1), (US_AVERAGE,)),
        ({"on": date(2027, 1, 1)}, date(2027, 1, 1), ()),
        # The tariff schedule has today's duties only, so no line is looked up for an earlier day.
        ({"product": "7206.10", "on": date(2026, 10, 1)}, date(2026, 10, 2), ()),
        ({"product": "7206.10", "on": date(2026, 10, 2)}, date(2026, 10, 2), (STEEL_LINE,)),
        # No line is looked up for goods by name, a line that the ledger has, a named layer or legal
        # basis, or a code of four digits.
        ({"product": "steel"}, date(2026, 10, 2), ()),
        ({"product": "7207.11"}, date(2026, 10, 2), ()),
        ({"product": "a list 7206.10"}, date(2026, 10, 2), ()),
        ({"product": "section 1 7206.10"}, date(2026, 10, 2), ()),
        ({"product": "7206.10 only"}, date(2026, 10, 2), ()),
        ({"product": "7206"}, date(2026, 10, 2), ()),
        # Each of several codes has an answer of its own.
        ({"product": "7206.10 7206.90"}, date(2026, 10, 2), (STEEL_LINE, OTHER_LINE)),
        # A leading remark on the pair (sanctions) makes a base duty misleading, so none is sought.
        ({"product": "7206.10", "partner": "DE"}, date(2026, 10, 2), ()),
        # The average of a member is that of its bloc. Lines are looked up for the US only.
        ({"imposer": "DE", "product": "7206.10"}, date(2026, 10, 2), (EU_AVERAGE,)),
        (
            {"imposer": "EU", "both_ways": True},
            date(2026, 10, 2),
            (
                EU_AVERAGE,
                Lookup(lack=MissingFigure.MFN_AVERAGE, economy="CN"),
            ),
        ),
        # For a question about one economy, an old average is not looked up, only a missing one.
        ({"kind": QueryKind.PARTY, "partner": "US", "imposer": None}, date(2027, 1, 1), ()),
    ],
)
def test_missing_figures_of_an_answer_are_looked_up(
    fields: dict[str, Any], today: date, expected: tuple[Lookup, ...]
) -> None:
    query = RateQuery.model_validate(
        {"kind": QueryKind.PAIR, "imposer": "US", "partner": "CN"} | fields
    )
    one = made()
    assert list_lookups(answer_query(query, one, today), query, one, today) == expected


def test_no_more_than_six_values_are_looked_up_for_one_question() -> None:
    one = made()
    [first] = answer_query(RateQuery(kind=QueryKind.PAIR, imposer="CN", partner="US"), one, DAY)
    codes = ("CN", "IN", "JP", "KR", "TW", "BR", "MX")
    query = RateQuery(kind=QueryKind.PAIR, imposer="CN", partner="US")
    many = [first._replace(imposer=code) for code in ("CN", *codes)]
    assert [each.economy for each in list_lookups(many, query, one, DAY)] == [*codes[:6]]


def supplied_one(
    product: str | None, *found: LookupResult, today: date = DAY
) -> tuple[Answer, Answer]:
    """The answer before and after the findings are added."""
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner="CN", product=product)
    one = made()
    bare = answer_query(query, one, today)
    [full] = add_results(bare, found, query, one, today)
    return bare[0], full


@pytest.mark.parametrize(("percent", "total"), [("2.5", 15), ("5", 15), ("6.5", "16.5")])
def test_a_found_base_duty_meets_an_all_in_rate(percent: str, total: float | str) -> None:
    found = finding(STEEL_LINE, percent)
    bare, full = supplied_one("7206.10", found)
    base = BaseRate(
        line=found.line,
        what=found.what,
        percent=Decimal(percent),
        with_duties=Decimal(total),
        exact=True,
        year=2026,
        source=found.source,
    )
    assert bare.total_percent == 15
    assert full == bare._replace(base=base)
    bare, full = supplied_one("7206.10 with base", found)
    assert full == bare._replace(
        base=base,
        total_percent=Decimal(total),
        components=(*bare.components, build_base_component(base, bare.on)),
    )


def test_a_base_duty_is_found_for_today_but_not_for_a_day_before() -> None:
    one = made()
    for day, found in ((DAY, True), (date(2026, 10, 1), False)):
        query = RateQuery(
            kind=QueryKind.PAIR, imposer="US", partner="CN", product="7206.10", on=day
        )
        bare = answer_query(query, one, DAY)
        [full] = add_results(bare, [finding(STEEL_LINE, "2.5")], query, one, DAY)
        assert (full.base is not None) is found


def test_a_found_duty_in_words_is_a_warning_behind_the_first() -> None:
    found = finding(STEEL_LINE, None, "2 ct/kg")
    bare, full = supplied_one("7206.10", found)
    base = BaseRate(found.line, found.what, None, None, True, 2026, found.source, "2 ct/kg")
    said = kinds.BaseNotPercent(found.line, "2 ct/kg")
    first, *rest = bare.warnings
    assert full == bare._replace(base=base, warnings=(first, said, *rest))


@pytest.mark.parametrize(
    ("percent", "year", "replaced"),
    [("4.1", 2026, True), ("4.1", 2023, False), (None, 2026, False)],
)
def test_a_found_average_is_taken_if_it_is_newer(
    percent: str | None, year: int, replaced: bool
) -> None:
    found = finding(US_AVERAGE, percent, year=year)
    bare, full = supplied_one(None, found, today=date(2027, 1, 1))
    newer = MfnAverage(Decimal("4.1"), year, found.source)
    assert full == (bare._replace(mfn=newer) if replaced else bare)


def test_a_total_with_the_ledgers_base_duty_keeps_it_if_no_percent_is_found() -> None:
    base = {"line": "7206", "what": "Ingots", "percent": 2, "year": 2026, "source": "gazette"}
    one = made_ledger(
        sheet(
            written("a", {}, general=True),
            base_duties=[base | {"example_for": ["ingots"]}],
        ),
        goods=[Good(id="ingots", name="ingots", hs=("720610",))],
    )
    text = "7206.10 ingots with base"
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner="CN", product=text)
    in_total = answer_query(query, one, DAY)[0]._replace(base=None)
    bare = in_total._replace(components=in_total.components[:1])
    assert [each.measure_id for each in in_total.components] == ["a", BASE_ID]
    words = finding(STEEL_LINE, None, "2 ct/kg")
    [kept] = add_results([in_total], [words], query, one, DAY)
    assert kept._replace(warnings=in_total.warnings) == in_total
    [added] = add_results([bare], [words], query, one, DAY)
    assert (added.base and added.base.words) == "2 ct/kg"
    # If the live source has a percent, it replaces the ledger's base duty.
    [better] = add_results([in_total], [finding(STEEL_LINE, "3")], query, one, DAY)
    assert [each.percent for each in better.components] == [10, 3]
    assert better.total_percent == 13
