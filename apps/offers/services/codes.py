"""Codes that are taken once for activities and templates together."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.offers.models import OfferCode
from apps.pricing.offer import Owner

TAKEN = "code_taken"


def claim_codes(*, codes: Iterable[str], owner: Owner) -> None:
    """Take codes for activities or for templates; those taken for the same before stay so.

    Raises DomainError `code_taken` with the first code that belongs to the other side.
    """
    wanted = sorted(set(codes))
    OfferCode.objects.bulk_create(
        [OfferCode(code=code, owner=owner.value) for code in wanted], ignore_conflicts=True, batch_size=10_000
    )
    taken = OfferCode.objects.filter(code__in=wanted).exclude(owner=owner.value).order_by("code").first()
    if taken is not None:
        message = _("The code %(code)s is taken by an activity.")
        if taken.owner == Owner.TEMPLATE:
            message = _("The code %(code)s is taken by a coupon template.")
        raise DomainError(TAKEN, message, field="code", code=taken.code)


def release_code(*, code: str) -> None:
    """Give back the code of a draft that got another one."""
    OfferCode.objects.filter(code=code).delete()
