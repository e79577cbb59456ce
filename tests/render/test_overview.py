"""An overview has the number, the goods and the age of an answer's data, and loses no line."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import RateAnswers
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.render.freshness import Freshness
from bot.render.overview.build import build_overview
from bot.render.overview.coming import format_next
from bot.render.overview.model import AnswerOverview
from bot.text.percent import format_percent

DAY = date(2026, 11, 30)
ZERO = Decimal(0)


def ask(text: str, ledger: Ledger, day: date = DAY) -> RateAnswers:
    service = AnswerService(ledger)
    now = datetime.combine(day, time(17), UTC)
    reply = asyncio.run(service.answer(service.parse(text, now)))
    assert isinstance(reply, RateAnswers)
    return reply


def overviews(text: str, ledger: Ledger, day: date = DAY) -> list[AnswerOverview]:
    reply = ask(text, ledger, day)
    return [build_overview(one, reply.query, reply.today) for one in reply.answers]


@pytest.fixture(scope="module")
def china(ledger: Ledger) -> AnswerOverview:
    return overviews("us china", ledger)[0]


def test_most_goods_of_china_pay_a_span_and_not_its_lower_end(china: AnswerOverview) -> None:
    [number] = [piece.text for piece in china.headline if piece.strong]
    assert number == "12.5% to 37.5%" == china.short_total


@pytest.mark.parametrize("text", ["us furniture", "furniture from all countries"])
def test_a_number_for_some_lines_only_does_not_deny_the_duty(text: str, ledger: Ledger) -> None:
    [overview] = overviews(text, ledger)
    [number] = [piece.text for piece in overview.headline if piece.strong]
    assert number == "Up to 25%"


def test_the_title_names_importer_and_origin(china: AnswerOverview) -> None:
    assert china.title == "US additional duty on goods of China"


def test_the_rows_of_a_pair_have_all_lines_of_the_schedule(ledger: Ledger) -> None:
    for text in ("us china", "us canada", "us eu", "us iceland", "us brazil", "us united kingdom"):
        reply = ask(text, ledger)
        answer = next(one for one in reply.answers if one.imposer == "US")
        for most in (2, 3, 6, 12):
            rows = build_overview(answer, reply.query, reply.today, most).rows
            assert sum(row.lines for row in rows) == sum(group.lines for group in answer.lines)
            assert len(rows) <= max(most, 2)


def test_a_row_explains_its_total_by_duties_that_add_up_to_it(china: AnswerOverview) -> None:
    rows = {row.added: row for row in china.rows}
    assert rows["37.5%"].why == "forced labor 12.5% + 301 25%"
    assert rows["75%"].why == "232 50% + 301 25%"
    assert rows["12.5%"].goods == "on no list"


def test_goods_that_may_not_be_imported_have_a_row(ledger: Ledger) -> None:
    [row] = [row for row in overviews("us canada", ledger)[0].rows if row.added == "banned"]
    assert row.lines > 0


def test_both_figures_are_given_if_a_claim_decides(ledger: Ledger) -> None:
    for text in ("us canada", "us mexico"):
        overview = overviews(text, ledger)[0]
        strong = [piece.text for piece in overview.headline if piece.strong]
        assert strong == ["No additional duty", "10%"]
        assert "USMCA" in overview.format_headline()


def test_an_all_in_rate_is_not_added_to_the_normal_duty(ledger: Ledger) -> None:
    assert "included" in overviews("us japan", ledger)[0].basis


def test_a_pair_that_is_not_tracked_has_no_number(ledger: Ledger) -> None:
    overview = overviews("japan on us", ledger)[0]
    assert not overview.short_total
    assert "Not in our data" in overview.format_headline()
    assert overview.freshness is Freshness.RED


def test_duties_on_particular_goods_are_rows_where_no_schedule_is_known(ledger: Ledger) -> None:
    overview = overviews("china on us", ledger)[0]
    assert overview.rows[0].added == "10%"
    assert {"+25%", "+15%"} <= {row.added for row in overview.rows}
    canada = overviews("canada on us", ledger)[0]
    assert "up to 50%" in canada.format_headline()
    assert {row.added for row in canada.rows} == {"15% to 50%", "50%", "0% to 25%"}


def test_a_range_of_goods_is_the_number(ledger: Ledger) -> None:
    overview = overviews("us on china 8507.60.00", ledger)[0]
    assert overview.headline[0].text == "37.5% to 50%"
    assert overview.questions
    assert "9903.91.06" in overview.headings


def test_the_next_changes_are_after_today_and_in_order(china: AnswerOverview) -> None:
    days = [change.on for change in china.next]
    assert days == sorted(days)
    assert all(day > DAY for day in days)
    assert len(days) == 3
    assert format_next(china.next[0], DAY).startswith("4 Dec ")


@pytest.mark.parametrize(
    ("age", "color"),
    [
        (0, Freshness.GREEN),
        (7, Freshness.GREEN),
        (8, Freshness.AMBER),
        (30, Freshness.AMBER),
        (31, Freshness.RED),
    ],
)
def test_the_age_of_the_data_has_three_colors(ledger: Ledger, age: int, color: Freshness) -> None:
    reply = ask("us on japan", ledger)
    answer = reply.answers[0]._replace(checked=DAY - timedelta(days=age), next=(), on=DAY)
    overview = build_overview(answer, reply.query, DAY)
    assert (overview.freshness, overview.age_days) == (color, age)


def test_a_scheduled_day_since_the_check_makes_young_data_red(ledger: Ledger) -> None:
    reply = ask("us on china", ledger)
    answer = reply.answers[0]._replace(checked=DAY - timedelta(days=2), on=DAY)
    assert any(item.passed for item in answer.next)
    overview = build_overview(answer, reply.query, DAY)
    assert overview.freshness is Freshness.RED
    assert overview.dates_passed > 0


def test_a_past_day_that_was_checked_later_is_verified(ledger: Ledger) -> None:
    overview = overviews("us on china on 2026-08-01", ledger)[0]
    assert overview.freshness is Freshness.GREEN
    assert overview.dates_passed == 0


def test_the_court_of_a_pending_case_is_named(china: AnswerOverview, ledger: Ledger) -> None:
    assert china.contested_in == "CIT"
    assert not overviews("us on iceland", ledger)[0].contested_in


def test_an_assumed_importing_country_is_named(ledger: Ledger) -> None:
    reply = ask("us on vietnam", ledger)
    query = reply.query.model_copy(update={"imposer_assumed": True})
    assert "US" in build_overview(reply.answers[0], query, reply.today).assumed
    assert not build_overview(reply.answers[0], reply.query, reply.today).assumed


def test_a_law_has_a_row_for_each_of_its_duties(ledger: Ledger) -> None:
    reply = ask("us japan section 232", ledger)
    [answer] = [one for one in reply.answers if one.imposer == "US"]
    overview = build_overview(answer, reply.query, reply.today, len(answer.rows))
    assert overview.title == "US Section 232 duties on goods of Japan"
    assert len(overview.rows) == len(answer.rows) > 10
    assert overview.format_headline() == (
        f"{len(answer.rows)} duties, 10% to 50%, on particular goods"
    )
    assert {row.goods: row.added for row in overview.rows}["steel"] == "50%"
    assert all(row.why.startswith("since ") for row in overview.rows)
    assert "average" not in overview.basis


def test_many_duties_of_a_law_are_rows_by_rate(ledger: Ledger) -> None:
    reply = ask("what is the 301 rate on china", ledger)
    [overview] = [build_overview(one, reply.query, reply.today, 6) for one in reply.answers]
    assert overview.title == "US Section 301 duties on goods of China"
    assert overview.format_headline().startswith(
        "12.5% on all goods except listed exemptions and Section 232 goods; "
        "18 duties, 7.5% to 100%, on particular goods"
    )
    added = {row.goods: row.added for row in overview.rows}
    assert list(added.items())[:3] == [
        ("goods in general", "12.5%"),
        ("Lists 1-3", "25%"),
        ("List 4A", "7.5%"),
    ]
    assert added["electric vehicles, syringes and needles, …"] == "100%"


def test_import_bans_of_a_law_are_rows(ledger: Ledger) -> None:
    overview = overviews("us canada section 338", ledger)[0]
    assert overview.title == "US Section 338 duties on goods of Canada"
    assert overview.format_headline() == "3 duties of 50% and 2 import bans, on particular goods"
    assert [row.added for row in overview.rows].count("banned") == 2


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("shoes from vietnam", "plus the normal duty 0% to 48% by line (16 of 147 lines: 76¢/pr."),
        ("t-shirts from bangladesh", "plus the normal duty 2.6% to 32% by line"),
        ("toys from china", "normal duty 0%, together 12.5%"),
    ],
)
def test_named_goods_have_their_own_normal_duty(text: str, basis: str, ledger: Ledger) -> None:
    [overview] = overviews(text, ledger)
    assert overview.basis.startswith(basis)


def test_a_period_has_its_span_and_its_last_changes(ledger: Ledger) -> None:
    overview = overviews("us china last year", ledger)[0]
    assert overview.title == "US additional duty on goods of China, 2025"
    assert overview.format_headline() == (
        "0% to 145% on goods that are on no list during 2025: 0% from 1 Jan, 10% from 4 Feb, "
        "20% from 4 Mar, 30% from 5 Apr, 104% from 9 Apr, 145% from 10 Apr, 30% from 14 May, "
        "20% from 10 Nov 2025; 20% to 45% on most goods on 31 Dec 2025"
    )
    assert not overview.rows
    assert overview.changes[0].on == date(2025, 11, 10)
    assert {change.added for change in overview.changes} >= {"145%", "20%"}
    assert all(change.what for change in overview.changes)


def test_a_percentage_in_a_period_has_all_totals_of_the_period(ledger: Ledger) -> None:
    overview = overviews("were bananas from ecuador charged 15% in 2025", ledger)[0]
    assert overview.format_headline() == (
        "0% to 15% during 2025: 0% from 1 Jan, 10% from 5 Apr, 15% from 7 Aug, 0% from 13 Nov 2025"
    )


@pytest.mark.parametrize(
    ("text", "title", "during"),
    [
        ("us china in july 2026", ", July 2026", "during July 2026"),
        ("us china Q2 2025", ", Q2 2025", "during Q2 2025"),
        ("us china since june", "1 Jun 2026 to 30 Nov 2026", "from 1 Jun 2026 to 30 Nov 2026"),
    ],
)
def test_the_title_names_the_period(text: str, title: str, during: str, ledger: Ledger) -> None:
    overview = overviews(text, ledger)[0]
    assert overview.title.endswith(title)
    assert during in overview.format_headline()


def test_a_question_about_a_percentage_has_only_the_present_number(ledger: Ledger) -> None:
    overview = overviews("when did the 145% tariff end", ledger)[0]
    assert overview.format_headline().startswith("Now: 12.5% to 37.5% on most goods")
    assert (overview.rows, overview.changes, overview.next) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("softwood lumber canada anti-dumping", "Antidumping duties are not covered"),
        ("us china AD/CVD", "Antidumping and countervailing duties are not covered"),
        ("sugar quota brazil", "Tariff-rate quotas are not covered"),
        ("us kenya agoa", "AGOA is not covered"),
    ],
)
def test_what_the_data_does_not_cover_is_said(text: str, remark: str, ledger: Ledger) -> None:
    found = [one for one in overviews(text, ledger)[0].remarks if "not covered" in one]
    assert len(found) == 1
    assert found[0].startswith(remark)


def _list_percents(answer: Answer) -> Iterator[Decimal | None]:
    """Every percentage among the facts of an answer."""
    yield from (answer.total_percent, *(answer.main_span or ()), *(answer.total_range or ()))
    yield from (end for group in answer.lines for end in (group.low, group.high))
    for one in (*answer.components, *answer.not_counted, *answer.rows):
        yield from (one.percent, one.rate.percent, one.rate.low)
    yield sum((one.percent or ZERO for one in answer.rows if one.is_counted), ZERO)
    yield from (one.percent for one in answer.choices)
    yield from (one.rest_percent for one in answer.warnings if isinstance(one, kinds.NoOneTotal))
    for claim in answer.entry.others:
        yield from (claim.percent, *(claim.span or ()))
    for step in answer.history:
        yield from (step.percent, step.up_to)
    if answer.on_goods is not None:
        yield answer.on_goods.up_to


@pytest.mark.parametrize("goods", ["", "steel", "cars", "toys", "copper", "wine", "section 232"])
@pytest.mark.parametrize("when", ["", "last year"])
def test_each_figure_of_an_overview_is_a_fact_of_the_answer(
    goods: str, when: str, ledger: Ledger
) -> None:
    pairs = ("us china", "us canada", "us japan", "us eu", "us brazil", "china us", "eu us")
    for pair in (*pairs, "canada us", "canada china", "mexico china", "us russia", "us vietnam"):
        if not pair.startswith("us ") and goods == "section 232":
            continue
        reply = ask(f"{pair} {goods} {when}", ledger)
        for answer in reply.answers:
            one = build_overview(answer, reply.query, reply.today)
            added = [row.added for row in one.rows] + [row.added for row in one.changes]
            shown = " ".join([one.format_headline(), one.short_total, *added])
            specific = " ".join(each.rate.specific for each in answer.not_counted)
            known = {f"{format_percent(each)}" for each in _list_percents(answer)} | {"0"}
            known.update(re.findall(r"([\d.]+)%", specific))
            assert set(re.findall(r"([\d.]+)%", shown)) <= known, (pair, one)


@pytest.mark.parametrize(
    ("text", "title", "basis"),
    [
        ("us korea machine tools", "US duty on", "normal duty 0% to 5.8% by line included"),
        ("us japan 4011.10", "US duty on", "plus the normal duty 3.4% to 4% by line, which some"),
        ("us france 2204.21.50", "US duty on", "normal duty 6.3¢/liter included (alone"),
        ("us japan cars", "US duty on", "normal duty 2.5% included"),
        ("us japan", "US duty on goods of Japan", "normal duty included (alone where"),
        ("us ireland medicines", "US duty on", "plus the normal duty, which some of the rates"),
        ("us italy chapter 64", "US duty on", "included, in total 10% to 48%"),
        ("us tunisia olive oil", "US additional duty on", "plus the normal duty 5¢/kg or 3.4¢/kg"),
        ("us vietnam shoes", "US additional duty on", "plus the normal duty 0% to 48% by line"),
        ("us south africa wine", "US additional duty on", "liter or others by line"),
    ],
)
def test_title_and_basis_say_if_the_figure_includes_the_normal_duty(
    ledger: Ledger, text: str, title: str, basis: str
) -> None:
    overview = overviews(text, ledger)[0]
    assert overview.title.startswith(title)
    assert basis in overview.basis
    assert overview.added_title == ("Added" if "additional" in title else "Rate")


def test_a_period_says_when_its_figures_begin_to_include_the_normal_duty(ledger: Ledger) -> None:
    wine = overviews("us eu wine from 2025-05-01 to 2025-09-30", ledger)[0]
    assert wine.basis == "normal duty on top at first, included from 7 Aug 2025"
    assert overviews("us eu wine may 2025", ledger)[0].basis.startswith("plus the normal duty")


def test_a_future_day_is_a_projection_and_the_data_is_as_old_as_today(ledger: Ledger) -> None:
    toys = overviews("us china toys q1 2027", ledger)[0]
    assert toys.format_checked() == "scheduled as known on 7 Oct 2026, 54 days ago"
    assert overviews("us china toys", ledger)[0].format_checked().startswith("checked 7 Oct")


def test_a_total_that_stays_the_same_in_a_period_is_said_once(ledger: Ledger) -> None:
    shoes = overviews("shoes from vietnam in january 2027", ledger)[0]
    assert shoes.format_headline() == "12.5% during January 2027"


def test_an_open_total_is_not_zero(ledger: Ledger) -> None:
    month = overviews("china us january 2027", ledger)[0]
    assert [(row.on, row.added) for row in month.changes] == [(date(2027, 1, 11), "not known")]
    assert "0% to" not in month.format_headline()


def test_no_row_is_without_a_figure(ledger: Ledger) -> None:
    for text in ("us canada not usmca", "china us", "us russia column 2"):
        reply = ask(text, ledger)
        for most in (2, 3, 6):
            rows = build_overview(reply.answers[0], reply.query, reply.today, most).rows
            assert all(row.added for row in rows)


def test_the_row_of_the_only_duty_on_all_goods_has_its_law_and_first_day(ledger: Ledger) -> None:
    row = next(row for row in overviews("us vietnam", ledger)[0].rows if row.goods == "on no list")
    assert row.why == "Section 301 forced labor, since 24 Jul 2026"
    assert row.brief == "forced labor"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("us australia beef", "0% under the US-Australia FTA on 28 of 34 lines"),
        ("us mexico avocado", "normal duty 11.2¢/kg, 0% under USMCA"),
        ("us kenya roses", "may be 0% under AGOA (not covered)"),
        ("us egypt jeans", "may be 0% under QIZ (not covered)"),
        ("us jamaica rum", "may be 0% under the Caribbean Basin program (not covered)"),
        ("us morocco", "may be lower under the US-Morocco FTA"),
        ("us korea shoes", "in total 12.5% to 48%, normal duty 0% under KORUS"),
    ],
)
def test_the_normal_duty_names_the_programs_that_change_it(
    text: str, program: str, ledger: Ledger
) -> None:
    assert program in overviews(text, ledger)[0].basis


@pytest.mark.parametrize(
    "text",
    ["us colombia 0901.11", "us korea cars", "us canada", "us china shoes", "us kenya roses agoa"],
)
def test_programs_that_change_no_normal_duty_are_not_named(text: str, ledger: Ledger) -> None:
    assert "under" not in overviews(text, ledger)[0].basis


def test_a_future_day_is_marked_as_planned(ledger: Ledger) -> None:
    for text in ("lumber canada 1 jan 2027", "us china tomorrow"):
        [first, *_] = overviews(text, ledger)
        assert first.format_headline().endswith(", as scheduled, if nothing changes")
        assert first.is_projection
    assert "scheduled" not in overviews("lumber canada", ledger)[0].format_headline()


def test_a_day_under_duties_that_were_voided_later_says_so(ledger: Ledger) -> None:
    past = overviews("us vietnam 2025-08-07", ledger)[0]
    assert "The duties under IEEPA were held unlawful later, on 20 Feb 2026." in past.remarks[0]
    assert any("loaded onto their ship before 7 Aug 2025" in one for one in past.remarks)
    assert not past.contested_in
    today = overviews("us vietnam", ledger)[0]
    assert not any("unlawful" in one for one in today.remarks)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("us china garments", "Read “garments” as apparel."),
        ("us china shoes", "Read “shoes” as footwear."),
    ],
)
def test_goods_that_are_read_under_another_name_are_said(
    text: str, reading: str, ledger: Ledger
) -> None:
    assert overviews(text, ledger)[0].remarks[0].startswith(reading)


@pytest.mark.parametrize("text", ["us china toys", "us china 9503", "us china", "us china steeel"])
def test_goods_that_are_read_as_asked_need_no_words(text: str, ledger: Ledger) -> None:
    assert not any(
        "as “" in one or one.startswith("Read “") for one in overviews(text, ledger)[0].remarks
    )


def test_a_duty_on_goods_of_the_kind_on_other_lines_is_named(ledger: Ledger) -> None:
    found = " ".join(overviews("us taiwan semiconductors", ledger)[0].remarks)
    assert "May apply: Section 232 advanced chips 25%" in found
    assert "May apply" not in " ".join(overviews("us taiwan 8542", ledger)[0].remarks)


def test_the_average_normal_duty_is_not_given_for_a_duty_on_particular_goods(
    ledger: Ledger,
) -> None:
    basis = overviews("section 232 on aluminum extrusions from uae", ledger)[0].basis
    assert basis == "plus the normal duty, which depends on the goods"


def test_goods_of_which_some_lines_are_banned_have_the_rate_of_the_others(ledger: Ledger) -> None:
    whisky = overviews("whisky from canada", ledger)[0]
    assert whisky.format_headline() == (
        "No additional duty if USMCA-originating and claimed, 10% otherwise, or banned, "
        "depending on the tariff line"
    )


def test_a_claim_is_named_once_in_the_title(ledger: Ledger) -> None:
    title = overviews("car parts from mexico under usmca", ledger)[0].title
    assert title.count("USMCA") == 1


def test_nothing_is_added_to_goods_that_may_not_be_imported(ledger: Ledger) -> None:
    added = {row.added for row in overviews("us canada usmca", ledger)[0].rows}
    assert "banned" in added
    assert not any(one.startswith("+") and "import" in one for one in added)
