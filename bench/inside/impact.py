"""A large shop's goods beside the crowd of offers; the report of 30 % off everything, then the patrol, start to end."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta
from typing import Any

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.activities.services import create_draft, submit
from apps.approvals.models import ApprovalRequest
from apps.catalog.services import upsert_catalog
from apps.core import jobs
from apps.core.clock import database_now
from apps.impact.models import ImpactReport
from apps.impact.patrol.walking import start as start_patrol

Json = dict[str, Any]
MANY = 10_000


def main() -> None:
    count = int(sys.argv[1])
    stock_up(count)
    starter = User.objects.create_superuser("bench")
    now = database_now()
    document = {
        "code": "everything-30",
        "name": "30 % off everything",
        "layer": "item",
        "kind": "percentage_off",
        "params": {"bps": 3_000},
        "starts_at": (now + timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=7)).isoformat(),
    }
    submit(thing=create_draft(model=Activity, content=document, actor=starter), actor=starter)
    report = ImpactReport.objects.filter(request=ApprovalRequest.objects.get()).last()
    assert report is not None
    done = timed(report.job)
    report.refresh_from_db()
    names = ("classes", "searched", "carts", "open", "unsearched")
    searched = {name: report.found[name] for name in names}
    walked = timed(start_patrol(actor=None))
    print(json.dumps({"report": {**done, **searched}, "patrol": walked}))


def timed(job: jobs.Job) -> Json:
    started = time.perf_counter()
    done = jobs.run(job)
    assert done.state == "done", done
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": time.perf_counter() - started, "mib": mib, "low": done.result.get("low", 0)}


def stock_up(count: int) -> None:
    """Goods of all shops, categories, brands and tags that the crowd's offers name."""
    for key, many in (("shops", 300), ("brands", 700), ("categories", 900)):
        stem = {"shops": "shop", "brands": "brand", "categories": "category"}[key]
        rows = [{"code": f"crowd-{stem}-{at}", "name": f"{stem} {at}"} for at in range(many)]
        upsert_catalog(rows={key: rows}, actor="bench")
    for first in range(0, count, MANY):
        rows = [sku(at) for at in range(first, min(first + MANY, count))]
        upsert_catalog(rows={"skus": rows}, actor="bench")


def sku(at: int) -> Json:
    """The floor lies at 60 % of the price, the cost at 45 %."""
    price = 2_000 + at * 7_919 % 97_000
    return {
        "sku": f"crowd-sku-{at}",
        "name": f"SKU {at}",
        "shop": f"crowd-shop-{at % 300}",
        "category": f"crowd-category-{at % 900}",
        "brand": f"crowd-brand-{at % 700}",
        "tags": [f"crowd-tag-{at % 500}"],
        "price": price,
        "cost": price * 45 // 100,
        "floor_price": price * 60 // 100,
    }


if __name__ == "__main__":
    main()
