"""The MCP server: describes the tools to clients and calls them. Uses the `mcp` SDK."""

import json
import logging
from collections.abc import Awaitable
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from bot import PAGE, __version__
from bot.errors import TariffwireError
from bot.mcp.facts import Facts, build_error
from bot.mcp.tools import MOST_STORIES, RateTools

log = logging.getLogger(__name__)

_INSTRUCTIONS = """\
Facts about import duties: rates in force on any day, tariff lines, comparisons, upcoming and recent
changes, and trade news. Percents are decimal strings. Quote a rate with its source, its effective
date and the day on which the data was checked (`checked`). Where `range` is set, the total depends
on the tariff line: give the whole range, never only its lower end."""
_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_LONGEST = 500

Question = Annotated[
    str,
    Field(
        max_length=_LONGEST,
        description="Importing country, country of origin, goods or an HS code, day: "
        "`us china`, `us on vietnam 6403.99.60`, `us mexico 8703.23 usmca`, "
        "`us china on 2025-04-15`, `us china history`",
    ),
]
About = Annotated[
    str,
    Field(
        max_length=_LONGEST,
        description="An economy, goods or a period; empty for all. With `court-rulings` or "
        "`talks`, only the deadlines on this topic",
    ),
]
Economy = Annotated[str, Field(max_length=80, description="A country by name or ISO code")]
Goods = Annotated[
    str, Field(max_length=200, description="Goods in words or an HS code; empty for all goods")
]
Code = Annotated[
    str, Field(max_length=20, description="A code of the US tariff schedule: 8507.60.00 or 8507")
]
Day = Annotated[str, Field(max_length=10, description="A day as 2025-12-31; empty for today")]
CardName = Annotated[
    str, Field(max_length=200, description="A law or topic: `section 232`; empty for the list")
]
TopicName = Annotated[
    str,
    Field(max_length=20, description="tariff, negotiation or court_ruling; empty for all topics"),
]
Limit = Annotated[int, Field(ge=1, le=MOST_STORIES, description="Maximum stories")]
StoryId = Annotated[str, Field(max_length=100, description="The id of a story, from `latest`")]


def build_mcp_server(tools: RateTools) -> MCPServer:
    """An MCP server with these tools. All are read-only."""
    server = MCPServer(
        "tariffwire",
        title="Tariffwire",
        instructions=_INSTRUCTIONS,
        website_url=PAGE,
        version=__version__,
        log_level="WARNING",
        # A client that listens for changes would hold a stream open.
        subscriptions=False,
    )

    @server.tool(title="Duty rate", annotations=_READ_ONLY)
    async def rate(question: Question) -> CallToolResult:
        """Additional and normal duties of an importing country on goods of an origin: total or
        range, components with legal basis, status, dates and sources, next changes."""
        return await _answer(tools.rate(question))

    @server.tool(title="Tariff line", annotations=_READ_ONLY)
    async def line(code: Code, on: Day = "") -> CallToolResult:
        """A line of the US tariff schedule: normal duty, column 2, special rates, and the lists of
        additional duties that name it."""
        return await _answer(tools.line(code, on))

    @server.tool(title="Compare origins", annotations=_READ_ONLY)
    async def compare(
        origins: Annotated[list[Economy], Field(max_length=8)],
        importer: Economy = "US",
        goods: Goods = "",
    ) -> CallToolResult:
        """The duties of one importing country on goods of two or more countries of origin."""
        return await _answer(tools.compare(origins, importer, goods))

    @server.tool(title="Upcoming changes", annotations=_READ_ONLY)
    async def upcoming(about: About = "") -> CallToolResult:
        """Scheduled changes of duties, by default of the next 60 days: they take effect, end, or
        are due for a decision. `deadlines` are those of official notices in the same days."""
        return await _answer(tools.upcoming(about))

    @server.tool(title="Recent changes", annotations=_READ_ONLY)
    async def changes(about: About = "") -> CallToolResult:
        """Changes of duties in the last 30 days, or since a day: `since 2025-04-01 china`.
        `deadlines` are those of official notices in the same days."""
        return await _answer(tools.changes(about))

    @server.tool(title="Latest trade news", annotations=_READ_ONLY)
    async def latest(topic: TopicName = "", limit: Limit = 10) -> CallToolResult:
        """The latest stories about tariffs, negotiations and court rulings, newest first."""
        return await _answer(tools.latest(topic, limit))

    @server.tool(title="Why a story was found", annotations=_READ_ONLY)
    async def why(story: StoryId) -> CallToolResult:
        """The words of a story that matched a topic, and why it belongs to its event."""
        return await _answer(tools.why(story))

    @server.tool(title="Laws and topics", annotations=_READ_ONLY)
    async def cards(name: CardName = "") -> CallToolResult:
        """What is known of a law or topic, such as Section 232, IEEPA refunds, de minimis or USMCA:
        current rates and dates, rulings, next dates, sources. Without a name, the list of cards."""
        return await _answer(tools.cards(name))

    return server


async def _answer(work: Awaitable[Facts]) -> CallToolResult:
    try:
        return _build_result(await work)
    except Exception:
        log.exception("an MCP tool failed")
        cure = "Try again later. The cause is in the log of the bot"
        return _build_result(build_error(TariffwireError("tariffwire", "an internal error", cure)))


def _build_result(facts: Facts) -> CallToolResult:
    """The facts as structured content and, for clients without that, as text."""
    return CallToolResult(
        content=[TextContent(type="text", text=json.dumps(facts, ensure_ascii=False))],
        structured_content=facts,
        is_error=facts.get("error") is not None,
    )
