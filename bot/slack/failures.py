"""What went wrong on our side: one line for the log with an id, the same id for the person."""

import logging
from secrets import token_hex

log = logging.getLogger(__name__)


def record(doing: str) -> str:
    """Logs the exception being handled, with its traceback; returns the id it is logged under."""
    error_id = token_hex(4)
    log.exception("error %s while %s", error_id, doing)
    return error_id
