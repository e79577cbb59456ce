from datetime import timedelta
from decimal import Decimal

from bot.alerts.delivery import is_correction, is_news
from bot.news.story import Figure
from bot.values import Topic
from tests.store.examples import NOON, entry, minutes, story


def test_only_recently_published_stories_are_news() -> None:
    day = timedelta(days=1)
    fresh, old = entry("a", published=NOON - day), entry("b", published=NOON - day - minutes(1))
    assert is_news(fresh, NOON, first_round=True, max_age=day)
    assert not is_news(old, NOON, first_round=False, max_age=day)


def test_an_undated_story_is_news_except_at_the_first_poll_of_its_feed() -> None:
    undated = entry("a", published=None)
    assert is_news(undated, NOON, first_round=False, max_age=minutes(1))
    assert not is_news(undated, NOON, first_round=True, max_age=minutes(1))


def test_a_changed_number_in_the_headline_is_a_correction_and_a_changed_spelling_is_not() -> None:
    before = story("a", title="Tariffs fall to 30%")
    assert is_correction(before, story("b", title="Tariffs fall to 35%"))
    assert not is_correction(before, story("b", title="Tariffs  fell to 30%", text="More."))


def test_a_changed_figure_or_topic_is_a_correction_and_a_changed_quote_is_not() -> None:
    figure = Figure(imposer="US", to_percent=Decimal(30), quote="to 30%")
    before = story("a", figures=(figure,))
    assert is_correction(before, story("b", figures=()))
    assert is_correction(before, story("b", figures=(figure,), topics=(Topic.COURT_RULING,)))
    quoted = figure.model_copy(update={"quote": "down to 30%"})
    assert not is_correction(before, story("b", figures=(quoted,)))


def test_a_changed_product_is_a_correction_and_its_capitalization_is_not() -> None:
    figure = Figure(imposer="US", product="Turkish steel", to_percent=Decimal(30))
    before = story("a", figures=(figure,))
    capital, other = (
        story("b", figures=(figure.model_copy(update={"product": product}),))
        for product in ("Turkish  Steel", "Turkish aluminium")
    )
    assert not is_correction(before, capital)
    assert is_correction(before, other)
