"""SKU view and time machine: any moment, drafts, insisting and leaving out; shops kept apart, nothing written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.activities.models import ActivityVersion
from apps.catalog.models import Portal, Shop, Sku
from apps.core.clock import database_now
from apps.core.forms.local_time import write_local
from apps.orders.models import Order
from apps.orders.simulator.question import simulator_url
from tests.activities.cast import approved, drafted, hours, live, person, submitted

pytestmark = pytest.mark.django_db
PAGE = "/admin/simulator/"
PLAIN: dict[str, Any] = {"stock": {}, "budget": {}}
FULL = {"metric": "amount", "tiers": [{"at": 8_000, "benefit": {"amount_off": 2_000}}]}


@pytest.fixture(autouse=True)
def currency(db: None) -> None:
    Portal.objects.get_or_create(currency="CNY")


def ask(client: Any, **query: Any) -> Any:
    answer = client.get(PAGE, {"lines": "A", **query})
    assert answer.status_code == 200
    return answer.context


def paid(client: Any, **query: Any) -> int:
    return ask(client, **query)["result"].payable


def full(author: Any, approver: Any, code: str = "full", **fields: Any) -> Any:
    shape = {"name": code, "layer": "platform", "kind": "threshold", "params": FULL}
    return live(author, approver, code, **{**shape, **PLAIN, **fields})


def test_a_past_moment_is_priced_by_the_versions_live_then(ann: Any, cleo: Any, as_user: Any) -> None:
    activity = live(ann, cleo, **PLAIN)
    then = database_now() - timedelta(minutes=30)
    ActivityVersion.objects.filter(subject=activity).update(approved_at=then - timedelta(minutes=10))
    services.pause(thing=activity, actor=ann, reason="wrong price")
    client = as_user(ann)

    assert paid(client) == 10_000
    context = ask(client, as_of=_typed(then))

    assert context["result"].payable == 9_000
    assert (context["moved"], context["found"].is_past) == (True, True)


def test_drafts_are_priced_as_if_they_were_live_only_where_asked(ann: Any, as_user: Any) -> None:
    drafted(ann, "draft-one", **PLAIN, **hours(-1, 24))
    client = as_user(ann)

    assert paid(client) == 10_000
    assert paid(client, draft="activity:draft-one") == 9_000
    assert paid(client, drafts="on") == 10_000  # nobody has submitted it
    assert [s.code for s in ask(client)["drafts_shown"]] == ["draft-one"]


def test_all_drafts_in_review_count_with_one_switch(ann: Any, as_user: Any) -> None:
    submitted(ann, "waiting", **PLAIN, **hours(-1, 24))
    assert paid(as_user(ann), drafts="on") == 9_000


def test_an_offer_is_left_out_or_insisted_on(ann: Any, cleo: Any, as_user: Any) -> None:
    full(ann, cleo, "strong", mutex="one")
    weak = {"metric": "amount", "tiers": [{"at": 8_000, "benefit": {"amount_off": 500}}]}
    full(ann, cleo, "weak", params=weak, mutex="one")
    client = as_user(ann)

    context = ask(client)
    assert context["result"].payable == 8_000
    assert [(c.one.code, c.other.code, c.why, c.winner.code) for c in context["conflicts"]] == [
        ("strong", "weak", "exclusion group one", "strong")
    ]
    assert paid(client, without="strong") == 9_500
    assert paid(client, force="weak") == 9_500
    assert paid(client, without=["strong", "weak"]) == 10_000


def test_the_line_of_time_tells_what_is_used_refused_and_later(ann: Any, cleo: Any, as_user: Any) -> None:
    live(ann, cleo, **{**PLAIN, "stock": {"total": 5}})
    full(ann, cleo, "full", params={**FULL, "tiers": [{"at": 90_000, "benefit": {"amount_off": 100}}]})
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    approved(
        ann,
        cleo,
        "soon",
        **PLAIN,
        starts_at=soon.isoformat(),
        ends_at=(soon + timedelta(days=1)).isoformat(),
    )

    context = ask(as_user(ann))

    rows = {row.offer.code: row for row in context["line"].rows}
    assert {code: row.state for code, row in rows.items()} == {
        "minus-10": "used",
        "full": "refused",
        "soon": "later",
    }
    assert rows["minus-10"].stock.whole.left == 5
    assert rows["minus-10"].discount == 1_000
    assert (soon, "starts") in [(at, word) for at, _name, word, _url in context["turns"]]


def test_what_is_below_floor_and_cost_is_said(ann: Any, cleo: Any, as_user: Any) -> None:
    full(ann, cleo)
    Sku.objects.filter(pk="A").update(floor_price_amount=8_500, cost_amount=7_000)
    (line,) = ask(as_user(ann))["goods"]
    assert (line["lowest"], line["below_floor"], line["below_cost"]) == (8_000, True, False)
    Sku.objects.filter(pk="A").update(cost_amount=8_001)
    assert ask(as_user(ann))["goods"][0]["below_cost"] is True


def test_the_same_is_asked_by_a_link_and_by_the_api(ann: Any, cleo: Any, as_user: Any) -> None:
    full(ann, cleo)
    url = simulator_url([("A", 2), ("B", 1)], new=True, channel="app")
    context = as_user(ann).get(url).context

    body = orjson.loads(context["api_text"].partition("\n\n")[2])
    assert [(line["sku"], line["quantity"]) for line in body["lines"]] == [("A", 2), ("B", 1)]
    assert (body["customer"], body["channel"]) == ({"id": "made-up", "new": True}, "app")
    assert context["beyond"] == []
    assert context["share_url"].startswith("http://testserver/admin/simulator/?lines=A+2")
    assert "to pay ¥280" in context["sentence"]


def test_people_of_one_shop_price_no_other_shops_goods(ann: Any, as_user: Any) -> None:
    drafted(ann, **PLAIN)  # makes the goods
    Shop.objects.create(code="other", name="Other")
    Sku.objects.filter(pk="B").update(shop="other")
    limited = person("lim", "operator")
    limited.shops = ["S1"]
    limited.save()
    answer = as_user(limited).get(PAGE, {"lines": "B"})
    assert answer.context["result"] is None
    assert answer.context["form"].errors == {"lines": ["Of another shop: B"]}


def test_nothing_is_written_and_the_statements_do_not_grow(ann: Any, cleo: Any, as_user: Any) -> None:
    client = as_user(ann)
    full(ann, cleo, "one")
    ask(client)
    counts = []
    for code in ("two", "three"):
        full(ann, cleo, code)
        ask(client)
        with CaptureQueriesContext(connection) as captured:
            ask(client)
        counts.append(len(captured))
        assert not [q["sql"] for q in captured if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert counts[0] == counts[1]
    assert not Order.objects.exists()


def _typed(moment: datetime) -> str:
    return write_local(moment.replace(microsecond=0), ZoneInfo("Asia/Shanghai"))
