"""The system's Chromium. Tests that need it are skipped where it is not to be had."""

import shutil
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

# The first is Chromium without the windows around it: a page takes a third of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def executable() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    playwright = pytest.importorskip("playwright.async_api", reason="no playwright")
    if not executable():
        pytest.skip("no Chromium (Debian: apt install chromium-headless-shell)")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable())
        yield browser
        await browser.close()
