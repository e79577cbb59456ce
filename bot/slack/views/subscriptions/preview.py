"""Shows what a subscription would have sent."""

from bot.alerts.subscriptions.preview import Preview
from bot.commands.subscriptions.previews import PREVIEWED
from bot.slack.blockkit.blocks import Block, context, section
from bot.slack.blockkit.mrkdwn import bold
from bot.slack.views.story_lists import format_headline, format_source


def render_preview(sent: Preview) -> list[Block]:
    """The number of messages in the last days, and the newest stories."""
    days = PREVIEWED.days
    if not sent.messages:
        nothing = f"Would have sent nothing in the last {days} days."
        return [section(bold(nothing)), context("Fewer filters match more stories.")]
    counted = f"Would have sent {_count(sent.messages, 'message')} in the last {days} days"
    about = f"{_count(sent.stories, 'story', 'stories')} about {_count(sent.events, 'event')}"
    newest = [section(f"{format_headline(story)}\n{format_source(story)}") for story in sent.newest]
    label = "The newest:" if len(newest) < sent.stories else ""
    return [section(f"{bold(counted)}: {about}. {label}".rstrip()), *newest]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
