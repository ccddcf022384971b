"""Approves a batch of codes, makes them as the worker does and exports them; prints the seconds of both."""

from __future__ import annotations

import json
import sys
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from apps.approvals import services as approvals
from apps.core.csv_export import csv_response
from apps.core.roles import Role
from apps.coupons.models import Code, CodeBatch, CouponTemplate
from apps.coupons.services.codes import exporting
from apps.coupons.services.codes.drafting import Wish, draft_batch, submit_batch
from apps.coupons.services.codes.generating import make_due
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval

TEMPLATE = {
    "code": "bench-codes",
    "name": "bench",
    "kind": "threshold",
    "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
    "validity": {"mode": "relative", "days": 7},
    "budget": {"amount": None, "quantity": None},
}


def main() -> None:
    settings.ALLOW_PUBLISH = True
    publish_without_approval(thing=create_draft(model=CouponTemplate, content=TEMPLATE, actor=None))
    writer, approver = person("writer", Role.OPERATOR), person("approver", Role.APPROVER)
    wish = Wish(name="bench", template=TEMPLATE["code"], quantity=int(sys.argv[1]))
    batch = draft_batch(code="b-bench", wish=wish, actor=writer)
    approve(submit_batch(batch=batch, actor=writer), approver)
    started = time.perf_counter()
    make_due()
    seconds = time.perf_counter() - started
    batch = CodeBatch.objects.get(pk=batch.pk, state="open")
    approve(exporting.request_export(batch=batch, actor=writer, reason="bench"), approver)
    started = time.perf_counter()
    taken = exporting.take_export(batch=batch, actor=writer)
    size = sum(len(part) for part in csv_response("codes.csv", taken.header, taken.rows()))
    print(
        json.dumps(
            {
                "seconds": seconds,
                "codes": Code.objects.filter(batch=batch).count(),
                "different": Code.objects.filter(batch=batch).values("digest").distinct().count(),
                "export_s": time.perf_counter() - started,
                "bytes": size,
            }
        )
    )


def person(name: str, role: Role) -> object:
    user = get_user_model().objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


def approve(request: object, by: object) -> None:
    approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


if __name__ == "__main__":
    main()
