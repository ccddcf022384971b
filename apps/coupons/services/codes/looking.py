"""Somebody reads out a code and asks what became of it: by the whole code only, noted, and no room for guessing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.scope import visible
from apps.core import throttle
from apps.core.audit import Subject, record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.core.throttle import Limit, TooManyTries
from apps.coupons.codes_text import digest_of, is_code, tail_of
from apps.coupons.models import Code, CodeBatch, Coupon

VIEW = "coupons.view_codebatch"
TOO_MANY = "too_many_attempts"
MISSES = Limit("codes:person", 20, 3600)


@dataclass(frozen=True, slots=True)
class Looked:
    """A code's batch, and the coupon that a single-use one became."""

    batch: CodeBatch
    tail: str
    coupon: Coupon | None
    revoked: bool


def look_up(*, presented: str, actor: User) -> Looked | None:
    """What became of a code; None for what is none, and for one of a shop that is not the actor's.

    Errors: too_many_attempts, after 20 in an hour that were no code.
    """
    require_permission(actor, VIEW)
    try:
        turn = throttle.take([(MISSES, str(actor.pk))])
    except TooManyTries as error:
        raise DomainError(
            TOO_MANY, _("Too many of these were no codes; try again in an hour."), "code"
        ) from error
    found = _find(presented, actor)
    if found is not None:
        turn.give_back()
    subject = found.batch if found else Subject("coupons.codebatch", "")
    with transaction.atomic():
        record(
            action="code_batch.look_up",
            subject=subject,
            actor=actor,
            after={"tail": tail_of(presented), "found": found is not None},
        )
    return found


def _find(presented: str, actor: User) -> Looked | None:
    if not is_code(presented):
        return None
    code = Code.objects.select_related("coupon").filter(digest=digest_of(presented)).first()
    batch = code and visible(actor, CodeBatch.objects.filter(pk=code.batch_id)).first()
    return Looked(batch, code.tail, code.coupon, code.revoked) if code and batch else None
