"""A subscription at a WebSub hub: what makes a feed's news come by themselves."""

from pydantic import AwareDatetime, Field

from bot.feeds.model import FeedId
from bot.values import Frozen


class HubSubscription(Frozen):
    """What was agreed with a hub about one feed, or is to be (see `bot.feeds.websub.protocol`)."""

    token: str
    """The last part of the address that the hub calls. Who knows it may call: a secret."""
    feed_id: FeedId
    hub: str
    topic: str
    """The address by which the hub knows the feed."""
    secret: str = Field(repr=False)
    """The hub signs with it what it pushes."""
    wanted: bool = True
    """False while it is being ended at the hub."""
    lease_until: AwareDatetime | None = None
    """Until when the hub pushes; None where it never agreed, or agrees no more."""
    next_at: AwareDatetime
    """When the hub is asked next: to begin, to renew, to end."""
    asks: int = 0
    """How often in a row it was asked without its agreeing."""
    error: str = ""
