"""The steps that only coupon templates have: 停发, and issuing again by approval."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.coupons.admin.ending import ENDING_DOINGS
from apps.coupons.admin.pushing import PUSH_DOINGS
from apps.coupons.services.issuing import request_resume_issuing, stop_issuing
from apps.offers.admin.doings import REVIEW_DOINGS, RUNNING_DOINGS, Doing
from apps.offers.admin.situation import Situation
from apps.offers.lifecycle import Action, Right


def _stop(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    return stop_issuing(template=thing, actor=actor, reason=reason)


def _ask(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    return request_resume_issuing(template=thing, actor=actor, reason=reason)


def _ask_offered(situation: Situation) -> bool:
    row = situation.thing.TABLE.allowed(
        situation.thing.status, situation.thing.pending, Action.RESUME_ISSUING
    )
    return row is not None and situation.may(Right.SUBMIT) and situation.request("resume_issuing") is None


TEMPLATE_DOINGS = (
    *REVIEW_DOINGS,
    Doing(
        "stop_issuing",
        _("Stop issuing"),
        _(
            "At once no new coupons are given out. Coupons already given out still work. Only approval brings it back."
        ),
        _stop,
        lambda situation: situation.allows(Action.STOP_ISSUING),
        _("Stopped: no new coupons are given out."),
        reason="must",
        icon="block",
        grave=True,
    ),
    Doing(
        "request_resume_issuing",
        _("Request issuing again"),
        _("An approver who did not stop it decides."),
        _ask,
        _ask_offered,
        _("Requested: it waits for a decision."),
        reason="may",
        icon="play_arrow",
    ),
    *ENDING_DOINGS,
)
CAMPAIGN_DOINGS = (*REVIEW_DOINGS, *PUSH_DOINGS, *RUNNING_DOINGS)
