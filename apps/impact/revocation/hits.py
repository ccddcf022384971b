"""A revocation's effect in words, for the page of its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.activities.models import Activity
from apps.approvals.admin.presenters import Hit
from apps.approvals.models import ApprovalRequest
from apps.catalog.selectors import portal
from apps.impact.revocation.counting import OfOffer, of_campaign, of_offer
from apps.offers.admin.words import local_time
from apps.pricing.money import format_money


def hits_of(request: ApprovalRequest) -> Sequence[Hit]:
    """For requests to revoke an activity or a claim campaign; nothing for any other."""
    document, _dot, verb = request.action.partition(".")
    tell = TELLERS.get(document)
    return tell(request.subject_code) if tell is not None and verb == "revoke" else []


def _of_activity(code: str) -> list[Hit]:
    found = of_offer(code)
    return [
        Hit(_("Unpaid orders"), _orders(found.held_orders), _promise(found)),
        Hit(_("Orders of the last hour"), _orders(found.recent_orders), _discount(found.recent_discount)),
        Hit(_("Reward coupons promised"), _coupons(found.promised_coupons), _given_when_paid(found)),
        Hit(_("Reward coupons unused"), _coupons(found.unused_coupons), _still_count(found.unused_reserved)),
        Hit(_("What customers see"), _("original prices with the next price"), _shown(code)),
    ]


def _of_campaign(code: str) -> list[Hit]:
    found = of_campaign(code)
    return [
        Hit(_("Coupons unused"), _coupons(found.unused), _still_count(found.reserved)),
        Hit(
            _("Coupons held by unpaid orders"),
            _coupons(found.held),
            _("They are used when the orders are paid."),
        ),
        Hit(_("Coupons of the last hour"), _coupons(found.recent), ""),
        Hit(_("What customers see"), _("claims are answered: ended"), ""),
    ]


def _orders(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": count}


def _coupons(count: int) -> str:
    return ngettext("%(count)s coupon", "%(count)s coupons", count) % {"count": count}


def _money(amount: int) -> str:
    return format_money(amount, portal().currency)


def _discount(amount: int) -> str:
    return _("%(money)s of discount") % {"money": _money(amount)} if amount else ""


def _promise(found: OfOffer) -> str:
    """What they keep, and until when the last of them can."""
    if not found.held_orders:
        return ""
    return _(
        "%(discount)s of discount, %(payable)s to pay; they keep this price until %(until)s at the latest."
    ) % {
        "discount": _money(found.held_discount),
        "payable": _money(found.held_payable),
        "until": local_time(found.held_until),
    }


def _given_when_paid(found: OfOffer) -> str:
    return _("Given when their orders are paid.") if found.promised_coupons else ""


def _still_count(reserved: int) -> str:
    if not reserved:
        return _("They stay usable; to void them is a request of its own.")
    return _("They stay usable and can cost %(money)s; to void them is a request of its own.") % {
        "money": _money(reserved)
    }


def _shown(code: str) -> str:
    """Where it disappears."""
    activity = Activity.objects.select_related("current").get(code=code)
    places = (activity.current.content.get("placements") if activity.current else None) or []
    return _("It leaves %(places)s.") % {"places": ", ".join(places)} if places else ""


TELLERS: Mapping[str, Callable[[str], list[Hit]]] = {"activity": _of_activity, "campaign": _of_campaign}
