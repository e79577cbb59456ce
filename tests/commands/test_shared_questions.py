"""The collected questions: each gets an answer with the facts that its line asks for.

The day is 30 November 2026. Subscriptions have their own tests.
"""

import csv
from pathlib import Path

import pytest

from bot.rates.cards.facts import DutyState
from bot.rates.question.query import QueryKind
from tests.commands.facts import Asks, Days, Expected, both, check, each, rate, shown, us
from tests.commands.typed import type_question

SHARED = Path(__file__).parents[3] / "shared" / "cases" / "questions.tsv"
COLLECTED, ENDED = DutyState.CHARGED, DutyState.ENDED
STRUCK_DOWN, BEGINS = DutyState.NOT_COLLECTED, DutyState.SCHEDULED

LIST_4B, FORCED_LABOR = "us-cn-301-list-4b", "us-cn-301-forced-labor"
FORMER = ("us-cn-ieepa-fentanyl", "us-cn-ieepa-reciprocal")

EXPECTED: dict[int, Expected] = {
    # The total by line: the only line of toys is on the suspended List 4B.
    1: us("CN", "12.5", FORCED_LABOR, base="0", leaves={LIST_4B: "suspended"}),
    2: us("CN", "37.5-50", "us-cn-301-list-3", base="0-2.6"),
    3: both(
        rate("US", "CN", "12.5-37.5", FORCED_LABOR, up_to="137.5"),
        rate("US", "VN", "12.5", "us-vn-301-forced-labor"),
        rate("US", "IN", "10", "us-in-301-forced-labor"),
    ),
    4: us(
        "CN",
        "7.5-100",
        rows={
            FORCED_LABOR: "12.5",
            "us-cn-301-list-1": "25",
            "us-cn-301-list-2": "25",
            "us-cn-301-list-3": "25",
            "us-cn-301-list-4a": "7.5",
            "us-cn-301-review-ev": "100",
            "us-cn-301-review-semiconductors": "50",
        },
    ),
    5: both(
        rate(
            "US",
            "JP",
            "10-50",
            rows={"us-232-steel": "50", "us-232-autos-jp": "15", "us-232-auto-parts-jp": "15"},
        )
    ),
    6: shown(
        "section-232",
        COLLECTED,
        rates={
            "us-232-steel": (COLLECTED, "50"),
            "us-232-autos": (COLLECTED, "25"),
            "us-232-lumber-furniture": (COLLECTED, "10"),
            "us-232-polysilicon-derivatives": (BEGINS, "15"),
        },
        days=frozenset({"2026-12-04", "2027-01-01", "2027-02-09"}),
    ),
    7: shown(
        "ieepa",
        STRUCK_DOWN,
        since="2026-02-24",
        events=frozenset({"ieepa-supreme-court", "ieepa-cape"}),
        labels=frozenset({"Refunds"}),
    ),
    8: shown(
        "refunds",
        events=frozenset({"ieepa-refund-order", "ieepa-cape", "ieepa-refunds-paid"}),
        labels=frozenset(
            {"Unliquidated", "Liquidated within 80 days", "Later but within 180 days"}
            | {"Finally liquidated", "Section 122", "Payment"}
        ),
    ),
    9: shown("de-minimis", events=frozenset({"de-minimis-upheld"}), days=frozenset({"2027-07-01"})),
    10: shown(
        "usmca",
        stated="2026-10-05",
        labels=frozenset({"Frees from", "Reduces", "Does not change"}),
        days=frozenset({"2027-01-12"}),
    ),
    11: shown(
        "section-122",
        ENDED,
        since="2026-07-23",
        events=frozenset({"section-122-held-unlawful", "section-122-appealed"}),
    ),
    12: Asks("10%", ("forced labor", "Section 122", "eciprocal")),
    13: shown("refunds"),
    14: us(
        "CA",
        "0",
        leaves={"us-ca-ieepa-fentanyl": "struck_down"},
        ended={"us-ca-ieepa-fentanyl": "2026-02-23"},
    ),
    15: each(rate("US", "KR", "15", "us-232-autos-kr"), rate("US", "JP", "15", "us-232-autos-jp")),
    16: Days(
        QueryKind.CHANGES,
        "2026-07-01",
        "2026-07-31",
        frozenset(
            {
                ("2026-07-22", "us-br-301"),
                ("2026-07-24", "us-122-surcharge"),
                ("2026-07-31", "us-232-pharma"),
            }
        ),
    ),
    17: Days(
        QueryKind.UPCOMING,
        "2026-12-01",
        "2026-12-31",
        frozenset({("2026-12-04", "us-232-polysilicon-derivatives")}),
    ),
    18: Days(
        QueryKind.UPCOMING,
        "2027-01-01",
        "2027-01-31",
        frozenset(
            {
                ("2027-01-01", "us-232-kitchen-cabinets"),
                ("2027-01-01", "us-232-upholstered-furniture"),
            }
        ),
    ),
    19: us("VN", "30", "us-232-upholstered-furniture", on="2027-01-15", scheduled=True),
    20: us("MY", "50", "us-232-kitchen-cabinets", on="2027-01-02", scheduled=True),
    21: us("MX", "0", leaves={"us-232-auto-parts": "goods_exempt"}),
    22: us("CA", "25", "us-232-auto-parts"),
    23: us("CA", "10", "us-232-lumber-furniture", uncovered=frozenset({"antidumping duties"})),
    24: each(rate("US", "VN", "12.5"), rate("US", "IN", "10")),
    25: both(rate("US", "CN", totals="0-145"), rate("CN", "US", totals="0-125")),
    26: both(rate("US", "CN"), ended=("145", "2025-05-13", "30")),
    27: us("VN", "12.5", base="0-48"),
    28: both(rate("US", "CN", "12.5-37.5"), rate("CN", "US", "10")),
    29: us("BD", "10", base="2.6-32"),
}
"""The facts by the number of the line, without the heading."""


@pytest.mark.skipif(not SHARED.exists(), reason="needs the collected questions of ../shared")
async def test_every_collected_question_is_answered_with_its_facts() -> None:
    with SHARED.open(encoding="utf-8") as lines:
        asked = [row["asked"] for row in csv.DictReader(lines, delimiter="\t")]
    questions = [text for text in asked if not text.startswith("subscribe")]
    assert len(questions) == len(EXPECTED)
    for number, text in enumerate(questions, 1):
        try:
            check(await type_question(text), EXPECTED[number])
        except AssertionError as error:
            error.add_note(f"line {number}: {text}")
            raise
