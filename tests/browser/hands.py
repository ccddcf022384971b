"""Counts what hands do in a window, as the browser itself sees it: presses of a button of the mouse, fields changed."""

import sys
import time
from typing import Any

from tests.browser.window import Window

#: kept over pages for as long as the window is open
COUNTING = """() => {
    const add = (name, what) => {
        const found = new Set(JSON.parse(sessionStorage.getItem(name) || "[]"));
        found.add(what);
        sessionStorage.setItem(name, JSON.stringify([...found]));
    };
    document.addEventListener("pointerdown", (event) => add("clicks", `${location.pathname} ${event.timeStamp}`), true);
    document.addEventListener("input", (event) => { if (event.target.name) add("inputs", event.target.name); }, true);
}"""


class Hands:
    """`with hands("what"):` counts and times one errand; `clicks`, `inputs` and `seconds` tell of the last one."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.clicks = self.inputs = 0
        self.seconds = 0.0
        window.page.add_init_script(f"({COUNTING})()")

    def begin(self) -> "Hands":
        self.window.evaluate("sessionStorage.removeItem('clicks'), sessionStorage.removeItem('inputs')")
        self.started = time.monotonic()
        return self

    def end(self, errand: str) -> None:
        self.seconds = time.monotonic() - self.started
        self.clicks, self.inputs = self._count("clicks"), self._count("inputs")
        sys.stdout.write(f"{errand}: {self.clicks} clicks, {self.inputs} inputs, {self.seconds:.1f} s\n")

    def _count(self, name: str) -> int:
        found: Any = self.window.evaluate(f"JSON.parse(sessionStorage.getItem('{name}') || '[]').length")
        return int(found)
