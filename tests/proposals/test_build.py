"""A reported rate becomes a proposal only if the ledger lacks this rate."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.proposals.build import propose_document, propose_rate
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.question.query import QueryKind, RateQuery

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
WIRE = ReportSource(
    source="Wire", link="https://wire.example/1", published=NOW, quote="US raises tariffs to 40%"
)


def reported_rate(percent: str, partner: str = "CN", **more: object) -> ReportedRate:
    given = {"imposer": "US", "partner": partner, "percent": Decimal(percent), **more}
    return ReportedRate.model_validate(given)


def test_a_proposal_has_the_new_rate_and_the_rate_in_the_ledger(ledger: Ledger) -> None:
    reported = reported_rate("40", effective_on=date(2026, 12, 1), basis="Section 301")
    found = propose_rate(reported, WIRE, ledger, NOW)
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
        propose_rate(reported_rate("40"), WIRE, ledger, NOW),
        propose_rate(reported_rate("40.0", effective_on=date(2026, 12, 1)), later, ledger, NOW),
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].id == found[1].id
    joined = found[0].merge(found[1]).merge(found[1])
    assert [one.source for one in joined.said_by] == ["Wire", "Paper"]
    assert joined.effective_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("percent", "product"),
    [
        ("12.5", ""),  # today's total
        ("25", ""),  # a component on some goods
        ("145", ""),  # a total of the past
        ("50", "steel"),
        ("15", "polysilicon"),  # announced for 2026-12-04
    ],
)
def test_a_rate_in_the_ledger_is_not_proposed(percent: str, product: str, ledger: Ledger) -> None:
    assert propose_rate(reported_rate(percent, product=product), WIRE, ledger, NOW) is None


def test_a_past_rate_is_proposed_if_it_is_reported_again(ledger: Ledger) -> None:
    assert propose_rate(reported_rate("125"), WIRE, ledger, NOW) is None
    back = reported_rate("125", effective_on=date(2026, 12, 1))
    assert propose_rate(back, WIRE, ledger, NOW) is not None


def test_rates_reported_in_may_2025_are_in_the_ledger(ledger: Ledger) -> None:
    then = WIRE.model_copy(update={"published": datetime(2025, 5, 20, tzinfo=UTC)})
    assert propose_rate(reported_rate("30"), then, ledger, NOW) is None
    # The ledger was checked after that day, so another rate for the day is not proposed either.
    assert propose_rate(reported_rate("51"), then, ledger, NOW) is None


@pytest.mark.parametrize(
    "unplaced",
    [
        reported_rate("40", product="unobtainium"),
        reported_rate("40", partner="US"),
        ReportedRate(
            imposer="BR", partner="NO", percent=Decimal(12)
        ),  # the ledger does not cover this pair
    ],
)
def test_a_rate_on_unknown_goods_or_an_unknown_pair_is_not_proposed(
    unplaced: ReportedRate, ledger: Ledger
) -> None:
    assert propose_rate(unplaced, WIRE, ledger, NOW) is None


def test_a_rate_for_one_partner_does_not_replace_a_measure_on_all_partners(ledger: Ledger) -> None:
    found = propose_rate(reported_rate("63", partner="EU", product="steel"), WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == ""
    assert "us-232-steel" in found.choices


def test_without_a_legal_basis_an_operator_has_to_choose_the_measure(ledger: Ledger) -> None:
    found = propose_rate(reported_rate("40", from_percent="12.5"), WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == ""
    assert found.choices[0] == "us-cn-301-forced-labor"


def test_a_rate_of_one_law_changes_no_measure_of_another(ledger: Ledger) -> None:
    reported = reported_rate("40", from_percent="12.5", basis="Section 232")
    found = propose_rate(reported, WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == ""
    assert "us-cn-301-forced-labor" not in found.choices


def test_a_measure_is_replaced_only_if_the_old_rate_matches(ledger: Ledger) -> None:
    def was(percent: str) -> Proposal | None:
        reported = reported_rate("40", from_percent=percent, basis="Section 301")
        return propose_rate(reported, WIRE, ledger, NOW)

    wrong, right = was("20"), was("12.5")
    assert wrong is not None
    assert right is not None
    assert (wrong.replaces, right.replaces) == ("", "us-cn-301-forced-labor")


def test_a_document_makes_one_proposal_with_or_without_a_figure(ledger: Ledger) -> None:
    notice = WIRE.model_copy(update={"source": "Federal Register", "quote": "Notice of action"})

    def by(partner: str, imposer: str = "US") -> Proposal:
        return propose_document(
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
def test_no_rate_of_the_ledger_is_ever_proposed(
    data: st.DataObject, partner: str, product: str, days: int, ledger: Ledger
) -> None:
    published = NOW + timedelta(days=days)
    day = published.date()
    query = RateQuery(
        kind=QueryKind.PAIR, imposer="US", partner=partner, product=product or None, on=day
    )
    [known] = answer_query(query, ledger, day)
    others = [one for one in known.not_counted if one.to is None]
    rates: set[tuple[Decimal | None, date | None]] = {(known.total_percent, day)}
    rates |= {(one.percent, None) for one in others}
    rates |= {(item.change.rate.percent, None) for item in known.next}
    # If a report names a day, its rate is compared with the duties on the goods on that day.
    rates |= {(part.percent, day) for part in known.components}
    stated = sorted((one for one in rates if one[0] is not None), key=str)
    percent, from_day = data.draw(st.sampled_from(stated))
    said = reported_rate(str(percent), partner=partner, product=product)
    for one in (said, said.model_copy(update={"effective_on": from_day})):
        witness = WIRE.model_copy(update={"published": published})
        assert propose_rate(one, witness, ledger, NOW) is None


@pytest.mark.parametrize(
    "change",
    [{"effective_on": date(2026, 12, 1)}, {"from_percent": "12.5"}, {"raised": True}],
)
def test_a_rate_that_the_ledger_has_for_other_goods_only_is_proposed(
    change: dict[str, Any], ledger: Ledger
) -> None:
    # Some lists of goods pay 25%; all other goods pay 12.5%.
    assert propose_rate(reported_rate("25"), WIRE, ledger, NOW) is None
    found = propose_rate(reported_rate("25", **change), WIRE, ledger, NOW)
    assert found is not None
    assert "no such rate" in found.why


def test_a_rate_on_goods_is_compared_with_the_duties_on_those_goods(ledger: Ledger) -> None:
    # Copper from China pays 50%; electric cars pay 100%.
    def raised_on(product: str) -> Proposal | None:
        return propose_rate(reported_rate("100", product=product, raised=True), WIRE, ledger, NOW)

    assert raised_on("electric cars") is None
    assert raised_on("copper") is not None


def test_a_rate_is_compared_with_duties_of_its_legal_basis_only(ledger: Ledger) -> None:
    # Steel pays 25% under Section 301 and 50% under Section 232.
    def on_steel(percent: str, basis: str) -> Proposal | None:
        reported = reported_rate(percent, product="steel", basis=basis, raised=True)
        return propose_rate(reported, WIRE, ledger, NOW)

    assert on_steel("25", "Section 301") is None
    assert on_steel("25", "") is None
    assert on_steel("25", "Section 232") is not None
    assert on_steel("50", "Section 232") is None


def test_the_old_rate_identifies_the_duty_that_changes(ledger: Ledger) -> None:
    def on_steel(before: str, percent: str) -> Proposal | None:
        reported = reported_rate(percent, product="steel", from_percent=before)
        return propose_rate(reported, WIRE, ledger, NOW)

    # The report says that Section 232 falls from 50% to 25%, which is also the Section 301 rate.
    assert on_steel("50", "25") is not None
    # From 25% to 50% is the increase of Section 232 in June 2025, which the ledger has.
    assert on_steel("25", "50") is None
    # 75% is the old total, so the report means a new total of 50%.
    assert on_steel("75", "50") is not None
    # No duty had 33%, so the report and the ledger count differently, and nothing is proposed.
    assert on_steel("33", "50") is None


def test_a_scheduled_rate_is_proposed_if_it_is_reported_for_an_earlier_day(ledger: Ledger) -> None:
    def on_wafers(day: date) -> Proposal | None:
        reported = reported_rate("15", product="wafers", effective_on=day)
        return propose_rate(reported, WIRE, ledger, NOW)

    # The rate is announced for 4 December. Reports may name the day of signing just before.
    assert on_wafers(date(2026, 12, 4)) is None
    assert on_wafers(date(2026, 12, 2)) is None
    assert on_wafers(date(2026, 11, 26)) is not None


@pytest.mark.parametrize(
    ("product", "before", "replaces"),
    [
        # Steel pays Section 301 (25%) and Section 232 (50%). The report names Section 301.
        ("steel", None, "us-cn-301-review-steel-aluminium"),
        ("steel", "75", ""),
        ("steel", "25", "us-cn-301-review-steel-aluminium"),
        ("steel", "50", ""),  # 50% is the rate of a measure on all partners
        ("cars", "12.5", ""),  # no duty on cars under this law has the rate 12.5%
    ],
)
def test_a_proposal_replaces_a_duty_of_its_law_with_the_previous_rate(
    product: str, before: str | None, replaces: str, ledger: Ledger
) -> None:
    given = reported_rate(
        "110",
        product=product,
        from_percent=before,
        effective_on=date(2026, 12, 1),
        basis="Section 301",
    )
    found = propose_rate(given, WIRE, ledger, NOW)
    assert found is not None
    assert found.replaces == replaces


def test_a_proposal_compares_component_with_component_or_total_with_total(ledger: Ledger) -> None:
    """A rate of a component is compared with that component, any other rate with the total."""
    bare = propose_rate(reported_rate("110", product="steel"), WIRE, ledger, NOW)
    reported = reported_rate("110", product="steel", from_percent="25", basis="Section 301")
    of_part = propose_rate(reported, WIRE, ledger, NOW)
    assert bare is not None
    assert of_part is not None
    assert (bare.old_rate, of_part.old_rate) == (Decimal(75), Decimal(25))


def test_a_document_refers_to_the_proposal_that_stories_make_of_its_rate(ledger: Ledger) -> None:
    story = propose_rate(reported_rate("110", product="steel"), WIRE, ledger, NOW)
    assert story is not None

    def by(product: str, percent: Decimal | None) -> Proposal:
        return propose_document(
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
