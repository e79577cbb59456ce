"""A story is about the lines of the economies and goods that it names."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.lines.duties import LineDuties
from bot.lines.model import ListedLine
from bot.lines.stories import StoryMatcher
from bot.news.story import Figure
from tests.lines.made import listed
from tests.store.examples import story

LINES = (
    listed("85076000", "CN", "batteries"),
    listed("85076000", "JP", "batteries"),
    listed("72083900", "CN", "steel"),
    listed("72083900", "DE", "steel"),
    listed("61091000", "VN", "shirts"),
    listed("87032301", "DE", "cars"),
    listed("87032301", "MX", "cars"),
)


def find(duties: LineDuties, today: date, title: str, **fields: Any) -> set[tuple[str, str]]:
    lines = StoryMatcher(duties, today).find(story("s", title=title, **fields), LINES)
    return {(one.label, one.origin) for one in lines}


def figure(**fields: Any) -> Figure:
    return Figure.model_validate({"imposer": "US", "to_percent": Decimal(50), **fields})


@pytest.mark.parametrize(
    ("figures", "wanted"),
    [
        ([figure(partner="CN")], {("batteries", "CN"), ("steel", "CN")}),
        ([figure(partner="CN", product="steel")], {("steel", "CN")}),
        ([figure(product="steel", partner="WORLD")], {("steel", "CN"), ("steel", "DE")}),
        ([figure(product="steel")], {("steel", "CN"), ("steel", "DE")}),
        ([figure(partner="EU")], {("steel", "DE"), ("cars", "DE")}),
        ([figure(partner="EU", product="cars")], {("cars", "DE")}),
        ([figure(partner="CN", product="8507.60")], {("batteries", "CN")}),
        ([figure(imposer="CN", partner="US", product="steel")], set()),
        ([figure(imposer="EU", partner="CN", product="cars")], set()),
        ([figure(partner="IN")], set()),
        (
            [figure(partner="VN"), figure(partner="MX", product="cars")],
            {("shirts", "VN"), ("cars", "MX")},
        ),
    ],
)
def test_figures_decide(
    duties: LineDuties, today: date, figures: list[Figure], wanted: set[tuple[str, str]]
) -> None:
    assert find(duties, today, "US raises tariffs", figures=figures) == wanted


@pytest.mark.parametrize(
    ("title", "named", "wanted"),
    [
        ("US and China resume trade talks", ("US", "CN"), {("batteries", "CN"), ("steel", "CN")}),
        ("US weighs tariffs on steel from China", ("US", "CN"), {("steel", "CN")}),
        ("US opens probe of car imports", ("US",), {("cars", "DE"), ("cars", "MX")}),
        ("US to revise duties of 8507.60.00", ("US",), {("batteries", "CN"), ("batteries", "JP")}),
        ("US court hears tariff case", ("US",), set()),
        ("China and EU agree on minimum prices for cars", ("CN", "EU"), set()),
        ("Steel prices rise", (), set()),
    ],
)
def test_without_figures_the_title_decides(
    duties: LineDuties,
    today: date,
    title: str,
    named: tuple[str, ...],
    wanted: set[tuple[str, str]],
) -> None:
    assert find(duties, today, title, parties=named) == wanted


def test_a_law_in_the_title_means_the_lines_of_its_duties(duties: LineDuties, today: date) -> None:
    found = find(duties, today, "Court upholds Section 232 duties", parties=("US",))
    assert {("steel", "CN"), ("steel", "DE"), ("cars", "DE")} <= found
    assert ("shirts", "VN") not in found


def test_lines_come_in_the_order_of_the_list(duties: LineDuties, today: date) -> None:
    about = story("s", figures=[figure(partner="CN"), figure(product="steel")])
    found: tuple[ListedLine, ...] = StoryMatcher(duties, today).find(about, LINES)
    assert found == (LINES[0], LINES[2], LINES[3])


def test_an_unknown_product_means_the_goods_of_the_title(duties: LineDuties, today: date) -> None:
    figures = [figure(partner="CN", product="qwertz")]
    assert find(duties, today, "US tariffs on Chinese steel", figures=figures) == {("steel", "CN")}
    assert find(duties, today, "US raises tariffs", figures=figures) == set()
