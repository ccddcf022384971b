"""What people can do to a batch of codes: when it is offered, what it says it will do, and the service behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.core.audit import subject_of
from apps.coupons.forms.code_batch import RevokeSomeForm
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes import exporting, revoking, steps
from apps.coupons.services.codes.drafting import GENERATE, submit_batch
from apps.coupons.services.codes.steps import Step, allows
from apps.offers.forms.slots import Text

LONGEST_REASON = 500
Run = Callable[[CodeBatch, User, str, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class View:
    """A batch as one person sees it now."""

    batch: CodeBatch
    user: User
    requests: tuple[ApprovalRequest, ...]
    allowed: ApprovalRequest | None

    def may(self, step: Step, permission: str) -> bool:
        return allows(self.batch, step) and self.user.has_perm(permission)

    def pending(self, action: str) -> ApprovalRequest | None:
        return next((one for one in self.requests if one.action == action), None)

    @property
    def is_theirs(self) -> bool:
        """Whether the export was approved for this person."""
        return self.allowed is not None and self.allowed.submitter_id == self.user.pk

    @property
    def can_take(self) -> bool:
        there = self.batch.seed is not None
        return there and self.is_theirs and self.may(Step.EXPORT, steps.EXPORT)


@dataclass(frozen=True)
class BatchDoing:
    """`run(batch, actor, reason, answers)` calls one service and may say what came of it."""

    code: str
    label: Text
    effect: Text
    run: Run
    offered: Callable[[View], bool]
    done: Text
    reason: bool = False
    form: type[forms.Form] = forms.Form
    icon: str = "bolt"
    grave: bool = False

    def ask(self, data: Any = None) -> forms.Form:
        form = self.form(data, label_suffix="")
        form.use_required_attribute = False
        if self.reason:
            form.fields["reason"] = forms.CharField(
                label=_("Reason"),
                max_length=LONGEST_REASON,
                widget=UnfoldAdminTextareaWidget({"rows": 3}),
            )
        return form


def view_of(batch: CodeBatch, user: User) -> View:
    about = subject_of(batch)
    waiting = ApprovalRequest.objects.filter(
        subject_type=about.type, subject_code=about.code, state=RequestState.PENDING
    ).select_related("submitter")
    return View(batch, user, tuple(waiting), exporting.allowed_request(batch))


def _withdraw(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> None:
    request = view_of(batch, actor).pending(GENERATE)
    if request is not None:
        approvals.withdraw(request=request, actor=actor)


def _can_withdraw(view: View) -> bool:
    request = view.pending(GENERATE)
    return request is not None and request.submitter_id == view.user.pk


def _can_ask(view: View) -> bool:
    there = view.batch.seed is not None and not view.batch.shared
    asked = view.allowed is not None or view.pending(exporting.EXPORT) is not None
    return there and not asked and view.may(Step.EXPORT, steps.EXPORT)


def _revoke_some(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> str:
    texts = answers["codes"].splitlines()
    found = revoking.revoke_codes(batch=batch, texts=texts, actor=actor, reason=reason)
    said = ngettext("%(n)s code revoked", "%(n)s codes revoked", found.revoked) % {"n": found.revoked}
    left = _("claimed already: %(claimed)s, revoked before: %(before)s, not of this batch: %(unknown)s")
    return f"{said}; " + left % {"claimed": found.claimed, "before": found.before, "unknown": found.unknown}


def _submit(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> None:
    submit_batch(batch=batch, actor=actor)


def _request_export(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> None:
    exporting.request_export(batch=batch, actor=actor, reason=reason)


def _confirm_export(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> None:
    exporting.confirm_export(batch=batch, actor=actor)


def _revoke(batch: CodeBatch, actor: User, reason: str, answers: dict[str, Any]) -> None:
    revoking.revoke_batch(batch=batch, actor=actor, reason=reason)


DOINGS = (
    BatchDoing(
        "submit",
        _("Submit for approval"),
        _("Somebody else decides. Once approved, the codes are made."),
        _submit,
        lambda view: view.may(Step.SUBMIT, steps.SUBMIT),
        _("Submitted: it waits for a decision."),
        icon="send",
    ),
    BatchDoing(
        "withdraw",
        _("Take back"),
        _("It becomes a draft again."),
        _withdraw,
        _can_withdraw,
        _("Taken back: it is a draft again."),
        icon="undo",
    ),
    BatchDoing(
        "request_export",
        _("Request the export"),
        _("Somebody else decides. Once approved, you can download the codes, once."),
        _request_export,
        _can_ask,
        _("Requested: it waits for a decision."),
        reason=True,
        icon="outbox",
    ),
    BatchDoing(
        "confirm_export",
        _("I have the file"),
        _("The codes are forgotten at once. Nobody can download or read them again."),
        _confirm_export,
        lambda view: view.can_take and view.batch.exported_at is not None,
        _("The codes are forgotten. Keep the file safe."),
        icon="task_alt",
    ),
    BatchDoing(
        "revoke_some",
        _("Revoke some codes"),
        _(
            "At once these codes cannot be claimed any more. Claimed ones stay as they are. There is no way back."
        ),
        _revoke_some,
        lambda view: not view.batch.shared and view.may(Step.REVOKE_SOME, steps.REVOKE),
        _("Done."),
        reason=True,
        form=RevokeSomeForm,
        icon="playlist_remove",
        grave=True,
    ),
    BatchDoing(
        "revoke",
        _("Revoke all codes"),
        _(
            "At once no code of this batch can be claimed any more. Coupons already claimed stay. There is no way back."
        ),
        _revoke,
        lambda view: view.may(Step.REVOKE, steps.REVOKE),
        _("Revoked: no code of it can be claimed any more."),
        reason=True,
        icon="block",
        grave=True,
    ),
)
