"""Coupons that somebody decided to give: the shop's own programs over the API, an agent as compensation.

An agent's day has a quota in coupons and in money, counted at the worst case by one guarded row, so that not even two
windows at once go beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.audiences.services import ensure_customer
from apps.core.audit import Subject, record
from apps.core.clock import database_now
from apps.core.currency import money
from apps.core.errors import DomainError, Refused
from apps.core.permissions import require_permission
from apps.coupons.lifecycle import Source
from apps.coupons.models import (
    ClaimAttempt,
    CompensationQuota,
    CompensationUse,
    CouponTemplate,
)
from apps.coupons.refusals import unknown_template
from apps.coupons.services.issue import How, Issued, Wanted, issue
from apps.coupons.terms import Template, templates_now
from apps.coupons.worst_case import worst_case
from apps.offers.lifecycle import TemplateState
from apps.pricing.faults import CODE
from apps.risk.lifecycle import Trigger
from apps.risk.services.assessing import admit

GRANT = "coupons.grant_coupon"
MOST_AT_ONCE = 200
OVER_QUOTA = "over_quota"
# Counts only what stays within the quota as it is now; the CHECK of the table is the net below.
WITHIN = """u.quantity + EXCLUDED.quantity <= EXCLUDED.most_quantity
    AND u.amount + EXCLUDED.amount <= EXCLUDED.most_amount"""
USE = """
INSERT INTO coupons_compensationuse AS u (agent_id, day, quantity, amount, most_quantity, most_amount)
VALUES (%(agent)s, %(day)s, %(quantity)s, %(amount)s, %(most_quantity)s, %(most_amount)s)
ON CONFLICT (agent_id, day) DO UPDATE SET quantity = u.quantity + EXCLUDED.quantity,
    amount = u.amount + EXCLUDED.amount, most_quantity = EXCLUDED.most_quantity, most_amount = EXCLUDED.most_amount
WHERE {within}
"""


def grant(
    *,
    template: str,
    customer: str,
    quantity: int,
    source: Source,
    reason: str,
    actor: Any,
    shop: str | None = None,
    marks: Mapping[str, str] | None = None,
) -> list[Issued]:
    """All of these coupons or none, for a client of the API. Call it inside a transaction.

    A client of one shop grants that shop's coupons only.
    Errors: Refused unknown_template, template_closed, sold_out, denied_by_risk.
    """
    try:
        found = templates_now([template]).get(template)
        if found is None or (shop is not None and not _is_of_shop(template, shop)):
            raise unknown_template(template)
        how = How(source=source, reason=reason[:500])
        return _grant(found, customer, quantity, how, actor, marks=marks)
    except Refused as refused:
        refused.after = partial(note_attempt, customer, source, template, refused.code, refused.after)
        raise


def note_attempt(
    customer: str, source: Source, template: str, reason: str, more: Callable[[], None] | None = None
) -> None:
    """What a refusal leaves behind: what customer service answers from, and what it left behind anyway."""
    ClaimAttempt.objects.create(customer_code=customer, source=source, origin=template, reason=reason)
    if more is not None:
        more()


def _is_of_shop(template: str, shop: str) -> bool:
    return CouponTemplate.objects.filter(code=template, shop_code=shop).exists()


def _grant(
    template: Template,
    customer: str,
    quantity: int,
    how: How,
    actor: Any,
    *,
    marks: Mapping[str, str] | None = None,
    agent: User | None = None,
) -> list[Issued]:
    worst = template.terms.worst
    admit(
        trigger=Trigger.GRANT,
        subject=template.code,
        customer=customer,
        marks=marks,
        facts={} if worst is None else {"value_amount": worst * quantity, "quantity": quantity},
        agent=agent,
    )
    ensure_customer(customer)
    coupons = issue([Wanted(template.code, customer, quantity)], how, now=database_now())
    record(
        action="coupon.grant",
        subject=Subject("audiences.customer", customer),
        actor=actor,
        after={"template": template.code, "quantity": quantity, "source": how.source.value},
        reason=how.reason,
    )
    return coupons


@dataclass(frozen=True, slots=True)
class Left:
    """What an agent may still grant today."""

    quantity: int
    amount: int


def quota_of(agent: User | None) -> CompensationQuota:
    """The agent's own, else everybody's, else that of the settings; not saved in the last case."""
    found = CompensationQuota.objects.filter(Q(agent=agent) | Q(agent=None))
    rows = {row.agent_id: row for row in found}
    return (
        rows.get(agent.pk if agent else None)
        or rows.get(None)
        or CompensationQuota(
            quantity=settings.COMPENSATION_DAILY_QUANTITY, amount=settings.COMPENSATION_DAILY_AMOUNT
        )
    )


def left_today(agent: User, now: datetime | None = None) -> Left:
    quota = quota_of(agent)
    used = CompensationUse.objects.filter(agent=agent, day=day_of(now or database_now())).first()
    if used is None:
        return Left(quota.quantity, quota.amount)
    return Left(max(quota.quantity - used.quantity, 0), max(quota.amount - used.amount, 0))


def day_of(now: datetime) -> str:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()


def templates_for_compensation() -> list[CouponTemplate]:
    """Those that an approver allowed, that give coupons, and whose worst case is known."""
    allowed = CouponTemplate.objects.filter(for_compensation=True, status=TemplateState.APPROVED)
    found = allowed.filter(use_stopped_at=None).select_related("current").order_by("name", "code")
    return [template for template in found if worst_of(template) is not None]


def worst_of(template: CouponTemplate) -> int | None:
    return None if template.current is None else worst_case(template.current.content)


@transaction.atomic
def compensate(*, agent: User, template: str, customer: str, quantity: int, reason: str) -> Sequence[Issued]:
    """Give a customer coupons for something that went wrong, within the agent's quota of the day.

    Errors: Forbidden, reason_required, not_for_compensation, over_quota (with what is left), and those of `issue`.
    """
    require_permission(agent, GRANT)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    if not CODE.match(customer):
        raise DomainError("not_a_customer", _("This is no customer id."), "customer")
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise DomainError("quantity", _("Give 1 to %(most)s coupons."), "quantity", most=MOST_AT_ONCE)
    chosen = {one.code: one for one in templates_for_compensation()}.get(template)
    if chosen is not None:
        require_own(agent, chosen)
    worst = worst_of(chosen) if chosen else None
    if worst is None:
        raise DomainError(
            "not_for_compensation", _("Choose one of the coupons for compensation."), "template"
        )
    now = database_now()
    found = templates_now([template])[template]
    use_quota(agent=agent, quantity=quantity, amount=quantity * worst, now=now)
    how = How(source=Source.SERVICE_COMPENSATION, actor_id=agent.pk, reason=reason.strip()[:500])
    return _grant(found, customer, quantity, how, agent, agent=agent)


def use_quota(*, agent: User, quantity: int, amount: int, now: datetime) -> None:
    """Count against the agent's day; raises DomainError over_quota with what is left."""
    quota = quota_of(agent)
    named: dict[str, Any] = {
        "agent": agent.pk,
        "day": day_of(now),
        "quantity": quantity,
        "amount": amount,
        "most_quantity": quota.quantity,
        "most_amount": quota.amount,
    }
    fits = quantity <= quota.quantity and amount <= quota.amount
    with connection.cursor() as cursor:
        if fits:
            cursor.execute(USE.format(within=WITHIN), named)
        if fits and cursor.rowcount == 1:
            return
    left = left_today(agent, now)
    message = _("That is beyond today's quota: %(quantity)s coupons worth %(money)s are left.")
    raise DomainError(
        OVER_QUOTA,
        message,
        quantity=left.quantity,
        amount=left.amount,
        money=money(left.amount),
    )
