"""Fills a new database: goods, and one sale and one discount for each drop, published; prints a key."""

from __future__ import annotations

import json
import sys

from django.core.management import call_command
from django.db import transaction

from apps.activities.models import Activity
from apps.catalog.services import set_portal, upsert_catalog
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval
from apps.storefront.services.keys import add_client, issue_key
from bench.soak.plan import LIST, activities


def main() -> None:
    drops = int(sys.argv[1])
    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        set_portal(currency="CNY", selection="best", actor="soak")
        skus = [
            {"sku": f"{what}-{drop}", "name": what, "price": LIST}
            for drop in range(drops)
            for what in ("shoe", "mug")
        ]
        upsert_catalog(rows={"skus": skus}, actor="soak")
        for drop in range(drops):
            for document in activities(drop):
                publish_without_approval(thing=create_draft(model=Activity, content=document, actor=None))
        key = issue_key(client=add_client(name="soak"), scopes=["storefront"], actor=None)
    print(json.dumps({"key": key.text}))


if __name__ == "__main__":
    main()
