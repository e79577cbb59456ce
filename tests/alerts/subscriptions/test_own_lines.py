"""Which stories are compared with the lines of which conversations."""

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.own_lines import NoLineLists, find_all_touching
from tests.alerts.subscriptions.known_touches import KnownTouches
from tests.store.examples import TEAM, story, subscription

ON_CHINA = story("china", parties=("US", "CN"))
ON_FRANCE = story("france", parties=("US", "EU"))
BLOCS = {"EU": ("FR", "DE")}
MINE = Criteria(only_my_lines=True)
MINE_OF_FRANCE = Criteria(economies=(EconomyFilter(first="FR"),), only_my_lines=True)


async def test_only_stories_that_pass_the_other_filters_are_compared() -> None:
    touches = KnownTouches(C1=["china", "france"], C2=["china", "france"])
    subscriptions = (
        subscription("C1", criteria=MINE_OF_FRANCE),
        subscription("C2", criteria=MINE_OF_FRANCE),
        subscription("C2", criteria=MINE),
        subscription("C3"),
    )
    found = await find_all_touching(touches, subscriptions, [ON_CHINA, ON_FRANCE], BLOCS)
    assert found == {(TEAM, "C1"): {"france"}, (TEAM, "C2"): {"china", "france"}}
    assert touches.asked == [("C1", ("france",)), ("C2", ("china", "france"))]


async def test_without_the_filter_and_without_a_story_nothing_is_compared() -> None:
    touches = KnownTouches(C1=["china"])
    assert await find_all_touching(touches, [subscription("C1")], [ON_CHINA], BLOCS) == {}
    filtered = subscription("C1", criteria=MINE_OF_FRANCE)
    assert await find_all_touching(touches, [filtered], [ON_CHINA], BLOCS) == {(TEAM, "C1"): set()}
    assert touches.asked == []


async def test_a_bot_without_line_lists_finds_nothing() -> None:
    filtered = subscription("C1", criteria=MINE)
    found = await find_all_touching(NoLineLists(), [filtered], [ON_CHINA], BLOCS)
    assert found == {(TEAM, "C1"): set()}
