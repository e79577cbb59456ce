"""Renders events as messages: the alert, which shows the present state of its event, and the
developments in its thread.

    context   ⚖️ Court ruling · RULING STAYED 29 May 2025 · duties still collected
    section   the headline as a link, a summary, corrections            ⋯ menu
    fields    importing country, origin, rate, the rate in the ledger, the next deadline
    context   first outlet · time · 8 sources · reported or official
    actions   [Follow] [Rate now] [Add to calendar]
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.alerts.subscriptions.criteria import MatchReason
from bot.commands.rates.rate_now import RateNow
from bot.news.deadlines.events import EventDeadline
from bot.news.deadlines.model import DeadlineKind
from bot.news.events.comparison import Comparison
from bot.news.events.event import Correction, DisputedFigure, Event, summarize_event
from bot.news.state import NewFactKind
from bot.news.story import Figure, Story
from bot.parties import Parties
from bot.render.dates.deadlines import describe_when, label_deadline
from bot.render.story_comparison import explain_comparison
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    fields,
    option,
    overflow,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, check_url, escape, link, quote_text
from bot.slack.views.figures import (
    format_change,
    format_collection,
    format_dollars,
    format_name,
    format_new_fact,
    format_percent,
    format_reported_state,
    format_status,
    format_topics,
)
from bot.slack.views.replies import RUN, mark_repeat
from bot.slack.views.story_lists import format_headline, format_source, make_left_out
from bot.slack.views.subscriptions.describe import describe_match
from bot.text.dates import format_day
from bot.text.plain import cut
from bot.text.sentences import split_sentences
from bot.values import Topic, to_utc

FOLLOW = "alert_follow"
UNFOLLOW = "alert_unfollow"
MORE = "alert_more"
UNMUTE_EVENT = "mute_event_off"
UNMUTE = "mute_off"
LEAVE = "mute_unsubscribe"
DEADLINES = "alert_deadlines"
FEWER = "alert_fewer"
COPY = "alert_copy"
REPORT = "alert_report"
MUTE_TOPIC = "mute_topic_on"

MUTE_EVENT_CHOICE = "mute_event"
MUTE_TOPIC_CHOICE = "mute_topic"
MUTE_DAY_CHOICE = "mute_day"
WHY_CHOICE = "why"
NOT_RELEVANT_CHOICE = "not_relevant"
COPY_CHOICE = "copy"
REPORT_CHOICE = "report"
"""The value of an option of the menu is one of these words, a space, and an id."""

_SUMMARY = 200
_RATES = 6
_PAIR = 2
_MARK_IN_TITLE = re.compile(r"^\W{0,5}(?:correct|retract)(?:ed|ion)\s?[:\])–—-]\s*", re.IGNORECASE)
_FIGURES = frozenset({NewFactKind.RATE, NewFactKind.SUM})


@dataclass(frozen=True)
class AlertOptions:
    """What an alert shows in addition to its event."""

    find_rate_now: Callable[[Event], RateNow | None] = lambda _: None
    """Finds the rate in the ledger that an event is about."""
    find_today: Callable[[], date] = lambda: date.min
    """Finds the day from which deadlines are still to come."""


def render_alert(
    event: Event,
    parties: Parties,
    options: AlertOptions | None = None,
    *,
    may_repeat: bool = False,
) -> Message:
    """The first message about an event, with its present state."""
    options = options or AlertOptions()
    # The rate on goods in general would be wrong for figures on several goods.
    rate_now = None if event.has_several_products else options.find_rate_now(event)
    state = (format_topics(event), bold(format_status(event)), format_collection(event))
    ahead = [each for each in event.deadlines if each.on >= options.find_today()]
    first = event.first
    count = f"{event.sources} source{'s' if event.sources > 1 else ''}"
    trust = "official" if event.is_official else "reported"
    blocks = [
        context(" · ".join(filter(None, state))),
        section(_format_news(event), _make_menu(event)),
        *fields(*_list_fields(event, rate_now, parties), _format_deadlines(event, ahead)),
        context(
            f"{format_source(first)} · {count} · {trust}",
            mark_repeat(may_repeat),
        ),
        *actions(
            button("Follow", FOLLOW, event.id),
            _make_rate_button(event, rate_now, parties),
            button("Add to calendar", DEADLINES, event.id) if ahead else None,
        ),
    ]
    return assemble(_format_notice(event, parties), blocks)


def render_development(
    stories: Sequence[Story],
    new: Sequence[Story],
    parties: Parties,
    *,
    followed: str = "",
    may_repeat: bool = False,
) -> Message:
    """The developments in the `new` stories of an event, in order of time, each with its source.

    If the message goes to a person who follows the event, `followed` is the event's id; otherwise
    it is empty.
    """
    ordered = sorted(new, key=lambda story: to_utc(story.published))
    news = [_format_development(story, stories, parties) for story in ordered]
    tail: list[Block] = [context(mark_repeat(True))] if may_repeat else []
    if followed:
        tail += [
            context(f"You follow {quote_text(summarize_event(stories).first.title, 150)}."),
            *actions(button("Unfollow", UNFOLLOW, followed)),
        ]
    return assemble("\n".join(news), [], [section(each) for each in news], tail, make_left_out)


def render_why(
    story: Story,
    matched: Sequence[MatchReason],
    parties: Parties,
    *,
    is_channel: bool,
    newest: Story | None = None,
    joined: Comparison | None = None,
    takes_reports: bool = False,
) -> Message:
    """Why a story was posted here: what it `matched` of each subscription, the words that gave it
    its topics, and the feed. If the event has further stories, `newest` is the last of them, and
    `joined` says why it belongs to the event. `takes_reports` says whether there are operators, to
    whom readers can report a mistake."""
    here = "this channel follows" if is_channel else "you follow"
    reasons = [f"Because {here} {describe_match(each, parties)}." for each in matched]
    words = ", ".join(quote_text(words) for words in _list_words(story))
    lines = [
        *(reasons or ["No subscription here matches it now."]),
        f"Matched: {words}." if words else "",
        f"Source: {quote_text(story.source)} ({story.kind.value}).",
    ]
    head = [section(f"{bold('Why you see this')}: {escape(story.title, 300)}")]
    grounds = [section("\n".join(filter(None, lines)))]
    if newest is not None and joined is not None:
        title = f"{bold('Why the newest story is here')}: {escape(newest.title, 300)}"
        sentences = (f"• {escape(each, 200)}" for each in explain_comparison(joined))
        grounds.append(section("\n".join([title, *sentences])))
    row = actions(
        button("Fewer like this", FEWER, story.event_id) if reasons else None,
        button("Subscriptions here", f"{RUN}_0", "list"),
        button("Report a mistake", REPORT, story.id) if takes_reports else None,
        button("Copy link", COPY, story.id) if check_url(story.link) else None,
        button("Unsubscribe from everything here", LEAVE, style="danger") if reasons else None,
    )
    return assemble("Why you see this", [*head, *grounds, *row], (), ())


def render_topics_to_mute(topics: Sequence[Topic]) -> Message:
    """Asks which topic of an event to mute."""
    text = "Which topic do you want to mute for 24 hours?"
    buttons = (button(each.label.capitalize(), f"{MUTE_TOPIC}_{each}", each) for each in topics)
    return Message(text, (section(text), *actions(*buttons)))


def render_link(story: Story) -> Message:
    """The story's address as text, to be copied."""
    address = check_url(story.link)
    if address is None:
        return assemble(text := "This story has no link.", [section(text)])
    # In code, Slack shows the address as it is and does not make a link of it.
    shown = address.replace("&", "&amp;").replace("`", "%60")
    return assemble(shown, [section(f"`{shown}`")])


def _format_news(event: Event) -> str:
    """The news in order of its place on the card. If long links leave no room for all lines, the
    least important lines are left out."""
    first = event.first
    summary = escape(_shorten(first.summary, keep_rates=not event.duties), _SUMMARY)
    quotations = (_format_quotation(each, f"{first.title} {summary}") for each in event.quoted[:2])
    lines = [
        _format_correction(event),
        _format_first(first),
        summary,
        *quotations,
        *(_format_dispute(each) for each in event.disputed[:3]),
        _format_latest(event),
    ]
    by_importance = [1, 0, len(lines) - 1, *range(2, len(lines) - 1)]
    kept, room = set[int](), limits.SECTION_CHARACTERS
    for place in by_importance:
        needed = len(lines[place]) + 1
        if lines[place] and needed <= room:
            kept.add(place)
            room -= needed
    return "\n".join(line for place, line in enumerate(lines) if place in kept)


def _format_first(first: Story) -> str:
    """The headline as a link or, if its link is longer than a section, as text."""
    linked = format_headline(first)
    return linked if len(linked) < limits.SECTION_CHARACTERS else bold(escape(first.title, 600))


def _shorten(summary: str, *, keep_rates: bool) -> str:
    """The whole sentences that fit. The summary is cut at a word instead if they are too short or,
    with `keep_rates`, if they leave out a rate."""
    at_word = cut(summary, _SUMMARY)
    kept = ""
    for sentence in split_sentences(summary):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > _SUMMARY:
            break
        kept = longer
    loses_rate = keep_rates and kept.count("%") < at_word.count("%")
    return at_word if at_word == summary or len(kept) < _SUMMARY // 2 or loses_rate else kept


def _format_correction(event: Event) -> str:
    found = event.correction
    if found is None:
        return ""
    story, mark = found.story, _name_correction(found)
    # The mark stands before the title, so the title does not repeat it.
    title = _MARK_IN_TITLE.sub("", story.title) or story.title or "(without a title)"
    title = link(story.link, title, 300)
    return f"⚠️ {bold(f'{mark}:')} {title} ({escape(story.source, 120)})"


def _name_correction(found: Correction) -> str:
    return "Retracted" if found.is_retraction else "Edited" if found.is_silent else "Corrected"


def _format_quotation(figure: Figure, shown: str) -> str:
    """The source's words about a rate that is not decided; empty if the card has the rate."""
    percent = figure.to_percent
    if percent is None or not figure.quote or format_percent(percent) in shown:
        return ""
    return f"In the source's words: {quote_text(figure.quote, 200)}"


def _format_dispute(disputed: DisputedFigure) -> str:
    return f"{bold('Outlets differ:')} {_list_outlets(disputed)}"


def _list_outlets(disputed: DisputedFigure) -> str:
    return " · ".join(
        f"{escape(each.source, 60)} {format_percent(each.percent)}"
        for each in disputed.outlets[:_RATES]
    )


def _format_latest(event: Event) -> str:
    latest = event.latest
    if latest is None or latest.id == event.first.id:
        return ""
    return f"Latest: {link(latest.link, latest.title or '(without a title)', 300)}"


def _list_fields(event: Event, rate_now: RateNow | None, parties: Parties) -> list[str]:
    found: list[str] = []
    importer, partner = _find_pair(event)
    if importer:
        found.append(f"{bold('Importing country')} {format_name(importer, parties)}")
    if partner:
        found.append(f"{bold('Origin')} {format_name(partner, parties)}")
    elif importer and event.duties and not any(each.partner for each in event.duties):
        found.append(f"{bold('Origin')} not stated")
    if event.duties:
        found.append(_format_duties(event, parties))
    if event.sums:
        sums = ", ".join(format_dollars(amount) for amount in event.sums[:3])
        found.append(f"{bold('Sum')} {sums}")
    if rate_now is not None:
        found.append(_format_rate_now(event, rate_now, parties))
    return found


def _format_deadlines(event: Event, ahead: Sequence[EventDeadline]) -> str:
    """The next deadline, and how many come after it; empty if there is none.

    The day of effect that the status shows is left out.
    """
    shown = [
        each
        for each in ahead
        if each.deadline.kind is not DeadlineKind.EFFECTIVE or each.on != event.effective
    ]
    if not shown:
        return ""
    first, *later = shown
    more = f" (and {len(later)} later)" if later else ""
    return f"{bold(label_deadline(first.deadline))} {escape(describe_when(first.deadline))}{more}"


def _find_pair(event: Event) -> tuple[str | None, str | None]:
    """The importing country and the origin. Both are None if figures mix them up."""
    importer, partner = event.imposer, event.partner
    return (importer, partner) if importer != partner else (None, None)


def _format_duties(event: Event, parties: Parties) -> str:
    """The rates of a decision. If they are on several pairs, each rate names its pair."""
    one_pair = event.imposer is not None and len({each.partner for each in event.duties}) == 1
    lines = []
    for figure in event.duties[:_RATES]:
        who = "" if one_pair else _format_pair(figure.imposer, figure.partner, parties)
        goods = f"on {escape(figure.product, 80)}" if figure.product else ""
        lines.append(" ".join(filter(None, (who and f"{who}:", format_change(figure), goods))))
    if len(lines) == 1:
        return f"{bold('Rate')} {lines[0]}"
    return "\n".join([bold("Rates"), *lines])


def _format_pair(imposer: str | None, partner: str | None, parties: Parties) -> str:
    who = format_name(imposer, parties) if imposer else ""
    on = f"on {format_name(partner, parties)}" if partner else ""
    return f"{who} {on}".strip()


def _format_rate_now(event: Event, rate: RateNow, parties: Parties) -> str:
    if rate.percent is not None:
        shown = format_percent(rate.percent)
    elif rate.span is not None:
        shown = " to ".join(map(format_percent, rate.span))
    else:
        return ""
    # A range covers all lines; one rate without goods leaves out duties on particular goods.
    goods = escape(rate.product, 80) if rate.product else "" if rate.span else "goods in general"
    goods = goods and f" on {goods}"
    has_pair = _find_pair(event) == (rate.imposer, rate.partner)
    pair = "" if has_pair else f", {_format_pair(rate.imposer, rate.partner, parties)}"
    checked = f" (checked {format_day(rate.checked)})" if rate.checked else ""
    return f"{bold('In our data now')} {shown}{goods}{pair}{checked}"


def _make_menu(event: Event) -> Element | None:
    story = event.first
    # Slack allows five options. "Why am I seeing this" has buttons for what else readers may do.
    one = event.topics[0].label if len(event.topics) == 1 else "a topic"
    return overflow(
        MORE,
        option("Mute this event", f"{MUTE_EVENT_CHOICE} {event.id}"),
        option(f"Mute {one} 24 h", f"{MUTE_TOPIC_CHOICE} {' '.join(event.topics)}"),
        option("Mute channel 24 h", f"{MUTE_DAY_CHOICE} {event.id}"),
        option("Why am I seeing this", f"{WHY_CHOICE} {event.id}"),
        option("Not relevant", f"{NOT_RELEVANT_CHOICE} {story.id}"),
    )


def _make_rate_button(event: Event, rate: RateNow | None, parties: Parties) -> Element | None:
    """The button that asks for the present rates: of two economies, or of one on certain goods.

    There is no button for one economy without goods, because the reply would list rates that have
    nothing to do with the alert.
    """
    pair = [code for code in _find_pair(event) if code is not None]
    goods = rate.product if rate is not None else None
    if len(pair) < _PAIR and len(event.parties) == _PAIR:
        pair = list(event.parties)
        if pair[1] == event.imposer or pair[0] == event.partner:
            pair.reverse()
    elif len(pair) < _PAIR:
        # If there are several economies, the first one is most likely the one that acts.
        pair, goods = [*pair, *event.parties][:1], event.product
    names = [parties.get(code).name for code in pair if code in parties]
    if not names or (len(names) < _PAIR and not goods):
        return None
    return button("Rate now", f"{RUN}_0", " ".join([*names, *filter(None, [goods])]))


def _format_development(story: Story, stories: Sequence[Story], parties: Parties) -> str:
    """One development: the new facts, and the headline as a link to its source."""
    event = summarize_event([each for each in stories if each.published <= story.published])
    disputed = [
        _list_outlets(each)
        for each in event.disputed
        if story.source in {outlet.source for outlet in each.outlets}
    ]
    kinds = {fact.kind for fact in story.new_facts}
    news: list[str] = []
    label, title = "New", story.title
    if event.correction is not None and event.correction.story.id == story.id:
        # The outlet says itself that this corrects its earlier report.
        label, title = _name_correction(event.correction), _MARK_IN_TITLE.sub("", title)
    if kinds <= {NewFactKind.RATE} and disputed:
        # The outlet contradicts the others, so the rate has not changed.
        news += [f"outlets differ: {each}" for each in disputed]
    else:
        # A new rate or sum alone leaves the status as it was.
        state = "" if kinds and kinds <= _FIGURES else format_reported_state(story)
        news += [
            state,
            *(
                format_new_fact(fact, parties)
                for fact in story.new_facts
                if not (state and fact.kind is NewFactKind.DATE)  # The status has its day.
            ),
        ]
    details = " · ".join(filter(None, news)) or ("another report" if label == "New" else "")
    headline = link(story.link, title or story.title or "(without a title)", 400)
    line = f"{headline} · {format_source(story)}"
    return f"{bold(f'{label}: {details}')}\n{line}" if details else f"{bold(f'{label}:')} {line}"


def _list_words(story: Story) -> list[str]:
    return list(dict.fromkeys(found.words for found in story.evidence))[:6]


def _format_notice(event: Event, parties: Parties) -> str:
    """The alert as text. Notifications show it, and it is posted if Slack refuses the blocks."""
    state = " · ".join(filter(None, (format_status(event), format_collection(event))))
    story = event.first
    title = link(story.link, story.title or "(without a title)", 400)
    lines = [f"{state}: {title}" if state else title, escape(story.summary, 400)]
    if event.duties:
        lines.append(_format_duties(event, parties))
    # A title of signs without a meaning in markup leaves nothing, and Slack refuses an empty text.
    return "\n".join(filter(None, lines)) or "(without a title)"
