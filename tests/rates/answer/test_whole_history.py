"""The histories and the next changes of questions about the shipped rates."""

from datetime import date

import pytest

from bot.rates.ledger import Ledger
from bot.rates.model.changes import ChangeKind
from bot.rates.model.law import LegalEvent
from bot.render.overview.coming import describe_next, list_next
from tests.rates.asked import ask

TODAY = date(2026, 11, 30)


def list_rulings(text: str, ledger: Ledger) -> list[LegalEvent]:
    [answer] = ask(text, ledger, TODAY)
    return [step.ruling for step in answer.history if step.ruling is not None]


def test_a_history_has_only_rulings_on_duties_that_the_goods_paid(ledger: Ledger) -> None:
    assert not list_rulings("us on turkey steel history", ledger)
    paid = list_rulings("us on canada steel usmca history", ledger)
    assert date(2026, 2, 20) in {one.on for one in paid}
    # No steel paid the duty under Section 122.
    assert all(any("ieepa" in each for each in one.affects) for one in paid)
    # A question about a law is also about its rulings.
    assert list_rulings("us on turkey ieepa history", ledger)


def test_a_history_is_about_the_same_lines_on_each_day(ledger: Ledger) -> None:
    # Ferroalloys of Chapter 72 are no steel, and paid the duty on critical minerals.
    [answer] = ask("us on canada steel usmca history", ledger, TODAY)
    names = {one.measure.id for step in answer.history for one in step.changes}
    assert "us-ca-ieepa-energy" not in names
    spans = {one.on: one.up_to for one in answer.history if one.ruling is None}
    assert spans[date(2025, 3, 4)] is None
    assert spans[date(2025, 3, 7)] is None


def test_a_duty_that_another_one_replaces_does_not_end_by_a_later_document(ledger: Ledger) -> None:
    [answer] = ask("us on canada steel history", ledger, TODAY)
    step = next(one for one in answer.history if one.on == date(2025, 3, 12))
    kinds = {one.measure.id: one.change.kind for one in step.changes}
    assert kinds == {"us-232-steel": ChangeKind.BEGINS, "us-ca-ieepa-fentanyl": ChangeKind.ENDS}
    assert "2025-02-10" in step.source.text
    assert "2026" not in step.source.text


@pytest.mark.parametrize(
    "text", ["us on brazil coffee", "us on colombia coffee", "us on ecuador bananas"]
)
def test_the_next_change_of_goods_is_the_next_step_of_their_history(
    text: str, ledger: Ledger
) -> None:
    day = date(2025, 11, 1)
    [answer] = ask(f"{text} history", ledger, TODAY, on=day)
    steps = [one for one in answer.history if one.ruling is None and one.on > day]
    assert answer.next[0].on == steps[0].on == date(2025, 11, 13)
    assert {one.measure_id for one in answer.next if one.on == steps[0].on} == {
        one.measure.id for one in steps[0].changes
    }
    assert {one.on for one in answer.next} == {one.on for one in steps}


def test_a_change_on_goods_in_general_comes_first_and_is_named(ledger: Ledger) -> None:
    [answer] = ask("us on nicaragua", ledger, TODAY)
    same_day = [one for one in answer.next if one.on == date(2027, 1, 1)]
    assert same_day[0].measure_id == "us-ni-301"
    assert [one.moves_total for one in same_day] == [True, False, False]
    first = list_next(answer)[0]
    assert first.on == date(2027, 1, 1)
    assert describe_next(same_day[0], answer) in first.brief
    assert list_next(answer)[-1].on == date(2026, 12, 4)
