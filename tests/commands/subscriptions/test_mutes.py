"""Mutes, and the stories that they kept back."""

from datetime import timedelta

from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.alerts.digest import Bundle, BundleKind
from bot.alerts.mutes import Mute, MuteKind
from bot.commands import replies
from bot.commands.grammar import Verb
from tests.commands.conftest import (
    NOW,
    Commands,
    address,
    commands,
    server,
    store,
)
from tests.store.examples import story

__all__ = ["address", "commands", "server", "store"]


async def test_missed_stories_are_shown_in_their_conversation_only(commands: Commands) -> None:
    mute = Mute(
        kind=MuteKind.CONVERSATION,
        team="T1",
        conversation="C1",
        until=NOW + timedelta(hours=1),
    )
    await commands.store.mutes.add(mute)
    await commands.store.add_stories(story("a"))
    missed = Bundle(kind=BundleKind.MISSED, mute=MuteKind.CONVERSATION)
    digest = Bundle(kind=BundleKind.DAILY)
    queued = [
        make_delivery(
            DeliveryKind.DIGEST,
            ("T1", place),
            bundle.kind,
            "",
            NOW,
            story_ids=("a",),
            content=bundle.model_dump_json(),
        )
        for place, bundle in (("C1", missed), ("C2", missed), ("C1", digest))
    ]
    await commands.store.queue(*queued)
    shown = [await commands.click(Verb.SHOW_MISSED, each.id) for each in queued]
    assert shown == [
        replies.MissedStories((story("a"),), queued[0].id),
        replies.MissedStories(()),
        replies.MissedStories(()),
    ]
