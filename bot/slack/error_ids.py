"""What went wrong on our side: one line for the log with an id, the same id for the person."""

import logging
import sys
from secrets import token_hex

from bot.errors import StoreAway

log = logging.getLogger(__name__)


def record(doing: str) -> str | None:
    """Logs the exception being handled, with its traceback; returns the id it is logged under.

    None where the database is away, of which the log tells once by itself.
    """
    if isinstance(sys.exception(), StoreAway):
        return None
    error_id = token_hex(4)
    log.exception("error %s while %s", error_id, doing)
    return error_id
