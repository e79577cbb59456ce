"""A duty of an answer in words: its status, rulings, and why a total does not count it."""

from datetime import date

from bot.rates.model.component import Component
from bot.rates.model.law import Effect, Ruling
from bot.rates.model.measure import Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.text.dates import format_day

_STATUS = {
    Status.IN_FORCE: "in force",
    Status.SUSPENDED: "suspended",
    Status.STRUCK_DOWN: "struck down",
    Status.ANNOUNCED: "announced",
    Status.EXPIRED: "charged",
}


def describe_status(component: Component) -> str:
    """A component's status and dates: `in force since 24 Jul 2026`.

    If the terms changed at an unchanged rate, the text has two dates: the first day of the rate,
    then the first day of the terms.
    """
    if component.from_ is None:
        return _STATUS[component.status]
    if component.status is Status.ANNOUNCED and component.to is None:
        return f"announced, from {format_day(component.from_)} at the earliest"
    state, span = _STATUS[component.status], _format_days(component.from_, component.to)
    if _is_struck_down(component):
        struck = [one for one in component.rulings if _ends_collection(one)]
        why = "; ".join(map(_describe_ruling, struck)) or "struck down"
        return f"not collected {span} ({why})"
    if component.status is Status.STRUCK_DOWN and component.percent:
        void = f", void since {format_day(component.void_on)}" if component.void_on else ""
        return f"charged {span}{void}"
    if component.is_foreseen:
        first = span if component.to else f"from {format_day(component.from_)}"
        span = f"scheduled {first}, not verified"
    if component.rate_since is not None:
        since = format_day(component.rate_since)
        return f"{state} at this rate since {since}; under these terms {span}"
    return span if component.is_foreseen else f"{state} {span}"


def _format_days(start: date, end: date | None) -> str:
    first = format_day(start)
    return f"{first} to {format_day(end)}" if end else f"since {first}"


_RULINGS = {
    Effect.HELD_UNLAWFUL: "held unlawful by the {body} on {on}",
    Effect.STAYED: "that ruling stayed by the {body} on {on}, so it went on being charged",
    Effect.UPHELD: "upheld by the {body} on {on}",
    Effect.STRUCK_DOWN: "struck down by the {body} on {on}",
}


def describe_rulings(component: Component) -> str:
    """The court rulings on a component, in order of time, without those in its status."""
    named = _is_struck_down(component)
    parts = [
        _describe_ruling(one) for one in component.rulings if not (named and _ends_collection(one))
    ]
    if component.charged_until is not None and not named:
        parts.append(f"charged at the border until {format_day(component.charged_until)}")
    return "; ".join(parts)


def _is_struck_down(component: Component) -> bool:
    """Whether its status names the ruling that ended it."""
    is_named = component.status is Status.STRUCK_DOWN and component.from_ is not None
    return is_named and not component.percent


def _ends_collection(ruling: Ruling) -> bool:
    return ruling.effect is Effect.STRUCK_DOWN and not ruling.later


def _describe_ruling(ruling: Ruling) -> str:
    later = "later " if ruling.later else ""
    text = _RULINGS[ruling.effect].format(body=ruling.body, on=format_day(ruling.on))
    return f"{later}{text}"


def describe_note(component: Component) -> str:
    """The note on a counted component, or the reason why the total does not count it.

    Empty if its status says it.
    """
    if component.exclusion is None:
        return component.note
    why = component.exclusion
    if why.reason is Reason.STRUCK_DOWN and _is_struck_down(component):
        return ""
    if why.reason is Reason.PARTICULAR_GOODS:
        marked = (Status.SUSPENDED, Status.ANNOUNCED)
        state = f"{_STATUS[component.status]}; " if component.status in marked else ""
        return f"{state}only on: {component.covers}"
    if why.reason is Reason.ENDED:
        return f"charged to {format_day(component.to)}" if component.to else "ended"
    if why.reason is Reason.NOT_YET:
        start = f"not before {format_day(component.from_)}" if component.from_ else ""
        return "; ".join(filter(None, (start, why.text)))
    covers = f" ({component.covers})" if why.on_some_lines else ""
    return f"{describe_exclusion(why)}{covers}"


_EXCLUSIONS = {
    Reason.SUSPENDED: "suspended, not charged",
    Reason.ANNOUNCED: "announced, not in force",
    Reason.STRUCK_DOWN: "struck down, no longer charged",
    Reason.NOTHING_CHARGED: "nothing charged",
    Reason.PARTNER_EXEMPT: "this partner had an exemption, a quota or its own rate",
    Reason.GOODS_EXEMPT: "these goods are exempt: {text}",
    Reason.SPECIFIC: "not a percent of the value",
    Reason.IMPORT_BAN: "these goods may not be imported",
    Reason.BAN_ON_SOME_LINES: "some tariff lines of these goods may not be imported",
    Reason.SOME_LINES: "applies to some tariff lines of these goods only",
    Reason.LINE_DECIDES: "one of several rates for this heading, depending on the tariff line",
    Reason.DEPENDS: "charged on some of these goods only: {text}",
    Reason.OTHER_COUNTED: "only one of these applies to a tariff line; counted: {by}",
    Reason.GIVES_WAY: "not charged on goods with {by}",
    Reason.MAY_RETURN: "not charged while {by} was charged; we do not know if it is charged again",
    Reason.RATE_UNKNOWN: "charged at a rate that is not in our data",
}


def describe_exclusion(why: Exclusion) -> str:
    """Why a total does not count a duty. `describe_note` adds its dates and scope."""
    if why.reason is Reason.DEPENDS and why.by is not None:
        return f"charged only on goods that do not pay {why.by}"
    return _EXCLUSIONS.get(why.reason, "{text}").format(text=why.text, by=why.by)
