"""Why somebody got no coupon, in plain words for those who are asked about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refused
from apps.coupons import refusals
from apps.coupons.services.codes.claiming import UNKNOWN_CODE

REASONS: dict[str, Promise] = {
    refusals.SOLD_OUT: _("None were left."),
    refusals.LIMIT_REACHED: _("The customer had as many as one may have."),
    refusals.NOT_STARTED: _("It had not begun."),
    refusals.ENDED: _("It gave no coupons any more, or was paused."),
    refusals.NOT_ELIGIBLE: _("It was not for this customer."),
    refusals.DENIED_BY_RISK: _("Risk rules refused it."),
    refusals.TEMPLATE_CLOSED: _("These coupons are no longer issued."),
    refusals.UNKNOWN_TEMPLATE: _("There is no such coupon."),
    UNKNOWN_CODE: _("The code is wrong, used, revoked or not valid now."),
}
#: what of the customer is not as a campaign wants it
MISMATCHES: dict[str, Promise] = {
    "channel": _("another channel only"),
    "terminal": _("another terminal only"),
    "region": _("another region only"),
    "member_level": _("another member level only"),
    "new_customers_only": _("new customers only"),
    "audience": _("not in the audience"),
}


def in_words(reason: str) -> str:
    """A reason that has no words yet is shown as it is."""
    return str(REASONS.get(reason, reason))


def mismatch_of(refused: Refused) -> str:
    """What about the customer a refusal names; "" where it names nothing."""
    return str(MISMATCHES.get(str(refused.members.get("reason", "")), ""))
