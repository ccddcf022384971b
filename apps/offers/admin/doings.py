"""What people can do to a thing, one row each: when it is offered, what it says it will do, and the service behind it.

The lifecycle table decides; a row only adds what the table cannot know (whose request it is, whether a draft is open).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from apps.accounts.models import User
from apps.offers.admin.situation import Situation
from apps.offers.forms.slots import Text
from apps.offers.lifecycle import Action, Right, VersionState
from apps.offers.versions import drafts, review, revocation, running
from apps.offers.versions.owning import colleagues_for, hand_over

Service = Callable[..., Any]
Fields = Callable[[Any], Mapping[str, forms.Field]]


def no_fields(thing: Any) -> Mapping[str, forms.Field]:
    return {}


@dataclass(frozen=True)
class Doing:
    """`run(thing, actor, reason, answers)` calls one service. `reason`: must, may or cannot be given.

    `hits` says in numbers what it would do as things stand.
    """

    code: str
    label: Text
    effect: Text
    run: Callable[[Any, User, str, Mapping[str, Any]], Any]
    offered: Callable[[Situation], bool]
    done: Text
    reason: str = "none"
    fields: Fields = field(default=no_fields)
    icon: str = "bolt"
    grave: bool = False
    hits: Callable[[Any], Text] | None = None

    @property
    def needs_reason(self) -> bool:
        return self.reason == "must"


def with_reason(service: Service) -> Callable[[Any, User, str, Mapping[str, Any]], Any]:
    return lambda thing, actor, reason, answers: service(thing=thing, actor=actor, reason=reason, **answers)


def without_reason(service: Service) -> Callable[[Any, User, str, Mapping[str, Any]], Any]:
    return lambda thing, actor, reason, answers: service(thing=thing, actor=actor, **answers)


def _submit_offered(situation: Situation) -> bool:
    if situation.thing.current_id is None:
        return situation.allows(Action.SUBMIT)
    beside = situation.thing.TABLE.allowed(situation.thing.status, situation.thing.pending, Action.REVISE)
    return beside is not None and situation.draft is not None and situation.may(Right.SUBMIT)


def _withdraw_offered(situation: Situation) -> bool:
    return situation.mine("publish") and situation.may(Right.WITHDRAW)


def _discard_offered(situation: Situation) -> bool:
    return (
        situation.draft is not None and situation.thing.current_id is not None and situation.may(Right.EDIT)
    )


def _revise_offered(situation: Situation) -> bool:
    return situation.allows(Action.REVISE) and situation.version is None


def _resume_offered(situation: Situation) -> bool:
    return situation.allows(Action.RESUME) and situation.thing.paused_by_id != situation.user.pk


def _ask_to_resume_offered(situation: Situation) -> bool:
    row = situation.thing.TABLE.allowed(situation.thing.status, situation.thing.pending, Action.RESUME)
    may = situation.may(Right.SUBMIT) and not _resume_offered(situation)
    return row is not None and may and situation.request("resume") is None


def _withdraw_revocation_offered(situation: Situation) -> bool:
    return situation.allows(Action.WITHDRAW_REVOCATION) and situation.mine("revoke")


def _unpaid_field(thing: Any) -> Mapping[str, forms.Field]:
    """Only what prices has orders; the approver decides, who asks may propose it."""
    if thing.OFFER_OWNER is None:
        return {}
    label = _("Propose to cancel unpaid orders, too")
    return {
        "cancel_unpaid": forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget)
    }


def _colleagues(thing: Any) -> Mapping[str, forms.Field]:
    people = colleagues_for(type(thing), thing.shop_code).exclude(pk=thing.owner_id)
    return {"to": forms.ModelChoiceField(label=_("To whom"), queryset=people, widget=UnfoldAdminSelectWidget)}


def _hand_over(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> int:
    return hand_over(model=type(thing), keys=[thing.pk], to=answers["to"], actor=actor, reason=reason)


REVIEW_DOINGS = (
    Doing(
        "submit",
        _("Submit for approval"),
        _("Somebody else decides. Until then it cannot be edited; you can withdraw it."),
        with_reason(review.submit),
        _submit_offered,
        _("Submitted: it waits for a decision."),
        reason="may",
        icon="send",
    ),
    Doing(
        "withdraw",
        _("Withdraw"),
        _("The request is closed and the draft can be edited again."),
        without_reason(review.withdraw),
        _withdraw_offered,
        _("Withdrawn: it is a draft again."),
        icon="undo",
    ),
    Doing(
        "revise",
        _("Revise"),
        _("A draft opens beside what runs. What runs stays as it is until the draft is approved."),
        without_reason(drafts.revise),
        _revise_offered,
        _("A draft is open."),
        icon="edit",
    ),
    Doing(
        "discard",
        _("Discard the draft"),
        _("The draft beside it is given up. What runs stays as it is."),
        without_reason(drafts.discard_draft),
        _discard_offered,
        _("The draft was discarded."),
        icon="delete",
        grave=True,
    ),
    Doing(
        "hand_over",
        _("Hand over"),
        _("Only the owner changes. Whoever wrote in it may still not approve it."),
        _hand_over,
        lambda situation: situation.may(Right.EDIT),
        _("It has another owner now."),
        reason="may",
        fields=_colleagues,
        icon="person_add",
    ),
)

RUNNING_DOINGS = (
    Doing(
        "pause",
        _("Pause"),
        _(
            "Original prices are back at once. Orders placed but not yet paid keep their price. "
            "Only another person can resume it."
        ),
        with_reason(running.pause),
        lambda situation: situation.allows(Action.PAUSE),
        _("Paused: original prices count from now on."),
        reason="must",
        icon="pause",
        grave=True,
    ),
    Doing(
        "resume",
        _("Resume"),
        _("It counts again at once, within its time."),
        with_reason(running.resume),
        _resume_offered,
        _("It goes on."),
        reason="may",
        icon="play_arrow",
    ),
    Doing(
        "request_resume",
        _("Request resume"),
        _("An approver who did not pause it decides whether it goes on."),
        with_reason(running.request_resume),
        _ask_to_resume_offered,
        _("Requested: it waits for a decision."),
        reason="may",
        icon="play_arrow",
    ),
    Doing(
        "request_revocation",
        _("Request revocation"),
        _(
            "Another person decides. It runs on until then; once approved, original prices are back at once "
            "and it never starts again."
        ),
        with_reason(revocation.request_revocation),
        lambda situation: situation.allows(Action.REQUEST_REVOCATION),
        _("Requested: the revocation waits for a decision."),
        reason="must",
        fields=_unpaid_field,
        icon="block",
        grave=True,
    ),
    Doing(
        "withdraw_revocation",
        _("Withdraw the revocation request"),
        _("The request is closed; it runs on."),
        without_reason(revocation.withdraw_revocation),
        _withdraw_revocation_offered,
        _("The revocation request was withdrawn."),
        icon="undo",
    ),
)


def offered(doings: tuple[Doing, ...], situation: Situation) -> list[Doing]:
    """The buttons of one person at this moment."""
    if situation.version is not None and situation.version.state == VersionState.DISCARDED:
        return []
    return [doing for doing in doings if doing.offered(situation)]
