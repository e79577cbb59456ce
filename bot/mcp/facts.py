"""Builds the JSON values of replies and tariff lines, for MCP tools and for `--json`."""

from bot.commands.rates.lines import LineLookup
from bot.commands.rates.replies import CardList, RateAnswers, RateCalendar, RateCard
from bot.errors import TariffwireError
from bot.render.json import build_rate_json
from bot.render.schedule import build_line_json, build_lines_json

Facts = dict[str, object]
RateReply = RateAnswers | RateCalendar | RateCard | CardList


def build_error(error: TariffwireError) -> Facts:
    """An error as `{"error": {"thing", "cause", "cure"}}`."""
    return {"error": error.to_json()}


def build_refusal(text: str, error: TariffwireError) -> Facts:
    """The object of `rate --json` for a question that cannot be answered."""
    return build_rate_json(text, None, error=error)


def build_reply(text: str, reply: RateReply) -> Facts:
    """The object of `rate --json` for the reply to the question `text`."""
    match reply:
        case RateCalendar():
            return build_rate_json(
                text, reply.query, calendar=reply.items, deadlines=reply.deadlines
            )
        case RateCard():
            return build_rate_json(text, reply.query, card=reply.facts)
        case CardList():
            cards = [{"id": one.id, "title": one.title} for one in reply.cards]
            return {**build_rate_json(text, reply.query), "cards": cards}
        case RateAnswers():
            return build_rate_json(text, reply.query, reply.answers, spells=reply.spells)


def build_line(found: LineLookup) -> Facts:
    """The object of `schedule show --json`: a tariff line, or the lines under a heading."""
    if found.under:
        lines = build_lines_json(found.schedule, found.under)
        return {"code": found.code, "on": found.day.isoformat(), "lines": lines, "error": None}
    line = build_line_json(found.schedule, found.line, found.code, found.day)
    return {**line, "error": None}
