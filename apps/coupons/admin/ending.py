"""Steps that end the use of coupons, and whether they are for compensation; each with its effect in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.currency import money
from apps.coupons.models import CouponTemplate, VoidRun
from apps.coupons.outstanding import open_coupons
from apps.coupons.services.compensating import allow_compensation, forbid_compensation
from apps.coupons.services.stopping import request_resume_use, request_stop_use
from apps.coupons.services.voiding import request_void
from apps.offers.admin.doings import Doing
from apps.offers.admin.situation import Situation
from apps.offers.admin.words import local_time
from apps.offers.forms.slots import Text
from apps.offers.lifecycle import Action, Right, TemplateState

OPEN = _("%(unused)s unused coupons, %(held)s more held by unpaid orders; %(money)s is reserved for them.")
ASKED = _("Requested: it waits for a decision.")


def hits_open(template: CouponTemplate) -> str:
    """What is out there of a template, in words."""
    found = open_coupons(template.code)
    return OPEN % {
        "unused": f"{found.unused:,}",
        "held": f"{found.held:,}",
        "money": money(found.reserved_amount),
    }


def _with_template(service: Any) -> Any:
    def run(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
        return service(template=thing, actor=actor, reason=reason)

    return run


def _can_ask(situation: Situation, action: Action) -> bool:
    row = situation.thing.TABLE.allowed(situation.thing.status, situation.thing.pending, action)
    return row is not None and situation.may(Right.SUBMIT) and situation.request(action.value) is None


def _stop_use_offered(situation: Situation) -> bool:
    return situation.thing.use_stopped_at is None and _can_ask(situation, Action.STOP_USE)


def _resume_use_offered(situation: Situation) -> bool:
    return situation.thing.use_stopped_at is not None and _can_ask(situation, Action.RESUME_USE)


def _allow_offered(situation: Situation) -> bool:
    thing = situation.thing
    return (
        thing.status == TemplateState.APPROVED and not thing.for_compensation and situation.may(Right.APPROVE)
    )


def _forbid_offered(situation: Situation) -> bool:
    return situation.thing.for_compensation and situation.may(Right.STOP)


ENDING_DOINGS = (
    Doing(
        "stop_use",
        _("Request to stop using"),
        _(
            "Another person decides. Once approved, no new coupons are given out and those given out cannot be used. "
            "Unpaid orders that hold one keep their price. Only approval brings it back."
        ),
        _with_template(request_stop_use),
        _stop_use_offered,
        ASKED,
        reason="must",
        icon="do_not_disturb_on",
        grave=True,
        hits=hits_open,
    ),
    Doing(
        "resume_use",
        _("Request use again"),
        _(
            "Another person decides. Once approved, coupons given out can be used again; none are given out anew."
        ),
        _with_template(request_resume_use),
        _resume_use_offered,
        ASKED,
        reason="may",
        icon="play_arrow",
        hits=hits_open,
    ),
    Doing(
        "void",
        _("Request to void"),
        _(
            "Another person decides. Once approved, every coupon that is not used is void for good and what was "
            "reserved for it is free; held ones follow when their order lets them go. No new coupons are given out."
        ),
        _with_template(request_void),
        lambda situation: _can_ask(situation, Action.VOID),
        ASKED,
        reason="must",
        icon="delete_forever",
        grave=True,
        hits=hits_open,
    ),
    Doing(
        "allow_compensation",
        _("Allow for compensation"),
        _("Customer service may give these coupons, within the quota of each agent and day."),
        _with_template(allow_compensation),
        _allow_offered,
        _("Customer service can give it now."),
        icon="support_agent",
    ),
    Doing(
        "forbid_compensation",
        _("No longer for compensation"),
        _("Customer service can no longer give these coupons. Those given out still work."),
        _with_template(forbid_compensation),
        _forbid_offered,
        _("Customer service can no longer give it."),
        icon="support_agent",
    ),
)


def notes_of(template: CouponTemplate) -> list[dict[str, Text | bool]]:
    """What a template's page says of it besides its state."""
    notes: list[dict[str, Text | bool]] = []
    if template.use_stopped_at is not None:
        text = _("Coupons given out cannot be used since %(when)s.") % {
            "when": local_time(template.use_stopped_at)
        }
        notes.append({"code": "use_stopped", "text": text, "grave": True})
    run = VoidRun.objects.filter(template=template.code).first()
    if run is not None:
        told = (
            _("Void: %(voided)s of %(total)s coupons.")
            if run.ended_at is None
            else _("Void: %(voided)s coupons.")
        )
        numbers = {"voided": f"{run.voided:,}", "total": f"{run.total:,}"}
        notes.append({"code": "voiding", "text": told % numbers, "grave": run.ended_at is None})
    if template.for_compensation:
        notes.append({"code": "compensation", "text": _("Customer service may give it."), "grave": False})
    return notes
