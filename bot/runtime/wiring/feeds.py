"""The parts of the running bot that read feeds: hubs, poller, scheduler and the list of feeds."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.feeds.polling.poller import Poller
from bot.feeds.polling.scheduler import PollScheduler
from bot.feeds.websub.subscriptions import WebSubSubscriptions
from bot.pipeline import IntakeResult
from bot.runtime.feed_registry import FeedRegistry
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import make_fetch_limits, read_clock
from bot.runtime.wiring.foundation import Foundation
from bot.runtime.wiring.polling import Polling, choose_spread_s, open_poller, open_scheduler
from bot.runtime.wiring.rates import RateParts
from bot.runtime.wiring.sending import SendingParts
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeedParts:
    """The parts that read feeds."""

    hubs: WebSubSubscriptions | None
    """None if hubs cannot reach the bot."""
    poller: Poller
    scheduler: PollScheduler[IntakeResult]
    registry: FeedRegistry


@asynccontextmanager
async def open_feeds(
    base: Foundation, rates: RateParts, sending: SendingParts
) -> AsyncIterator[FeedParts]:
    """Builds the parts. At the end of the block, closes them in reverse order."""
    settings, store = base.settings, base.store
    async with (
        open_hubs(settings, store) as hubs,
        open_poller(settings, None if hubs is None else hubs.is_pushed) as poller,
    ):
        polling = Polling(
            settings=settings,
            feeds=base.feeds,
            config=base.config,
            store=PipelineStore(store),
            poller=poller,
            decisions=rates.decisions,
            inbox=sending.inbox,
            on_deliveries=sending.dispatcher.wake,
            metrics=base.metrics,
            touches=rates.touches,
        )
        async with open_scheduler(polling, choose_spread_s(settings, len(base.feeds))) as scheduler:
            registry = FeedRegistry(base.feeds, store, poller, base.config.topic_languages)
            yield FeedParts(hubs, poller, scheduler, registry)


@asynccontextmanager
async def open_hubs(settings: Settings, store: Store) -> AsyncIterator[WebSubSubscriptions | None]:
    """The subscriptions at WebSub hubs; None if no hub can reach the bot."""
    if not settings.public_url or settings.transport != "http":
        if settings.public_url:
            log.warning(
                "TARIFFWIRE_PUBLIC_URL is ignored: hubs can reach the bot only in HTTP mode"
            )
        yield None
        return
    hubs = WebSubSubscriptions(
        make_fetch_limits(settings), store.hubs, settings.public_url, read_clock
    )
    await hubs.open()
    try:
        yield hubs
    finally:
        await hubs.close()
