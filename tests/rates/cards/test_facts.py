"""The facts of a card are computed from the measures and events of the ledger for a day."""

from datetime import date
from decimal import Decimal

import pytest

from bot.rates.cards.facts import DutyState, build_card_facts
from bot.rates.ledger import Ledger
from bot.rates.model.law import Effect
from tests.rates.cards.made import TODAY, card, card_ledger, fact, facts_of, row_of
from tests.rates.made import CHECKED, rate, ruling, written

JULY, AUGUST = date(2026, 7, 24), date(2026, 8, 1)
LATER = date(2027, 1, 1)
TEN = Decimal(10)


def test_a_rate_in_force_has_its_first_day() -> None:
    row = row_of(rate(10, **{"from": JULY}))
    assert (row.state, row.low, row.high, row.since) == (DutyState.CHARGED, TEN, TEN, JULY)


def test_a_rate_that_continues_on_a_new_basis_has_its_first_day() -> None:
    row = row_of(rate(10, **{"from": JULY}, to=date(2026, 7, 31)), rate(10, **{"from": AUGUST}))
    assert row.since == JULY


def test_a_rate_that_ended_shows_its_last_rate_and_day() -> None:
    row = row_of(rate(10, to=JULY, status="expired"))
    assert (row.state, row.high, row.since) == (DutyState.ENDED, TEN, JULY)


def test_a_rate_that_a_court_struck_down_is_not_collected() -> None:
    struck = rate(0, **{"from": AUGUST}, status="struck_down")
    row = row_of(rate(20, to=date(2026, 7, 31), status="struck_down"), struck)
    assert (row.state, row.high, row.since) == (DutyState.NOT_COLLECTED, Decimal(20), AUGUST)


def test_a_rate_that_begins_later_is_scheduled_and_comes_next() -> None:
    facts = facts_of(rate(15, **{"from": LATER}))
    (row,) = facts.rows
    assert (row.state, row.since) == (DutyState.SCHEDULED, LATER)
    assert [one.on for one in facts.next] == [LATER]


def test_an_announced_day_that_has_come_since_the_check_is_not_verified() -> None:
    facts = facts_of(rate(100, **{"from": date(2026, 11, 10)}, status="announced"))
    (row,) = facts.rows
    assert row.state is DutyState.NOT_VERIFIED
    assert [one.passed for one in facts.passed] == [True]
    assert facts.next == ()


def test_a_rate_that_began_by_law_since_the_check_is_marked() -> None:
    row = row_of(rate(15, **{"from": date(2026, 11, 10)}))
    assert (row.state, row.unverified) == (DutyState.CHARGED, True)


def test_bans_zero_rates_suspensions_and_investigations_have_a_state() -> None:
    assert row_of(rate(None, banned=True)).state is DutyState.BANNED
    assert row_of(rate(0)).state is DutyState.ZERO
    assert row_of(rate(30, status="suspended")).state is DutyState.SUSPENDED
    assert row_of().state is DutyState.NOT_SET


def test_a_specific_duty_has_its_words() -> None:
    row = row_of(rate(None, specific="USD 2 per kg"))
    assert (row.state, row.high, row.specific) == (DutyState.CHARGED, None, "USD 2 per kg")


def test_the_facts_are_those_of_the_day() -> None:
    periods = (rate(10, to=JULY), rate(20, **{"from": date(2026, 7, 25)}))
    assert row_of(*periods, day=date(2026, 3, 1)).high == 10
    assert row_of(*periods).high == 20


def test_a_row_of_several_measures_has_a_range_of_those_in_force() -> None:
    made = card(state=None, rows=[{"what": "All", "measures": ["us-a", "us-b", "us-c"]}])
    measures = [
        written("us-a", rate(25)),
        written("us-b", rate(7.5, **{"from": JULY}, calc="all_in_ceiling")),
        written("us-c", rate(90, to=JULY)),
    ]
    (row,) = build_card_facts(made, card_ledger(made, measures=measures), TODAY).rows
    assert (row.low, row.high, row.since) == (Decimal("7.5"), Decimal(25), None)
    assert not row.all_in
    assert len(row.measures) == 3


def test_measures_of_a_legal_basis_belong_to_the_card() -> None:
    made = card(state=None, bases=("Section 1",))
    measures = [written("us-a", rate(25)), written("us-b", rate(5), legal_basis="Section 2")]
    facts = build_card_facts(made, card_ledger(made, measures=measures), TODAY)
    assert [one.id for row in facts.rows for one in row.measures] == ["us-a"]


def test_rulings_are_newest_first_and_not_from_the_future() -> None:
    old, new = ruling(date(2026, 3, 1), "us-a"), ruling(date(2026, 5, 1), "us-a")
    facts = facts_of(rate(10), legal=[old, new])
    assert facts.rulings == (new, old)
    assert facts_of(rate(10), legal=[old, new], day=date(2026, 4, 1)).rulings == (old,)


def test_a_card_names_events_that_affect_no_measure() -> None:
    event = ruling(date(2026, 3, 1)).model_copy(update={"id": "one", "effect": Effect.FILED})
    made = card(state=None, events=("one",))
    facts = build_card_facts(made, card_ledger(made, legal=[event]), TODAY)
    assert facts.events == (event,)
    assert facts.rulings == ()


def test_own_dates_of_the_card_are_shown_until_they_have_come() -> None:
    dates = [fact("review", LATER), fact("hearing", JULY)]
    assert [one.text for one in facts_of(rate(10), dates=dates).dates] == ["review"]


def test_a_power_that_was_not_used_has_no_coming_rate() -> None:
    made = card(measures=("us-a",))
    aside = written("us-a", rate(100, **{"from": LATER}, status="announced"), aside="a power")
    assert build_card_facts(made, card_ledger(made, measures=[aside]), TODAY).next == ()


def test_a_card_without_measures_has_its_own_day_of_check() -> None:
    made = card()
    facts = build_card_facts(made, card_ledger(made), TODAY)
    assert (facts.overall, facts.rows, facts.checked) == (None, (), CHECKED)


@pytest.mark.parametrize(
    ("card_id", "state", "rate_percent", "since"),
    [
        ("ieepa", DutyState.NOT_COLLECTED, None, date(2026, 2, 24)),
        ("section-122", DutyState.ENDED, 10, date(2026, 7, 23)),
        ("section-301-action-brazil", DutyState.CHARGED, 25, date(2026, 7, 22)),
        ("section-232-solar", DutyState.SCHEDULED, 15, date(2026, 12, 4)),
        ("section-301-maritime", DutyState.NOT_VERIFIED, 100, date(2026, 11, 10)),
        ("section-232-aircraft", DutyState.NOT_SET, None, None),
    ],
)
def test_the_shipped_cards_have_the_state_of_the_ledger(
    ledger: Ledger, card_id: str, state: DutyState, rate_percent: int | None, since: date | None
) -> None:
    overall = build_card_facts(ledger.cards.by_id[card_id], ledger, TODAY).overall
    assert overall is not None
    assert (overall.state, overall.since) == (state, since)
    assert rate_percent is None or overall.high == rate_percent


def test_the_ieepa_duties_were_held_unlawful_by_the_supreme_court(ledger: Ledger) -> None:
    ruling_on = build_card_facts(ledger.cards.by_id["ieepa"], ledger, TODAY).struck_down
    assert ruling_on is not None
    assert (ruling_on.on, ruling_on.body) == (date(2026, 2, 20), "US Supreme Court")


def test_the_section_122_card_names_no_day_of_the_stay_because_it_is_not_known(
    ledger: Ledger,
) -> None:
    facts = build_card_facts(ledger.cards.by_id["section-122"], ledger, TODAY)
    assert [(one.effect, one.on) for one in facts.rulings] == [
        (Effect.HELD_UNLAWFUL, date(2026, 5, 7))
    ]
    assert any("later stayed" in point.text for point in facts.card.points)


def test_the_fees_of_the_day_come_from_the_tariff_schedule(ledger: Ledger) -> None:
    made = ledger.cards.by_id["processing-fees"]
    fees = build_card_facts(made, ledger, TODAY).fees
    assert fees is not None
    assert (fees.merchandise_percent, fees.harbor_percent) == (Decimal("0.3464"), Decimal("0.125"))
    assert build_card_facts(made, ledger, date(2020, 1, 1)).fees is None


def test_a_heading_of_a_question_has_its_duties_and_a_row_has_its_headings(ledger: Ledger) -> None:
    card = ledger.cards.by_id["section-301-lists"]
    facts = build_card_facts(card, ledger, TODAY, heading="9903.88.15")
    assert facts.heading is not None
    [row] = facts.heading.rows
    assert (row.what, row.state) == ("Section 301 (List 4A)", DutyState.CHARGED)
    assert "9903.88.15" in next(one for one in facts.rows if one.what == "List 4A").headings


def test_an_unknown_heading_has_no_duty(ledger: Ledger) -> None:
    card = ledger.cards.by_id["chapter-99"]
    facts = build_card_facts(card, ledger, TODAY, heading="9903.99.99")
    assert facts.heading is not None
    assert (facts.heading.rows, facts.heading.listed) == ((), None)
