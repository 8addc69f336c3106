"""Headless Chromium against a live server on a port of its own.

Nothing is downloaded: the browser of the system is used, and where there is none the tests
are skipped with the reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP, PHONE, NARROW = 1280, 390, 360

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same engine without tabs and menus first: a window costs it a fifth of the processor time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands here needs a browser."""
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("no chromium on this machine")
    # Playwright's synchronous interface runs an event loop in this thread, which Django takes
    # for asynchronous code; the tests use the database before and after, never within.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Reader:
    """Someone with a browser of a certain width and certain wishes.

    What no page may ever do is noted while reading: ask another host, break the content
    security policy, fail in a script.
    """

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.faults: list[str] = []
        self.contexts: list[BrowserContext] = []

    def open(
        self,
        path: str,
        *,
        width: int = DESKTOP,
        display: str = "",
        language: str = "",
        javascript: bool = True,
        **wishes: Any,
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **wishes,
        )
        self.contexts.append(context)
        cookies = {"display": display, "django_language": language}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.base}
                for name, value in cookies.items()
                if value
            ]
        )
        page = context.new_page()
        page.on("request", self._check_host)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._check_console)
        page.goto(self.base + path)
        return page

    def _check_host(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.base).netloc:
            self.faults.append(f"asked another host: {request.url}")

    def _check_console(self, message: Any) -> None:
        if message.type == "error" and "status of 404" not in message.text:
            self.faults.append(f"console: {message.text}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def reader(chromium: Browser, live_server: Any) -> Iterator[Reader]:
    someone = Reader(chromium, live_server.url)
    yield someone
    someone.close()
    assert someone.faults == []
