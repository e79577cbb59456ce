"""A short answer says what its number depends on, and answers no other question."""

import asyncio
from datetime import UTC, date, datetime, time

import pytest

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import RateAnswers, RateCalendar
from bot.rates.ledger import Ledger
from bot.rates.model.changes import ChangeKind
from bot.render.comparison.build import build_comparison
from bot.render.dates.spells import describe_spells
from bot.render.overview.build import build_overview
from bot.render.overview.model import AnswerOverview
from bot.render.text import render_sentence

DAY = date(2026, 11, 30)


def reply_to(text: str, ledger: Ledger) -> object:
    service = AnswerService(ledger)
    return asyncio.run(service.answer(service.parse(text, datetime.combine(DAY, time(17), UTC))))


def overview(text: str, ledger: Ledger) -> AnswerOverview:
    reply = reply_to(text, ledger)
    assert isinstance(reply, RateAnswers)
    return build_overview(reply.answers[0], reply.query, reply.today)


def headline(text: str, ledger: Ledger) -> str:
    return "".join(piece.text for piece in overview(text, ledger).headline)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("steel from uk", "melted and poured in the United Kingdom; otherwise 50%"),
        ("cars from uk within the quota", "Above it the total is 27.5%"),
        ("canada china electric cars", "first 49,000 cars a year pay the MFN rate of 6.1%"),
        ("canada us farm machinery", "413 pay 50%, 214 pay 25% and 21 pay 15%"),
        ("drones from japan", "otherwise 100%"),
        ("us russia", "can be read to add no duty"),
        ("china us", "known only from a statement by the US Treasury secretary"),
        ("parcels from china", "Parcels pay the duties on the goods in them"),
        ("parcels from japan", "Parcels pay the duties on the goods in them"),
        ("solar panels malaysia 2026-12-10", "below the minimum import price"),
        ("polysilicon from germany 2026-12-10", "USD 21/kg for polysilicon"),
        ("us cuba", "do not say whether Cuban goods may enter"),
        ("8518.10 brazil", "not charged if the goods are for civil aircraft"),
        ("apparel from honduras 2026-05-01", "enter duty-free under CAFTA-DR"),
        ("8803 uk", "has no code 8803, so there is no total"),
    ],
)
def test_conditions_of_the_number_are_said(text: str, remark: str, ledger: Ledger) -> None:
    assert any(remark in one for one in overview(text, ledger).remarks)


@pytest.mark.parametrize("goods", ["pork", "wine", "soybeans"])
def test_duties_whose_status_was_not_checked_are_in_the_first_answer(
    goods: str, ledger: Ledger
) -> None:
    found = overview(f"china tariff on us {goods}", ledger)
    text = "".join(piece.text for piece in found.headline)
    assert "; possibly also up to 25% (status not checked since" in text
    assert any(one.startswith("Possibly also charged: Retaliation") for one in found.remarks)
    reply = reply_to(f"china tariff on us {goods}", ledger)
    assert isinstance(reply, RateAnswers)
    assert "possibly also up to 25%" in render_sentence(reply.answers[0])


def test_a_duty_that_replaces_another_one_is_not_called_unchecked(ledger: Ledger) -> None:
    assert "possibly" not in headline("canada china electric cars", ledger)


def test_a_comparison_does_not_call_duties_the_same_if_one_may_be_higher(ledger: Ledger) -> None:
    reply = reply_to("china on us beef and pork", ledger)
    assert isinstance(reply, RateAnswers)
    found = build_comparison(reply.answers)
    assert "highest: pork, 10%, possibly also up to 25%" in found.sentence
    duties = {row.pair: row.format_duty() for row in found.rows}
    assert duties["beef"] == "10% + normal duty"
    assert duties["pork"] == "10% + normal duty, possibly also up to 25%"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "8504.40.95 china vs malaysia",
            "Lowest additional duty: goods of Malaysia, between 10% and 110%; for the same goods "
            "always 27.5 points lower than goods of China, between 37.5% and 137.5%.",
        ),
        (
            "copper wire and cables from mexico",
            "Under USMCA: cables, 0% to 25%; copper wire, 50%.",
        ),
    ],
)
def test_a_comparison_is_about_the_same_goods_on_both_sides(
    text: str, sentence: str, ledger: Ledger
) -> None:
    reply = reply_to(text, ledger)
    assert isinstance(reply, RateAnswers)
    assert sentence in build_comparison(reply.answers).sentence


def test_a_comparison_says_what_decides_at_both_ends(ledger: Ledger) -> None:
    reply = reply_to("8708.30.50 india vs china", ledger)
    assert isinstance(reply, RateAnswers)
    found = build_comparison(reply.answers)
    assert found.rows[0].why.startswith("by goods: forced labor 10%, ")
    assert "passenger vehicle parts 25%" in found.rows[0].why
    [decides] = [one for one in found.notes if one.startswith("Depends on: ")]
    assert "trucks or buses?" in decides
    assert "passenger cars or light trucks?" in decides


def test_a_claim_in_the_headline_is_not_repeated_as_a_remark(ledger: Ledger) -> None:
    assert overview("us mexico", ledger).remarks == ()
    assert overview("t-shirts from mexico", ledger).remarks == ()


def test_an_exemption_that_was_not_confirmed_lately_is_said(ledger: Ledger) -> None:
    [remark] = overview("car parts from mexico under usmca", ledger).remarks
    assert "last confirmed this on 28 Aug 2026" in remark
    assert headline("car parts from mexico under usmca", ledger) == "No additional duty"


def test_headings_that_are_not_known_are_not_left_out_silently(ledger: Ledger) -> None:
    incomplete = overview("6109.10.00 bangladesh", ledger).headings
    assert incomplete == "6109.10.00 and headings that our data lacks"
    assert overview("8507.60.00 china", ledger).headings.startswith("9903.91.06")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("is the fentanyl tariff still collected on china", "since 24 Feb 2026 (held unlawful 20"),
        ("does canada still pay the fentanyl tariff", "since 24 Feb 2026 (held unlawful 20"),
        ("section 122 on japan", "charged to 23 Jul 2026"),
    ],
)
def test_a_duty_that_is_not_collected_has_its_end(text: str, end: str, ledger: Ledger) -> None:
    assert end in headline(text, ledger)


def test_a_duty_that_is_collected_has_no_end(ledger: Ledger) -> None:
    assert headline("fentanyl tariff china 2025-06-01", ledger) == "20%, this duty alone"


def test_after_the_last_known_day_of_a_general_rate_there_is_no_total(ledger: Ledger) -> None:
    assert headline("china us 2027-02-01", ledger) == "No total can be given"
    following = [one.text for one in overview("china us", ledger).next]
    assert any("10% ends (no successor known)" in one for one in following)


def test_the_end_of_a_suspension_is_not_called_the_end_of_the_duty(ledger: Ledger) -> None:
    following = " ".join(one.text for one in overview("china canada 2024-12-31", ledger).next)
    assert "canola oil, meal and peas suspension ends" in following


def test_a_change_without_a_rate_is_announced_once(ledger: Ledger) -> None:
    following = [one.text for one in overview("solar panels from china", ledger).next]
    assert "mature-node chips rate to be announced" in following


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cars from mexico usmca", "0% to 25%, depending on the goods"),
        ("medicines from ireland", "0% to 15%, depending on the goods"),
        ("shoes from china", "12.5% to 20%, depending on the tariff line"),
    ],
)
def test_what_decides_a_range_is_named(text: str, what: str, ledger: Ledger) -> None:
    assert headline(text, ledger) == what


def test_a_duty_counts_from_the_day_on_which_the_list_got_the_goods(ledger: Ledger) -> None:
    reasons = {row.goods: row.why for row in overview("aluminum extrusions canada", ledger).rows}
    assert reasons["Section 338 broad list"] == "since 15 Sep 2026"
    assert overview("toys canada", ledger).rows[0].why == "since 22 Aug 2026"


def test_a_period_before_the_data_has_no_number(ledger: Ledger) -> None:
    assert headline("us china 2017", ledger) == "No total can be given"
    assert "from 1 Jan 2018 to 31 Dec 2019" in headline("us china from 2016 to 2019", ledger)


def test_a_period_without_a_general_duty_names_the_duties_on_particular_goods(
    ledger: Ledger,
) -> None:
    assert "up to 25% on particular goods" in headline("us china 2019", ledger)


def test_exempt_partners_whose_terms_are_not_known_have_no_total(ledger: Ledger) -> None:
    for text in ("steel from eu on 2019-01-01", "section 232 steel on eu 2019-01-01"):
        assert headline(text, ledger) == "No total can be given"
        assert any(
            "Our data does not have the terms" in one for one in overview(text, ledger).remarks
        )
    assert headline("steel from india on 2019-01-01", ledger) == "25%"


def test_a_sum_with_the_normal_duty_needs_a_total(ledger: Ledger) -> None:
    assert "together" not in overview("whisky from canada", ledger).basis


def test_a_comparison_says_what_a_claim_changes(ledger: Ledger) -> None:
    reply = reply_to("cars: japan vs korea vs mexico", ledger)
    assert isinstance(reply, RateAnswers)
    sentence = build_comparison(reply.answers).sentence
    assert sentence.endswith("Under USMCA: goods of Mexico, 0% to 25%.")


@pytest.mark.parametrize(
    ("text", "imposer", "partner"),
    [
        ("when was it 145% on china", "US", "CN"),
        ("antidumping china", "US", "CN"),
        ("us it", "US", "IT"),
        ("china antidumping canada canola", "CN", "CA"),
    ],
)
def test_small_words_are_no_economies_and_a_lone_economy_is_the_origin(
    text: str, imposer: str, partner: str, ledger: Ledger
) -> None:
    reply = reply_to(text, ledger)
    assert isinstance(reply, RateAnswers)
    assert (reply.answers[0].imposer, reply.answers[0].partner) == (imposer, partner)


def test_a_rate_that_was_only_announced_is_not_called_charged(ledger: Ledger) -> None:
    reply = reply_to("100% tariff on china november 2025", ledger)
    assert isinstance(reply, RateAnswers)
    first = describe_spells(reply.spells, reply.query, ledger.parties)[0]
    assert "announced 10 Oct 2025 for 1 Nov 2025, never charged (dropped" in first


def test_goods_without_codes_may_be_on_a_list(ledger: Ledger) -> None:
    for goods in ("electronics", "appliances"):
        assert headline(f"{goods} from china", ledger).endswith("25% more on some tariff lines")


def test_a_power_that_was_not_used_is_no_duty(ledger: Ledger) -> None:
    reply = reply_to("changes october 2026", ledger)
    assert isinstance(reply, RateCalendar)
    about = [item for item in reply.items if "Russian oil" in item.measure]
    assert {item.change.kind for item in about} <= {ChangeKind.MILESTONE}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "eu vs uk cars within the quota",
            "Lowest with the normal duty: goods of the UK, 10%; highest: goods of the EU, 15%.",
        ),
        ("shrimp eu vs india", "The same with the normal duty: goods of the EU and India, 10%."),
    ],
)
def test_sums_with_the_normal_duty_are_compared_if_they_are_known(
    text: str, sentence: str, ledger: Ledger
) -> None:
    reply = reply_to(text, ledger)
    assert isinstance(reply, RateAnswers)
    assert build_comparison(reply.answers).sentence == sentence


def test_only_some_critical_minerals_of_china_pay(ledger: Ledger) -> None:
    assert headline("rare earths from china", ledger) == "No additional duty"
    minerals = headline("critical minerals from china", ledger)
    assert minerals == "0% to 37.5%, depending on the tariff line"
