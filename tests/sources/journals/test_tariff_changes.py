"""Official documents that change duties become proposals; other documents do not."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.news.reader import Reader
from bot.rates.ledger import Ledger
from bot.sources.journals.federal_register import JournalDocument
from bot.sources.journals.tariff_changes import make_proposal
from tests.sources.conftest import NOW


def notice(title: str, abstract: str = "", **changes: Any) -> JournalDocument:
    return JournalDocument(
        **{
            "number": "2026-21001",
            "title": title,
            "abstract": abstract,
            "type": "Notice",
            "published": date(2026, 11, 20),
            "url": "https://www.federalregister.gov/documents/2026/11/20/2026-21001/x",
            **changes,
        }
    )


def proclamation(title: str, abstract: str = "", **changes: Any) -> JournalDocument:
    return notice(title, abstract, type="Proclamation", signed=date(2026, 11, 18), **changes)


CHANGES = [
    proclamation("Adjusting Imports of Copper Tubes Into the United States"),
    proclamation("Regulating Imports With a Surcharge To Mend the Balance of Payments"),
    proclamation(
        "Modifying the Scope of the Reciprocal Tariffs With Respect to Certain Farm Products"
    ),
    proclamation("Further Amendment to Duties Addressing the Situation at Our Southern Border"),
    proclamation("Implementing the Trade Framework Between the United States and Thailand"),
    proclamation("Suspending Duty-Free Treatment of Small Parcels for All Countries"),
    proclamation("To Modify Duty-Free Treatment Under a Preference Program and for Other Purposes"),
    proclamation("Progress on the Situation at Our Northern Border", names_schedule=True),
    notice("Notice of Modification of Section 301 Action: Acts of Country X on Ships"),
    notice("Notice of Product Exclusion Extensions: Acts of Country X on Technology"),
    notice("Notice of Action and Request for Comments: Section 301 Investigation of Country X"),
    notice("Technical Corrections", "This notice amends the HTSUS to correct a heading."),
    notice(
        "Implementing Certain Tariff-Related Parts of the Agreement With Country X",
        "Modifies the Harmonized Tariff Schedule of the United States.",
    ),
    notice(
        "Procedures for Steel Derivatives",
        "Adds articles subject to Section 232 duties.",
        type="Rule",
    ),
]
NO_CHANGE = [
    notice("Certain Pipe From Country X: Final Results of Antidumping Duty Administrative Review"),
    notice("Certain Pipe From Country X: Countervailing Duty Order", "Rates of duty are set."),
    notice("Request for Comments on Possible Modification of Duties Under Section 301"),
    notice("Initiation of Section 301 Investigation: Acts of Country X; Hearing"),
    notice("Proposed Action in Section 301 Investigation of Country X; Public Hearing"),
    notice("Agency Information Collection Activities: Entry Summary"),
    notice("Meeting of the Advisory Committee on Duties"),
    notice("Quarterly Interest Rates on Overdue Accounts", "Names the tariff schedule in passing."),
    notice("Foreign-Trade Zone 12; Application for Production Authority; Toys"),
    notice("Allocations of the Tariff-Rate Quota for Raw Cane Sugar", names_schedule=True),
    notice("Certain Phones; Notice of a Commission Determination To Review"),
    proclamation("Continuation of the National Emergency With Respect to Country X"),
    proclamation("National Seafood Month"),
]


@pytest.mark.parametrize("document", CHANGES, ids=lambda document: document.title[:50])
def test_a_document_that_changes_duties_becomes_a_proposal(
    document: JournalDocument, reader: Reader, ledger: Ledger
) -> None:
    proposal = make_proposal(document, reader, ledger, NOW)
    assert proposal is not None
    [witness] = proposal.said_by
    assert (witness.source, witness.link) == ("Federal Register", document.url)
    assert witness.quote == document.title
    # The proposal's evidence quotes words that occur in the document.
    words = re.search(r"'(.*)'", proposal.why)
    assert words is not None
    assert words[1].lower() in f"{document.title} {document.abstract}".lower()


@pytest.mark.parametrize("document", NO_CHANGE, ids=lambda document: document.title[:50])
def test_a_document_that_changes_no_duties_becomes_no_proposal(
    document: JournalDocument, reader: Reader, ledger: Ledger
) -> None:
    assert make_proposal(document, reader, ledger, NOW) is None


def test_one_rate_for_one_partner_is_proposed_with_its_day(reader: Reader, ledger: Ledger) -> None:
    document = notice(
        "Notice of Modification of Section 301 Action on China",
        "The United States raises the additional duty on graphite from China to 35 percent, "
        "effective January 15, 2027.",
    )
    proposal = make_proposal(document, reader, ledger, NOW)
    assert proposal is not None
    assert (proposal.imposer, proposal.partner) == ("US", "CN")
    assert proposal.new_percent == Decimal(35)
    assert proposal.effective_on == date(2027, 1, 15)


@pytest.mark.parametrize(
    "abstract",
    [
        "Duties on goods of China change as set out in the annex.",
        "Imposes additional tariffs of 10 percent on goods of China and 20 percent on toys.",
        "Imposes additional tariffs of 10 percent on goods of China and of Japan.",
        "Imposes additional tariffs of 10 percent on goods of all countries.",
    ],
)
def test_no_rate_is_proposed_unless_the_document_states_one_rate_for_one_partner(
    reader: Reader, ledger: Ledger, abstract: str
) -> None:
    document = proclamation("Modifying Additional Duties", abstract)
    proposal = make_proposal(document, reader, ledger, NOW)
    assert proposal is not None
    assert proposal.new_percent is None


def test_the_effective_date_of_the_journal_takes_precedence_over_the_text(
    reader: Reader, ledger: Ledger
) -> None:
    document = notice(
        "Notice of Modification of Section 301 Action",
        "Effective January 15, 2027.",
        effective_on=date(2027, 1, 1),
    )
    proposal = make_proposal(document, reader, ledger, NOW)
    assert proposal is not None
    assert proposal.effective_on == date(2027, 1, 1)


def test_the_same_document_makes_the_same_proposal(reader: Reader, ledger: Ledger) -> None:
    first, again = (make_proposal(CHANGES[0], reader, ledger, NOW) for _ in range(2))
    assert first == again


_WORDS = st.sampled_from(
    [
        *("Modifying", "imposes", "additional", "duties", "tariffs", "on", "of", "to", "from"),
        *("China", "Japan", "steel", "25", "percent", "1,000%", "10%", "99999", "%", "½", "€5"),
        *("HTSUS", "Harmonized Tariff Schedule", "section 301", "antidumping"),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(_WORDS, min_size=1, max_size=25).map(" ".join), st.text(max_size=80))
def test_any_text_is_accepted_and_no_rate_is_invented(
    reader: Reader, ledger: Ledger, title: str, tail: str
) -> None:
    text = f"Modifying duties. {title}"
    proposal = make_proposal(notice(text, tail), reader, ledger, NOW)
    if proposal is not None and proposal.new_percent is not None:
        assert f"{proposal.new_percent:f}" in f"{text} {tail}".replace(",", "")
