"""The JSON object of `tariffwire rate --json` has the documented fields."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.errors import QueryError, UnknownParty
from bot.rates.calendar.upcoming import list_calendar
from bot.rates.ledger import Ledger
from bot.rates.model.warnings import Leading, RateWarning
from bot.rates.question.parse import parse_query
from bot.render.json import build_rate_json
from tests.rates.asked import ask

KINDS = {
    *("asked_not_covered", "claim_not_covered", "claim_refused", "in_transit"),
    *("all_in", "announced_only", "base_not_percent", "before_data", "beyond_data", "bloc_duties"),
    *(
        "import_ban",
        "leading_pair_remark",
        "lookup_failed",
        "low_confidence",
        "no_measure_on_goods",
    ),
    *("ended_duties_missing", "later_void", "on_other_lines"),
    *("no_one_total", "no_source_opened", "no_such_layer", "not_covered", "not_followed"),
    *("not_in_total", "older_source", "partly_exempt", "rate_caveat", "rate_unknown"),
    *("read_as_origin", "pair_remark", "runs_out", "same_for_all", "single_products_only"),
    *(
        "some_goods_differ",
        "some_lines_banned",
        "spelling_read",
        "stale",
        "suspended_duty",
        "basis_changed",
        "origins_differ",
        "other_rates",
        "unknown_economy",
        "unknown_product",
    ),
    *(
        "depends_on_goods",
        "unknown_line",
        "unknown_words",
        "void_but_charged",
        "zero_in_data",
    ),
}


def _object(text: str, ledger: Ledger, today: date) -> dict[str, Any]:
    query = parse_query(text, ledger.parties, today, ledger.reader)
    answers = ask(text, ledger, today)
    found: dict[str, Any] = json.loads(json.dumps(build_rate_json(text, query, answers)))
    return found


def _first(text: str, ledger: Ledger, today: date) -> dict[str, Any]:
    found: dict[str, Any] = _object(text, ledger, today)["answers"][0]
    return found


def test_one_object_contains_the_question_and_its_answers(ledger: Ledger, today: date) -> None:
    found = _object("us china steel on 2026-09-15", ledger, today)

    assert set(found) == {"asked", "answers", "error"}
    assert found["asked"] == {
        "text": "us china steel on 2026-09-15",
        "imposer": "US",
        "partner": "CN",
        "on": "2026-09-15",
        "product": "steel",
    }
    pairs = [(one["imposer"], one["partner"]) for one in found["answers"]]
    assert pairs == [("US", "CN"), ("CN", "US")]
    assert found["error"] is None


def test_an_answer_has_the_documented_fields(ledger: Ledger, today: date) -> None:
    one = _first("us on china on 2026-09-15", ledger, today)

    assert (one["imposer"], one["partner"], one["on"]) == ("US", "CN", "2026-09-15")
    assert one["checked"] == "2026-10-07"
    assert (one["total_percent"], one["additional_percent"]) == ("12.5", "12.5")
    assert (one["range"], one["certainty"], one["banned"]) == (None, "exact", False)
    assert (one["base"], one["with_base_percent"], one["questions"]) == (None, None, [])
    [counted] = [each for each in one["components"] if each["counted"]]
    expected = {
        "measure": "Section 301 forced labor, China",
        "measure_id": "us-cn-301-forced-labor",
        "heading": "9903.05.31",
        "percent": "12.5",
        "added_percent": "12.5",
        "reason": None,
        "legal_basis": "Section 301",
        "status": "in_force",
        "from": "2026-07-24",
        "to": None,
        "all_in": False,
    }
    assert {key: counted[key] for key in expected} == expected
    assert counted["source"].startswith("FR document 2026-15181")
    assert all(each["reason"] for each in one["components"] if not each["counted"])
    assert {"on", "kind", "percent", "measure", "source"} <= one["next"][0].keys()


def test_an_answer_for_a_tariff_line_includes_the_base_rate(ledger: Ledger, today: date) -> None:
    one = _first("us on china 7326.90.86.10 on 2026-09-15", ledger, today)

    assert (one["total_percent"], one["with_base_percent"]) == ("75", "77.9")
    assert (one["base"]["percent"], one["base"]["text"], one["base"]["exact"]) == (
        "2.9",
        "2.9%",
        True,
    )


def test_an_all_in_rate_adds_only_its_part_above_the_base_rate(ledger: Ledger, today: date) -> None:
    unknown = _first("us on eu on 2025-09-01", ledger, today)
    known = _first("us on japan cars on 2025-10-01", ledger, today)

    assert (unknown["total_percent"], unknown["additional_percent"]) == ("15", None)
    [component] = [each for each in known["components"] if each["counted"]]
    assert component["all_in"]
    assert (known["base"]["percent"], known["base"]["exact"]) == ("2.5", True)
    assert component["added_percent"] == known["additional_percent"] == "12.5"


def test_the_base_rate_is_not_an_additional_duty(ledger: Ledger, today: date) -> None:
    one = _first("us on china 7326.90.86.10 including base on 2026-09-15", ledger, today)

    assert (one["total_percent"], one["additional_percent"]) == ("77.9", "75")


def test_a_range_is_not_reduced_to_its_lowest_rate(ledger: Ledger, today: date) -> None:
    one = _first("us on china 8507.60 on 2025-06-01", ledger, today)

    assert (one["total_percent"], one["additional_percent"]) == (None, None)
    assert (one["range"], one["certainty"]) == (["37.5", "70"], "range")


def test_a_ban_and_an_unknown_total_are_marked(ledger: Ledger, today: date) -> None:
    ban = _first("us on canada wine on 2026-10-01", ledger, today)
    nothing = _first("japan on vietnam", ledger, today)

    assert (ban["banned"], ban["total_percent"], ban["certainty"]) == (True, None, "exact")
    assert (nothing["banned"], nothing["certainty"]) == (False, "unknown")


def test_goods_of_lines_with_different_duties_have_a_range(ledger: Ledger, today: date) -> None:
    one = _first("us on canada dairy on 2026-09-01", ledger, today)

    assert (one["certainty"], one["total_percent"], one["range"]) == ("range", None, ["10", "60"])
    assert "depends" in {each["reason"] for each in one["components"]}


def test_a_duty_on_goods_that_the_question_may_not_mean_makes_the_total_uncertain(
    ledger: Ledger, today: date
) -> None:
    one = _first("us on germany civil aircraft on 2025-12-01", ledger, today)

    assert one["certainty"] == "unknown"
    assert "some_lines" in {each["reason"] for each in one["components"]}


def test_a_warning_has_its_kind_and_its_values(ledger: Ledger, today: date) -> None:
    first = _first("us on china", ledger, today)["warnings"][0]

    assert first == {
        "kind": "stale",
        "leads": False,
        "today": "2026-11-24",
        "checked": "2026-10-07",
        "older": [],
        "later": [],
    }


def test_the_kinds_of_warnings_are_documented() -> None:
    def kinds_below(kind: type[RateWarning]) -> set[str]:
        own = set() if kind in (RateWarning, Leading) else {kind.__new__(kind).kind}
        return own.union(*(kinds_below(each) for each in kind.__subclasses__()))

    assert kinds_below(RateWarning) == KINDS


def test_a_history_lists_changes_and_rulings(ledger: Ledger, today: date) -> None:
    steps = _first("us on china history", ledger, today)["history"]

    by_day = {step["on"]: step for step in steps}
    assert by_day["2025-05-28"]["ruling"]["effect"] == "held_unlawful"
    [began] = by_day["2025-02-04"]["changes"]
    assert (began["change"]["kind"], began["change"]["rate"]["percent"]) == ("begins", "10")
    assert Decimal(by_day["2025-04-10"]["percent"]) == 145


def test_a_refused_question_has_an_error_in_the_object(ledger: Ledger, today: date) -> None:
    with pytest.raises(UnknownParty) as refused:
        ask("us chnnia", ledger, today)

    found = build_rate_json("us chnnia", None, error=refused.value)
    assert found == {
        "asked": {
            "text": "us chnnia",
            "imposer": None,
            "partner": None,
            "on": None,
            "product": None,
        },
        "answers": [],
        "error": {
            "thing": "chnnia",
            "cause": "not an economy we know",
            "cure": refused.value.cure,
        },
    }
    assert isinstance(refused.value, QueryError)


def test_a_calendar_is_a_list_of_days(ledger: Ledger, today: date) -> None:
    query = parse_query("upcoming china", ledger.parties, today, ledger.reader)
    found = build_rate_json("upcoming china", query, calendar=list_calendar(query, ledger, today))

    assert found["answers"] == []
    days = found["calendar"]
    assert isinstance(days, list)
    assert {"on", "kind", "measure", "partners"} <= days[0].keys()
    assert days[-1]["passed"]


def test_a_claim_and_its_column_are_named(ledger: Ledger, today: date) -> None:
    claimed = _first("us on mexico 6109.10.00 usmca on 2026-10-07", ledger, today)
    assert (claimed["claim"], claimed["base"]["column"]) == ("under USMCA", "USMCA")
    without = _first("us on mexico 6109.10.00 on 2026-10-07", ledger, today)
    assert without["claim"] is None
    assert "column" not in without["base"]
    (other,) = without["with_claim"]
    assert (other["program"], other["percent"]) == ("USMCA", "0")
    assert [one["id"] for one in without["headings_unknown"]] == ["us-mx-301-forced-labor"]


def test_the_base_duties_of_several_lines_are_a_range(ledger: Ledger, today: date) -> None:
    shoes = _first("us on vietnam shoes", ledger, today)
    base = shoes["base"]

    assert isinstance(base, dict)
    assert (base["percent"], base["range"], base["exact"]) == (None, ["0", "48"], False)
    assert (base["lines"], base["not_percent"]) == (147, 16)
    assert (shoes["mfn"], shoes["total_percent"], shoes["certainty"]) == (None, "12.5", "exact")


def test_a_question_about_a_law_names_the_measures_of_its_rows(ledger: Ledger, today: date) -> None:
    law = _first("us on china section 301", ledger, today)

    assert (law["certainty"], law["range"]) == ("range", ["7.5", "100"])
    rows = law["rows"]
    assert isinstance(rows, list)
    assert {"us-cn-301-list-3", "us-cn-301-forced-labor"} <= set(rows)
    assert set(rows) <= {each["measure_id"] for each in law["components"]}
