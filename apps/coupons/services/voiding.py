"""作废: unused coupons become void, of a whole template in batches or some of one customer; always by two people.

What the approval does at once is the template's `voided_at`: every coupon issued before it counts as void from then on,
whether or not a batch has reached it. Held ones become void when their order lets them go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import owned
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.audiences.models import Customer
from apps.audiences.services import ensure_customer
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.permissions import require_permission
from apps.coupons.lifecycle import CouponState
from apps.coupons.models import Coupon, CouponTemplate, VoidRun
from apps.coupons.outstanding import open_coupons
from apps.coupons.services.closing import void_coupons
from apps.coupons.services.stopping import TemplateHandler, begin_request, open_template_request
from apps.offers.lifecycle import Action
from apps.offers.versions.steps import begin_locked, finish

VOID = "template.void"
VOID_COUPONS = "coupon.void"
ASK = "coupons.void_coupon"
APPROVE = "coupons.approve_coupontemplate"
BATCH = 2_000
# A claim under way at the approval read the template as open and may commit a little later: what it makes is void, too.
# Nobody can have issuing approved again as soon as that.
LATE = timedelta(seconds=10)
MOST_AT_ONCE = 200
NEXT = """
SELECT id FROM coupons_coupon WHERE template = %s AND state = 'unused' AND issued_at < %s
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


@transaction.atomic
def request_void(*, template: CouponTemplate, actor: User, reason: str) -> ApprovalRequest:
    """Ask that every coupon of the template that is not used yet be void."""
    return open_template_request(begin_request(template, Action.VOID, actor, reason), VOID)


class VoidHandler(TemplateHandler):
    label = _("Void unused coupons")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.VOID, actor, request.reason)
        before = step.before
        template, hit = self.stopped(step, request), open_coupons(step.thing.code)
        template.voided_at = step.now + LATE
        finish(step, before, after=hit.as_json(), prices=True)
        VoidRun.objects.filter(template=template.code, ended_at=None).update(ended_at=step.now)
        VoidRun.objects.create(
            template=template.code,
            cutoff=template.voided_at,
            total=hit.unused + hit.held,
            reason=request.reason[:500],
            approved_by=actor,
        )


def void_batch(run: VoidRun, batch: int = BATCH) -> int:
    """Void one batch of a run; the number void. A worker killed in it has done nothing, the next takes it up."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEXT, [run.template, run.cutoff, batch])
        found = [pk for (pk,) in cursor.fetchall()]
        done = void_coupons(found, actor_id=run.approved_by_id, reason=run.reason) if found else 0
        if done:
            VoidRun.objects.filter(pk=run.pk).update(voided=F("voided") + done)
    return done


def finish_run(run: VoidRun) -> bool:
    """End a run that has nothing left, not even a coupon that an unpaid order holds."""
    now = database_now()
    if now < run.cutoff:
        return False
    left = Coupon.objects.filter(
        template=run.template, state__in=[CouponState.UNUSED, CouponState.HELD], issued_at__lt=run.cutoff
    )
    if left.exists():
        return False
    return VoidRun.objects.filter(pk=run.pk, ended_at=None).update(ended_at=now) == 1


@transaction.atomic
def request_void_coupons(
    *, customer: str, coupons: Sequence[str], actor: User, reason: str
) -> ApprovalRequest:
    """Ask that these unused coupons of one customer be void; somebody else decides."""
    require_permission(actor, ASK)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    wanted = sorted(set(coupons))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise DomainError("choose", _("Choose 1 to %(most)s coupons."), "coupons", most=MOST_AT_ONCE)
    found = Coupon.objects.filter(code__in=wanted, customer_code=customer, state=CouponState.UNUSED)
    if found.count() != len(wanted):
        raise DomainError("not_unused", _("Only unused coupons of this customer can be voided."), "coupons")
    if owned(actor, found).count() != len(wanted):
        raise Forbidden("other_shop", _("Some of these are coupons of another shop or of the platform."))
    ensure_customer(customer)
    subject = _lock_customer(customer)
    record(
        action="coupon.request_void",
        subject=subject,
        actor=actor,
        after={"coupons": wanted},
        reason=reason.strip(),
    )
    return approvals.open_request(
        action=VOID_COUPONS,
        subject=subject,
        title=customer,
        content_hash=hash_of(wanted),
        submitter=actor,
        reason=reason.strip(),
        payload={"coupons": wanted},
        shop_code=_shop_of(found),
    )


def _shop_of(coupons: Any) -> str:
    """The one shop whose coupons these are; "" where they are the platform's or of several."""
    templates = CouponTemplate.objects.filter(code__in=coupons.values("template"))
    shops = set(templates.values_list("shop_code", flat=True))
    return shops.pop() if len(shops) == 1 else ""


def hash_of(coupons: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(coupons).encode()).hexdigest()


def _lock_customer(code: str) -> Customer:
    return Customer.objects.select_for_update(no_key=True).get(code=code)


class VoidCouponsHandler:
    """Approval of voiding some coupons; those used or held meanwhile stay as they are, and the log says so."""

    label = _("Void coupons of a customer")
    permission = APPROVE

    def lock(self, request: ApprovalRequest) -> Customer:
        return _lock_customer(request.subject_code)

    def current_hash(self, request: ApprovalRequest) -> str:
        return hash_of(request.payload["coupons"])

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=request.payload)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        named = Coupon.objects.filter(code__in=request.payload["coupons"]).order_by("id")
        locked = list(named.select_for_update(no_key=True).values_list("pk", flat=True))
        done = void_coupons(locked, actor_id=actor.pk, reason=request.reason)
        record(
            action="coupon.void",
            subject=self.lock(request),
            actor=actor,
            after={"coupons": request.payload["coupons"], "void": done},
            reason=request.reason,
        )

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """The coupons stay as they are."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """The coupons stay as they are."""
