"""Slack accepts the proposals of *Fewer like this* and their previews."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.exclusions import ExclusionKind, HiddenStories, StoryExclusion
from bot.alerts.subscriptions.model import Subscription
from bot.commands.replies import PreviewedExclusion, ProposedExclusions
from bot.commands.subscriptions.exclusions import read_exclusion, write_exclusion
from bot.news.story import Story
from bot.slack.views.events.exclusions import render_preview, render_proposed
from tests.slack.samples import NOW, PARTIES, nasty_text, stories, story
from tests.slack.views.accepted import as_text, check_accepted

SUBSCRIPTION = Subscription(id="a" * 10, team="T1", conversation="C1", created_at=NOW)
exclusions = st.builds(StoryExclusion, kind=st.sampled_from(ExclusionKind), value=nasty_text)


@settings(max_examples=30, deadline=None)
@given(nasty_text, st.lists(exclusions, max_size=3), st.lists(stories, max_size=5), st.integers(0))
def test_slack_accepts_any_proposals_and_previews(
    title: str, found: list[StoryExclusion], newest: list[Story], more: int
) -> None:
    check_accepted(render_proposed(ProposedExclusions(title, None), PARTIES))
    check_accepted(render_proposed(ProposedExclusions(title, SUBSCRIPTION, found, 2), PARTIES))
    hidden = HiddenStories(count=len(newest) + more, newest=tuple(newest))
    for each in found:
        reply = PreviewedExclusion(SUBSCRIPTION, each, Criteria(), hidden)
        check_accepted(render_preview(reply, PARTIES))


@given(st.sampled_from(ExclusionKind), st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_the_value_of_a_button_is_read_back(kind: ExclusionKind, value: str) -> None:
    given_exclusion = StoryExclusion(kind=kind, value=value)
    text = write_exclusion(SUBSCRIPTION, given_exclusion)
    assert read_exclusion(text) == (SUBSCRIPTION.id, given_exclusion)


def test_a_preview_shows_the_hidden_stories_and_what_the_subscription_becomes() -> None:
    exclusion = StoryExclusion(kind=ExclusionKind.WORD, value="shrimp")
    hidden = HiddenStories(count=7, newest=(story(),))
    narrower = Criteria(without_words=("shrimp",))
    text = as_text(
        render_preview(PreviewedExclusion(SUBSCRIPTION, exclusion, narrower, hidden), PARTIES)
    )
    assert "would have hidden 7 stories in the last 30 days" in text
    assert story().title in text
    assert "… and 6 more." in text
    assert "without" in text
    assert "Exclude these" in text
