"""What approvers read of requests about coupons: besides the content, in numbers, what they would let loose or end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.core.currency import money
from apps.coupons.admin.ending import hits_open
from apps.coupons.admin.pushing import reach_in_words
from apps.coupons.models import Coupon
from apps.coupons.models.coupon import STATE_LABELS
from apps.coupons.outstanding import reach_of
from apps.coupons.services.stopping import RESUME_USE, STOP_USE
from apps.coupons.services.voiding import VOID
from apps.offers.admin.presenting import VersionPresenter
from apps.offers.admin.words import Line, local_time
from apps.offers.documents import CampaignMode

EFFECTS: dict[str, Promise] = {
    STOP_USE: _("Once approved, no coupons are given out and those given out cannot be used."),
    RESUME_USE: _("Once approved, coupons given out can be used again."),
    VOID: _("Once approved, all coupons that are not used are void for good, and their reserve is free."),
}


class TemplatePresenter(VersionPresenter):
    """With what is out there, for requests that end its use."""

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return EFFECTS.get(request.action) or super().effect(request)

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        parts = list(super().parts(request))
        if request.action not in EFFECTS:
            return parts
        line = Line(str(_("What it hits now")), hits_open(self._thing(request)))
        return [(_("Coupons given out"), [line]), *parts]


class CampaignPresenter(VersionPresenter):
    """With people times the worst case, for what goes to people who did not ask."""

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        parts = list(super().parts(request))
        content = self._content(request)
        if content["mode"] != CampaignMode.PUSH:
            return parts
        line = Line(str(_("People and money")), reach_in_words(reach_of(content)))
        return [(_("What it may cost"), [line]), *parts]


class PlainPresenter:
    """A request that is about no document."""

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def preview(self, request: ApprovalRequest) -> Any:
        return None

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        return []

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return None


class VoidCouponsPresenter(PlainPresenter):
    """Some coupons of one customer, each with where it stands now."""

    def sentence(self, request: ApprovalRequest) -> str:
        number = len(request.payload["coupons"])
        return _("%(number)s coupons of customer %(customer)s become void.") % {
            "number": number,
            "customer": request.subject_code,
        }

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once approved, those of them that are still unused are void for good.")

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        found = Coupon.objects.filter(code__in=request.payload["coupons"]).order_by("id")
        lines = [
            Line(coupon.template, f"{STATE_LABELS[coupon.state]}, {local_time(coupon.issued_at)}")
            for coupon in found
        ]
        return [(_("Coupons"), lines)]

    def url(self, request: ApprovalRequest) -> str:
        return f"{reverse('admin:coupons_coupon_changelist')}?q={request.subject_code}"


class QuotaPresenter(PlainPresenter):
    """What somebody may grant a day."""

    def sentence(self, request: ApprovalRequest) -> str:
        return _("%(who)s: %(quantity)s coupons a day, worth %(money)s at worst.") % {
            "who": request.payload["agent"] or _("everybody else"),
            "quantity": request.payload["quantity"],
            "money": money(request.payload["amount"]),
        }

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once approved, it counts from the next grant on.")

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def url(self, request: ApprovalRequest) -> str:
        return reverse("admin:coupons_compensationquota_changelist")
