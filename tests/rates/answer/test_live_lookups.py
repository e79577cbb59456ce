"""What an answer lacks, and the same answer with what live sources said."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.rates.answer.build import answer
from bot.rates.answer.live_lookups import lookups, supplied
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.lookup import Finding, Found, Lack, Lookup, LookupFailure
from bot.rates.model.measure import Source
from bot.rates.question.parse import RateQuery, parse
from tests.rates.warned import only, warned

LINE = Lookup(lack=Lack.BASE_DUTY, economy="US", code="39269099")
TAIWAN = Lookup(lack=Lack.MFN_AVERAGE, economy="TW")
JAPAN = Lookup(lack=Lack.MFN_AVERAGE, economy="JP")


def asked(text: str, ledger: Ledger, today: date) -> tuple[RateQuery, tuple[Answer, ...]]:
    query = parse(text, ledger.parties, today, ledger.reader)
    return query, answer(query, ledger, today)


def wishes(text: str, ledger: Ledger, today: date) -> tuple[Lookup, ...]:
    query, answers = asked(text, ledger, today)
    return lookups(answers, query, ledger, today)


def told(text: str, ledger: Ledger, today: date, *found: Found) -> Answer:
    query, answers = asked(text, ledger, today)
    return supplied(answers, found, query, ledger, today)[0]


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
        ("us on china hts 3926.90", Lookup(lack=Lack.BASE_DUTY, economy="US", code="392690")),
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
def test_no_base_duty_is_looked_up_where_none_is_missing_or_none_could_be_had(
    ledger: Ledger, today: date, text: str
) -> None:
    assert [one for one in wishes(text, ledger, today) if one.lack is Lack.BASE_DUTY] == []


def test_what_one_economy_pays_and_imposes_does_not_become_dozens_of_requests(
    ledger: Ledger, today: date
) -> None:
    for party in ledger.parties:
        if party.code != "WORLD":
            assert len(wishes(party.name, ledger, today)) <= 6


def test_a_found_base_duty_stands_beside_the_total_with_its_source(
    ledger: Ledger, today: date
) -> None:
    bare = told("us on china 3926.90.99", ledger, today)
    full = told("us on china 3926.90.99", ledger, today, finding(LINE, "5.3"))
    assert full.total_percent == bare.total_percent
    assert full.base is not None
    assert bare.total_percent is not None
    assert (full.base.percent, full.base.exact) == (Decimal("5.3"), True)
    assert full.base.with_duties == bare.total_percent + Decimal("5.3")
    assert (full.base.line, full.base.what) == ("3926.90.99", "Other articles of plastics")
    assert full.base.source.url == "https://example.org/line"
    assert full.warnings == bare.warnings


def test_a_total_with_the_base_duty_in_it_counts_the_found_one(ledger: Ledger, today: date) -> None:
    text = "us on china 3926.90.99 including base"
    bare = told(text, ledger, today)
    full = told(text, ledger, today, finding(LINE, "5.3"))
    assert bare.total_percent is not None
    assert full.total_percent == bare.total_percent + Decimal("5.3")
    assert sum(part.percent or 0 for part in full.components) == full.total_percent
    assert full.components[-1].source.url == "https://example.org/line"
    assert full.includes_base


@pytest.mark.parametrize(
    "text", ["us on china 3926.90.99", "us on china 3926.90.99 including base"]
)
def test_a_duty_that_is_no_percent_is_told_in_words_and_summed_with_nothing(
    ledger: Ledger, today: date, text: str
) -> None:
    bare = told(text, ledger, today)
    full = told(text, ledger, today, finding(LINE, None, "1.5¢/kg + 2.5%"))
    assert (full.total_percent, full.components) == (bare.total_percent, bare.components)
    assert full.base is not None
    assert full.base.with_duties is None
    assert only(full, kinds.BaseNotPercent) == kinds.BaseNotPercent("3926.90.99", "1.5¢/kg + 2.5%")
    assert (full.base.percent, full.base.words) == (None, "1.5¢/kg + 2.5%")
    assert (full.base.exact, full.base.year) == (True, 2026)


def test_a_found_average_fills_the_gap_and_is_no_longer_called_missing(
    ledger: Ledger, today: date
) -> None:
    bare = told("taiwan on us", ledger, today)
    full = told("taiwan on us", ledger, today, finding(TAIWAN, "6.5", year=2024))
    assert bare.mfn is None
    assert warned(bare, kinds.NotCovered) == warned(full, kinds.NotCovered)
    assert full.mfn is not None
    assert (full.mfn.percent, full.mfn.year) == (Decimal("6.5"), 2024)


def test_an_average_replaces_only_an_older_one(ledger: Ledger, today: date) -> None:
    said = ledger.mfn("JP")
    assert said is not None
    bare = told("japan on us", ledger, today)
    assert bare.mfn is not None
    older = told("japan on us", ledger, today, finding(JAPAN, "4.1", year=bare.mfn.year))
    assert older.mfn == bare.mfn


def test_a_member_of_a_union_is_looked_up_as_the_union(ledger: Ledger, today: date) -> None:
    late = today.replace(year=today.year + 10)
    assert Lookup(lack=Lack.MFN_AVERAGE, economy="EU") in wishes("germany on us", ledger, late)


@pytest.mark.parametrize(
    ("text", "lookup"), [("us on china 3926.90.99", LINE), ("taiwan on us", TAIWAN)]
)
def test_a_source_that_failed_is_a_warning_among_the_first(
    ledger: Ledger, today: date, text: str, lookup: Lookup
) -> None:
    silence = LookupFailure(of=lookup, source="Its source", why="did not answer in time")
    bare, full = told(text, ledger, today), told(text, ledger, today, silence)
    place = 1 + sum(one.leads for one in bare.warnings)
    failed = kinds.LookupFailed("Its source", "did not answer in time", lookup)
    assert full.warnings[place] == failed
    assert full._replace(warnings=bare.warnings) == bare


def test_what_was_found_for_others_changes_nothing(ledger: Ledger, today: date) -> None:
    bare = told("us on china", ledger, today)
    assert told("us on china", ledger, today, finding(LINE, "5.3"), finding(TAIWAN, "6.5")) == bare
