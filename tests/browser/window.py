"""One person's browser window."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

PASSWORD = "promo-demo-2026"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"


class Window:
    def __init__(
        self,
        browser: Browser,
        url: str,
        language: str,
        *,
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
    ) -> None:
        self.url = url
        self.language = language
        self.theme = theme
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            locale="zh-CN" if language == "zh-hans" else "en-GB",
            timezone_id="Asia/Shanghai",
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": url}])
        self.page: Page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def sign_in(self, username: str) -> None:
        self.go("/admin/login/?next=/admin/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(f"{self.url}/admin/")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, selector: str) -> None:
        """A click that leads to another page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def picture(self, name: str) -> None:
        """A screenshot of the whole page, to be looked at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        file = SCREENSHOTS / f"{name}-{self.language}-{self.theme}.png"
        size = self.page.viewport_size
        assert size is not None
        # As tall as the page, so that bars which stick to the window's edge hide nothing.
        tall = max(size["height"], self.evaluate("document.documentElement.scrollHeight"))
        self.page.set_viewport_size({"width": size["width"], "height": min(tall, 4_000)})
        self.page.screenshot(path=file, full_page=True)
        self.page.set_viewport_size(size)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def other_hosts(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.url, "data:", "blob:"))]

    def evaluate(self, script: str) -> Any:
        return self.page.evaluate(script)

    def close(self) -> None:
        self.context.close()
