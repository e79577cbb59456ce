"""Posts a line in a local workspace that runs in another process."""

from typing import Any

import aiohttp

from bot.errors import SlackError

# In seconds. Longer than the workspace waits for the bot.
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=3)


async def say(base_url: str, channel: str, text: str) -> list[dict[str, Any]]:
    """The replies, oldest first, each with `text`, `blocks`, `ephemeral` and `ts`.

    `base_url` is the workspace's address. `channel` is an id or a name, with or without its `#`.
    Raises SlackError if no workspace runs at this address, if the channel or the command does not
    exist, or if the bot does not answer in time.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(f"{base_url}/say", json={"channel": channel, "text": text}) as response,
        ):
            answer = await response.json()
    except aiohttp.ContentTypeError as error:
        cause = "another program answers there"
        raise SlackError(base_url, cause, "Set PORT to the workspace's port") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        cause = f"no local workspace at {base_url}"
        raise SlackError("say", cause, "Start it with `tariffwire run`") from error
    if not answer.get("ok"):
        raise SlackError("say", str(answer.get("message") or answer.get("error")))
    messages: list[dict[str, Any]] = answer["messages"]
    return messages
