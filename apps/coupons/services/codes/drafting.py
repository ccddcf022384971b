"""A batch of codes from its draft to the decision: written by one person, approved by another as exactly that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_shop
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.permissions import require_permission
from apps.coupons.codes_text import MAX_WORD, MIN_WORD, canonical, digest_of, generated_word, new_seed
from apps.coupons.models import Code, CodeBatch, CouponTemplate
from apps.coupons.models.code import MAX_BATCH
from apps.coupons.services.codes import steps
from apps.coupons.services.codes.generating import finish_shared
from apps.coupons.services.codes.steps import Step, begin, begin_locked, content_of, hash_of, lock, move
from apps.coupons.worst_case import worst_case
from apps.offers.lifecycle import TemplateState
from apps.pricing.faults import Fault

GENERATE = "codes.generate"
MORE_THAN_BUDGET = _(
    "The template's budget has no room for all of these codes: the last ones would get no coupon."
)
WRITTEN = ("name", "template", "shared", "quantity", "per_customer", "word", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a batch shall be: `quantity` single-use codes, or one shared `word` (empty: a generated one)."""

    name: str
    template: str
    quantity: int
    shared: bool = False
    word: str = ""
    per_customer: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction.atomic
def draft_batch(*, code: str, wish: Wish, actor: User) -> CodeBatch:
    require_permission(actor, steps.ADD)
    require_shop(actor, steps.shop_of(wish.template), "template")
    batch = _filled(CodeBatch(code=code, owner=actor), wish)
    if CodeBatch.objects.filter(code=code).exists():
        raise DomainError("code_taken", _("This code is taken."), "code")
    batch.save(force_insert=True)
    record(action="codes.create", subject=batch, actor=actor, after=dict(content_of(batch)))
    return batch


@transaction.atomic
def edit_batch(*, batch: CodeBatch, wish: Wish, actor: User) -> CodeBatch:
    """Its owner writes a draft anew: whoever wrote in it may not approve it, and that is only one."""
    locked = _own(begin(batch, Step.EDIT, actor, steps.CHANGE), actor)
    require_shop(actor, steps.shop_of(wish.template), "template")
    before = dict(content_of(locked))
    _filled(locked, wish).save(update_fields=WRITTEN)
    after = dict(content_of(locked))
    if before != after:
        changed = {name for name in after if after[name] != before[name]}
        record(
            action="codes.edit",
            subject=locked,
            actor=actor,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )
    return locked


@transaction.atomic
def submit_batch(*, batch: CodeBatch, actor: User, reason: str = "") -> ApprovalRequest:
    """Ask for the codes to be made; neither who asks nor who wrote it decides."""
    locked = begin(batch, Step.SUBMIT, actor, steps.SUBMIT)
    _require_sound(locked)
    move(locked, Step.SUBMIT, actor, reason=reason.strip())
    return approvals.open_request(
        action=GENERATE,
        subject=locked,
        title=locked.name,
        content_hash=hash_of(locked),
        submitter=actor,
        barred=[locked.owner_id],
        due_at=locked.starts_at,
        reason=reason.strip(),
        shop_code=steps.shop_of(locked.template),
    )


def faults_of(batch: CodeBatch) -> list[Fault]:
    """What stands in the way of making these codes now."""
    found = []
    template = CouponTemplate.objects.filter(code=batch.template).first()
    if template is None or template.status != TemplateState.APPROVED:
        found.append(Fault("template", "not_approved", str(_("This coupon template is not approved."))))
    if batch.ends_at is not None and batch.ends_at <= database_now():
        found.append(Fault("ends_at", "over", str(_("Its time is over."))))
    if batch.shared and Code.objects.filter(digest=digest_of(batch.word)).exists():
        found.append(Fault("word", "word_taken", str(_("There is such a code already."))))
    return found


def exceeds_budget(batch: CodeBatch) -> bool:
    """Whether the template's whole budget has no room for a coupon of every code."""
    template = CouponTemplate.objects.select_related("current").filter(code=batch.template).first()
    if template is None or template.current is None:
        return False
    worst, most = worst_case(template.current.content) or 0, template.budget_quantity
    over_amount = template.budget_amount is not None and worst * batch.quantity > template.budget_amount
    return over_amount or (most is not None and batch.quantity > most)


class BatchHandler:
    """What requests about batches have in common."""

    permission = steps.APPROVE
    label: Any

    def subject(self, request: ApprovalRequest) -> CodeBatch:
        return CodeBatch.objects.get(code=request.subject_code)

    def lock(self, request: ApprovalRequest) -> CodeBatch:
        return lock(request.subject_code)

    def current_hash(self, request: ApprovalRequest) -> str:
        return hash_of(self.subject(request))

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=dict(content_of(self.subject(request))))

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """The batch stays as it is."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """The batch stays as it is."""


class GenerateHandler(BatchHandler):
    """Approval of making the codes: a shared one is there at once, the others are made by the worker."""

    label = _("Make coupon codes")

    def describe(self, request: ApprovalRequest) -> Description:
        batch = self.subject(request)
        warnings = (MORE_THAN_BUDGET,) if exceeds_budget(batch) else ()
        return Description(request.title, dict(content_of(batch)), warnings)

    def faults(self, request: ApprovalRequest) -> Sequence[Fault]:
        return faults_of(self.subject(request))

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        locked = begin_locked(self.lock(request), Step.APPROVE)
        _require_sound(locked)
        if not locked.shared:
            locked.seed = new_seed()
        move(locked, Step.APPROVE, actor, "seed")
        if locked.shared:
            finish_shared(locked)

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        move(begin_locked(self.lock(request), Step.SEND_BACK), Step.SEND_BACK, actor, reason=reason)

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        move(begin_locked(self.lock(request), Step.SEND_BACK), Step.SEND_BACK, actor)


def _filled(batch: CodeBatch, wish: Wish) -> CodeBatch:
    """The batch as wished; raises DomainError with the field at fault."""
    if not wish.name.strip():
        raise DomainError("required", _("Give it a name."), "name")
    if not CouponTemplate.objects.filter(code=wish.template).exists():
        raise DomainError("unknown_template", _("There is no such coupon template."), "template")
    if wish.quantity < 1 or (not wish.shared and wish.quantity > MAX_BATCH):
        raise DomainError(
            "quantity", _("A batch has 1 to %(most)s codes."), "quantity", most=f"{MAX_BATCH:,}"
        )
    if wish.per_customer < 1:
        raise DomainError("per_customer", _("At least 1."), "per_customer")
    if wish.starts_at and wish.ends_at and wish.ends_at <= wish.starts_at:
        raise DomainError("window", _("It must end after it starts."), "ends_at")
    for name in WRITTEN:
        setattr(batch, name, getattr(wish, name))
    batch.name, batch.word = wish.name.strip(), _word(wish)
    batch.per_customer = wish.per_customer if wish.shared else 1
    return batch


def _word(wish: Wish) -> str:
    if not wish.shared:
        return ""
    word = wish.word.strip() or generated_word()
    if len(word) > MAX_WORD or len(canonical(word)) < MIN_WORD:
        raise DomainError(
            "word",
            _("A shared code has %(least)s to %(most)s letters or digits."),
            "word",
            least=MIN_WORD,
            most=MAX_WORD,
        )
    if Code.objects.filter(digest=digest_of(word)).exists():
        raise DomainError("word_taken", _("There is such a code already."), "word")
    return word


def _require_sound(batch: CodeBatch) -> None:
    for fault in faults_of(batch):
        raise DomainError(fault.code, fault.message, fault.path)


def _own(batch: CodeBatch, actor: User) -> CodeBatch:
    if batch.owner_id != actor.pk:
        raise Forbidden("not_yours", _("Only its owner changes a draft."))
    return batch
