"""The three things the bot listens for."""

from enum import StrEnum


class Topic(StrEnum):
    """A topic a story can be about; the values are part of the JSON contract."""

    TARIFF = "tariff"
    NEGOTIATION = "negotiation"
    COURT_RULING = "court_ruling"

    @property
    def label(self) -> str:
        """The topic as people read it: `court ruling`."""
        return self.value.replace("_", " ")
