"""Fills a new database: goods and customer of one bench cart, its activities live, thousands of others approved.

The rows are made by SQL as approval would leave them; going through approval a hundred thousand times is not what is
measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import override_settings

from apps.audiences.services import upsert_audiences, upsert_customers
from apps.catalog.services import set_portal, upsert_catalog
from apps.core.clock import database_now
from apps.coupons.lifecycle import Source
from apps.coupons.models import CouponTemplate
from apps.coupons.services.issue import How, Wanted, issue
from apps.offers.documents.canonical import canonical_json, content_hash
from apps.offers.services import claim_codes, note_change
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval
from apps.pricing.offer import Owner
from apps.storefront.services.keys import add_client, issue_key
from bench.carts import DATA
from bench.crowd import canonical_form, crowd_documents

Json = dict[str, Any]
WALLET, WALLET_TEMPLATES = 20, 5

ACTIVITY = """COPY activities_activity (id, code, name, shop_code, status, revocation_pending, starts_at, ends_at,
    kind, layer, priority, current_id) FROM STDIN"""
VERSION = """COPY activities_activityversion (id, number, state, content, content_hash, revision, editor_ids, batch,
    without_approval, approved_at, subject_id) FROM STDIN"""


def main() -> None:
    count = int(sys.argv[1])
    call_command("migrate", interactive=False, verbosity=0)
    case = json.loads(DATA.read_text(encoding="utf-8"))["ten"][0]
    set_portal(currency="CNY", selection="best", actor="bench")
    upsert_catalog(rows=case["pack"]["catalog"], actor="bench")
    upsert_audiences(rows=[{"code": "vip", "members": ["c1"]}], actor="bench")
    upsert_customers(rows=[{"id": "c1", "member_level": 2, "orders": 5}], actor="bench")
    now = datetime.now(UTC).replace(microsecond=0)
    window = {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=30)).isoformat(),
    }
    own = [("live", canonical_form({**row, **window}, **window)) for row in case["pack"]["activities"]]
    others = (("approved", content) for content in crowd_documents(count - len(own), **window))
    insert_activities([*own, *others])
    give_coupons(case["pack"]["coupon_templates"], "c1")
    key = issue_key(client=add_client(name="bench"), scopes=["storefront"], actor=None)
    raw = {name: value for name, value in case["cart"].items() if name not in ("as_of", "coupons")}
    print(json.dumps({"key": key.text, "live": len(own), "cart": {**raw, "customer": "c1"}}))


@transaction.atomic
@override_settings(ALLOW_PUBLISH=True)
def give_coupons(templates: list[Json], customer: str) -> None:
    """Coupons of the cart's own templates and of others that its sums don't reach, as many of each."""
    far = {"metric": "amount", "tiers": [{"at": 10**9, "benefit": {"amount_off": 100}}]}
    others = [
        {**templates[-1], "code": f"far{at}", "name": f"far{at}", "kind": "threshold", "params": far}
        for at in range(WALLET_TEMPLATES - len(templates))
    ]
    wanted = [*templates, *others]
    for document in wanted:
        publish_without_approval(thing=create_draft(model=CouponTemplate, content=document, actor=None))
    issue(
        [Wanted(document["code"], customer, WALLET // len(wanted)) for document in wanted],
        How(source=Source.MEMBERSHIP),
        now=database_now(),
    )


@transaction.atomic
def insert_activities(rows: list[tuple[str, Json]]) -> None:
    """Status and canonical document of each; triggers and foreign keys sleep meanwhile."""
    codes = [content["code"] for _, content in rows]
    claim_codes(codes=codes, owner=Owner.ACTIVITY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        copy(
            cursor,
            ACTIVITY,
            (activity_row(at, status, content) for at, (status, content) in enumerate(rows, 1)),
        )
        copy(cursor, VERSION, (version_row(at, content) for at, (_, content) in enumerate(rows, 1)))
        for table in ("activities_activity", "activities_activityversion"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {len(rows)})")
        cursor.execute("SET LOCAL session_replication_role = origin")
    note_change(codes[:1])
    transaction.on_commit(analyze)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copy(cursor: Any, statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(statement) as sink:
        for row in rows:
            sink.write_row(row)


def activity_row(at: int, status: str, content: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        at,
        content["code"],
        content["name"],
        content["shop"] or "",
        status,
        False,
        content["starts_at"],
        content["ends_at"],
        content["kind"],
        content["layer"],
        content["priority"],
        at,
    )


def version_row(at: int, content: Mapping[str, Any]) -> tuple[Any, ...]:
    text = canonical_json(content).decode()
    return (at, 1, "approved", text, content_hash(content), 1, [], "", False, content["starts_at"], at)


if __name__ == "__main__":
    main()
