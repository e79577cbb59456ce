"""The rules for deliveries that follow from the settings and the economies."""

from zoneinfo import ZoneInfo

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.timing import ServerTime
from bot.parties import Parties
from bot.runtime.settings import Settings


def build_delivery_rules(settings: Settings, parties: Parties) -> DeliveryRules:
    """How subscriptions are read: the server's time, and the members of blocs."""
    server = ServerTime(settings.digest_hour, ZoneInfo(settings.timezone))
    return DeliveryRules(server, parties.blocs)
