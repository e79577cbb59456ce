"""Describes the filters and the times of subscriptions, and mutes."""

from collections.abc import Iterator

from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, MatchReason
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.news.state import Severity
from bot.parties import Parties
from bot.slack.blockkit.mrkdwn import bold, escape, quote_text
from bot.slack.views.figures import format_name, format_party
from bot.values import Topic

SHORT_ID = 6
"""Characters of an id that people see and type; any unique beginning is understood."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SEVERITY = {Severity.NOTABLE: "notable or breaking", Severity.BREAKING: "breaking only"}


def describe_subscription(subscription: Subscription, parties: Parties) -> str:
    """What a subscription is about and how often its stories come, as markup."""
    about = describe_criteria(subscription.criteria, parties)
    return f"{about}, {describe_timing(subscription.timing)}"


def describe_criteria(criteria: Criteria, parties: Parties) -> str:
    """What the stories are about, as markup: `*tariffs*, stories naming China`."""
    topics = ", ".join(t.label for t in Topic if t in criteria.topics) or "all topics"
    names = " or ".join(_describe_economies(each, parties) for each in criteria.economies)
    goods = " or ".join(escape(each.text, 60) for each in criteria.goods)
    words = " or ".join(quote_text(word) for word in criteria.words)
    without = " or ".join(quote_text(word) for word in criteria.without_words)
    filters = [f"naming {names}"] if names else []
    filters += [f"on {goods}"] if goods else []
    filters += [f"with {words}"] if words else []
    filters += [f"without {without}"] if without else []
    about = [bold(topics), *([f"stories {' and '.join(filters)}"] if filters else [])]
    return ", ".join([*about, *_list_limits(criteria)])


def describe_timing(timing: Timing) -> str:
    """When the stories come: `one digest a day at 8:00 (Asia/Tokyo), weekdays only`."""
    return ", ".join(_list_times(timing))


def describe_mute(mute: Mute) -> str:
    """What is muted, as markup: `all alerts`."""
    match mute.kind:
        case MuteKind.EVENT:
            return "this event"
        case MuteKind.TOPIC:
            topics = {topic.value: topic.label for topic in Topic}
            return bold(topics.get(mute.subject, escape(mute.subject, 40)))
        case MuteKind.CONVERSATION:
            return "all alerts"


def describe_match(reason: MatchReason, parties: Parties) -> str:
    """The filters that a story passes: `tariffs, in stories that name China`."""
    names = " or ".join(
        format_name(each.code, parties)
        + (f" ({_explain_via(each.code, each.via, parties)})" if each.via else "")
        for each in reason.economies
    )
    words = " or ".join(quote_text(word) for word in reason.words)
    goods = " or ".join(escape(text, 60) for text in reason.goods)
    named = f"that name {names}" if names else ""
    on = f"on {goods}" if goods else ""
    limits = " ".join(filter(None, (named, on, f"with {words}" if words else "")))
    if reason.touches_lines:
        limits += " and that touch your lines" if limits else "that touch your lines"
    about = " and ".join(topic.label for topic in reason.topics)
    return f"{about}, in stories {limits}" if limits else about


def _explain_via(code: str, via: str, parties: Parties) -> str:
    """How the story names the economy: `as an EU member`, `by its member France`."""
    if code in parties.blocs.get(via, ()):
        return f"as {'an' if via[0] in 'AEIO' else 'a'} {via} member"
    return f"by its member {format_name(via, parties)}"


def _describe_economies(economies: EconomyFilter, parties: Parties) -> str:
    codes = (economies.first, economies.second)
    between = " on " if economies.directed else " with "
    return between.join(format_party(code, parties) for code in codes if code)


def _list_limits(criteria: Criteria) -> Iterator[str]:
    if criteria.decided_only:
        yield "decisions only"
    if criteria.official_only:
        yield "official sources only"
    if criteria.only_my_lines:
        yield "only stories that touch your lines"
    if criteria.severity_from in _SEVERITY:
        yield _SEVERITY[criteria.severity_from]


def _list_times(timing: Timing) -> Iterator[str]:
    hour = f" at {timing.hour}:00" if timing.hour is not None else ""
    zone = f" ({escape(timing.zone.replace('_', ' '), 60)})" if timing.zone else ""
    match timing.frequency:
        case Frequency.INSTANT:
            yield "posted at once"
        case Frequency.HOURLY:
            yield "one digest an hour"
        case Frequency.DAILY:
            yield f"one digest a day{hour}{zone}"
        case Frequency.WEEKLY:
            yield f"one digest a week on {_DAYS[timing.weekday]}{hour}{zone}"
    if timing.weekdays_only:
        yield "weekdays only"
    if timing.has_quiet_hours:
        shown = zone if timing.frequency in (Frequency.INSTANT, Frequency.HOURLY) else ""
        passes = "" if timing.breaking_passes else ", also for breaking news"
        yield f"quiet {timing.quiet_from}:00–{timing.quiet_to}:00{shown}{passes}"
