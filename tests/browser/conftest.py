"""People at their screens: one browser window each, that counts clicks and notes every request and complaint."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.window import Window


@pytest.fixture
def open_window(browser: Browser, live_server: Any) -> Iterator[Callable[..., Window]]:
    """`open_window(username, language)`; at the end no window may have asked another host or complained."""
    windows: list[Window] = []

    def open_one(username: str, language: str = "zh-hans", **options: Any) -> Window:
        window = Window(browser, live_server.url, language, **options)
        windows.append(window)
        window.sign_in(username)
        return window

    yield open_one
    for window in windows:
        window.close()
    for window in windows:
        assert window.other_hosts() == []
        assert window.complaints == []
