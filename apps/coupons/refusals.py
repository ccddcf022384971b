"""Why no coupon comes: stable codes with their status, and the members that the answer has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refused

SOLD_OUT = "sold_out"
LIMIT_REACHED = "limit_reached"
NOT_STARTED = "not_started"
ENDED = "ended"
NOT_ELIGIBLE = "not_eligible"
DENIED_BY_RISK = "denied_by_risk"
TEMPLATE_CLOSED = "template_closed"
UNKNOWN_TEMPLATE = "unknown_template"
UNKNOWN_CAMPAIGN = "unknown_campaign"


def sold_out(**members: Any) -> Refused:
    return Refused(SOLD_OUT, _("There are no more of these coupons."), members=members)


def template_closed(template: str) -> Refused:
    """No coupons of this template now, whoever asks."""
    return Refused(
        TEMPLATE_CLOSED, _("No coupons of this template are issued."), members={"template": template}
    )


def unknown_template(template: str) -> Refused:
    """Not there, or never approved."""
    return Refused(
        UNKNOWN_TEMPLATE, _("There is no such coupon template."), status=404, members={"template": template}
    )


def limit_reached() -> Refused:
    return Refused(LIMIT_REACHED, _("This customer has had as many as one may have."))


def not_started(starts_at: datetime) -> Refused:
    return Refused(NOT_STARTED, _("It has not begun yet."), members={"starts_at": starts_at.isoformat()})


def ended(reason: str) -> Refused:
    """For good, or for as long as `reason` says: it is paused, or its template gives no coupons."""
    return Refused(ENDED, _("It gives no coupons any more."), members={"reason": reason})


def not_eligible(reason: str) -> Refused:
    """`reason` says what about the customer, as in quotes."""
    return Refused(NOT_ELIGIBLE, _("It is not for this customer."), status=403, members={"reason": reason})


def denied_by_risk() -> Refused:
    return Refused(DENIED_BY_RISK, _("Refused."), status=403)


def unknown_campaign() -> Refused:
    return Refused(UNKNOWN_CAMPAIGN, _("There is no such claim campaign."), status=404)
