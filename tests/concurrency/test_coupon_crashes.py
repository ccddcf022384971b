"""A process killed at every step of an order with coupons: nothing half done, and the same again ends the same."""

import re
from pathlib import Path
from typing import Any

import pytest

from apps.core.clock import frozen
from apps.coupons.models import Coupon, CouponEntry, RewardHold
from apps.orders import services
from apps.orders.models import Order
from apps.orders.tasks import lapse
from tests.concurrency.processes import cancel, order, refund_all
from tests.concurrency.test_crashes import killed_at, once
from tests.orders_coupons.purse import budget, give, state, ten_off
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]

HOLDING = ("priced", "coupons", "limits", "promised", "planned", "taken")
PAYING = ("pay_locked", "issued", "coupons_used", "sold", "paid")
REFUNDING = ("coupons_locked", "coupons_back", "restocked", "refunded")


@pytest.fixture(autouse=True)
def coupon(open_fair: None) -> str:
    """A coupon of the customer; an activity gives another one of the same template."""
    ten_off()
    tiers = [{"at": 10_000, "benefit": {"coupons": [{"template": "ten", "quantity": 1}]}}]
    fair.publish(fair.activity("gives", params={"metric": "amount", "tiers": tiers}))
    return give()[0]


def hold() -> Any:
    return once("hold", lambda: order("o1", 2, customer="c1"))


def settle() -> Any:
    return once("pay", lambda: services.pay_order(code="o1", shop=None)["state"])


def refund() -> Any:
    return once("refund", lambda: refund_all("o1", "r1"))


def picture() -> tuple[Any, ...]:
    coupons = tuple(Coupon.objects.order_by("id").values_list("state", flat=True))
    promises = tuple(RewardHold.objects.values_list("state", flat=True))
    return coupons, promises, budget(), CouponEntry.objects.count()


@pytest.mark.parametrize("place", HOLDING)
def test_killed_while_holding(place: str, coupon: str) -> None:
    before = picture()
    killed_at(place, hold)
    assert picture() == before == (("unused",), (), (1, 1_000, 0), 1)
    first, again = hold(), hold()
    assert (first.body, again.body, again.replayed) == (b"19000", b"19000", True)
    assert picture() == (("held",), ("held",), (2, 2_000, 0), 3)
    assert broken() == []


@pytest.mark.parametrize("place", PAYING)
def test_killed_while_paying(place: str, coupon: str) -> None:
    hold()
    before = picture()
    killed_at(place, settle)
    assert picture() == before
    assert settle().body == b"paid"
    assert (state(coupon), budget()) == (("used", "o1"), (2, 1_000, 1_000))
    assert Coupon.objects.filter(source="reward", state="unused").count() == 1
    assert broken() == []


@pytest.mark.parametrize("place", REFUNDING)
def test_killed_while_refunding(place: str, coupon: str) -> None:
    hold()
    settle()
    before = picture()
    killed_at(place, refund)
    assert picture() == before
    assert (refund().body, refund().replayed) == (b"19000", True)
    assert picture()[:3] == (("unused", "void"), ("granted",), (1, 1_000, 0))
    assert broken() == []


def test_killed_while_cancelling(coupon: str) -> None:
    hold()
    before = picture()
    killed_at("freed", lambda: cancel("o1"))
    assert picture() == before
    cancel("o1")
    assert (state(coupon), picture()[1:3]) == (("unused", ""), (("released",), (1, 1_000, 0)))
    assert broken() == []


def test_killed_while_lapsing(coupon: str) -> None:
    """Given a sweep that dies amid what it releases, when the next one comes, then all is released once."""
    hold()
    before = picture()

    def sweep() -> int:
        with frozen(Order.objects.get().held_until):
            return lapse()

    killed_at("lapsed", sweep)
    assert (picture(), Order.objects.get().state) == (before, "held")
    assert (sweep(), sweep()) == (1, 0)
    assert (state(coupon), picture()[1:3]) == (("unused", ""), (("released",), (1, 1_000, 0)))
    assert Order.objects.get().state == "expired"
    assert broken() == []


def test_every_step_of_an_order_has_its_crash() -> None:
    """Given the points that the services name, then each is one of those at which a test kills."""
    services_of = Path(services.__file__).parent
    named = {
        place
        for file in services_of.glob("*.py")
        for place in re.findall(r'crash_point\("(\w+)"\)', file.read_text())
    }
    assert named == {*HOLDING, *PAYING, *REFUNDING, "freed", "lapsed", "voided"} - {"issued"}
