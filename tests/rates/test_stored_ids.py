"""Ids of proposals, approved rates and calendar events, as stored in databases and calendars.

If an upgrade changes how ids are made, decided proposals are sent again and calendar apps show
events twice. Change an id here only together with a migration.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.parties import WORLD
from bot.proposals.approval.amendments import Amendment
from bot.proposals.build import propose_document, propose_rate, renew_proposal
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.calendar.entries import build_entries
from bot.rates.calendar.upcoming import list_upcoming
from bot.rates.model.goods import Good
from bot.rates.model.measure import Source
from bot.render.dates.ics import build_uid
from tests.rates.made import ledger, rate, sheet, written

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
WITNESS = ReportSource(source="Wire", link="https://wire.example/1", published=NOW, quote="40%")
LEDGER = ledger(
    sheet(
        written("us-1", {"percent": 10}, general=True),
        written("us-2", {"percent": 25}, scope={"goods": ["steel", "pipes"]}, partners=[WORLD]),
    ),
    goods=[Good(id="steel", name="steel", hs=("72",)), Good(id="pipes", name="pipes")],
)


def claimed(percent: str, product: str = "", partner: str = "CN") -> Proposal | None:
    claim = ReportedRate(imposer="US", partner=partner, percent=Decimal(percent), product=product)
    return propose_rate(claim, WITNESS, LEDGER, NOW)


@pytest.mark.parametrize(
    ("percent", "product", "partner", "expected"),
    [
        ("40", "", "CN", "e882c378f81fb2be"),
        ("40.00", "", "CN", "e882c378f81fb2be"),
        ("12.5", "", "CN", "7acd65baec5bd74b"),
        ("40", "steel", "CN", "ad3c1a1ffa72cb97"),
        ("40", "steel and pipes", "CN", "374d1f63cbde0991"),
        ("40", "7208.10", "CN", "1c491f7a96f85bf6"),
        ("40", "steel", WORLD, "a2d73d4d7cffde11"),
    ],
)
def test_a_reported_rate_has_this_id(
    percent: str, product: str, partner: str, expected: str
) -> None:
    proposal = claimed(percent, product, partner)
    assert proposal is not None
    assert proposal.id == expected


def test_a_document_has_the_id_of_its_address() -> None:
    given = {"imposer": "US", "partner": "CN", "ledger": LEDGER, "seen_at": NOW}
    linked = propose_document(by=WITNESS, **given)  # type: ignore[arg-type]
    bare = propose_document(by=WITNESS.model_copy(update={"link": ""}), **given)  # type: ignore[arg-type]
    assert (linked.id, bare.id) == ("928e0b77ff3d9fe6", "0ba2a23502738c29")


def test_a_document_with_a_rate_refers_to_the_id_of_reports_about_it() -> None:
    made = propose_document(
        imposer="US",
        partner="CN",
        by=WITNESS,
        ledger=LEDGER,
        seen_at=NOW,
        product="steel",
        new_percent=Decimal(40),
    )
    again = claimed("40", "steel")
    assert again is not None
    assert made.same_as == again.id


def test_a_proposal_that_is_reopened_has_this_id() -> None:
    first = claimed("40")
    assert first is not None
    assert renew_proposal(first, date(2026, 11, 26)).id == "b9d2da381a6e4770"


@pytest.mark.parametrize(("measure", "expected"), [("us-1", "us-1"), ("", "us-approved-0123abcd")])
def test_an_approved_rate_has_this_id(measure: str, expected: str) -> None:
    amendment = Amendment(
        id="0123abcd",
        imposer="US",
        measure=measure,
        percent=Decimal(40),
        from_=date(2026, 12, 1),
        source=Source(text="Wire"),
        published=date(2026, 11, 25),
        approved_by="ana",
        approved_on=date(2026, 11, 25),
    )
    assert amendment.measure_id == expected


def test_the_id_of_a_change_comes_from_its_measure_or_family_and_its_day() -> None:
    coming = ledger(
        sheet(
            written(
                "us-1",
                {"from": date(2026, 12, 1)},
                milestones=[
                    {"on": date(2026, 12, 1), "what": "A review.", "source": "gazette"},
                ],
            ),
            schedules=[
                {
                    "id": "family",
                    "name": "Reciprocal duty",
                    "legal_basis": "Section 2",
                    "covers": "all goods",
                    "row_id": "row-{partner}",
                    "columns": {"start": rate(10, **{"from": date(2026, 12, 2)})},
                    "rows": [{"partner": "CN"}, {"partner": "DE"}],
                }
            ],
        )
    )
    found = build_entries(coming, list_upcoming(coming, NOW.date()))
    assert [each.key for each in found] == [
        "us-1 2026-12-01",
        "us-1 2026-12-01 2",
        "family 2026-12-02",
    ]


def test_a_calendar_event_has_this_uid() -> None:
    assert build_uid("us-1 2026-12-01") == "5213c0b7ff38c4e780d4570774d335aa@tariffwire"
