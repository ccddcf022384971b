"""An audience at the screen: its rule put together from rows, told in words as one types, and kept."""

import pytest

from apps.audiences.models import Audience, Customer
from tests.browser.window import PASSWORD
from tests.risk import cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def operator(transactional_db, open_window):
    user = cast.person("operator", "operator")
    user.set_password(PASSWORD)
    user.save()
    Customer.objects.create(code="c1", member_level=4)
    Customer.objects.create(code="c2", member_level=4, tags=["staff"])
    return open_window("operator")


def test_a_rule_from_rows(operator):
    page = operator.page
    operator.go("/admin/audiences/audience/add/")
    page.fill("[name='code']", "quiet")
    page.fill("[name='name']", "沉睡高端会员")
    page.click("[data-add='field']")
    page.fill("[data-key='0-0-value']", "3")
    page.click("[data-add='field']")
    page.select_option("[data-key='0-1-field']", "days_since_order")
    page.fill("[data-key='0-1-value']", "90")
    page.click("[data-add='mode']")
    page.select_option("[data-key='0-2-mode']", "none")
    page.locator(".pp-rule-group .pp-rule-group [data-add='field']").click()
    page.select_option("[data-key='0-2-0-field']", "tags")
    page.fill("[data-key='0-2-0-value']", "staff")
    said = "会员等级不低于3，且最近 90 天内没有下单，且非（标签含“staff”）"
    page.wait_for_function("said => document.querySelector('[data-sentence]').textContent === said", arg=said)
    page.click("[data-estimate]")
    page.wait_for_function("() => document.querySelector('[data-size]').textContent.includes('1')")
    operator.press("[name='_save']")
    assert Audience.objects.get().rule == {
        "all": [
            {"field": "member_level", "op": "gte", "value": 3},
            {"not": {"field": "days_since_order", "op": "lt", "value": 90}},
            {"not": {"field": "tags", "op": "contains", "value": "staff"}},
        ]
    }
