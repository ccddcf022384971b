"""Adds coupons to a running portal: templates with claim campaigns, published, and a batch of codes; prints those.

Arguments: how many campaigns of how many claims each, how many codes. Once something was approved nothing can be
published, so it runs once.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.core.clock import database_now
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.services.codes import exporting
from apps.coupons.services.codes.drafting import Wish, draft_batch, submit_batch
from apps.coupons.services.codes.generating import make_due
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval

OFF = 500


def main() -> None:
    campaigns, claims, codes = map(int, sys.argv[1:4])
    for number in range(campaigns):
        template(f"coupon-{number}", claims)
        campaign(number, claims)
    template("by-code", codes)
    print(json.dumps({"codes": codes_of("by-code", codes)}))


def template(code: str, quantity: int) -> None:
    publish(
        CouponTemplate,
        {
            "code": code,
            "name": "Five off",
            "kind": "threshold",
            "params": {"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": OFF}}]},
            "validity": {"mode": "relative", "days": 7},
            "budget": {"quantity": quantity, "amount": quantity * OFF},
        },
    )


def campaign(number: int, claims: int) -> None:
    now = database_now()
    publish(
        ClaimCampaign,
        {
            "code": f"claim-{number}",
            "name": "Claims",
            "template": f"coupon-{number}",
            "quantity": claims,
            "starts_at": (now - timedelta(minutes=1)).isoformat(),
            "ends_at": (now + timedelta(days=1)).isoformat(),
        },
    )


def publish(model: Any, content: dict[str, Any]) -> None:
    publish_without_approval(thing=create_draft(model=model, content=content, actor=None))


def codes_of(template: str, quantity: int) -> list[str]:
    """A batch that went all its way: drafted, approved by another, made, taken away."""
    operator, approver = person("maker", "operator"), person("checker", "approver")
    batch = draft_batch(
        code="batch", wish=Wish(name="Batch", template=template, quantity=quantity), actor=operator
    )
    approve(submit_batch(batch=batch, actor=operator), approver)
    make_due()
    batch.refresh_from_db()
    approve(exporting.request_export(batch=batch, actor=operator, reason="test"), approver)
    return [row[0] for row in exporting.take_export(batch=batch, actor=operator).rows()]


def person(name: str, role: str) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


def approve(request: Any, by: User) -> None:
    approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


if __name__ == "__main__":
    main()
