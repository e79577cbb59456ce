"""Makes the pictures of the README: `make pictures`.

Starts `tariffwire demo` on a free port, waits for an alert, and asks a question. Saves the alert
and the answer as PNG files in docs/pictures/. Needs Chromium, its driver and a font with flags (on
Debian: chromium, chromium-driver, fonts-noto-color-emoji).
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"

ALERT = "Trump to double US steel tariff"
"""Part of the headline of the alert for the first picture."""
QUESTION = "/tariff us china steel"
ANSWER = "Section 232"
"""Part of the text of the answer for the second picture."""

REGIONAL_INDICATOR_U = 0x1F1FA
"""A character of the flag of the United States. With it, the script checks that a font with flags
is installed."""
LONGEST_WAIT_S = 150
"""Maximum seconds to wait for an element. The demo replays the alert after about a minute."""
WIDTH_PX = 960
TALLEST_PX = 532
"""The maximum height of a picture. A taller message is cut off."""


@contextmanager
def running_demo(data_dir: str) -> Iterator[str]:
    """Runs the demo in its own process and yields the address of its page."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = {"PORT": str(port), "TARIFFWIRE_DATA_DIR": data_dir}
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
    """A headless Chromium with the light color scheme and a tall window."""
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
    options.add_argument(f"--window-size={WIDTH_PX},2400")
    window = Chrome(options=options, service=Service(driver))
    try:
        yield window
    finally:
        window.quit()


def find(window: Chrome, css: str, text: str = "") -> WebElement:
    """Waits for an element that matches `css` and contains `text`; returns the first."""

    def look(_: Any) -> WebElement | None:
        found = window.find_elements(By.CSS_SELECTOR, css)
        return next((element for element in found if text in element.text), None)

    wait = WebDriverWait(
        window, LONGEST_WAIT_S, ignored_exceptions=[StaleElementReferenceException]
    )
    return cast("WebElement", wait.until(look, f"no {css} with {text!r}"))


def open_page(window: Chrome, address: str) -> None:
    """Opens the page as soon as the demo's server accepts connections."""

    def load(_: Any) -> bool:
        window.get(address)
        return True

    WebDriverWait(window, 60, ignored_exceptions=[WebDriverException]).until(load)


def save(window: Chrome, message: WebElement, name: str) -> None:
    """Saves the message as a PNG file, without the page's own buttons. A message taller than
    TALLEST_PX is cut off."""
    window.execute_script("arguments[0].querySelector('.tools')?.remove()", message)
    clip = {**message.rect, "height": min(message.rect["height"], TALLEST_PX), "scale": 1}
    image = window.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    file = PICTURES / name
    file.write_bytes(b64decode(image["data"]))
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Makes both pictures of the README."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data_dir,
        running_demo(data_dir) as address,
        chromium() as window,
    ):
        open_page(window, address)
        save(window, find(window, "#stream .message", ALERT), "alert.png")
        find(window, "#compose-text").send_keys(QUESTION + Keys.ENTER)
        save(window, find(window, "#stream .only-you", ANSWER), "answer.png")


if __name__ == "__main__":
    main()
