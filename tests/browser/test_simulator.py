"""The SKU view in a browser: from an activity to its price, another moment by the slider, an offer left out."""

import pytest

from apps.packs.services.demo import load_demo
from tests.activities.cast import person
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 390)])
def test_a_sku_at_any_moment_in_three_clicks(settings, open_window, language, theme, width) -> None:
    settings.ALLOW_PUBLISH = True
    user = person("operator", "operator")
    user.set_password(PASSWORD)
    user.is_staff = True
    user.save()
    load_demo()
    window = open_window("operator", language, theme=theme, width=width)
    page = window.page
    window.go("/admin/activities/activity/?q=flash-allday")
    window.press("#result_list a:has-text('爆款全天秒杀')")
    window.press("a[href*='/admin/simulator/?activity=']:visible")
    price = window.text(".ps-price")
    assert price.startswith("¥")
    assert page.locator("[data-offer='flash-allday'][data-state='used']").count() == 1
    assert window.overflow() == 0
    window.picture(f"simulator-{width}")

    window.press("[data-offer='flash-allday'] [data-leave]")
    assert window.text(".ps-price") != price
    window.press("[data-without='flash-allday']")
    assert window.text(".ps-price") == price

    with page.expect_navigation():
        page.evaluate(
            "() => { const s = document.getElementById('ps-slider'); s.value = Number(s.dataset.now) + 10 * 86400;"
            " s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); }"
        )
    assert page.locator("#ps-moved").count() == 1
    assert page.locator("[data-offer='flash-allday'][data-state='used']").count() == 0
    window.press("#ps-now")
    assert page.locator("#ps-moved").count() == 0
    assert window.text(".ps-price") == price
