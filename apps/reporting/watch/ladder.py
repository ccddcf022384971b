"""The stop ladder: one SKU everywhere, one activity, all of a shop, all coupons. One person, at once, with a reason.

Every rung takes the steps that exist for single things, so each has its own audit entry, event and way back by
approval; a rung that hits many adds one entry over all. The rows of all things are locked first, in the order
of their ids: the book's journal, which the first step locks, comes after every thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import owned
from apps.activities import services
from apps.activities.lifecycle import RIGHTS, Action, Right, State, allowed
from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.core.audit import Subject, record
from apps.core.clock import DatabaseNow
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.coupons.models import CouponTemplate
from apps.coupons.services import stop_issuing
from apps.offers.lifecycle import TemplateState
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.uses import facts_of
from apps.pricing.cart import CartLine
from apps.pricing.offer import Owner

STOPPABLE = (State.APPROVED, State.LIVE)

Thing = TypeVar("Thing", Activity, CouponTemplate)


def with_sku(code: str) -> QuerySet[Activity]:
    """The approved and running activities that reach a SKU, coming ones too."""
    return _stoppable().filter(code__in=_reaching(code))


def of_shop(shop: str) -> QuerySet[Activity]:
    """The approved and running activities of a shop; "" is the platform's own."""
    return _stoppable().filter(shop_code=shop)


def issuing() -> QuerySet[CouponTemplate]:
    """The templates that coupons can be issued of."""
    return CouponTemplate.objects.filter(status=TemplateState.APPROVED).order_by("id")


@transaction.atomic
def stop_sku(*, sku: str, actor: User, reason: str) -> int:
    """Take one SKU out of every activity that reaches it; the number of activities."""
    require_permission(actor, RIGHTS[Right.STOP])
    _check_reason(reason)
    if not Sku.objects.filter(pk=sku).exists():
        raise DomainError("unknown_sku", _("There is no such SKU."), "sku")
    hit = 0
    for activity in _locked(owned(actor, with_sku(sku))):
        if allowed(activity.status, activity.pending, Action.STOP_SKUS) is not None:
            hit += bool(services.stop_skus(activity=activity, skus=[sku], actor=actor, reason=reason))
    return _told("watch.stop_sku", Subject("sku", sku), actor, reason, hit)


@transaction.atomic
def pause_shop(*, shop: str, actor: User, reason: str) -> int:
    """Pause whatever of a shop runs or is approved to start; the number of activities."""
    require_permission(actor, RIGHTS[Right.PAUSE])
    _check_reason(reason)
    activities = _locked(owned(actor, of_shop(shop)))
    for activity in activities:
        services.pause(thing=activity, actor=actor, reason=reason)
    return _told("watch.pause_shop", Subject("shop", shop or "platform"), actor, reason, len(activities))


@transaction.atomic
def stop_all_coupons(*, actor: User, reason: str) -> int:
    """停发全部券: no new coupon of any template; issued ones still work. The number of templates."""
    require_permission(actor, CouponTemplate.RIGHTS[Right.STOP])
    _check_reason(reason)
    templates = _locked(owned(actor, issuing()))
    for template in templates:
        stop_issuing(template=template, actor=actor, reason=reason)
    return _told("watch.stop_coupons", Subject("portal", "coupons"), actor, reason, len(templates))


def _stoppable() -> QuerySet[Activity]:
    running = Activity.objects.filter(status__in=list(STOPPABLE), ends_at__gt=DatabaseNow())
    return running.order_by("id")


def _locked(things: QuerySet[Thing]) -> Sequence[Thing]:
    """The same as they stand now; one that another stop was faster with is no longer among them."""
    return list(things.select_for_update(of=("self",)))


def _told(action: str, subject: Subject, actor: User, reason: str, hit: int) -> int:
    if hit == 0:
        raise DomainError("nothing_to_stop", _("There is nothing left to stop."))
    record(action=action, subject=subject, actor=actor, after={"stopped": hit}, reason=reason.strip())
    return hit


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")


def _reaching(code: str) -> Iterable[str]:
    """By the offer book, so by the rules that price: exclusions, categories and brands count."""
    sku = Sku.objects.filter(pk=code).first()
    if sku is None:
        return []
    book = KEEPER.at_least(book_version())
    reached = book.offers.reaching((CartLine(code, code, 1, sku.price_amount, facts_of(sku)),))
    stopped = {name for name, usage in book.usages.items() if code in usage.stopped_skus}
    return [
        offer.code
        for offer, mask in reached.items()
        if mask and offer.owner is Owner.ACTIVITY and offer.code not in stopped
    ]
