"""The proof that reports and settlement are what the ledger says; a planted difference is found and named."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from apps.core import audit_queries
from apps.core.clock import frozen
from apps.core.errors import Forbidden
from apps.core.models import OutboxEvent
from apps.reporting.models import Borne, Reconciliation, Trade
from apps.reporting.reconciliation.running import TOPIC, reconcile, reconcile_nightly
from apps.reporting.rollups.rebuilding import rebuild
from tests.activities.cast import person
from tests.storefront import fair

BEARERS = [{"party": "platform", "bps": 3_333}, {"party": "shop", "bps": 6_667}]


@pytest.fixture
def traded(shop_fair: None, shop: Any) -> None:
    fair.publish(fair.activity("ten-off", bearers=BEARERS))
    shop.paid("o1", 1, customer="c1")
    shop.paid("o2", 3, customer="c2")
    shop.paid("o3", 1, sku="B")
    assert shop.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    adjusted = shop.refund("o3", adjust=[{"line": "1", "amount": 500}])
    assert adjusted.status_code == 201


def test_everything_is_equal_to_the_cent(traded: None) -> None:
    done = reconcile()
    assert done.differences == []
    assert done.seal > 0
    assert not OutboxEvent.objects.filter(topic=TOPIC).exists()


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE reporting_borne SET amount = amount + 1 WHERE bearer = 'shop'", "bearers"),
        ("UPDATE reporting_borne SET back_amount = 0", "bearers"),
        ("UPDATE reporting_trade SET discount_amount = discount_amount - 1 WHERE about = 'offer'", "trade"),
        ("DELETE FROM reporting_trade WHERE about = 'offer'", "trade"),
        ("UPDATE reporting_trade SET back_gmv_amount = 0 WHERE about = 'all'", "money"),
    ],
)
def test_a_planted_difference_is_found_and_made_good(traded: None, change: str, table: str) -> None:
    """Given sums that somebody touched, when they are compared, then it is named; made again, they are equal."""
    reconcile()
    (proof,) = (query for query in audit_queries.registered() if query.name == "reports.sums")
    assert list(proof.find()) == []
    with connection.cursor() as cursor:
        cursor.execute(change)
    sentences = list(proof.find())
    assert sentences
    assert all(one.startswith(f"{table}: ") for one in sentences)
    found = reconcile().differences
    assert {difference["table"] for difference in found} == {table}
    assert OutboxEvent.objects.filter(topic=TOPIC).count() == 1
    rebuild()
    assert reconcile().differences == []


def test_once_a_night(traded: None) -> None:
    with frozen(datetime(2026, 11, 22, 18, 30, tzinfo=UTC)):  # half past two in the portal's zone
        assert reconcile_nightly() is None
    with frozen(datetime(2026, 11, 22, 19, 30, tzinfo=UTC)):
        assert (reconcile_nightly(), reconcile_nightly()) == (0, None)


def test_who_may_not_run_it_changes_nothing(traded: None) -> None:
    with pytest.raises(Forbidden):
        reconcile(actor=person("olga", "operator"))
    assert (Reconciliation.objects.count(), Trade.objects.count(), Borne.objects.count()) == (0, 0, 0)
