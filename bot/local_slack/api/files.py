"""The Web API's file upload in three steps: get an address, send the bytes, complete the upload.

The steps follow https://docs.slack.dev/messaging/working-with-files.
"""

import mimetypes
from dataclasses import replace
from typing import Any

from bot.local_slack import limits
from bot.local_slack.api.call import Answer, ApiError, Arguments
from bot.local_slack.api.chat import find_channel, read_thread
from bot.local_slack.state.records import File, new_id
from bot.local_slack.state.team import Team


async def get_upload_url(team: Team, arguments: Arguments) -> Answer:
    """files.getUploadURLExternal"""
    name = arguments.required("filename")
    if not arguments.required("length").isdecimal():
        raise ApiError("invalid_arguments")
    if int(arguments.required("length")) > limits.FILE_BYTES:
        raise ApiError("file_upload_size_restricted")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(new_id("F"), name, name, kind)
    await team.storage.save_file(file)
    return {"ok": True, "file_id": file.id, "upload_url": f"{team.address}/upload/{file.id}"}


async def receive(team: Team, file_id: str, content: bytes) -> bool:
    """Saves the bytes of a new file. Returns False if the file is unknown, has its bytes already,
    or is too large."""
    file = await team.storage.find_file(file_id)
    if file is None or file.content is not None or len(content) > limits.FILE_BYTES:
        return False
    await team.storage.save_file(replace(file, content=content))
    return True


async def complete_upload(team: Team, arguments: Arguments) -> Answer:
    """files.completeUploadExternal"""
    listed = arguments.structure("files", "invalid_arguments")
    if not isinstance(listed, list) or not listed or not all(isinstance(f, dict) for f in listed):
        raise ApiError("invalid_arguments")
    files = [await _complete(team, str(one.get("id")), one.get("title")) for one in listed]
    reference = arguments.text("channel_id") or arguments.text("channels")
    if reference:
        channel = find_channel(team, reference)
        thread = await read_thread(team, channel, arguments)
        content = {"text": arguments.text("initial_comment"), "files": files}
        await team.post(channel, team.make_bot_message({**content, **thread}))
    return {"ok": True, "files": files}


async def _complete(team: Team, file_id: str, title: object) -> dict[str, Any]:
    file = await team.storage.find_file(file_id)
    if file is None or file.content is None:
        raise ApiError("file_not_found")
    if isinstance(title, str) and title:
        file = replace(file, title=title)
        await team.storage.save_file(file)
    return describe(team, file)


def describe(team: Team, file: File) -> dict[str, Any]:
    """The file as messages and answers name it."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": len(file.content or b""),
        "url_private": f"{team.address}/files/{file.id}",
    }
