"""Placements (展示位): places of a storefront, each with what a campaign's plan must know of it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.permissions import require_permission
from apps.offers.models import PlacementRecord

#: (Chinese, English) of those that the pack format names from the start
USUAL = {
    "home": ("首页", "home page"),
    "venue": ("会场", "venue"),
    "list": ("商品列表", "product list"),
    "product": ("商品详情页", "product page"),
    "cart": ("购物车", "cart"),
    "checkout": ("结算页", "checkout"),
    "coupon_center": ("领券中心", "coupon centre"),
    "popup": ("弹窗", "pop-up"),
}
FIELDS = ("name_zh", "name_en", "channel", "size", "rule", "cost_per_day_amount", "is_active")


@transaction.atomic
def save_placement(*, placement: PlacementRecord, actor: User) -> bool:
    """Write a placement as it is filled in, audited; returns whether anything changed."""
    known = PlacementRecord.objects.select_for_update().filter(code=placement.code).first()
    require_permission(actor, "offers.change_placementrecord" if known else "offers.add_placementrecord")
    before = None if known is None else _facts(known)
    after = _facts(placement)
    if before == after:
        return False
    placement.save()
    action = "placement.edit" if known else "placement.create"
    record(action=action, subject=placement, actor=actor, before=before, after=after)
    return True


@transaction.atomic
def know_placements(*, codes: Iterable[str], actor: User | None) -> list[str]:
    """Make records of the placements that a pack names and nobody has described yet; returns the new ones."""
    wanted = sorted(set(codes))
    known = set(PlacementRecord.objects.filter(code__in=wanted).values_list("code", flat=True))
    names = {code: USUAL.get(code, (code, code)) for code in wanted if code not in known}
    new = [PlacementRecord(code=code, name_zh=zh, name_en=en) for code, (zh, en) in names.items()]
    for placement in PlacementRecord.objects.bulk_create(new, ignore_conflicts=True):
        record(action="placement.create", subject=placement, actor=actor, after=_facts(placement))
    return [placement.code for placement in new]


def _facts(placement: PlacementRecord) -> dict[str, Any]:
    return {name: getattr(placement, name) for name in FIELDS}
