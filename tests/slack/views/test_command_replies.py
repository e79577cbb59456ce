from bot.commands import replies
from bot.commands.request import CommandRequest
from bot.slack.views.command_replies import render_reply
from tests.slack.samples import NOW, PARTIES
from tests.store.examples import NOON, subscription


def test_the_list_shows_why_a_subscription_is_paused() -> None:
    paused = subscription(paused_at=NOON, paused_reason="is_archived: the channel is archived")
    for each, shown in ((paused, True), (subscription(), False)):
        reply = replies.SubscriptionList([each], True, NOW)
        request = CommandRequest("list", "T1", "C1", "U1")
        message = render_reply(reply, request, PARTIES)
        assert ("the channel is archived" in str(message.blocks)) is shown
