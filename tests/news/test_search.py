"""A search finds whole words in the singular and the plural, codes, topics and economies."""

import pytest

from bot.news.search import StorySearch
from bot.news.story import Figure
from bot.values import Topic
from tests.store.examples import story


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("car", "Duty on cars"),
        ("cars", "A car maker"),
        ("battery", "Lithium batteries"),
        ("batteries", "A battery plant"),
        ("textiles", "textile mills"),
        ("toy", "toys"),
        ("gas", "natural gas"),
        ("china", "China's reply"),
        ("solar cells", "Solar-cell makers"),
        ("7208", "heading 7208.10.15"),
        ("7208.10", "code 72081015"),
        ("\u00e9tats", "Les \u00c9tats-Unis"),
        ("\u5173\u7a0e", "\u5bf9\u5173\u7a0e\u7684"),
    ],
)
def test_a_word_is_found(word: str, text: str) -> None:
    found = StorySearch(words=((word,),))
    assert found.matches(story("a", title=text))
    assert found.matches(story("a", title="News", text=f"First. {text}!"))


@pytest.mark.parametrize(
    ("word", "text"),
    [("car", "scar"), ("car", "carbon"), ("7208", "17208"), ("steel", "Tariffs"), ("c.r", "car")],
)
def test_a_part_of_a_word_is_not_found(word: str, text: str) -> None:
    assert not StorySearch(words=((word,),)).matches(story("a", title=text))


def test_the_goods_of_a_figure_are_found() -> None:
    one = story("a", title="New duties", figures=(Figure(product="softwood lumber"),))
    assert StorySearch(words=(("lumber",),)).matches(one)


def test_each_group_needs_one_of_its_words() -> None:
    search = StorySearch(words=(("car", "auto"), ("court",)))
    assert search.matches(story("a", title="Court stops duty on autos"))
    assert not search.matches(story("a", title="Duty on autos"))
    assert not search.matches(story("a", title="Court stops duty"))


def test_all_economies_of_one_group_are_needed() -> None:
    found = [
        story("both", parties=("US", "CN", "EU")),
        story("one", parties=("US",)),
        story("other", parties=("JP",)),
    ]

    def find(*groups: set[str]) -> list[str]:
        wanted = StorySearch(economies=tuple(map(frozenset, groups)))
        return [each.id for each in found if wanted.matches(each)]

    assert find({"US", "CN"}) == ["both"]
    assert find({"US"}, {"CN"}) == ["both", "one"]
    assert find({"US", "CN"}, {"JP"}) == ["both", "other"]


def test_one_of_the_topics_is_enough() -> None:
    wanted = StorySearch(topics=frozenset({Topic.TARIFF, Topic.NEGOTIATION}))
    assert wanted.matches(story("a", topics=(Topic.TARIFF,)))
    assert not wanted.matches(story("a", topics=(Topic.COURT_RULING,)))
