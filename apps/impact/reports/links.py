"""The address of the simulator that shows the same price: the cart, the customer, the moment, the draft counted in."""

from __future__ import annotations

from datetime import datetime

from apps.approvals.models import ApprovalRequest
from apps.core.clock import database_now
from apps.impact.reports.findings import Price
from apps.impact.reports.subjects import document_of
from apps.orders.simulator.question import simulator_url


def simulator_of(request: ApprovalRequest, price: Price) -> str:
    as_of, profile = datetime.fromisoformat(price.as_of), price.profile
    document = document_of(request)
    return simulator_url(
        [(sku, units) for sku, units in price.cart],
        as_of=as_of if as_of > database_now() else None,
        new=bool(profile["new"]),
        member_level=profile["member_level"],
        audiences=profile["audiences"],
        channel=profile["channel"],
        terminal=profile["terminal"],
        region=profile["region"],
        drafts=[f"{document}:{request.subject_code}"],
        coupons=[offer for offer, _name, _amount, coupon in price.stack if coupon],
    )
