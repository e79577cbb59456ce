"""The page in a real browser: it shows what the bot posts and sends actions to the bot."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from bot.local_slack.server import Workspace
from tests.local_slack.bots import (
    actions,
    bolt,
    button,
    modal,
    over_socket,
    plain,
    section,
    text_input,
)

HOSTILE = "<script>window.bad=1</script> &lt;img src=x onerror=window.bad=1&gt; <javascript:bad|go>"


def find(browser: Chrome, css: str, *texts: str) -> WebElement:
    """The first visible element that matches `css` and contains `texts`; waits at most 10 s.

    The page may redraw the element at any time, so check all of its text in this call.
    """

    def look(window: Any) -> WebElement | None:
        found = window.find_elements(By.CSS_SELECTOR, css)
        visible = (one for one in found if one.is_displayed())
        return next((one for one in visible if all(text in one.text for text in texts)), None)

    element = waiting(browser).until(look, f"no {css} with {texts}")
    assert element is not None
    return element


def click(browser: Chrome, css: str, *texts: str) -> None:
    """Clicks the element that `find` returns; retries if the page redraws the element first."""

    def press(_: Any) -> bool:
        find(browser, css, *texts).click()
        return True

    waiting(browser).until(press)


def waiting(browser: Chrome) -> WebDriverWait[Chrome]:
    """A Selenium wait of at most ten seconds that retries if the page redraws an element."""
    return WebDriverWait(
        browser, 10, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException]
    )


def use(browser: Chrome, address: str) -> None:
    """Uses the page as a new user does, and waits for each expected result."""
    browser.get(address)
    find(browser, "#stream .message", "An alert")
    find(browser, "#channels .unread", "court-watch")
    box = find(browser, "#compose-text")
    box.send_keys("/tar")
    find(browser, "#compose-hint", "us china")
    box.send_keys("iff us china" + Keys.ENTER)
    find(browser, ".only-you", "you asked: us china", "Only visible to you")
    click(browser, "[data-action=mute]")
    find(browser, "#stream .message", "muted e-1")
    click(browser, ".overflow summary", "⋯")
    click(browser, ".overflow button", "Copy")
    find(browser, "#stream .message", "copied e-2")
    assert not browser.find_elements(By.CSS_SELECTOR, ".overflow[open]")
    click(browser, ".replies", "1 reply")
    find(browser, "#replies .message", "follow-up")
    find(browser, "#reply-text").send_keys("thanks" + Keys.ENTER)
    find(browser, "#replies .message", "thanks")
    find(browser, ".replies", "2 replies")
    box.send_keys(Keys.ARROW_UP)
    assert box.get_property("value") == "thanks"
    box.clear()
    fill_form(browser, box)
    look_around(browser)


def fill_form(browser: Chrome, box: WebElement) -> None:
    box.send_keys("/tariff form" + Keys.ENTER)
    click(browser, "#modal [type=submit]")
    find(browser, "#modal .field-error", "required")
    find(browser, "#modal [data-action=line]").send_keys("steel" + Keys.ENTER)
    find(browser, "#stream .message", "took steel")
    assert not browser.find_element(By.ID, "modal").is_displayed()


def look_around(browser: Chrome) -> None:
    click(browser, "#channels button", "court-watch")
    find(browser, "#stream .message", "window.bad=1")
    assert not browser.find_elements(By.CSS_SELECTOR, ".content script, .content img, .content a")
    assert browser.execute_script("return window.bad") is None
    click(browser, "#apps button")
    find(browser, "#home", "Your subscriptions")
    click(browser, "#add-channel")
    assert browser.find_element(By.ID, "new-channel").accessible_name == "Create a channel"
    find(browser, "#channel-name").send_keys("steel-desk" + Keys.ENTER)
    find(browser, "#title", "steel-desk")
    find(browser, "#compose-text").send_keys("> a quote" + Keys.ENTER)
    waiting(browser).until(has_quote_bar)
    # The type is Any, because Selenium does not annotate this method.
    window: Any = browser
    assert window.get_log("browser") == []


def has_quote_bar(browser: Chrome) -> bool:
    quote = find(browser, "#stream blockquote", "a quote")
    return quote.value_of_css_property("border-left-width") == "4px"


async def test_the_page_shows_and_does_everything(workspace: Workspace, browser: Chrome) -> None:
    app = bolt(workspace)

    @app.command("/tariff")
    async def answer(ack: Any, client: Any, command: dict[str, str]) -> None:
        if command["text"] != "form":
            await ack(f"you asked: {command['text']}")
            return
        await ack()
        view = modal(text_input(), callback_id="form", private_metadata=command["channel_id"])
        await client.views_open(trigger_id=command["trigger_id"], view=view)

    @app.view("form")
    async def take(ack: Any, client: Any, view: dict[str, Any]) -> None:
        await ack()
        line = view["state"]["values"]["words"]["line"]["value"]
        await client.chat_postMessage(channel=view["private_metadata"], text=f"took {line}")

    @app.action("mute")
    async def mute(ack: Any, respond: Any, action: dict[str, str]) -> None:
        await ack()
        await respond(f"muted {action['value']}")

    @app.action("more")
    async def copy(ack: Any, respond: Any, action: dict[str, Any]) -> None:
        await ack()
        await respond(f"copied {action['selected_option']['value']}")

    @app.event("app_home_opened")
    async def home(client: Any, event: dict[str, str]) -> None:
        view = {"type": "home", "blocks": [section("Your subscriptions")]}
        await client.views_publish(user_id=event["user"], view=view)

    async with over_socket(workspace, app):
        row = actions(button("Mute", action_id="mute", value="e-1"))
        options = [{"text": plain("Copy"), "value": "e-2"}]
        menu = {"type": "overflow", "action_id": "more", "options": options}
        blocks = [{**section("*An alert*"), "accessory": menu}, row]
        posted = await app.client.chat_postMessage(
            channel="#trade-news", text="An alert", blocks=blocks
        )
        thread = {"channel": posted["channel"], "thread_ts": posted["ts"]}
        await app.client.chat_postMessage(**thread, text="follow-up")
        await app.client.chat_postMessage(channel="#court-watch", text=HOSTILE)
        await asyncio.to_thread(use, browser, workspace.address)


async def test_the_page_shows_a_broadcast_reply_in_the_channel_and_in_the_thread(
    workspace: Workspace, browser: Chrome
) -> None:
    app = bolt(workspace)
    async with over_socket(workspace, app):
        posted = await app.client.chat_postMessage(channel="#trade-news", text="A tariff")
        alert = {"channel": posted["channel"], "ts": posted["ts"]}
        await asyncio.to_thread(browser.get, workspace.address)
        await asyncio.to_thread(find, browser, "#stream .message", "A tariff")
        thread = {"channel": posted["channel"], "thread_ts": posted["ts"]}
        await app.client.chat_postMessage(**thread, text="A stay", reply_broadcast=True)
        await app.client.chat_update(**alert, text="A tariff", blocks=[section("Suspended")])
        await asyncio.to_thread(follow_the_thread, browser)


def follow_the_thread(browser: Chrome) -> None:
    find(browser, "#stream .message", "A stay", "replied to a thread")
    find(browser, "#stream .message", "Suspended", "1 reply")
    click(browser, ".thread-link", "replied to a thread")
    find(browser, "#replies .message", "Suspended")
    find(browser, "#replies .message", "A stay", "Also sent to the channel")
    # The type is Any, because Selenium does not annotate this method.
    window: Any = browser
    assert window.get_log("browser") == []


async def test_a_file_is_sent_with_the_text_that_was_typed_before(
    workspace: Workspace, browser: Chrome, tmp_path: Path
) -> None:
    app, typed, heard = bolt(workspace), asyncio.Event(), []
    loop = asyncio.get_running_loop()

    @app.event("app_mention")
    async def answer(event: dict[str, str], say: Any) -> None:
        heard.append(event["text"].partition(" ")[2])
        await typed.wait()
        await say("read")

    file = tmp_path / "lines.csv"
    file.write_text("HTS,Origin\n", "utf-8")
    async with over_socket(workspace, app):
        await asyncio.to_thread(browser.get, workspace.address)
        await asyncio.to_thread(find, browser, "#stream .empty")
        await asyncio.to_thread(
            attach_files, browser, file, lambda: loop.call_soon_threadsafe(typed.set)
        )
    assert heard == ["first", "first second"]


def attach_files(browser: Chrome, file: Path, let_answer: Callable[[], object]) -> None:
    """Sends a file with too long a text, one while more is typed, and one with all of the text."""
    box, chosen = find(browser, "#compose-text"), browser.find_element(By.ID, "attach-file")

    def is_done(_: Any) -> bool:
        return not chosen.get_property("value")

    browser.execute_script("arguments[0].value = '\u7a0e'.repeat(1400)", box)
    chosen.send_keys(str(file))
    find(browser, ".toast")
    waiting(browser).until(is_done)
    box.clear()
    box.send_keys("@tariffwire first")
    chosen.send_keys(str(file))
    find(browser, "#stream .message", "first")
    box.send_keys(" second")
    let_answer()
    waiting(browser).until(is_done)
    assert box.get_property("value") == "@tariffwire first second"
    chosen.send_keys(str(file))
    waiting(browser).until(is_done)
    assert box.get_property("value") == ""
    # The type is Any, because Selenium does not annotate this method.
    window: Any = browser
    assert window.get_log("browser") == []


async def test_on_a_phone_no_control_covers_the_text(workspace: Workspace, browser: Chrome) -> None:
    app = bolt(workspace)
    async with over_socket(workspace, app):
        for number in range(3):
            await app.client.chat_postMessage(
                channel="#trade-news", text=f"{number} RULING STAYED 29 May 2025, duties collected"
            )
        await asyncio.to_thread(look_on_a_phone, browser, workspace.address)


def look_on_a_phone(browser: Chrome, address: str) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.get(address)
    find(browser, "#stream .message", "2 RULING STAYED")
    assert browser.execute_script("return matchMedia('(hover: none)').matches")
    tools = browser.find_elements(By.CSS_SELECTOR, "#stream .tools")
    texts = browser.find_elements(By.CSS_SELECTOR, "#stream .content")
    assert len(tools) == len(texts) == 3
    assert not any(overlap(one.rect, other.rect) for one in tools for other in texts)


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two rectangles share more than a pixel, because the browser rounds the lengths."""
    return all(
        min(one[start] + one[length], other[start] + other[length]) - max(one[start], other[start])
        > 1
        for start, length in (("x", "width"), ("y", "height"))
    )


async def test_the_page_reconnects_after_a_restart(workspace: Workspace, browser: Chrome) -> None:
    port = int(workspace.address.rpartition(":")[2])
    await asyncio.to_thread(browser.get, workspace.address)
    await asyncio.to_thread(find, browser, "#stream .empty")
    await workspace.stop()
    banner = await asyncio.to_thread(find, browser, "#offline", "does not answer")
    covered = banner.rect["height"] - 1  # minus 1, because the browser rounds the height
    assert browser.find_element(By.ID, "title").rect["y"] >= covered
    assert browser.find_element(By.ID, "sidebar").rect["y"] >= covered
    await workspace.start(port=port)
    await workspace.keyboard.say("#trade-news", "back again")
    await asyncio.to_thread(find, browser, "#stream .message", "back again")
    assert not browser.find_element(By.ID, "offline").is_displayed()
