"""复盘: the operator's conclusions, and what the placements cost; kept, audited, shown to whoever copies the thing."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.core.audit import Subject as AuditSubject
from apps.core.audit import record
from apps.core.clock import DatabaseNow
from apps.core.errors import DomainError, Forbidden
from apps.offers.conclusions import Conclusion
from apps.reporting.models import Review
from apps.reporting.models.review import DOCUMENTS
from apps.reporting.reports.subjects import Subject

PERMISSION = "reporting.conclude_review"
LONGEST = 4_000


@transaction.atomic
def conclude(*, subject: Subject, conclusions: str, placement_cost_amount: int | None, actor: User) -> Review:
    """Without a cost told, that of the placements by their prices counts.

    Errors: Forbidden, not_reviewed (of shops), too_long, negative.
    """
    if not actor.has_perm(PERMISSION):
        raise Forbidden()
    if subject.document not in DOCUMENTS:
        raise DomainError("not_reviewed", _("Nobody reviews this."))
    require_own(actor, subject.thing)
    text = conclusions.strip()
    if len(text) > LONGEST:
        raise DomainError("too_long", _("At most 4,000 characters."), "conclusions")
    if placement_cost_amount is not None and placement_cost_amount < 0:
        raise DomainError("negative", _("No cost is below zero."), "placement_cost_amount")
    rows = Review.objects.select_for_update()
    old = rows.filter(document=subject.document, code=subject.code).first()
    values = {"conclusions": text, "placement_cost_amount": placement_cost_amount}
    review, _made = Review.objects.update_or_create(
        document=subject.document,
        code=subject.code,
        defaults={**values, "shop_code": subject.shop, "author": actor, "updated_at": DatabaseNow()},
    )
    record(
        action="reporting.conclude",
        subject=AuditSubject(subject.document, subject.code),
        actor=actor,
        before={name: getattr(old, name) for name in values} if old else None,
        after=values,
    )
    review.refresh_from_db()
    return review


def concluded(document: str, code: str) -> Conclusion | None:
    """For the next copy; nothing where nobody has concluded anything."""
    rows = Review.objects.select_related("author").exclude(conclusions="")
    review = rows.filter(document=document, code=code).first()
    if review is None:
        return None
    url = reverse("admin:report", args=[document, code])
    author = review.author
    return Conclusion(
        review.conclusions, by=author.get_full_name() or author.username, at=review.updated_at, url=url
    )
