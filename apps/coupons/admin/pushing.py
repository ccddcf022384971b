"""The steps of an approved mass grant: to a test list, to everybody, stop, go on, give up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.models import User
from apps.core.currency import money
from apps.coupons.lifecycle import PushState
from apps.coupons.models import ClaimCampaign, PushRun
from apps.coupons.outstanding import Reach, reach_of
from apps.coupons.services import pushing
from apps.offers.admin.doings import Doing
from apps.offers.admin.situation import Situation
from apps.offers.documents import CampaignMode
from apps.offers.forms.slots import Text
from apps.offers.lifecycle import State

#: why a run stopped by itself; what a person said stands as it is
TOLD = {
    "sold_out": _("budget or quantity used up"),
    "template_closed": _("its coupons are no longer issued"),
    "paused": _("the campaign is paused"),
    "ended": _("the campaign is over"),
}
REACH = _("Up to %(people)s people, at worst %(each)s each: %(money)s in all.")
ABOUT = _("About %(people)s people, at worst %(each)s each: about %(money)s in all.")
UNBOUND = _("%(people)s people; what a coupon costs at worst has no bound.")


def why(run: PushRun) -> Text:
    return TOLD.get(run.told, run.told)


def reach_in_words(reach: Reach) -> str:
    """People times the worst case."""
    people = f"{reach.people:,}"
    if reach.each_amount is None or reach.most_amount is None:
        return UNBOUND % {"people": people}
    text = REACH if reach.exact else ABOUT
    return text % {
        "people": people,
        "each": money(reach.each_amount),
        "money": money(reach.most_amount),
    }


def reach_of_campaign(campaign: ClaimCampaign) -> str:
    assert campaign.current is not None
    return reach_in_words(reach_of(campaign.current.content))


def open_run(campaign: ClaimCampaign) -> PushRun | None:
    return campaign.pushes.filter(state__in=pushing.OPEN).first()


def _pushable(situation: Situation) -> bool:
    thing = situation.thing
    return (
        thing.mode == CampaignMode.PUSH
        and thing.status in (State.APPROVED, State.LIVE)
        and situation.user.has_perm(pushing.START)
    )


def _idle(situation: Situation) -> bool:
    return _pushable(situation) and open_run(situation.thing) is None


def _start_offered(situation: Situation) -> bool:
    return _idle(situation) and pushing.tested(situation.thing)


def _in(situation: Situation, *states: PushState) -> bool:
    if situation.thing.mode != CampaignMode.PUSH or not situation.user.has_perm(pushing.START):
        return False
    run = open_run(situation.thing)
    return run is not None and run.state in states


def _testers(thing: Any) -> Mapping[str, forms.Field]:
    return {
        "customers": forms.CharField(
            label=_("Customers"),
            help_text=_("Their ids, one a line."),
            widget=UnfoldAdminTextareaWidget({"rows": 4, "autofocus": True}),
        )
    }


def _start_test(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> PushRun:
    return pushing.start_test(campaign=thing, customers=answers["customers"].split(), actor=actor)


def _start(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> PushRun:
    return pushing.start(campaign=thing, actor=actor)


def _stop(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> PushRun:
    return pushing.stop(run=pushing.the_open_run(thing), actor=actor, reason=reason)


def _go_on(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> PushRun:
    return pushing.go_on(run=pushing.the_open_run(thing), actor=actor)


def _close(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> PushRun:
    return pushing.close(run=pushing.the_open_run(thing), actor=actor)


PUSH_DOINGS = (
    Doing(
        "push_test",
        _("Grant to a test list"),
        _("These customers get their coupons now, and are left out when everybody gets theirs."),
        _start_test,
        _idle,
        _("It is under way."),
        fields=_testers,
        icon="science",
    ),
    Doing(
        "push_start",
        _("Grant to everybody"),
        _(
            "Everybody whom the campaign means gets coupons, nobody twice. It can be stopped and goes on where it was."
        ),
        _start,
        _start_offered,
        _("It is under way."),
        icon="campaign",
        grave=True,
        hits=reach_of_campaign,
    ),
    Doing(
        "push_stop",
        _("Stop granting"),
        _("It stops within seconds. Whoever has coupons keeps them."),
        _stop,
        lambda situation: _in(situation, PushState.WAITING, PushState.RUNNING),
        _("Stopped."),
        reason="must",
        icon="pause",
        grave=True,
    ),
    Doing(
        "push_go_on",
        _("Go on granting"),
        _("It goes on where it stopped; nobody gets coupons twice."),
        _go_on,
        lambda situation: _in(situation, PushState.STOPPED),
        _("It goes on."),
        icon="play_arrow",
    ),
    Doing(
        "push_close",
        _("End this run"),
        _("The run is over. Whoever has coupons keeps them; a new run leaves them out."),
        _close,
        lambda situation: _in(situation, PushState.STOPPED),
        _("The run is over."),
        icon="stop_circle",
    ),
)
