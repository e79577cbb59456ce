"""Takes the pictures of the documentation: `make pictures`.

Runs `tariffwire demo` on a free port, types questions and presses buttons by their labels, in
Chromium. Saves each view at two widths and in two color schemes as PNG files of at most MOST_BYTES
in docs/pictures/: `answer-phone-dark.png`. `tariffwire rate` runs in a terminal of 80 columns, and
Chromium draws its output too. A view that cannot be reached is named at the end, and the exit code
is 1.

Needs Chromium, its driver and a font with flags (on Debian: chromium, chromium-driver,
fonts-noto-color-emoji).
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from selenium.common.exceptions import (
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from scripts.terminal_picture import draw_terminal

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"

ALERT = ("Trump to double US steel tariff", "2 sources")
"""Texts of the alert, once the second report has arrived."""
QUESTION = "/tariff us china"
DETAILS, HISTORY = "Details and sources", "History"
"""The labels of buttons of the answer."""
QUESTION_IN_TERMINAL = ("rate", "us", "china")
OVER = "The replay is over"

REGIONAL_INDICATOR_U = 0x1F1FA
"""A character of the flag of the United States. With it, the script checks that a font with flags
is installed."""
LONGEST_WAIT_S = 15.0
REPLAY_S = 150.0
"""Maximum seconds until the replay is over."""
TALLEST_PX = 900
"""The maximum height of a picture. A taller view is cut off."""
MOST_BYTES = 150_000

HIDE_TOOLS = """
for (const node of arguments[0].querySelectorAll(".tools")) node.style.visibility = "hidden";
"""
"""On a desktop, the tools of a message appear when the pointer is on it."""
MEASURE = """
const outer = arguments[0].getBoundingClientRect();
const parts = [...arguments[0].children].map((node) => node.getBoundingClientRect());
const bottom = Math.max(...parts.map((part) => part.bottom)) + 12;
const right = Math.max(...parts.map((part) => part.right)) + 20;
return {
  x: outer.x, y: outer.y,
  width: Math.min(outer.width, right - outer.x), height: Math.min(outer.height, bottom - outer.y),
};
"""
SHOW_AUTHOR = 'arguments[0].classList.remove("follows")'
"""The author of a message is hidden if the message before it has the same author."""
FIND_LAST = """
return [...shown.stream.keys()].sort().at(-1) || "";
"""

T = TypeVar("T")


class Style(NamedTuple):
    """A window size and a color scheme."""

    width: int
    height: int
    scheme: str

    @property
    def is_phone(self) -> bool:
        return self.width < 700

    @property
    def suffix(self) -> str:
        """The end of the names of the pictures."""
        return f"{'phone' if self.is_phone else 'desktop'}-{self.scheme}"


STYLES = tuple(
    Style(*size, scheme) for size in ((1280, 900), (390, 844)) for scheme in ("light", "dark")
)


@contextmanager
def running_demo(data_dir: str) -> Iterator[str]:
    """Runs the demo in its own process and yields the address of its page."""
    port = find_free_port()
    settings = {
        "PORT": str(port),
        "TARIFFWIRE_DATA_DIR": data_dir,
        "TARIFFWIRE_LOG_LEVEL": "WARNING",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "bot", "demo"]
    demo = subprocess.Popen(command, cwd=ROOT, env=kept | settings, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.terminate()
        demo.wait(20)


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A headless Chromium."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        sys.exit("needs chromium and chromedriver: apt-get install chromium chromium-driver")
    fonts = subprocess.check_output(["fc-list", f":charset={REGIONAL_INDICATOR_U:x}"])
    if not fonts:
        sys.exit("needs a font with flags: apt-get install fonts-noto-color-emoji")
    options = ChromeOptions()
    options.binary_location = program
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-lcd-text"):
        options.add_argument(flag)
    window = Chrome(options=options, service=Service(driver))
    try:
        yield window
    finally:
        window.quit()


class Photographer:
    """Brings the page into each view and saves a picture of it."""

    def __init__(self, window: Chrome, address: str) -> None:
        self._window, self._address = window, address
        self.left_out: list[str] = []

    def take_all(self, style: Style) -> None:
        """Takes all pictures of the page in one style."""
        self._show_as(style)
        self._open_page()
        self._wait("#banner", OVER, within_s=REPLAY_S)
        self._try("alert", style, self._find_alert)
        self._try("answer", style, self._ask)
        self._try("details", style, lambda: self._press(DETAILS))
        self._close_modal()
        self._try("history", style, lambda: self._press(HISTORY))
        self._close_modal()
        self._try("home", style, self._open_home)

    def save(self, name: str, clip: dict[str, float]) -> None:
        """Saves a part of the window. Reduces its height until the file is small enough."""
        file = PICTURES / f"{name}.png"
        while True:
            shot = {"format": "png", "clip": {**clip, "scale": 1}, "captureBeyondViewport": True}
            image = b64decode(self._window.execute_cdp_cmd("Page.captureScreenshot", shot)["data"])
            if len(image) <= MOST_BYTES:
                break
            clip = {**clip, "height": clip["height"] * 0.85}
        file.write_bytes(image)
        print(f"{file.relative_to(ROOT)}: {len(image) / 1000:.0f} kB")

    def take_terminal(self, folder: Path, scheme: str) -> None:
        """Draws the output of a question in a terminal."""
        page = folder / f"terminal-{scheme}.html"
        page.write_text(draw_terminal(QUESTION_IN_TERMINAL, scheme, ROOT), encoding="utf-8")
        self._show_as(Style(1280, 900, scheme))
        self._window.get(page.as_uri())
        drawn = self._window.find_element(By.TAG_NAME, "svg").rect
        self.save(f"terminal-{scheme}", {**drawn, "height": min(drawn["height"], TALLEST_PX)})

    def _try(self, name: str, style: Style, reach: Callable[[], WebElement]) -> None:
        """Saves the view that `reach` returns. On a phone, the whole screen is in the picture."""
        try:
            view = reach()
        except TimeoutException as error:
            self.left_out.append(f"{name}-{style.suffix}: {error.msg}")
            return
        if not style.is_phone:
            self._window.execute_script(HIDE_TOOLS, view)
        self._window.execute_script(SHOW_AUTHOR, view)
        self._window.execute_script("arguments[0].scrollIntoView({ block: 'start' })", view)
        screen = {"x": 0.0, "y": 0.0, "width": style.width, "height": style.height}
        self.save(f"{name}-{style.suffix}", screen if style.is_phone else self._measure(view))

    def _measure(self, view: WebElement) -> dict[str, float]:
        """The place of the view in the window, without empty space below its content."""
        place: dict[str, float] = self._window.execute_script(MEASURE, view)
        return {**place, "height": min(place["height"], TALLEST_PX)}

    def _show_as(self, style: Style) -> None:
        # On a desktop, a window that is higher than any view shows the whole view.
        height = style.height if style.is_phone else 2400
        size = {"width": style.width, "height": height, "deviceScaleFactor": 1}
        metrics = {**size, "mobile": style.is_phone}
        self._window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": style.scheme}
        self._window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def _open_page(self) -> None:
        """Opens the page as soon as the demo's server accepts connections."""

        def load(_: Any) -> bool:
            self._window.get(self._address)
            return True

        self._until(load, "the demo does not start", within_s=60)

    def _find_alert(self) -> WebElement:
        return self._wait("#stream .message", *ALERT)

    def _ask(self) -> WebElement:
        before = self._last_message()
        box = self._wait("#compose-text")
        box.send_keys(QUESTION)
        box.send_keys(Keys.ESCAPE + Keys.ENTER)
        return self._until(lambda _: self._find_new(before), f"no answer to {QUESTION}")

    def _press(self, label: str) -> WebElement:
        """Presses the last button with this label; returns the modal or the message that
        follows."""
        before = self._last_message()
        button = self._wait("#stream button", label, last=True)
        self._window.execute_script("arguments[0].click()", button)

        def follow(_: Any) -> WebElement | None:
            modal = self._window.find_element(By.ID, "modal")
            return modal if modal.is_displayed() else self._find_new(before)

        return self._until(follow, f"nothing follows {label}")

    def _close_modal(self) -> None:
        modal = self._window.find_element(By.ID, "modal")
        if modal.is_displayed():
            self._window.execute_script("closeModal()")
            self._until(lambda _: not modal.is_displayed(), "the modal stays open")

    def _open_home(self) -> WebElement:
        button = self._wait("#apps button", hidden=True)
        self._window.execute_script("arguments[0].click()", button)
        self._wait("#title", "tariffwire")
        self._wait("#tab-home").click()
        self._wait("#home .header")
        return self._wait("#home")

    def _last_message(self) -> str:
        return str(self._window.execute_script(FIND_LAST))

    def _find_new(self, before: str) -> WebElement | None:
        """The first message of the app after the message `before`."""
        for node in self._window.find_elements(By.CSS_SELECTOR, "#stream .message"):
            written = node.get_attribute("data-ts") or ""
            if written > before and node.find_elements(By.CSS_SELECTOR, ".avatar.bot"):
                return node
        return None

    def _wait(
        self,
        css: str,
        *texts: str,
        last: bool = False,
        hidden: bool = False,
        within_s: float = LONGEST_WAIT_S,
    ) -> WebElement:
        """Waits for an element that matches `css` and contains `texts`."""

        def look(_: Any) -> WebElement | None:
            found = self._window.find_elements(By.CSS_SELECTOR, css)
            fits = [one for one in found if hidden or fits_page(one, texts)]
            return (fits[-1] if last else fits[0]) if fits else None

        return self._until(look, f"no {css} with {texts}", within_s)

    def _until(
        self, look: Callable[[Any], T | None], problem: str, within_s: float = LONGEST_WAIT_S
    ) -> T:
        errors = [StaleElementReferenceException, WebDriverException]
        wait = WebDriverWait(self._window, within_s, 0.2, errors)
        return cast("T", wait.until(look, problem))


def fits_page(node: WebElement, texts: Sequence[str]) -> bool:
    """Whether the page shows the element, and it contains the texts."""
    return node.is_displayed() and all(text in node.text for text in texts)


def find_free_port() -> int:
    """A port that no process uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main() -> int:
    """Takes all pictures; returns the exit code."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data_dir,
        running_demo(data_dir) as address,
        chromium() as window,
    ):
        photographer = Photographer(window, address)
        for style in STYLES:
            photographer.take_all(style)
        for scheme in ("light", "dark"):
            photographer.take_terminal(Path(data_dir), scheme)
    for one in photographer.left_out:
        print(f"left out: {one}", file=sys.stderr)
    return 1 if photographer.left_out else 0


if __name__ == "__main__":
    sys.exit(main())
