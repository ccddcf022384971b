"""Coupons of the demo in people's hands: wallets, refusals, a release every half hour, codes, a mass grant."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.audiences.models import Customer
from apps.core.clock import database_now
from apps.core.errors import Refused
from apps.core.refusals import kept_refusals
from apps.coupons import services
from apps.coupons.lifecycle import Source
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.services import pushing
from apps.coupons.services.claiming import claim
from apps.coupons.services.codes import drafting
from apps.coupons.services.codes.generating import make_due
from apps.coupons.services.compensating import allow_compensation
from apps.coupons.services.granting import compensate
from apps.coupons.services.issue import How, Wanted, issue

HALF_HOURLY = "claim-half-hourly"
MASS_GRANT, TESTERS = "vip-app-push", ("c-0022", "c-0023")
EVERYBODY = ("plat-300-30", "ziying-99-12", "freeship")
NEWCOMER, NEWCOMERS_COUPON = "c-0026", "new-15"
FOR_COMPENSATION = ("plat-300-30", "ziying-99-12")
# One release comes so soon after the start that nobody who looks has to wait for it.
SOON = timedelta(minutes=3)
HALF_HOUR = timedelta(minutes=30)
SLOTS, PER_SLOT = 47, 200


def fill_wallets() -> None:
    """Inside the transaction that loads the demo, before anybody has approved anything."""
    now = database_now()
    _publish_half_hourly(now)
    _publish_mass_grant(now)
    customers = list(Customer.objects.order_by("code").values_list("code", flat=True))
    wanted = [Wanted(template, customer, 1) for template in EVERYBODY for customer in customers]
    wanted.append(Wanted(NEWCOMERS_COUPON, NEWCOMER, 1))
    with transaction.atomic():
        issue(wanted, How(source=Source.MEMBERSHIP, reason="双11会员日"), now=now)
    _claim("claim-plat-300-30", customers[:8])
    # The second on one day is one too many; the pack is for regulars and runners only.
    _claim("claim-plat-300-30", customers[:2])
    _claim("shop-pack", customers[:8])


def _publish_half_hourly(now: datetime) -> None:
    day = timedelta(days=1)
    floor = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    soon = (now + SOON).replace(second=0, microsecond=0) + timedelta(minutes=1)
    later = [floor + HALF_HOUR * number for number in range(1, SLOTS + 1)]
    releases = [(floor, PER_SLOT), (soon, PER_SLOT), *((at, PER_SLOT) for at in later if at > soon)]
    content = {
        "code": HALF_HOURLY,
        "name": "半点抢券",
        "template": "back-20",
        "mode": "claim",
        "starts_at": floor.isoformat(),
        "ends_at": (floor + day).isoformat(),
        "quantity": PER_SLOT * len(releases),
        "releases": [{"at": at.isoformat(), "quantity": quantity} for at, quantity in releases],
        "per_customer": 1,
        "placements": ["home", "coupon_center"],
    }
    draft = services.create_draft(model=ClaimCampaign, content=content, actor=None)
    services.publish_without_approval(thing=draft)


def _publish_mass_grant(now: datetime) -> None:
    content = {
        "code": MASS_GRANT,
        "name": "App运费券直发高端会员",
        "template": "app-ship-5",
        "mode": "push",
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=3)).isoformat(),
        "quantity": 200,
        "per_customer": 1,
        "targeting": {"audiences": ["vip"]},
    }
    draft = services.create_draft(model=ClaimCampaign, content=content, actor=None)
    services.publish_without_approval(thing=draft)


def _claim(campaign: str, customers: Iterable[str]) -> None:
    for customer in customers:
        with suppress(Refused), kept_refusals(), transaction.atomic():
            claim(campaign=campaign, customer=customer)


def let_people_work(people: dict[str, User]) -> None:
    """What an operator, an approver and an agent have done already; nothing where one of them is missing."""
    operator, approver, agent = (people.get(name) for name in ("operator", "approver", "service"))
    if operator is None or approver is None or agent is None:
        return
    for template in CouponTemplate.objects.filter(code__in=FOR_COMPENSATION):
        allow_compensation(template=template, actor=approver)
    compensate(agent=agent, template="ziying-99-12", customer="c-0007", quantity=1, reason="包裹破损")
    single = drafting.Wish(name="社区团长券码", template="freeship", quantity=500)
    shared = drafting.Wish(
        name="直播间口令", template="app-ship-5", quantity=1_000, shared=True, word="DOUBLE11"
    )
    for code, wish in (("codes-community", single), ("codes-live", shared)):
        _codes(code, wish, operator, approver)
    make_due()
    _give_to_many(operator)


def _give_to_many(operator: User) -> None:
    """A mass grant that a test list had; the run for everybody it means waits for the worker."""
    campaign = ClaimCampaign.objects.get(code=MASS_GRANT)
    tried = pushing.start_test(campaign=campaign, customers=TESTERS, actor=operator)
    while pushing.advance(run=tried.pk)[0]:
        pass
    pushing.start(campaign=campaign, actor=operator)


def _codes(code: str, wish: drafting.Wish, operator: User, approver: User) -> None:
    batch = drafting.draft_batch(code=code, wish=wish, actor=operator)
    request: Any = drafting.submit_batch(batch=batch, actor=operator)
    approvals.approve(request=request, actor=approver, seen_hash=request.content_hash)
