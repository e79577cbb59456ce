"""The histories and the next changes of questions about the shipped rates."""

from datetime import date

from bot.rates.ledger import Ledger
from bot.rates.model.changes import ChangeKind
from bot.rates.model.law import LegalEvent
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
