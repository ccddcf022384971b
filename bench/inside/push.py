"""A mass grant to a list of customers through the service: how long the run took, and how many got theirs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from apps.accounts.models import User
from apps.audiences.models import Audience
from apps.audiences.services import import_members, upsert_audiences
from apps.core.clock import database_now
from apps.coupons import services
from apps.coupons.models import ClaimCampaign, CouponTemplate, PushRun
from apps.coupons.services import pushing

LONGEST = 900.0


def main() -> None:
    people = int(sys.argv[1])
    settings.ALLOW_PUBLISH = True
    upsert_audiences(rows=[{"code": "all", "members": ["tester"]}], actor="bench")
    members = ((number, f"member-{number:07}") for number in range(people))
    import_members(audience=Audience.objects.get(code="all"), rows=members, actor="bench")
    campaign = published_campaign(people)
    starter = User.objects.create_superuser("bench")
    test = pushing.start_test(campaign=campaign, customers=["tester"], actor=starter)
    pushing.work(run=test.pk, seconds=LONGEST)
    run = pushing.start(campaign=campaign, actor=starter)
    started = time.perf_counter()
    granted = pushing.work(run=run.pk, seconds=LONGEST)
    seconds = time.perf_counter() - started
    assert PushRun.objects.get(pk=run.pk).state == "done"
    print(json.dumps({"seconds": seconds, "granted": granted}))


def published_campaign(people: int) -> ClaimCampaign:
    """Coupons of 10 off, a budget in money and number, an audience by list."""
    now = database_now()
    template = {
        "code": "push-template",
        "name": "10 off",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
        "validity": {"mode": "relative", "days": 7},
        "budget": {"amount": (people + 1) * 1_000, "quantity": people + 1},
    }
    campaign = {
        "code": "push-campaign",
        "name": "Push",
        "template": "push-template",
        "mode": "push",
        "quantity": people + 1,
        "targeting": {"audiences": ["all"]},
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
    }
    publish(CouponTemplate, template)
    published: ClaimCampaign = publish(ClaimCampaign, campaign)
    return published


def publish(model: Any, document: Mapping[str, Any]) -> Any:
    thing = services.create_draft(model=model, content=document, actor=None)
    return services.publish_without_approval(thing=thing)


if __name__ == "__main__":
    main()
