"""试算: the same quote that shops get, in words."""

import pytest

from apps.catalog.models import Portal
from apps.orders.book import KEEPER
from tests.activities.cast import approved, goods, live

pytestmark = pytest.mark.django_db
PAGE = "/admin/simulator/"


@pytest.fixture(autouse=True)
def fresh_book(db):
    Portal.objects.get_or_create(currency="CNY")
    KEEPER.forget()
    yield
    KEEPER.forget()


def test_a_cart_is_priced_as_steps_down_to_what_is_paid(ann, cleo, as_user):
    live(ann, cleo, stock={}, budget={})
    result = as_user(ann).get(PAGE, {"lines": "A 2\nB", "shipping_fee": "8"}).context["result"]
    assert (result.start, result.payable, result.saved) == (30_800, 27_800, 3_000)
    assert [(step.name, step.code, step.discount, step.left) for step in result.steps] == [
        ("直减十元", "minus-10", 3_000, 27_800)
    ]
    assert [(line["sku"], line["quantity"], line["net_amount"]) for line in result.lines] == [
        ("A", 2, 18_000),
        ("B", 1, 9_000),
    ]


def test_what_does_not_apply_says_why(ann, cleo, as_user):
    goods()
    threshold = {"metric": "amount", "tiers": [{"at": 40_000, "benefit": {"amount_off": 6_000}}]}
    live(
        ann,
        cleo,
        "full",
        name="满400减60",
        layer="platform",
        kind="threshold",
        params=threshold,
        stock={},
        budget={},
    )
    result = as_user(ann).get(PAGE, {"lines": "A 3\nB"}).context["result"]
    assert result.payable == 34_000
    result = as_user(ann).get(PAGE, {"lines": "A 3"}).context["result"]
    assert [(entry["name"], entry["reason"]) for entry in result.refused] == [
        ("满400减60", "¥100 short of ¥60 off from ¥400.")
    ]
    chinese = as_user(ann, "zh-hans").get(PAGE, {"lines": "A 3"}).context["result"]
    assert chinese.refused[0]["reason"] == "差100元未达满400减60。"


def test_another_moment_is_priced_and_said(ann, cleo, as_user):
    approved(
        ann,
        cleo,
        stock={},
        budget={},
        starts_at="2030-11-10T12:00:00+00:00",
        ends_at="2030-11-12T12:00:00+00:00",
    )
    client = as_user(ann)
    assert client.get(PAGE, {"lines": "A"}).context["result"].payable == 10_000
    answer = client.get(PAGE, {"lines": "A", "as_of": "2030-11-11T00:00"})
    assert answer.context["result"].payable == 9_000
    assert answer.context["moved"] is True


def test_an_unknown_sku_is_told_beside_the_goods(ann, as_user):
    answer = as_user(ann).get(PAGE, {"lines": "nothing 2"})
    assert answer.context["form"].errors == {
        "lines": ["nothing: is not in the catalogue and has no unit price"]
    }
    assert answer.context["result"] is None


def test_from_an_activity_its_goods_are_priced_at_its_start_with_its_draft(ann, as_user):
    from tests.activities.cast import drafted

    drafted(
        ann, starts_at="2030-11-10T12:00:00+00:00", ends_at="2030-11-12T12:00:00+00:00", stock={}, budget={}
    )
    answer = as_user(ann).get(PAGE, {"activity": "minus-10"})
    form = answer.context["form"]
    assert form["lines"].value() == "A 1"
    assert form["as_of"].value() == "2030-11-10 20:00"
    assert form.cleaned_data["draft"] == ["activity:minus-10"]
    assert answer.context["result"].payable == 9_000
