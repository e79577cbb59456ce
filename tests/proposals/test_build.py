"""What is said of a rate is put to people only where the ledger does not know it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.proposals.build import proposed, proposed_by_document
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.answer.build import answer
from bot.rates.ledger import Ledger
from bot.rates.question.parse import Kind, RateQuery

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
WIRE = ReportSource(
    source="Wire", link="https://wire.example/1", published=NOW, quote="US raises tariffs to 40%"
)


def claim(percent: str, partner: str = "CN", **more: object) -> ReportedRate:
    given = {"imposer": "US", "partner": partner, "percent": Decimal(percent), **more}
    return ReportedRate.model_validate(given)


def test_a_new_rate_is_proposed_beside_what_the_ledger_has(ledger: Ledger) -> None:
    found = proposed(claim("40", effective_on=date(2026, 12, 1)), WIRE, ledger, NOW)
    assert found is not None
    assert found.old_percent == Decimal("12.5")
    assert [part.measure for part in found.old_parts] == ["us-cn-301-forced-labor"]
    assert found.replaces == "us-cn-301-forced-labor"
    assert (found.new_percent, found.effective_on) == (Decimal(40), date(2026, 12, 1))
    assert found.said_by == (WIRE,)
    assert "40%" in found.why
    assert "12.5%" in found.why


def test_ten_reports_of_one_event_are_one_proposal(ledger: Ledger) -> None:
    other = WIRE.model_copy(update={"source": "Paper", "link": "https://paper.example/9"})
    later = other.model_copy(update={"published": NOW + timedelta(days=2)})
    found = [
        proposed(claim("40"), WIRE, ledger, NOW),
        proposed(claim("40.0", effective_on=date(2026, 12, 1)), later, ledger, NOW),
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].id == found[1].id
    joined = found[0].joined(found[1]).joined(found[1])
    assert [one.source for one in joined.said_by] == ["Wire", "Paper"]
    assert joined.effective_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("percent", "product"),
    [
        ("12.5", ""),  # the total
        ("25", ""),  # a part on some goods
        ("145", ""),  # a total of the past
        ("50", "steel"),
        ("15", "polysilicon"),  # announced for 2026-12-04
    ],
)
def test_what_is_known_is_no_news(percent: str, product: str, ledger: Ledger) -> None:
    assert proposed(claim(percent, product=product), WIRE, ledger, NOW) is None


def test_a_rate_of_the_past_is_news_when_it_comes_back(ledger: Ledger) -> None:
    assert proposed(claim("125"), WIRE, ledger, NOW) is None
    back = claim("125", effective_on=date(2026, 12, 1))
    assert proposed(back, WIRE, ledger, NOW) is not None


def test_what_was_said_in_may_2025_is_known_today(ledger: Ledger) -> None:
    then = WIRE.model_copy(update={"published": datetime(2025, 5, 20, tzinfo=UTC)})
    assert proposed(claim("30"), then, ledger, NOW) is None
    # Another definition of that day's rate is no news either: the ledger was read since.
    assert proposed(claim("51"), then, ledger, NOW) is None


@pytest.mark.parametrize(
    "unplaced",
    [
        claim("40", product="unobtainium"),
        claim("40", partner="US"),
        ReportedRate(imposer="BR", partner="NO", percent=Decimal(12)),  # no such pair is followed
    ],
)
def test_what_cannot_be_placed_is_left_to_people(unplaced: ReportedRate, ledger: Ledger) -> None:
    assert proposed(unplaced, WIRE, ledger, NOW) is None


def test_a_measure_on_all_partners_is_no_candidate_for_one_of_them(ledger: Ledger) -> None:
    found = proposed(claim("63", partner="EU", product="steel"), WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == ""
    assert "us-232-steel" in found.choices


def test_the_rate_before_must_be_that_of_the_candidate(ledger: Ledger) -> None:
    wrong = proposed(claim("40", from_percent="20"), WIRE, ledger, NOW)
    right = proposed(claim("40", from_percent="12.5"), WIRE, ledger, NOW)
    assert wrong is not None
    assert right is not None
    assert (wrong.replaces, right.replaces) == ("", "us-cn-301-forced-labor")


def test_a_document_is_proposed_once_with_or_without_a_figure(ledger: Ledger) -> None:
    notice = WIRE.model_copy(update={"source": "Federal Register", "quote": "Notice of action"})

    def by(partner: str, imposer: str = "US") -> Proposal:
        return proposed_by_document(
            imposer=imposer, partner=partner, by=notice, ledger=ledger, seen_at=NOW
        )

    assert by("CN").id == by("").id
    assert by("CN").new_percent is None
    assert by("CN").old_percent == Decimal("12.5")
    assert by("").old_percent is None
    assert by("US").old_percent is None
    assert by("CN", imposer="BR").old_on == NOW.date()


@settings(deadline=None)
@given(
    data=st.data(),
    partner=st.sampled_from(["CN", "CA", "MX", "EU", "JP", "IN", "VN", "BR", "CH", "RU"]),
    product=st.sampled_from(["", "steel", "cars", "copper", "semiconductors"]),
    days=st.integers(0, 400),
)
def test_no_rate_that_the_ledger_gives_is_ever_proposed(
    data: st.DataObject, partner: str, product: str, days: int, ledger: Ledger
) -> None:
    published = NOW + timedelta(days=days)
    day = published.date()
    query = RateQuery(
        kind=Kind.PAIR, imposer="US", partner=partner, product=product or None, on=day
    )
    [known] = answer(query, ledger, day)
    others = [one for one in known.not_counted if one.to is None]
    rates: set[tuple[Decimal | None, date | None]] = {(known.total_percent, day)}
    rates |= {(one.percent, None) for one in others}
    rates |= {(item.change.rate.percent, None) for item in known.next}
    # What is said with a day is held against what falls on these goods on that day.
    rates |= {(part.percent, day) for part in known.components}
    stated = sorted((one for one in rates if one[0] is not None), key=str)
    percent, from_day = data.draw(st.sampled_from(stated))
    said = claim(str(percent), partner=partner, product=product)
    for one in (said, said.model_copy(update={"effective_on": from_day})):
        witness = WIRE.model_copy(update={"published": published})
        assert proposed(one, witness, ledger, NOW) is None


@pytest.mark.parametrize(
    "change",
    [{"effective_on": date(2026, 12, 1)}, {"from_percent": "12.5"}, {"raised": True}],
)
def test_a_change_to_a_rate_that_only_other_goods_have_is_news(
    change: dict[str, Any], ledger: Ledger
) -> None:
    # 25 % stands on lists of goods; goods in general pay 12.5 %.
    assert proposed(claim("25"), WIRE, ledger, NOW) is None
    found = proposed(claim("25", **change), WIRE, ledger, NOW)
    assert found is not None
    assert "no such rate" in found.why


def test_a_rate_on_goods_is_held_against_duties_on_those_goods(ledger: Ledger) -> None:
    # Chinese copper pays 50 %; 100 % is what electric cars pay.
    def raised_on(product: str) -> Proposal | None:
        return proposed(claim("100", product=product, raised=True), WIRE, ledger, NOW)

    assert raised_on("electric cars") is None
    assert raised_on("copper") is not None


def test_a_legal_basis_narrows_what_a_rate_can_be(ledger: Ledger) -> None:
    # Steel pays 25 % under Section 301 and 50 % under Section 232.
    def on_steel(percent: str, basis: str) -> Proposal | None:
        told = claim(percent, product="steel", basis=basis, raised=True)
        return proposed(told, WIRE, ledger, NOW)

    assert on_steel("25", "Section 301") is None
    assert on_steel("25", "") is None
    assert on_steel("25", "Section 232") is not None
    assert on_steel("50", "Section 232") is None


def test_the_rate_before_says_which_duty_changes(ledger: Ledger) -> None:
    def on_steel(before: str, percent: str) -> Proposal | None:
        told = claim(percent, product="steel", from_percent=before)
        return proposed(told, WIRE, ledger, NOW)

    # Section 232 comes down from 50 % to what Section 301 has beside it.
    assert on_steel("50", "25") is not None
    # The same two numbers the other way round are what Section 232 did in June 2025.
    assert on_steel("25", "50") is None
    # All in all it was 75 %.
    assert on_steel("75", "50") is not None
    # Nothing had 33 %: it is told otherwise than we count it.
    assert on_steel("33", "50") is None


def test_a_coming_rate_is_news_where_it_comes_earlier(ledger: Ledger) -> None:
    def on_wafers(day: date) -> Proposal | None:
        told = claim("15", product="wafers", effective_on=day)
        return proposed(told, WIRE, ledger, NOW)

    # Announced for 4 December; a day or two before is when it was signed.
    assert on_wafers(date(2026, 12, 4)) is None
    assert on_wafers(date(2026, 12, 2)) is None
    assert on_wafers(date(2026, 11, 26)) is not None


@pytest.mark.parametrize(
    ("product", "before", "replaces"),
    [
        # Section 301 (25) and Section 232 (50): 110 may be either's, or the sum of both.
        ("steel", None, ""),
        ("steel", "75", ""),
        ("steel", "25", "us-cn-301-review-steel-aluminium"),
        ("steel", "50", ""),  # that of all partners: another's rate too
        ("cars", "25", ""),  # two of them have 25
    ],
)
def test_a_bare_number_beside_other_duties_is_nobodys_rate_yet(
    product: str, before: str | None, replaces: str, ledger: Ledger
) -> None:
    given = claim("110", product=product, from_percent=before, effective_on=date(2026, 12, 1))
    found = proposed(given, WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == replaces


def test_old_and_new_are_of_one_kind(ledger: Ledger) -> None:
    """The rate of a part is set against that part, a rate of no one part against the total."""
    bare = proposed(claim("110", product="steel"), WIRE, ledger, NOW)
    of_part = proposed(claim("110", product="steel", from_percent="25"), WIRE, ledger, NOW)
    assert bare is not None
    assert of_part is not None
    assert (bare.old_rate, of_part.old_rate) == (Decimal(75), Decimal(25))


def test_a_document_names_the_proposal_that_stories_make_of_its_rate(ledger: Ledger) -> None:
    story = proposed(claim("110", product="steel"), WIRE, ledger, NOW)
    assert story is not None

    def by(product: str, percent: Decimal | None) -> Proposal:
        return proposed_by_document(
            imposer="US",
            partner="CN",
            by=WIRE,
            ledger=ledger,
            seen_at=NOW,
            product=product,
            new_percent=percent,
        )

    assert by("steel", Decimal("110.0")).same_as == story.id
    assert by("steel", None).same_as == ""
    assert by("unobtainium", Decimal(110)).same_as == ""
    assert by("aluminium", Decimal(110)).same_as not in ("", story.id)
