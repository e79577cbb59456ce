from decimal import Decimal

from bot.rates.answer.lines.typical_span import find_typical_span
from bot.rates.model.line_totals import LinesTotal


def typical(*groups: tuple[int, int, int], banned: LinesTotal | None = None) -> tuple[int, ...]:
    totals = [LinesTotal(lines, Decimal(low), Decimal(high)) for lines, low, high in groups]
    found = find_typical_span([*totals, *([banned] if banned else [])])
    return tuple(int(end) for end in found or ())


def test_the_narrowest_span_with_two_thirds_of_the_lines_is_typical() -> None:
    assert typical((10, 0, 0), (20, 20, 20), (65, 37, 37), (5, 75, 75)) == (20, 37)
    assert typical((67, 10, 10), (33, 50, 50)) == (10, 10)
    assert typical((66, 10, 10), (34, 50, 50)) == (10, 50)


def test_a_range_of_a_line_is_covered_as_a_whole() -> None:
    assert typical((90, 10, 25), (10, 0, 0)) == (10, 25)


def test_the_total_on_goods_without_a_list_is_in_the_span() -> None:
    groups = (LinesTotal(10, Decimal(10), Decimal(10)), LinesTotal(90, Decimal(35), Decimal(35)))
    assert find_typical_span(groups) == (Decimal(35), Decimal(35))
    assert find_typical_span(groups, Decimal(10)) == (Decimal(10), Decimal(35))


def test_banned_lines_are_left_out() -> None:
    banned = LinesTotal(100, Decimal(0), Decimal(0), banned=True)
    assert typical((4, 10, 10), (1, 50, 50), banned=banned) == (10, 10)
    assert find_typical_span((banned,)) is None
