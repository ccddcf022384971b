"""Two shops and the platform, with one row of each in every table that belongs to shops."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from apps.activities import services
from apps.activities.models import Activity
from apps.activities.patterns.models import Pattern
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Shop, Sku
from apps.core.clock import database_now
from apps.core.roles import Role
from apps.coupons.lifecycle import CodeBatchState, CouponState
from apps.coupons.models import ClaimCampaign, CodeBatch, Coupon, CouponTemplate, PushRun
from apps.impact.models.alerts import Alert, AlertGood
from apps.orders.models import Order, Voiding
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import document, hours, person
from tests.coupons.world import a_campaign, a_template
from tests.orders_life.shop import Shop as Server

OWN, FOREIGN, PLATFORM = "s1", "s2", ""
SHOPS = {OWN: "一店", FOREIGN: "二店"}


def clerk(username: str = "li", *roles: Role) -> Any:
    """Somebody who works for the first shop only; without roles named, with every one there is."""
    user = person(username, *[role.value for role in roles or Role])
    user.shops = [OWN]
    user.is_staff = True
    user.save()
    return user


def open_shops() -> None:
    for code, name in SHOPS.items():
        Shop.objects.create(code=code, name=name)
    for shop in (OWN, FOREIGN, PLATFORM):
        Sku.objects.create(
            code=f"sku-{shop or 0}", name=f"货{shop}", shop_id=shop or None, price_amount=10_000
        )


def activity(shop: str, code: str = "", **changes: Any) -> Activity:
    """A draft of the portal's own making; a shop's one where a shop is named."""
    whose = {"shop": shop, "layer": "shop", "kind": "threshold", "params": FULL} if shop else {}
    content = document(code or f"act-{shop}", **{"stock": {}, **whose, **changes})
    return services.create_draft(model=Activity, content=content, actor=None)


FULL = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]}


def live_activity(shop: str, code: str = "") -> Activity:
    thing = activity(shop, code or f"live-{shop}", **hours(-1, 24))
    services.publish_without_approval(thing=thing)
    return Activity.objects.get(pk=thing.pk)


def template(shop: str, code: str = "") -> CouponTemplate:
    return a_template(code or f"tpl-{shop}", issuer=shop or "platform")


def campaign(shop: str, **changes: Any) -> ClaimCampaign:
    return a_campaign(f"claim-{shop}", template=template(shop, f"of-claim-{shop}").code, **changes)


def batch(shop: str) -> CodeBatch:
    of = template(shop, f"of-batch-{shop}")
    return CodeBatch.objects.create(
        code=f"batch-{shop}",
        name="码",
        template=of.code,
        quantity=1,
        state=CodeBatchState.DRAFT,
        owner=person(f"owner-{shop}"),
    )


def push(shop: str) -> PushRun:
    return PushRun.objects.create(campaign=campaign(shop, mode="push"), started_by=person(f"pusher-{shop}"))


def coupon(shop: str) -> Coupon:
    now = database_now()
    return Coupon.objects.create(
        code=f"coupon-{shop}", template=template(shop, f"of-coupon-{shop}").code, version=1,
        customer_code="c1", state=CouponState.UNUSED, valid_from=now, source="service_compensation",
    )  # fmt: skip


def order(shop: str) -> Order:
    """Held by a server of that shop; the platform's sells goods of no shop."""
    client = add_client(name=f"server-{shop}", shop=shop or None)
    server = Server(issue_key(client=client, scopes=["storefront"], actor=None).text)
    server.held(f"order-{shop}", sku=f"sku-{shop or 0}", customer={"id": "c1"})
    return Order.objects.get(code=f"order-{shop}")


def voiding(shop: str) -> Voiding:
    return Voiding.objects.create(
        offer=activity(shop, f"void-{shop}").code, at=database_now(), decided_by="user:x"
    )


def pattern(shop: str) -> Pattern:
    content = {**activity(shop, f"of-pattern-{shop}").open_version().content}
    for left_out in ("code", "starts_at", "ends_at", "event"):
        content.pop(left_out, None)
    kept_by = person(f"keeper-{shop}", "operator")
    return Pattern.objects.create(
        name=f"样板{shop}", shop_code=shop, kind=content["kind"], content=content, kept_by=kept_by
    )


def request(shop: str) -> ApprovalRequest:
    thing = activity(
        shop,
        f"asked-{shop}",
        **({} if shop else {"layer": "platform"} | {"kind": "threshold", "params": FULL}),
    )
    return services.submit(thing=thing, actor=person(f"asker-{shop}", "operator"))


def alert(shop: str) -> Alert:
    """Found for goods of that shop, or for goods of none."""
    found = Alert.objects.create(kind="below_floor", severity="high", key=f"alert-{shop}")
    AlertGood.objects.create(alert=found, sku=f"sku-{shop or 0}", amount=1, units=1, as_of=database_now())
    return found


#: by label of the model: makes the row of a shop, or of the platform
ROWS: dict[str, Any] = {
    "activities.activity": activity,
    "activities.pattern": pattern,
    "approvals.approvalrequest": request,
    "catalog.shop": lambda shop: Shop.objects.get(pk=shop) if shop else None,
    "catalog.sku": lambda shop: Sku.objects.get(pk=f"sku-{shop or 0}"),
    "coupons.claimcampaign": campaign,
    "coupons.codebatch": batch,
    "coupons.coupon": coupon,
    "coupons.coupontemplate": template,
    "coupons.pushrun": push,
    "impact.alert": alert,
    "orders.order": order,
    "orders.voiding": voiding,
}


def made(label: str, shop: str) -> Model | None:
    row: Model | None = ROWS[label](shop)
    return row
