"""Every page of the demo read by axe: nothing serious in either theme, for people who see little or use no mouse."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.test_pages import fair, pages
from tests.browser.window import Window

__all__ = ["fair"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then(result => result.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes[0].target.join(" ")} ${one.nodes[0].html.slice(0, 200)}`))"""


def findings(window: Window) -> list[str]:
    """What axe calls serious or critical on the page in sight, with the first place of each."""
    window.evaluate(f"() => {{ {AXE} }}")
    return window.evaluate(RUN)


@pytest.mark.parametrize(
    ("role", "language", "theme"), [("operator", "zh-hans", "light"), ("approver", "en", "dark")]
)
def test_no_page_has_a_serious_finding(fair, open_window, role, language, theme):
    window = open_window(role, language, theme=theme)
    found = [f"{path} {fault}" for path in pages(window) for fault in findings(window)]
    assert not found, "\n".join(found)


def test_axe_would_see_a_picture_without_words_and_a_field_without_a_name(fair, open_window):
    """The control: what the test above looks for is found where it is planted."""
    window = open_window("operator", "zh-hans")
    window.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"\"><input>')")
    assert {line.partition(":")[0] for line in findings(window)} == {"image-alt", "label"}
