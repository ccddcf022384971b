"""A mass start is rehearsed over the API: what would price too early, or not at all, is told."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.activities.models import Activity
from apps.catalog.models import Portal
from apps.impact.starts.carts import carts_for, goods_of
from apps.impact.starts.rehearsing import Quotes, rehearse
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import approved, hours

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(transactional_db: None, ann: Any, cleo: Any) -> Activity:
    """One offer that is approved for the next hour."""
    Portal.objects.get_or_create(currency="CNY")
    return approved(ann, cleo, **{**hours(1, 2), "stock": {}, "budget": {}})


@pytest.fixture
def key(start: Activity) -> str:
    return issue_key(client=add_client(name="rehearsal"), scopes=["storefront", "preview"], actor=None).text


def rehearsed(url: str, key: str) -> str:
    told = StringIO()
    call_command("rehearse_start", url=url, key=key, carts=20, over=0.2, clients=2, window=60, stdout=told)
    return told.getvalue()


def test_every_cart_has_the_new_price_from_the_instant_on(live_server: Any, key: str) -> None:
    lines = [line.split() for line in rehearsed(live_server.url, key).splitlines()]

    assert ["carts", "10", "10"] in lines
    assert ["errors", "0", "0"] in lines
    assert ["with", "its", "offers", "0", "10"] in lines


def test_a_portal_that_does_not_answer_is_told(live_server: Any, key: str) -> None:
    with pytest.raises(CommandError, match="20 carts were not priced"):
        rehearsed(live_server.url, "no-key")


def test_a_price_before_its_start_is_seen(live_server: Any, start: Activity, key: str) -> None:
    """The control: held against an instant half a minute late, the same offer is too early."""
    goods, starting = goods_of(start.starts_at)

    found = rehearse(
        Quotes(live_server.url, key),
        carts_for(goods, 20, seed=1),
        at=start.starts_at + timedelta(seconds=30),
        starting=starting,
        seconds=0.2,
        clients=2,
        window=timedelta(seconds=60),
    )

    assert (found.errors, found.too_early) == (0, 5)
