"""An offer is paused or revoked between the price of an order and its record: the order never has that price."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.activities import services as activities
from apps.approvals import services as approvals
from apps.orders import record
from apps.orders.models import OrderUse
from tests.activities.cast import person
from tests.concurrency.processes import Meeting, at_once, order
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]

Change = Callable[[Any], Callable[[], Any]]


def paused(sale: Any) -> Callable[[], Any]:
    cleo = person("cleo", "approver")
    return lambda: activities.pause(thing=sale, actor=cleo, reason="wrong price").status


def revoked(sale: Any) -> Callable[[], Any]:
    asked = activities.request_revocation(thing=sale, actor=person("ann", "operator"), reason="wrong price")
    cleo = person("cleo", "approver")
    return lambda: approvals.approve(request=asked, actor=cleo, seen_hash=asked.content_hash).state


def ordered_during(change: Change) -> Any:
    """What an order costs that was priced before the change committed, and recorded after it."""
    sale = fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    assert order("o0") == 6_000
    do = change(sale)
    meeting = Meeting("planned", 2)

    def change_it() -> Any:
        done = do()
        meeting.come("planned")
        return done

    price, _done = at_once([lambda: order("o1"), change_it], meeting)
    return price


@pytest.mark.parametrize("change", [paused, revoked])
def test_what_is_held_back_meanwhile_is_not_sold(change: Change) -> None:
    assert ordered_during(change) == 10_000
    assert list(OrderUse.objects.values_list("order__code", flat=True)) == ["o0"]
    assert broken() == []


@pytest.mark.parametrize("change", [paused, revoked])
def test_control_without_the_question_to_the_journal_it_is_sold(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "UNCHANGED", "true")
    assert ordered_during(change) == 6_000
