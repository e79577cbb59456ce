"""A comparison names the lowest and the highest total truthfully, and sorts its rows."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.answers import AnswerService, DatedQuery
from bot.commands.rates.replies import RateAnswers
from bot.parties import WORLD
from bot.rates.answer.coming import list_compared_changes
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.line_totals import CaseTotal
from bot.rates.model.measure import Calc
from bot.rates.question.query import QueryKind, RateQuery
from bot.render.comparison.build import build_comparison
from bot.render.comparison.coming import format_compared_changes
from bot.render.json import build_comparison_json, build_rate_json
from bot.render.overview.build import build_overview
from bot.slack.views.rates.comparison import render_comparison
from tests.rates.asked import ask
from tests.slack.fakes import ledger

TODAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 17, tzinfo=UTC)
NAMES = ("China", "India", "Japan", "Vietnam", "Brazil")


def build_answers(*spans: tuple[int, int] | None) -> list[Answer]:
    """Answers about goods, each with a total or a range; without a total for None."""
    [model] = ask("us on china shoes", ledger(), TODAY)
    return [
        model._replace(
            partner=name[:2].upper(),
            partner_name=name,
            total_percent=Decimal(span[0]) if span and span[0] == span[1] else None,
            total_range=(
                (Decimal(span[0]), Decimal(span[1])) if span and span[0] != span[1] else None
            ),
        )
        for name, span in zip(NAMES, spans, strict=False)
    ]


def list_origins(answers: Sequence[Answer]) -> list[str]:
    return [row.pair for row in build_comparison(answers).rows]


def test_the_lowest_and_the_highest_total_are_named() -> None:
    found = build_comparison(build_answers((25, 25), (10, 10), (15, 15)))
    assert found.sentence == (
        "Lowest additional duty: goods of India, 10%; highest: goods of China, 25%."
    )
    assert [row.pair for row in found.rows] == ["India", "Japan", "China"]


def test_equal_totals_are_named_together() -> None:
    sentence = build_comparison(build_answers((10, 10), (10, 10), (15, 15))).sentence
    assert "Lowest additional duty: goods of China and India, 10%" in sentence
    same = build_comparison(build_answers((10, 10), (10, 10))).sentence
    assert same == "The same additional duty: goods of China and India, 10%."


def test_overlapping_ranges_have_no_lowest() -> None:
    sentence = build_comparison(build_answers((10, 30), (20, 20))).sentence
    assert "Lowest" not in sentence
    assert "goods of China between 10% and 30%; goods of India 20%" in sentence


def test_ranges_are_compared_case_by_case_if_the_same_questions_decide() -> None:
    question = frozenset({"Are the goods parts of cars?"})
    none: frozenset[str] = frozenset()

    def add_cases(answer: Answer, no: int, yes: int | None) -> Answer:
        return answer._replace(
            cases=(
                CaseTotal("87083050", none, question, Decimal(no)),
                CaseTotal("87083050", question, none, None if yes is None else Decimal(yes)),
            )
        )

    first, second = build_answers((10, 50), (30, 60))
    by_case = build_comparison([add_cases(first, 10, 50), add_cases(second, 30, 60)])
    assert by_case.sentence == (
        "Lowest additional duty: goods of China, between 10% and 50%; for the same goods "
        "always 10 to 20 points lower than goods of India, between 30% and 60%."
    )
    part = build_comparison([add_cases(first, 10, 50), add_cases(second, 10, 60)])
    assert "up to 10 points lower, never higher than goods of India" in part.sentence
    for higher in (add_cases(second, 60, 30), add_cases(second, 30, None)):
        assert "Lowest" not in build_comparison([add_cases(first, 10, 50), higher]).sentence


def test_answers_without_a_total_and_banned_goods_are_named_last() -> None:
    answers = build_answers((10, 10), (20, 20), None, None)
    answers[3] = answers[3]._replace(banned=True)
    found = build_comparison(answers)
    assert found.sentence.endswith(
        "May not be imported: goods of Vietnam. No total in our data: goods of Japan."
    )
    assert [row.typical for row in found.rows] == ["10%", "20%", "banned", "no total"]


def test_a_total_on_top_of_the_normal_duty_is_not_called_lower_than_one_that_includes_it() -> None:
    answers = build_answers((10, 10), (12, 12))
    components = tuple(one._replace(calc=Calc.ALL_IN_CEILING) for one in answers[1].components)
    answers[1] = answers[1]._replace(components=components)
    sentence = build_comparison(answers).sentence
    assert "Lowest" not in sentence
    assert "goods of India 12% with the normal duty" in sentence
    reverse = [answers[0]._replace(total_percent=Decimal(12)), answers[1]]
    assert build_comparison(reverse).sentence.startswith("Lowest duty: goods of India, 12%")


spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda one: (min(one), max(one)))


@given(st.lists(spans, min_size=2, max_size=5))
def test_the_lowest_is_never_above_another(found: list[tuple[int, int]]) -> None:
    comparison = build_comparison(build_answers(*found))
    lows = [(row.answer.total_range or (row.answer.total_percent,))[0] for row in comparison.rows]
    assert lows == sorted(low for low in lows if low is not None)
    if comparison.sentence.startswith("Lowest"):
        lowest, *others = sorted(set(found))
        assert all(lowest[1] <= low for low, _ in others)


def test_goods_in_general_are_compared_by_the_total_on_most_goods() -> None:
    answers = ask("us china vs india", ledger(), TODAY)
    assert {one.basis for one in answers} == {TotalBasis.GENERAL}
    assert "no product list names" in build_comparison(answers).sentence
    assert list_origins(answers) == ["India", "China"]


def test_a_comparison_gives_each_origin_the_figure_of_its_own_answer() -> None:
    """For all origins of goods imported into the US."""
    service = AnswerService(ledger())
    own = set(ledger().list_codes("US")) | {WORLD}
    codes = [one.code for one in ledger().parties if one.code not in own]
    for at in range(0, len(codes), 5):
        some = codes[at : at + 5]
        query = RateQuery(
            kind=QueryKind.COMPARE, imposer="US", partner=some[0], versus=tuple(some[1:])
        )
        reply = asyncio.run(service.answer(DatedQuery(query, TODAY, NOON)))
        assert isinstance(reply, RateAnswers)
        comparison = build_comparison(reply.answers)
        assert len(comparison.rows) == len(some)
        for row in comparison.rows:
            pair = query.model_copy(
                update={"kind": QueryKind.PAIR, "partner": row.answer.partner, "versus": ()}
            )
            alone = asyncio.run(service.answer(DatedQuery(pair, TODAY, NOON)))
            assert isinstance(alone, RateAnswers)
            overview = build_overview(alone.answers[0], pair, TODAY)
            assert row.typical == (overview.short_total or "no total")
            assert row.answer.main_span == alone.answers[0].main_span


def test_origins_in_a_period_have_all_totals_of_the_period() -> None:
    comparison = build_comparison(ask("us vietnam vs thailand 2025", ledger(), TODAY))
    assert comparison.title.endswith("by origin, 2025")
    assert comparison.sentence == (
        "Lowest and highest during 2025: Vietnam 0% to 46%; Thailand 0% to 36%."
    )
    assert comparison.rows[0].why.endswith("10% from 10 Apr, 20% from 7 Aug 2025")


def test_origins_with_one_total_in_a_period_are_ordered_by_it() -> None:
    comparison = build_comparison(ask("us vietnam vs china toys march 2026", ledger(), TODAY))
    assert comparison.title.endswith("by origin, March 2026")
    assert comparison.sentence.startswith("The same additional duty")


def test_a_comparison_as_json_has_the_codes_in_order() -> None:
    found = build_comparison_json(build_comparison(build_answers((20, 20), (10, 30))))
    assert found["sentence"]
    rows = found["rows"]
    assert isinstance(rows, list)
    assert [(row["partner"], row["typical"]) for row in rows] == [
        ("IN", "10% to 30%"),
        ("CH", "20%"),
    ]


def test_all_in_rates_of_a_range_are_ranked_by_the_total_of_most_lines() -> None:
    found = build_comparison(ask("us korea vs japan vs taiwan machine tools", ledger(), TODAY))
    assert found.sentence == (
        "Lowest duty on most tariff lines: goods of Taiwan, 10% with the normal duty; highest: "
        "goods of South Korea and Japan, 12.5% with the normal duty."
    )
    assert [(row.typical, row.extent) for row in found.rows] == [
        ("10%", "10% to 15%"),
        ("12.5%", "12.5% to 15%"),
        ("12.5%", "12.5% to 15%"),
    ]
    assert all(row.normal == "normal duty included" for row in found.rows)


def test_equal_figures_on_another_basis_are_not_the_same_duty() -> None:
    found = build_comparison(ask("us thailand vs japan 4011.10", ledger(), TODAY))
    assert "The same" not in found.sentence
    assert "Japan between 12.5% and 25%, which in part includes the normal duty" in found.sentence
    assert "Thailand between 12.5% and 25% plus the normal duty 3.4% to 4%" in found.sentence


def test_the_normal_duty_that_comes_on_top_is_named() -> None:
    bicycles = build_comparison(ask("us taiwan vs cambodia bicycles", ledger(), TODAY))
    assert bicycles.sentence == (
        "Lowest with the normal duty: goods of Taiwan, 10% to 11%; "
        "highest: goods of Cambodia, 13.7% to 21%."
    )
    oil = build_comparison(ask("us spain vs tunisia olive oil", ledger(), TODAY))
    assert "Tunisia 0% plus the normal duty 5¢/kg or 3.4¢/kg" in oil.sentence
    cars = build_comparison(ask("us japan vs uk cars", ledger(), TODAY))
    assert "goods of the UK 10% to 27.5%; goods of Japan 15%." in cars.sentence


def test_rows_about_several_goods_name_the_goods() -> None:
    found = build_comparison(ask("us on mexico steel and aluminum", ledger(), TODAY))
    assert (found.title, found.rows_title) == (
        "US additional duty on steel and aluminum of Mexico",
        "Goods",
    )
    assert [row.pair for row in found.rows] == ["steel", "aluminum"]
    fruit = build_comparison(ask("us guatemala vs mexico bananas and avocados", ledger(), TODAY))
    assert fruit.rows_title == "Goods and origin"
    rows = {row.pair: row.format_duty() for row in fruit.rows}
    assert rows["avocados, Guatemala"] == "0% + normal duty 11.2¢/kg"


def test_all_duties_of_an_economy_differ_by_their_direction() -> None:
    found = build_comparison(ask("us", ledger(), TODAY))
    assert found.title == "Duties of and on the US"
    assert "US duties on goods of" in found.sentence
    assert {"US on China", "China on US"} <= {row.pair for row in found.rows}


@pytest.mark.parametrize(
    ("text", "base", "duty"),
    [
        (
            "us saudi arabia vs iraq crude oil",
            "Plus the normal duty 5.25¢/bbl or 10.5¢/bbl.",
            "0% + ",
        ),
        (
            "us jordan vs lesotho jeans",
            "Plus the normal duty 0% to 16.6% by line.",
            "0% + normal duty",
        ),
        ("us china vs india", "Plus the normal duty", "10%"),
        ("us ecuador vs india shrimps", "The normal duty is 0%.", "10%"),
    ],
)
def test_the_normal_duty_of_all_rows_is_said_once_and_stands_in_each_row(
    text: str, base: str, duty: str
) -> None:
    found = build_comparison(ask(text, ledger(), TODAY))
    assert found.base.startswith(base)
    assert found.rows[0].format_duty().startswith(duty)
    assert ("+ normal duty" in found.rows[0].format_duty()) == base.startswith("Plus")
    assert "additional duty" in found.title


def test_normal_duties_that_differ_are_in_the_rows_and_may_change_the_order() -> None:
    found = build_comparison(ask("us russia vs china vodka", ledger(), TODAY))
    assert found.base == ""
    assert "sums with them may be in another order" in found.sentence
    assert found.rows[0].format_duty().startswith("12.5% + column 2 duty $1.78/pf. liter")
    assert "column 2" not in found.title


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("us jordan vs lesotho jeans", "Jordan: Normal duty 0% under the US-Jordan FTA"),
        ("us jordan vs lesotho jeans", "Lesotho: Normal duty may be 0% under AGOA (not covered)."),
        ("us ecuador vs india shrimps antidumping", "Antidumping duties are not covered"),
        ("us kenya vs ghana jeans agoa", "AGOA is not covered"),
        (
            "canada on us cars and steel",
            "passenger cars: Surtax on US vehicles: Vehicles",
        ),
        ("canada on us cars and steel", "steel: Includes scheduled changes that are not verified."),
        ("us japan vs korea garments", "Read “garments” as apparel."),
        ("8471.30, 8517.13 china", "HS 8471.30: Depends on: Are the goods parts of passenger cars"),
    ],
)
def test_what_the_rows_do_not_say_is_in_the_notes(text: str, note: str) -> None:
    reply = asyncio.run(answer_text(text))
    found = build_comparison(reply.answers)
    assert [one for one in found.notes if one.startswith(note)]


def test_the_pairs_of_an_economy_have_only_notes_on_all() -> None:
    found = build_comparison(ask("us", ledger(), TODAY))
    assert found.notes == ()
    assert found.base == ""
    assert {row.normal for row in found.rows} >= {"", "normal duty included"}


async def answer_text(text: str) -> RateAnswers:
    service = AnswerService(ledger())
    reply = await service.answer(service.parse(text, NOON))
    assert isinstance(reply, RateAnswers)
    return reply


def test_a_law_with_duties_on_particular_goods_is_not_compared_as_one_range() -> None:
    found = build_comparison(ask("china vs vietnam section 301", ledger(), TODAY))
    assert found.title == "US Section 301 duties by origin"
    assert found.sentence == (
        "A law has no single total: goods of China 12.5% on all goods except listed exemptions and "
        "Section 232 goods; 18 duties, 7.5% to 100%, on particular goods; goods of Vietnam 12.5%. "
        "Name the goods to compare totals."
    )
    assert [(row.pair, row.typical) for row in found.rows] == [
        ("China", "12.5%+"),
        ("Vietnam", "12.5%"),
    ]


def test_a_law_whose_rates_include_the_normal_duty_in_part_says_so() -> None:
    found = build_comparison(ask("japan vs china section 232", ledger(), TODAY))
    assert found.base == ""
    assert {row.normal for row in found.rows} == {"normal duty included in part"}


def test_a_claim_of_one_origin_is_named_with_this_origin_only() -> None:
    found = build_comparison(ask("auto parts mexico usmca vs china vs japan", ledger(), TODAY))
    assert found.title == "US duty on auto parts (listed lines of HS 8708) by origin"
    assert found.sentence == (
        "Lowest with the normal duty: goods of Mexico under USMCA, 0%; "
        "highest: goods of China, 50% to 52.5%."
    )
    assert [row.pair for row in found.rows] == ["Mexico under USMCA", "Japan", "China"]
    assert not any("no special rate" in note for note in found.notes)


def test_sums_that_overlap_are_listed_without_a_lowest() -> None:
    found = build_comparison(ask("cars eu vs mexico usmca", ledger(), TODAY))
    assert found.sentence == (
        "The totals with the normal duty overlap, so compare the same goods: "
        "goods of Mexico under USMCA 0% to 25%; goods of the EU 15%."
    )


def test_equal_sums_of_most_lines_have_no_lowest() -> None:
    found = build_comparison(ask("dining chairs malaysia vs poland", ledger(), TODAY))
    assert found.sentence == (
        "The same with the normal duty, on most tariff lines: goods of Poland and Malaysia, 10%."
    )
    assert [row.extent for row in found.rows] == ["10% to 15%", "10% to 25%"]


def test_goods_of_which_some_lines_are_banned_have_the_total_of_the_others() -> None:
    found = build_comparison(ask("whisky canada vs mexico", ledger(), TODAY))
    assert "10%, or banned, by tariff line: goods of Canada." in found.sentence
    assert {row.pair: row.typical for row in found.rows}["Canada"] == "10% or banned"


def test_origins_whose_normal_duty_an_agreement_lowers_are_named() -> None:
    sentence = build_comparison(ask("beef argentina vs australia", ledger(), TODAY)).sentence
    assert "A trade agreement lowers the normal duty of goods of Australia." in sentence


def test_a_claim_that_changes_no_end_of_a_range_is_not_in_the_sentence() -> None:
    sentence = build_comparison(ask("steel canada vs korea", ledger(), TODAY)).sentence
    assert sentence == (
        "The same additional duty on most tariff lines: goods of Canada and South Korea, 50%."
    )


def test_the_rows_of_importers_name_a_normal_duty_that_their_sentence_does_not() -> None:
    answers = ask("world on india stainless steel sinks", ledger(), TODAY)
    rows = build_comparison(answers).rows
    [normal] = [row.normal for row in rows if row.answer.imposer == "US"]
    assert normal == "+ normal duty 3.4%"


@pytest.mark.parametrize(
    ("text", "coming"),
    [
        ("solar cells laos vs cambodia", [("us-232-polysilicon-derivatives", 15, {"LA", "KH"})]),
        ("sofas vietnam vs germany", [("us-232-upholstered-furniture", 30, {"VN"})]),
        ("us nicaragua vs honduras", [("us-ni-301", 10, {"NI"})]),
        ("us china vs mexico", []),
        ("sofas china vs vietnam on 2025-12-15", []),
    ],
)
def test_a_comparison_about_today_has_the_changes_of_the_next_60_days(
    text: str, coming: list[tuple[str, int, set[str]]]
) -> None:
    reply = asyncio.run(answer_text(text))
    found = [one.item for one in list_compared_changes(reply.answers, reply.query)]
    for one, (measure_id, percent, partners) in zip(found, coming, strict=True):
        assert (one.measure_id, {*one.partners}) == (measure_id, partners)
        assert one.change.rate.percent == percent

    comparison = build_rate_json(text, reply.query, reply.answers)["comparison"]
    assert isinstance(comparison, dict)
    assert [one["on"] for one in comparison["next"]] == [one.on.isoformat() for one in found]
    line = format_compared_changes(reply.answers, reply.query, TODAY)
    message = str(render_comparison(reply.answers, reply.query, TODAY).blocks)
    shown = [part in message for part in line.split("; ") if part]
    assert shown == [True] * len(coming)
