"""Saves the answers that the bot gives in Slack, if the setting TARIFFWIRE_KEEP_ANSWERS is on."""

import json
import logging
from collections.abc import Callable
from datetime import datetime

from bot.commands.rates.replies import CardList, RateAnswers, RateCalendar, RateCard
from bot.commands.request import CommandRequest, Reply
from bot.errors import StoreError
from bot.mcp.facts import build_reply
from bot.store.answers import KeptAnswers

log = logging.getLogger(__name__)


class StoredAnswerLog:
    """Saves each answer as the JSON of `tariffwire rate --json`."""

    def __init__(self, answers: KeptAnswers, clock: Callable[[], datetime]) -> None:
        self._answers, self._clock = answers, clock

    async def keep(self, question: str, reply: Reply, request: CommandRequest) -> None:
        """Saves the answer. If the database fails, logs it, because the person waits for the
        answer."""
        if not isinstance(reply, RateAnswers | RateCalendar | RateCard | CardList):
            return
        data = json.dumps(build_reply(question, reply), ensure_ascii=False, sort_keys=True)
        place = request.team, request.conversation
        try:
            await self._answers.add(place, request.user, question, data, self._clock())
        except StoreError as error:
            log.warning("%s; an answer was not kept", error)
