"""The settings of all live sources."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from bot.sources.hts import HtsSettings
from bot.sources.journals.federal_register import FederalRegisterSettings
from bot.sources.wits import WitsSettings
from bot.sources.wto import WtoSettings

LIVE_SOURCES = ("federal-register", "usitc-hts", "wits", "wto")
"""The names that TARIFFWIRE_LIVE_SOURCES may contain."""

NO_SOURCE = "none"
"""The value of TARIFFWIRE_LIVE_SOURCES that turns all sources off."""


def _split_names(value: object) -> object:
    """The live sources in a comma-separated text; raises ValueError for an unknown name."""
    if not isinstance(value, str):
        return value
    names = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if names == (NO_SOURCE,):
        return ()
    for name in names:
        if name not in LIVE_SOURCES:
            known = ", ".join(LIVE_SOURCES)
            raise ValueError(f"{name[:40]!r} is not a live source; known are {known}")
    return tuple(dict.fromkeys(names))


class SourceSettings(FederalRegisterSettings, HtsSettings, WitsSettings, WtoSettings):
    """Which live sources are on, and the settings of each source."""

    live_sources: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)] = Field(
        (),
        description="The live sources that are on, of federal-register, usitc-hts, wits and wto. "
        "Without a value, federal-register is on if there are operators. none turns all off.",
    )
