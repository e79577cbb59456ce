from bot.rates.schedule.membership import Membership, MembershipIndex
from tests.rates.schedule.made import group

HEADING = group("steel", "7208", "7301")
LINE = group("list-1", "72081000")
NUMBER = group("list-2", "7208100030")
INDEX = MembershipIndex([HEADING, LINE, NUMBER])


def test_all_groups_that_include_the_whole_code_are_found() -> None:
    assert list(INDEX.find_covering("72081000")) == [
        Membership("7208", HEADING),
        Membership("72081000", LINE),
    ]
    assert list(INDEX.find_covering("7208100030"))[-1] == Membership("7208100030", NUMBER)
    assert list(INDEX.find_covering("72082000")) == [Membership("7208", HEADING)]


def test_groups_that_name_only_a_part_of_the_code_are_found_apart() -> None:
    assert list(INDEX.find_inside("72081000")) == [Membership("7208100030", NUMBER)]
    inside = [one.code for one in INDEX.find_inside("72")]
    assert inside == ["7208", "72081000", "7208100030"]
    assert list(INDEX.find_inside("7208100030")) == []


def test_a_line_is_known_if_a_list_names_it_or_one_of_its_numbers() -> None:
    assert INDEX.has_line("72081000")
    assert not INDEX.has_line("72082000")
    assert len(INDEX) == 4
