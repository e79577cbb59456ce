from datetime import date, timedelta

import pytest

from tests.rates.schedule.made import DAY, group, header, line, schedule

LISTS = {"steel", "tools", "free"}


def _cases(found: object) -> list[tuple[str, int, list[str], list[str]]]:
    return [
        (case.code, len(case.lines), [one.list for one in case.groups], sorted(case.yes))
        for case in found  # type: ignore[attr-defined]
    ]


def test_a_line_on_no_open_list_has_one_case() -> None:
    made = schedule(
        (line("82051000"),), group("tools", "8205"), group("free", "8205", kind="exempt")
    )
    assert _cases(made.list_cases("82051000", DAY, LISTS)) == [
        ("82051000", 1, ["tools", "free"], [])
    ]


def test_a_group_counts_only_on_its_days_and_only_if_its_list_is_asked_for() -> None:
    made = schedule(
        (line("82051000"),),
        group("tools", "8205", to=date(2026, 6, 30)),
        group("steel", "8205", since=date(2026, 7, 2)),
        group("free", "8205"),
    )
    assert _cases(made.list_cases("82051000", DAY, {"tools", "steel"})) == [("82051000", 1, [], [])]


def test_each_answer_to_the_question_of_a_conditional_group_is_a_case() -> None:
    made = schedule(
        (line("82051000"),),
        group("tools", "8205", kind="conditional", question="A hammer?"),
        group("steel", "8205", kind="conditional", question="A hammer?", answer=False),
    )
    assert _cases(made.list_cases("82051000", DAY, LISTS)) == [
        ("82051000", 1, ["steel"], []),
        ("82051000", 1, ["tools"], ["A hammer?"]),
    ]


def test_an_exemption_that_must_be_claimed_opens_no_case() -> None:
    made = schedule(
        (line("82051000"),), group("free", "8205", kind="exempt-if", question="Civil?", claim=True)
    )
    assert _cases(made.list_cases("82051000", DAY, LISTS)) == [("82051000", 1, ["free"], [])]


def test_ten_digit_numbers_of_a_line_are_cases_unless_one_of_them_is_asked_for() -> None:
    made = schedule((line("82051000"),), group("tools", "8205100030"))
    assert _cases(made.list_cases("82051000", DAY, LISTS)) == [
        ("82051000", 1, [], []),
        ("8205100030", 1, ["tools"], []),
    ]
    assert _cases(made.list_cases("8205100030", DAY, LISTS)) == [("8205100030", 1, ["tools"], [])]
    assert _cases(made.list_cases("8205100090", DAY, LISTS)) == [("8205100090", 1, [], [])]


@pytest.mark.parametrize("code", ["82051000", "8205"])
def test_a_line_all_of_whose_numbers_are_on_lists_has_no_case_of_its_own(code: str) -> None:
    made = schedule(
        (line("82051000"),),
        group("tools", "8205100030"),
        group("steel", "8205100090"),
        split_lines=["82051000"],
    )
    assert _cases(made.list_cases(code, DAY, LISTS)) == [
        ("8205100030", 1, ["tools"], []),
        ("8205100090", 1, ["steel"], []),
    ]


def test_lines_of_a_heading_on_the_same_lists_share_a_case() -> None:
    made = schedule(
        (line("82051000"), line("82052000"), line("82053000")), group("tools", "82052000")
    )
    assert _cases(made.list_cases("8205", DAY, LISTS)) == [
        ("82051000", 2, [], []),
        ("82052000", 1, ["tools"], []),
    ]


def test_a_list_belongs_to_the_measure_with_its_id_unless_the_schedule_says_otherwise() -> None:
    made = schedule(
        (), group("tools", "8205"), group("free", "8205"), lists={"free": ["all", "steel"]}
    )
    references = {"tools": ("tools",), "all": ("steel-cn", "tools"), "steel": ("steel",)}
    assert made.index_lists(references) == {
        "tools": {"tools", "free"},
        "steel-cn": {"free"},
        "steel": {"free"},
    }


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("82051000", "82051000"),
        ("8205100030", "8205100030"),
        ("82051500", "820515"),
        ("82051600", "8205"),
        ("83011000", "83011000"),
        ("84011000", ""),
    ],
)
def test_a_code_that_the_schedule_lacks_is_replaced_by_its_nearest_parent(
    code: str, known: str
) -> None:
    made = schedule((line("82051000"), line("82051590")), group("tools", "8301100030"))
    assert made.find_known_code(code) == known


def test_lists_change_on_the_first_day_of_a_group_and_after_its_last() -> None:
    made = schedule((), group("tools", "8205", to=date(2026, 6, 30)), group("steel", "82051000"))
    assert made.list_change_days("8205", {"tools"}) == {date(2026, 1, 1), date(2026, 7, 1)}
    assert made.list_change_days("8205", {"free"}) == set()


def test_the_source_of_a_base_duty_names_the_revision_and_the_line() -> None:
    made = schedule((), url="https://hts.example/{line}")
    source = made.find_line_source(line("82051000"))
    assert "2026 Rev. 1, 8205.10.00" in source.text
    assert source.url == "https://hts.example/8205.10.00"
    assert header().url == ""


def test_the_cases_of_a_code_are_the_same_when_it_is_asked_again_for_another_day() -> None:
    made = schedule(
        (line("82051000"), line("82052000"), line("82053000")),
        group("tools", "820510", to=date(2026, 6, 30)),
        group("steel", "820520"),
    )
    first = made.list_cases("8205", date(2026, 6, 1), LISTS)
    assert [(one.code, sorted(one.lines)) for one in first] == [
        ("82051000", ["82051000"]),
        ("82052000", ["82052000"]),
        ("82053000", ["82053000"]),
    ]
    later = made.list_cases("8205", DAY, LISTS)
    assert [(one.code, sorted(one.lines)) for one in later] == [
        ("82051000", ["82051000", "82053000"]),
        ("82052000", ["82052000"]),
    ]
    assert made.list_cases("8205", date(2026, 6, 1), LISTS) == first


def test_a_line_that_ended_is_known_only_before_the_schedule_begins() -> None:
    made = schedule((line("82051000"),), group("tools", "8205200030", "8301200030"))
    since = made.header.since
    assert made.find_known_code("83012000", since - timedelta(days=1)) == "83012000"
    assert made.find_known_code("83012000", since) == ""
    assert made.find_known_code("82052000", since) == "8205"
