"""A proposal counts as already in the ledger only if the ledger has its rate as duty or total."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parties import Parties
from bot.proposals.approval.audit import Operator
from bot.proposals.approval.overlay import build_ledger_with
from bot.proposals.approval.terms import fill_form, make_amendment
from bot.proposals.build import propose_document, propose_rate
from bot.proposals.context import compare_with_ledger
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.question.query import QueryKind, RateQuery
from tests import shipped

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
SOON = date(2026, 12, 5)
GAZETTE = ReportSource(
    source="Gazette", link="https://gazette.example/1", published=NOW, quote="Notice"
)


def document(imposer: str, partner: str, percent: str, ledger: Ledger, goods: str = "") -> Proposal:
    return propose_document(
        imposer=imposer,
        partner=partner,
        by=GAZETTE,
        ledger=ledger,
        seen_at=NOW,
        product=goods,
        new_percent=Decimal(percent),
        effective_on=SOON,
    )


def proposal_from_report(
    percent: str, ledger: Ledger, imposer: str, partner: str, basis: str = ""
) -> Proposal:
    claim = ReportedRate(
        imposer=imposer,
        partner=partner,
        percent=Decimal(percent),
        effective_on=SOON,
        raised=True,
        basis=basis,
    )
    made = propose_rate(claim, GAZETTE, ledger, NOW)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("imposer", "partner", "percent", "goods"),
    [
        ("CN", "US", "15", ""),  # 15% occurs in a note about farm goods
        ("EU", "CN", "5", "wine"),  # 5% is the average MFN duty
        ("IN", "US", "17", ""),  # 17% is the average MFN duty
        ("US", "RU", "2", ""),  # 2 is the number of a tariff column
    ],
)
def test_a_number_that_is_no_duty_in_the_ledger_can_still_be_approved(
    imposer: str, partner: str, percent: str, goods: str, ledger: Ledger
) -> None:
    assert (
        compare_with_ledger(document(imposer, partner, percent, ledger, goods), ledger).already
        == ""
    )


def test_a_duty_or_total_in_the_ledger_is_marked_as_known(ledger: Ledger) -> None:
    duty = compare_with_ledger(document("US", "CN", "25", ledger, "steel"), ledger)
    assert duty.already.startswith("Section 301")
    assert duty.already.endswith("25% from 27 Sep 2024")
    total = document("US", "CN", "75", ledger, "steel")
    assert compare_with_ledger(total, ledger).already == "75% in total"
    of_one_basis = total.model_copy(update={"basis": "Section 232"})
    assert compare_with_ledger(of_one_basis, ledger).already == ""


def test_the_base_rate_is_not_added_to_an_approved_rate(ledger: Ledger, parties: Parties) -> None:
    first, higher = (
        proposal_from_report("60", ledger, "CN", "US", "Tariff Law"),
        proposal_from_report("67.5", ledger, "CN", "US", "Tariff Law"),
    )
    made = make_amendment(
        fill_form(first, ledger), first, ledger, Operator(id="U1", name="Ana"), NOW
    )
    after = build_ledger_with(shipped.book(), [], made, parties)
    assert "60% from 5 Dec 2026" in compare_with_ledger(first, after).already
    assert compare_with_ledger(higher, after).already == ""


@settings(deadline=None)
@given(
    pair=st.sampled_from([("US", "CN"), ("US", "EU"), ("US", "RU"), ("CN", "US"), ("EU", "CN")]),
    goods=st.sampled_from(["", "steel", "cars", "wine"]),
    percent=st.sampled_from([0, 2, 5, 10, 15, 22, 50, 55, 75]),
)
def test_a_total_marked_as_known_equals_the_answer_for_that_day(
    pair: tuple[str, str], goods: str, percent: int, ledger: Ledger
) -> None:
    already = compare_with_ledger(document(*pair, str(percent), ledger, goods), ledger).already
    if already.endswith("in all"):
        query = RateQuery(
            kind=QueryKind.PAIR, imposer=pair[0], partner=pair[1], product=goods or None, on=SOON
        )
        [known] = answer_query(query, ledger, SOON)
        assert known.total_percent == percent


def test_the_number_of_a_tariff_column_is_not_a_rate(ledger: Ledger) -> None:
    assert proposal_from_report("2", ledger, "US", "RU").new_percent == 2
