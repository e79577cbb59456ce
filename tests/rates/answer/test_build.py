"""The content of an answer: total, components, warnings and upcoming changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, OnGoods, TotalBasis
from bot.rates.model.changes import ChangeKind
from bot.rates.model.component import Component
from bot.rates.model.law import Effect
from bot.rates.model.measure import DutyRate, MeasureRef, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery
from bot.render import words
from tests.rates.asked import ask
from tests.rates.made import CHECKED, sheet, written
from tests.rates.made import ledger as ledger_of
from tests.rates.warned import only, warned


def _one(text: str, ledger: Ledger, today: date, product: str | None = None) -> Answer:
    return ask(text, ledger, today, product=product)[0]


def _component(answer: Answer, measure_id: str) -> Component:
    found = (*answer.components, *answer.not_counted)
    return next(one for one in found if one.measure_id == measure_id)


def test_both_directions_are_answered_when_two_parties_are_named(
    ledger: Ledger, today: date
) -> None:
    there, back = ask("us china on 2025-05-01", ledger, today)

    assert (there.imposer, there.partner, there.total_percent) == ("US", "CN", Decimal(145))
    assert (back.imposer, back.partner, back.total_percent) == ("CN", "US", Decimal(125))
    assert [str(one.percent) for one in there.components] == ["20", "125"]


def test_an_answer_for_today_begins_with_a_warning_if_the_last_check_is_older(
    ledger: Ledger, today: date
) -> None:
    one = _one("us china", ledger, today)

    assert (one.on, one.checked) == (today, date(2026, 10, 7))
    assert not one.has_scheduled
    assert one.total_percent == Decimal("12.5")
    assert one.warnings[0] == kinds.Stale(today, date(2026, 10, 7), (), ())


def test_an_answer_for_the_day_of_the_check_has_no_warning(ledger: Ledger) -> None:
    one = _one("us on china", ledger, date(2026, 10, 7))

    assert not warned(one, kinds.Stale)
    assert not warned(one, kinds.OlderSource)


def test_a_day_beyond_the_data_begins_with_a_warning(ledger: Ledger, today: date) -> None:
    one = _one("china on us on 2026-12-01", ledger, today)

    assert isinstance(one.warnings[0], kinds.BeyondData)
    assert any("no Chinese announcement" in said.text for said in warned(one, kinds.RateCaveat))


def test_a_day_before_the_data_begins_has_no_total(ledger: Ledger, today: date) -> None:
    one = _one("us on china on 2015-01-01", ledger, today)

    assert one.total_percent is None
    assert one.warnings[0] == kinds.BeforeData(date(2018, 1, 1))


def test_the_total_for_a_steel_article_on_list_3_matches_a_real_customs_entry(
    ledger: Ledger, today: date
) -> None:
    one = _one("us on china on 2026-09-15", ledger, today, "7326.90.86.10")

    assert {part.measure_id: part.percent for part in one.components} == {
        "us-cn-301-list-3": 25,
        "us-232-steel": 50,
    }
    assert one.total_percent == 75
    assert one.base is not None
    assert (one.base.percent, one.base.with_duties) == (Decimal("2.9"), Decimal("77.9"))
    exempt = _component(one, "us-cn-301-forced-labor")
    assert not exempt.is_counted
    steel = MeasureRef("Section 232 steel", "us-232-steel")
    assert exempt.exclusion == Exclusion(Reason.GIVES_WAY, steel)


def test_the_base_rate_is_in_the_total_only_if_it_is_requested(ledger: Ledger, today: date) -> None:
    one = _one("us china on 2026-09-15", ledger, today, "7326.90.86.10 with base")

    assert one.total_percent == Decimal("77.9")
    assert one.includes_base
    assert one.base is not None
    assert one.base.line == "7326.90.86"
    assert sum(part.percent or 0 for part in one.components) == one.total_percent


def test_an_all_in_rate_includes_the_base_rate(ledger: Ledger, today: date) -> None:
    one = _one("us on japan on 2025-10-01", ledger, today, "cars")

    assert one.total_percent == 15
    assert one.base is not None
    assert one.base.with_duties == 15
    assert warned(one, kinds.AllIn)


def test_court_rulings_appear_in_the_status_of_a_duty(ledger: Ledger, today: date) -> None:
    before = _component(_one("us china on 2025-06-01", ledger, today), "us-cn-ieepa-reciprocal")
    after = _component(_one("us china on 2026-03-01", ledger, today), "us-cn-ieepa-reciprocal")

    assert [(ruling.effect, str(ruling.on), ruling.later) for ruling in before.rulings] == [
        (Effect.HELD_UNLAWFUL, "2025-05-28", False),
        (Effect.STAYED, "2025-05-29", False),
        (Effect.STRUCK_DOWN, "2026-02-20", True),
    ]
    assert before.charged_until == date(2026, 2, 23)
    assert before.void_on == date(2026, 2, 20)
    assert after.status is Status.STRUCK_DOWN
    assert not after.is_counted
    assert [ruling.effect for ruling in after.rulings] == [Effect.STRUCK_DOWN]
    assert after.charged_until == date(2026, 2, 23)


def test_between_a_ruling_and_the_end_of_collection_a_duty_is_invalid_but_charged(
    ledger: Ledger, today: date
) -> None:
    one = _one("us china on 2026-02-21", ledger, today)

    assert one.total_percent == 20
    void = kinds.VoidButCharged("IEEPA", date(2026, 2, 20), date(2026, 2, 23))
    assert one.warnings[0] == void


def test_a_history_has_every_change_and_ruling_with_its_source(ledger: Ledger, today: date) -> None:
    history = _one("us china history", ledger, today).history

    rates = {str(step.on): step.percent for step in history if step.moves_total}
    rulings = {str(step.on): step.percent for step in history if step.ruling}
    assert rates == {
        "2025-02-04": 10,
        "2025-03-04": 20,
        "2025-04-05": 30,
        "2025-04-09": 104,
        "2025-04-10": 145,
        "2025-05-14": 30,
        "2025-11-10": 20,
        "2026-02-24": 10,
        "2026-07-24": Decimal("12.5"),
    }
    assert rulings["2025-05-28"] == rulings["2025-05-29"] == 30
    assert rulings["2026-02-20"] == 20
    assert all(step.source.text for step in history)


def test_a_duty_on_some_tariff_lines_only_makes_a_range_with_counts(
    ledger: Ledger, today: date
) -> None:
    one = _one("us on canada on 2026-09-01", ledger, today, "dairy")

    assert one.total_percent is None
    assert one.total_range == (Decimal(10), Decimal(60))
    assert [(int(each.low), int(each.high)) for each in one.lines] == [(10, 10), (60, 60)]
    left_out = {each.measure_id for each in one.not_counted}
    assert "us-ca-338-dairy" in left_out


def test_a_heading_with_two_possible_rates_has_a_range(ledger: Ledger, today: date) -> None:
    one = _one("us on china on 2025-06-01", ledger, today, "8507.60")

    assert one.total_percent is None
    assert one.total_range == (Decimal("37.5"), Decimal(70))
    left_out = {
        each.measure_id
        for each in one.not_counted
        if each.exclusion and each.exclusion.reason is Reason.DEPENDS
    }
    assert {"us-cn-301-review-ev-batteries", "us-cn-301-list-4a"} <= left_out


def test_duties_with_unknown_state_are_never_counted(ledger: Ledger, today: date) -> None:
    one = _one("china on us on 2026-09-01", ledger, today, "soybeans")

    assert one.total_percent == 10
    unsure = _component(one, "cn-us-2018-301-countermeasures")
    assert unsure.exclusion is not None
    assert unsure.exclusion.reason is Reason.NEVER_SUMMED
    assert "not checked" in unsure.exclusion.text


def test_figures_from_public_statements_are_explained_in_a_remark(
    ledger: Ledger, today: date
) -> None:
    one = _one("us china on 2025-11-10", ledger, today)

    assert one.total_percent == 20
    assert any(said.text.startswith("The 47%") for said in warned(one, kinds.PairRemark))


def test_a_pair_without_data_is_not_reported_as_duty_free(ledger: Ledger, today: date) -> None:
    one = _one("japan on china", ledger, today)

    assert one.total_percent is None
    assert one.warnings[0] == kinds.NotCovered()
    assert one.mfn is not None


def test_goods_without_a_measure_and_unknown_goods_have_different_warnings(
    ledger: Ledger, today: date
) -> None:
    known = _one("us on vietnam", ledger, today, "watches")
    unknown = _one("us on vietnam", ledger, today, "gizmos")
    elsewhere = _one("eu on us", ledger, today, "watches")

    assert known.by_line
    assert sum(each.lines for each in known.lines) > 40
    assert only(elsewhere, kinds.NoMeasureOnGoods).product == "watches"
    assert only(unknown, kinds.UnknownProduct).text == "gizmos"
    assert known.total_percent == unknown.total_percent == Decimal("12.5")


def test_everyday_words_find_their_headings(ledger: Ledger, today: date) -> None:
    washers = _one("us on china on 2026-09-01", ledger, today, "washing machines")

    assert "us-cn-301-list-4a" in {part.measure_id for part in washers.components}
    assert washers.base is None
    assert washers.base_range is not None
    assert washers.base_range.lines == 2
    assert washers.mfn is None


def test_a_near_miss_in_the_goods_is_suggested(ledger: Ledger, today: date) -> None:
    assert "washing machines" in _one("us on china", ledger, today, "washing").suggestions


def test_a_misspelled_product_is_corrected_with_a_warning(ledger: Ledger, today: date) -> None:
    one = _one("us on china", ledger, today, "semiconducters")

    assert one.goods == ("semiconductors",)
    assert only(one, kinds.SpellingRead) == kinds.SpellingRead("semiconducters", "semiconductors")


def test_upcoming_changes_are_listed_in_order(ledger: Ledger, today: date) -> None:
    coming = _one("china on us", ledger, today).next

    assert [str(item.on) for item in coming][:2] == ["2027-01-10", "2027-01-11"]
    assert all(item.source.text for item in coming)


def test_changes_due_since_the_last_check_are_marked(ledger: Ledger, today: date) -> None:
    one = _one("china on us", ledger, today)

    assert [(str(item.on), item.passed) for item in one.next][-1] == ("2026-11-10", True)
    assert [item.passed for item in one.next] == [False, False, True]


def test_a_scheduled_rate_that_began_after_the_last_check_is_the_answer(today: date) -> None:
    last, first = CHECKED + timedelta(days=2), CHECKED + timedelta(days=3)
    steps = [{"percent": 25, "to": last}, {"from": first, "percent": 50}]
    made = ledger_of(sheet(written("steps", *steps, general=True)))
    now, earlier = (_one("us on china", made, day) for day in (today, last))

    assert (now.total_percent, now.on, now.has_scheduled) == (Decimal(50), today, True)
    assert (earlier.total_percent, earlier.on) == (Decimal(25), last)
    assert not earlier.has_scheduled
    assert [item.passed for item in now.next] == [True]
    assert now.warnings[0] == kinds.Stale(today, CHECKED, (), ())


def test_a_duty_that_ended_after_the_last_check_is_no_longer_counted(today: date) -> None:
    last = CHECKED + timedelta(days=2)
    ends = written("ends", {"percent": 25, "to": last}, general=True)
    made = ledger_of(sheet(ends, written("stays", {"percent": 10}, general=True)))
    one = _one("us on china", made, today)

    assert (one.total_percent, one.has_scheduled) == (Decimal(10), True)
    assert only(one, kinds.RunsOut).until == last


@pytest.mark.parametrize(("revives", "total"), [(("replaced",), Decimal(10)), ((), None)])
def test_a_replaced_duty_comes_back_only_if_the_data_says_so(
    revives: tuple[str, ...], total: Decimal | None, today: date
) -> None:
    last = CHECKED + timedelta(days=2)
    replaced = written("replaced", {"percent": 10}, general=True, excluded_by=["ends"])
    ends = written("ends", {"percent": 25, "to": last, "revives": revives}, general=True)
    made = ledger_of(sheet(replaced, ends))
    before, now = (_one("us on china", made, day) for day in (last, today))

    assert before.total_percent == Decimal(25)
    assert now.total_percent == total
    lefts = [one.exclusion for one in warned(now, kinds.NotInTotal)]
    ended = MeasureRef("Duty ends", "ends")
    assert lefts == ([] if revives else [Exclusion(Reason.MAY_RETURN, ended)])


def test_a_replaced_duty_is_counted_if_the_end_was_checked(today: date) -> None:
    last = CHECKED - timedelta(days=2)
    replaced = written("replaced", {"percent": 10}, general=True, excluded_by=["ends"])
    ends = written("ends", {"percent": 25, "to": last}, general=True)

    assert _one("us on china", ledger_of(sheet(replaced, ends)), today).total_percent == 10


def test_the_equipment_of_annex_iii_pays_the_forced_labor_duty_after_2027(ledger: Ledger) -> None:
    ends = date(2027, 12, 31)
    [one] = ask("us on china 8427.10.80", ledger, ends, on=ends + timedelta(days=1))

    assert one.total_percent == Decimal("37.5")


def test_today_is_the_date_in_the_importing_country(ledger: Ledger) -> None:
    query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner="CN", both_ways=True)
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    found = answer_query(query, ledger, date(2026, 11, 24), late)

    assert [one.on for one in found] == [date(2026, 11, 24), date(2026, 11, 25)]


@pytest.mark.parametrize("text", ["us japan", "us japan steel", "canada us steel", "china us"])
def test_an_answer_is_as_old_as_its_oldest_source(text: str, ledger: Ledger, today: date) -> None:
    for one in ask(text, ledger, today):
        for stale in warned(one, kinds.Stale):
            days = [each.checked for each in stale.older] or [stale.checked]
            assert days[0] == one.checked == min(days)


def test_the_last_change_is_given(ledger: Ledger, today: date) -> None:
    change = _one("us on china", ledger, today).last_change

    assert change is not None
    assert change.on == date(2026, 7, 24)


def test_a_member_of_a_bloc_has_the_duties_of_the_bloc(ledger: Ledger, today: date) -> None:
    one = _one("germany on china", ledger, today, "electric cars")

    assert one.total_percent == Decimal("35.3")
    assert only(one, kinds.BlocDuties).bloc == "European Union"
    assert one.mfn is not None
    assert one.mfn.percent == 5


def test_several_partners_are_answered_in_the_requested_order(ledger: Ledger, today: date) -> None:
    answers = ask("us china vs vietnam vs brazil on 2026-09-15", ledger, today)

    assert [(one.imposer, one.partner) for one in answers] == [
        ("US", "CN"),
        ("US", "VN"),
        ("US", "BR"),
    ]


def test_a_question_about_one_party_shows_what_it_pays_and_imposes(
    ledger: Ledger, today: date
) -> None:
    pairs = [(one.imposer, one.partner) for one in ask("china's tariffs", ledger, today)]

    assert {("US", "CN"), ("EU", "CN"), ("CA", "CN"), ("CN", "US"), ("CN", "CA")} <= set(pairs)


@pytest.mark.parametrize("text", ["china", "steel from china", "china 8507.60"])
def test_a_lone_origin_is_answered_for_imports_into_the_us(
    text: str, ledger: Ledger, today: date
) -> None:
    [said] = ask(text, ledger, today)

    assert (said.imposer, said.partner) == ("US", "CN")


def test_goods_from_one_economy_are_answered_for_each_importing_country(
    ledger: Ledger, today: date
) -> None:
    said = {one.imposer: one for one in ask("world on canada steel", ledger, today)}

    assert {"US", "EU"} <= set(said)
    assert all(one.partner == "CA" and one.components for one in said.values())
    assert next(iter(said)) == "US"


@pytest.mark.parametrize(
    ("name", "goods"), [("canada", "steel"), ("japan", "cars"), ("china", "8507.60")]
)
def test_goods_of_an_economy_without_own_duties_in_our_data_are_read_as_its_exports(
    name: str, goods: str, ledger: Ledger, today: date
) -> None:
    first, *others = ask(f"tariffs by {name} {goods}", ledger, today)
    meant_first, *meant = ask(f"world on {name} {goods}", ledger, today)
    assert others == meant
    assert first.components == meant_first.components
    assert first.warnings == (kinds.ReadAsOrigin(goods), *meant_first.warnings)
    assert first.partner_name == name.title()


@pytest.mark.parametrize("text", ["us steel", "tariffs by germany steel", "canada surtax"])
def test_goods_with_an_importing_country_or_duty_name_are_read_as_its_imports(
    text: str, ledger: Ledger, today: date
) -> None:
    [said] = ask(text, ledger, today)
    assert said.partner == WORLD
    assert not warned(said, kinds.ReadAsOrigin)


def test_a_question_about_duties_on_all_countries_is_answered(ledger: Ledger, today: date) -> None:
    [said] = ask("canada on all countries steel", ledger, today)
    assert (said.imposer, said.partner) == ("CA", WORLD)


def test_a_warning_about_an_old_check_names_the_measure(ledger: Ledger, today: date) -> None:
    steel, general = _one("us vietnam steel", ledger, today), _one("us vietnam", ledger, today)
    [older] = only(steel, kinds.Stale).older
    assert (older.measure.id, older.checked) == ("us-232-steel", steel.checked)
    assert only(steel, kinds.Stale).checked == general.checked
    assert only(general, kinds.Stale).older == ()


def test_a_new_legal_basis_at_the_same_rate_does_not_hide_since_when_the_rate_applies(
    ledger: Ledger, today: date
) -> None:
    answer = _one("china on us", ledger, today)
    [part] = answer.components
    assert answer.last_change is not None
    assert (part.rate_since, part.from_) == (answer.last_change.on, date(2026, 11, 10))
    assert part.rate_since == date(2025, 5, 14)
    assert part.is_foreseen


def test_after_a_break_or_another_rate_a_rate_applies_since_its_own_period(
    ledger: Ledger, today: date
) -> None:
    for text in ("us on china", "china on us on 2025-04-12", "us on vietnam"):
        assert all(part.rate_since is None for part in _one(text, ledger, today).components)


def test_two_members_of_one_customs_territory_are_refused(ledger: Ledger, today: date) -> None:
    with pytest.raises(QueryError, match="customs territory"):
        ask("france germany", ledger, today)


def test_an_unknown_party_gets_suggestions(ledger: Ledger, today: date) -> None:
    with pytest.raises(UnknownParty) as refused:
        ask("us chinnx", ledger, today)

    assert refused.value.suggestions[0] == "China"


def test_goods_divided_among_several_lists_have_a_range_with_choices(
    ledger: Ledger, today: date
) -> None:
    one = _one("china on us energy on 2026-09-15", ledger, today)

    assert one.total_percent is None
    assert one.total_range == (Decimal(10), Decimal(25))
    assert {(choice.goods, str(choice.percent)) for choice in one.choices} >= {
        ("crude oil", "20"),
        ("coal", "25"),
        ("liquefied natural gas", "25"),
    }


def test_goods_in_words_have_the_range_and_the_questions_of_their_line(
    ledger: Ledger, today: date
) -> None:
    one = _one("us on china batteries", ledger, today)
    line = _one("us on china 8507.60.00", ledger, today)

    assert one.goods == ("lithium-ion batteries",)
    assert (one.total_percent, one.total_range) == (None, (Decimal("37.5"), Decimal(50)))
    assert (line.total_range, line.questions) == (one.total_range, one.questions)
    assert one.base is not None
    assert (one.base.percent, one.base.with_duties) == (Decimal("3.4"), None)


def test_the_history_of_a_range_has_ranges(ledger: Ledger, today: date) -> None:
    one = _one("china on us energy history on 2026-09-15", ledger, today)

    ends = {step.on.isoformat(): (str(step.percent), str(step.up_to)) for step in one.history}
    assert ends["2025-02-10"] == ("0", "15")
    assert ends["2025-04-12"] == ("125", "140")
    assert ends["2025-05-14"] == ("10", "25")
    assert one.last_change is not None
    assert one.last_change.on == date(2025, 5, 14)


def test_a_history_has_a_range_only_while_the_rates_of_the_goods_differ(
    ledger: Ledger, today: date
) -> None:
    one = _one("china on us energy history", ledger, today)
    ends = {step.on.isoformat(): (step.percent, step.up_to) for step in one.history}
    assert ends["2025-02-10"] == (Decimal(0), Decimal(15))
    batteries = _one("us on china batteries history", ledger, today)
    ends = {step.on.isoformat(): (step.percent, step.up_to) for step in batteries.history}
    assert ends["2025-05-14"] == (Decimal("37.5"), Decimal(70))
    assert ends["2020-02-14"] == (Decimal("7.5"), None)


def test_words_answer_a_question_of_the_lists(ledger: Ledger, today: date) -> None:
    every = _one("us on china batteries", ledger, today)
    other = _one("us on china non-ev batteries", ledger, today)
    assert len(every.questions) == 1
    assert (other.total_percent, other.questions) == (Decimal("37.5"), ())


def test_asking_for_a_choice_gives_the_total_of_that_choice(ledger: Ledger, today: date) -> None:
    for choice in _one("china on us energy on 2026-09-15", ledger, today).choices:
        one = _one(f"china on us {choice.goods} on 2026-09-15", ledger, today)
        assert (one.total_percent, one.total_range) == (choice.percent, None)


@pytest.mark.parametrize("partner", ["cuba", "north korea", "iran", "russia", "belarus", "syria"])
@pytest.mark.parametrize("product", [None, "steel"])
def test_sanctions_and_column_2_are_warnings_before_the_number(
    partner: str, product: str | None, ledger: Ledger, today: date
) -> None:
    one = _one(f"us on {partner}", ledger, today, product)

    remark, stale = one.warnings[0], next(each for each in one.warnings if not each.leads)
    assert isinstance(remark, kinds.LeadingPairRemark)
    assert "Sanctions are not in our data" in remark.text
    assert isinstance(stale, kinds.Stale)
    if partner in ("cuba", "north korea", "russia", "belarus"):
        assert "Column 2" in remark.text


def test_a_general_total_says_how_many_duties_apply_to_particular_goods(
    ledger: Ledger, today: date
) -> None:
    one = _one("eu on china", ledger, today)

    assert one.total_percent == 0
    assert isinstance(one.on_goods, OnGoods)
    assert one.on_goods.how_many > 0
    assert one.on_goods.up_to > 0
    assert _one("eu on china", ledger, today, "electric cars").on_goods is None


def test_a_choice_of_many_goods_is_abbreviated(ledger: Ledger, today: date) -> None:
    one = _one("china on us on 2025-06-01", ledger, today, "farm goods")

    only(one, kinds.NoOneTotal)
    assert len(one.choices) > 6
    assert all(len(text) < 400 for text in words.describe_warnings(one))


def test_an_unknown_economy_is_named_before_the_number_or_as_unread(
    ledger: Ledger, today: date
) -> None:
    asked = parse_query("us wakanda steel", ledger.parties, today, ledger.reader, ledger.cards)
    assert asked.unread == ("wakanda",)
    one = _one("us steel", ledger, today, "wakanda steel")
    assert one.warnings[0] == kinds.UnknownEconomy("wakanda")
    assert one.warnings[0].leads
    assert _one("us steel vietnm", ledger, today).partner == "VN"


@pytest.mark.parametrize("word", ["stamped", "rolled"])
def test_a_participle_after_goods_describes_them(word: str, ledger: Ledger, today: date) -> None:
    one = _one(f"us steel {word}", ledger, today)
    assert (one.partner, one.goods) == ("WORLD", ("steel",))


@pytest.mark.parametrize(("word", "heading"), [("hooks", "8308"), ("turbine", "8406")])
def test_a_word_for_other_goods_is_asked_about_and_is_no_misspelled_economy(
    word: str, heading: str, ledger: Ledger, today: date
) -> None:
    with pytest.raises(UnclearQuestion) as caught:
        ask(f"us steel {word}", ledger, today)
    assert any(question.endswith(heading) for _, question in caught.value.options)


def test_a_total_of_zero_on_goods_warns_of_incomplete_data(ledger: Ledger, today: date) -> None:
    one = _one("us solar", ledger, today)
    assert one.total_percent == 0
    assert one.is_zero_in_data
    first = one.warnings[0]
    assert isinstance(first, kinds.ZeroInData)
    assert "antidumping" in first.not_followed


def test_a_rate_from_before_our_data_begins_leaves_no_total(ledger: Ledger, today: date) -> None:
    first, last = (
        _one(f"us solar on {day}", ledger, today) for day in ("2018-02-07", "2025-02-06")
    )
    for one in (first, last):
        assert one.total_percent is None
        assert isinstance(one.warnings[0], kinds.RateUnknown)
        assert one.warnings[0].measure.id == "us-201-solar"
    [part] = [part for part in last.not_counted if part.measure_id == "us-201-solar"]
    assert (part.percent, part.from_, part.to) == (None, date(2018, 2, 7), date(2025, 2, 6))
    assert _one("us solar on 2025-02-07", ledger, today).total_percent == 14
    assert _one("us solar on 2018-02-06", ledger, today).is_zero_in_data


@pytest.mark.parametrize(
    ("question", "may_lack"),
    [
        ("wine from france on 2020-01-01", True),
        ("washing machines from korea on 2019-01-01", True),
        ("china on us steel on 2019-01-01", True),
        ("eu on us whiskey on 2018-07-01", True),
        ("wine from france on 2025-01-01", False),
        ("wine from france", False),
    ],
)
def test_a_day_before_the_data_is_complete_has_no_certain_total(
    question: str, may_lack: bool, ledger: Ledger, today: date
) -> None:
    one = _one(question, ledger, today)
    assert one.may_lack_duties is may_lack
    assert one.complete_since == date(2025, 1, 1)
    assert (kinds.EndedDutiesMissing(date(2025, 1, 1)) in one.warnings) is may_lack
    if may_lack and one.total_percent == 0:
        assert one.is_zero_in_data


def test_a_rate_that_was_only_announced_is_a_warning_before_the_number(
    ledger: Ledger, today: date
) -> None:
    one = _one("us on china cranes on 2026-11-15", ledger, today)

    announced = only(one, kinds.AnnouncedOnly)
    assert announced.leads
    assert announced.from_ == date(2026, 11, 10)


def test_a_zero_names_the_list_that_may_contain_the_goods(ledger: Ledger, today: date) -> None:
    one = _one("canada on us orange juice on 2025-04-01", ledger, today)
    assert one.total_percent == 0
    first = one.warnings[0]
    assert isinstance(first, kinds.ZeroInData)
    assert [(each.id, rate) for each, rate in first.on_some_lines] == [
        ("ca-us-2025-first", DutyRate(Decimal(25)))
    ]


def test_the_last_change_does_not_include_duties_that_had_ended_before(
    ledger: Ledger, today: date
) -> None:
    change = _one("us on georgia", ledger, today).last_change

    assert change is not None
    assert change.on == date(2026, 7, 24)
    [(measure, what)] = change.changes
    assert measure.id == "us-122-surcharge"
    assert (what.kind, what.rate.percent) == (ChangeKind.ENDS, Decimal(10))


@pytest.mark.parametrize("text", ["us on mexico cars", "us on eu wine", "us on georgia history"])
def test_a_duty_that_replaces_another_at_the_same_rate_is_a_change(
    text: str, ledger: Ledger, today: date
) -> None:
    one = _one(text, ledger, today)
    change = one.last_change

    assert change is not None
    assert all(part.from_ is not None and part.from_ <= change.on for part in one.components)
    changes = [each for step in one.history for each in step.changes]
    ended = [each.measure.id for each in changes if each.change.kind is ChangeKind.ENDS]
    assert not changes or "us-world-ieepa-baseline" in ended


def test_an_older_source_of_one_component_does_not_affect_the_others(
    ledger: Ledger, today: date
) -> None:
    steel = _one("us on uk steel", ledger, today)
    gas = _one("china on us lng", ledger, today)

    assert steel.checked == date(2026, 5, 3)
    assert not any(item.on == date(2026, 7, 24) for item in steel.next)
    assert not any(item.on == date(2025, 11, 10) for item in gas.next)


def test_a_future_day_after_a_rate_expires_begins_with_a_warning(
    ledger: Ledger, today: date
) -> None:
    ahead = _one("china on us on 2030-01-01", ledger, today)

    assert isinstance(ahead.warnings[0], kinds.RunsOut)
    assert ahead.warnings[0].leads
    assert not warned(_one("china on us on 2026-12-01", ledger, today), kinds.RunsOut)


def test_goods_without_measures_have_no_total_and_one_warning(ledger: Ledger, today: date) -> None:
    one = _one("eu on us wine", ledger, today)

    assert one.total_percent is None
    assert one.components == ()
    only(one, kinds.NoMeasureOnGoods)


def test_misspelled_goods_are_shown_by_their_correct_name(ledger: Ledger, today: date) -> None:
    one = _one("china on us steeel", ledger, today)

    assert only(one, kinds.NoMeasureOnGoods).product == "steel"


def test_a_change_has_only_the_sources_of_the_changed_measures(ledger: Ledger, today: date) -> None:
    change = _one("us on brazil on 2025-10-01", ledger, today).last_change

    assert change is not None
    [(measure, what)] = change.changes
    assert measure.id == "us-br-ieepa-40"
    assert (what.kind, what.rate.percent) == (ChangeKind.BEGINS, Decimal(40))
    assert "Executive Order 14323" in change.source.text
    assert "Executive Order 14266" not in change.source.text


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("us on china", {"2026-11-10 us-cn-301-maritime-cranes", "2026-11-10 us-cn-301-list-1"}),
        ("us on china cranes", {"2026-11-10 us-cn-301-maritime-cranes"}),
        ("us on china apparel", {"2026-11-10 us-cn-301-list-4a"}),
        ("us on canada beer", {"2026-11-08 us-ca-338-alcohol"}),
        ("china on us", {"2026-11-10 cn-us-2025-universal"}),
    ],
)
def test_an_answer_after_the_last_check_lists_changes_due_since(
    text: str, due: set[str], ledger: Ledger
) -> None:
    one = _one(text, ledger, date(2026, 11, 29))

    assert due <= {f"{item.on} {item.measure_id}" for item in one.next if item.passed}


def test_banned_goods_have_no_total(ledger: Ledger, today: date) -> None:
    one = _one("us on canada wine on 2026-10-01", ledger, today)

    assert one.banned
    assert one.total_percent is None
    assert one.total_range is None
    assert one.components == ()
    assert _component(one, "us-ca-338-import-ban-packaged").rate.banned
    assert warned(one, kinds.ImportBan)


def test_the_history_of_banned_goods_never_shows_zero(ledger: Ledger, today: date) -> None:
    one = _one("us on canada wine history on 2026-10-01", ledger, today)

    [ban] = [step for step in one.history if str(step.on) == "2026-09-29"]
    assert ban.banned
    assert not ban.moves_total
    assert ban.percent == 60


def test_a_specific_duty_is_given_in_words_and_never_added(ledger: Ledger, today: date) -> None:
    one = _one("us on china polysilicon on 2026-12-05", ledger, today)

    floor = _component(one, "us-232-polysilicon-price-floor")
    assert floor.percent is None
    assert "USD 21/kg" in floor.rate.specific
    assert not floor.is_counted
    assert one.total_percent == 50


def test_goods_with_a_quota_have_a_range(ledger: Ledger, today: date) -> None:
    one = _one("us on china quartz on 2026-10-01", ledger, today)

    assert one.total_percent is None
    assert one.total_range is not None
    low, high = one.total_range
    assert high - low == 25
    assert len(one.choices) == 2


def test_british_cars_have_a_range_because_a_quota_decides(ledger: Ledger, today: date) -> None:
    both = _one("us on uk cars on 2026-08-01", ledger, today)
    within = _one("us on uk cars within the quota on 2026-08-01", ledger, today)
    above = _one("us on uk cars above the quota on 2026-08-01", ledger, today)

    assert both.total_percent is None
    assert both.total_range == (Decimal("7.5"), Decimal(25))
    assert any("quota" in question for question in both.questions)
    assert within.base is not None
    assert within.base.with_duties == 10
    assert above.base is not None
    assert above.base.with_duties == Decimal("27.5")


def test_truck_parts_under_usmca_pay_no_section_232_duty(ledger: Ledger, today: date) -> None:
    claimed = _one("us mexico truck parts under usmca on 2026-08-01", ledger, today)
    other = _one("us mexico truck parts not under usmca on 2026-08-01", ledger, today)

    assert claimed.total_percent == 0
    assert other.total_percent == 25


def test_the_ruling_on_parcels_upheld_the_end_of_the_exemption(ledger: Ledger, today: date) -> None:
    one = _one("us on germany parcels on 2026-09-01", ledger, today)

    rulings = _component(one, "us-world-de-minimis").rulings
    assert Effect.UPHELD in [ruling.effect for ruling in rulings]


def test_changes_of_rates_that_the_partner_does_not_pay_are_left_out(
    ledger: Ledger, today: date
) -> None:
    def list_ids(text: str) -> set[str]:
        return {item.measure_id for item in _one(text, ledger, today).next}

    assert "us-232-kitchen-cabinets" in list_ids("us on vietnam")
    assert "us-232-kitchen-cabinets" not in list_ids("us on germany")
    assert "us-232-upholstered-furniture" not in list_ids("sofas from the uk to the us")
    # Golf carts, which are among the lines of cars, pay a duty on metal-intensive equipment.
    assert "us-232-metal-intensive-equipment" not in list_ids("us on japan cars")
    # Computers are exempt from the surcharge and the forced labor duties, which began later.
    laptops = list_ids("us on china 8471.30.01 on 2025-05-20")
    assert "us-cn-ieepa-fentanyl" in laptops
    assert not {one for one in laptops if "122" in one or "forced" in one}


def test_a_claim_without_goods_is_about_all_goods(ledger: Ledger, today: date) -> None:
    one = _one("us on mexico usmca", ledger, today)

    assert one.basis is TotalBasis.GENERAL
    assert one.total_percent == 0
    assert one.on_goods is not None
    assert one.on_goods.up_to >= 50
    by_id = {left.measure_id: left for left in one.not_counted}
    steel, parts = by_id["us-232-steel"], by_id["us-232-auto-parts"]
    assert steel.exclusion is not None
    assert steel.exclusion.reason is Reason.PARTICULAR_GOODS
    assert parts.exclusion is not None
    assert parts.exclusion.reason is Reason.GOODS_EXEMPT


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("us on canada", True),
        ("us on canada usmca", True),
        ("us on canada paper", True),
        ("us on canada wine", True),
        ("us on canada crude oil", False),
        ("us on canada cars usmca", False),
        ("us on canada fentanyl duty", False),
    ],
)
def test_a_note_on_some_duties_is_for_goods_that_may_pay_them(
    text: str, warned: bool, ledger: Ledger, today: date
) -> None:
    notes = [
        one.text
        for one in _one(text, ledger, today).warnings
        if isinstance(one, kinds.LeadingPairRemark)
    ]
    assert any("Section 338" in note for note in notes) is warned


def test_the_title_of_goods_with_many_codes_names_only_some(ledger: Ledger, today: date) -> None:
    many = _one("us on australia critical minerals on 2026-08-01", ledger, today)
    listed = _one("us on china steel on 2026-08-01", ledger, today)

    assert words.describe_goods(many).endswith("HS 2605, 14 more codes)")
    assert words.describe_goods(listed) == "steel (listed lines of HS 72, HS 73)"


def test_critical_minerals_of_china_have_a_range_because_only_listed_lines_pay(
    ledger: Ledger, today: date
) -> None:
    one = _one("us on china critical minerals on 2026-10-01", ledger, today)

    assert one.total_percent is None
    assert one.total_range == (Decimal(0), Decimal("37.5"))


def test_a_line_that_ended_has_no_total(ledger: Ledger, today: date) -> None:
    ended = _one("us on brazil 8803.30.00 on 2026-10-01", ledger, today)
    before = _one("us on china 8803.30.00 on 2019-06-01", ledger, today)

    assert ended.total_percent is None
    assert any(isinstance(one, kinds.UnknownLine) for one in ended.warnings)
    assert before.total_percent == 25


def test_steel_of_the_eu_had_a_quota_until_march_2025(ledger: Ledger, today: date) -> None:
    with_quota = _one("us on eu steel on 2024-06-01", ledger, today)
    absolute = _one("us on south korea steel on 2024-06-01", ledger, today)

    assert with_quota.total_range == (Decimal(0), Decimal(25))
    assert "Are the goods above the tariff-rate quota?" in with_quota.questions
    assert absolute.total_percent == 0
    assert any("absolute quota" in text for text in words.describe_warnings(absolute))
