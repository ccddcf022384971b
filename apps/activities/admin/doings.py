"""The steps that only activities have: the brakes on a part of one, and their undoing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from apps.accounts.models import User
from apps.activities import services
from apps.activities.models import ActivityStop
from apps.core.errors import DomainError
from apps.core.forms import MoneyField
from apps.offers.admin.doings import REVIEW_DOINGS, RUNNING_DOINGS, Doing
from apps.offers.admin.preview import skus_reached
from apps.offers.admin.situation import Situation
from apps.offers.forms.fields import CodeField, WordsField
from apps.offers.lifecycle import Action, Right


def _skus(thing: Any) -> Mapping[str, forms.Field]:
    return {"skus": WordsField(label=_("SKUs"), source="sku", required=True)}


def _units(thing: Any) -> Mapping[str, forms.Field]:
    return {
        "value": forms.IntegerField(
            label=_("Lower the stock to (units)"), min_value=0, widget=UnfoldAdminIntegerFieldWidget
        ),
        "sku": CodeField(label=_("Only of this SKU"), source="sku", required=False),
    }


def _money(thing: Any) -> Mapping[str, forms.Field]:
    return {"value": MoneyField(label=_("Lower the budget to"))}


def _stops(thing: Any) -> Mapping[str, forms.Field]:
    """The stops in force, as people call them."""
    stops = thing.stops.filter(lifted_at=None)
    return {
        "stops": forms.ModelMultipleChoiceField(
            label=_("Stops"), queryset=stops, widget=UnfoldAdminCheckboxSelectMultipleWidget
        )
    }


def _stop(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    """Only what takes part can be taken out; anything else is a slip."""
    reached = skus_reached(thing.current.content, faultless=True)
    known = set(reached.filter(pk__in=answers["skus"]).values_list("pk", flat=True))
    others = [sku for sku in answers["skus"] if sku not in known]
    if others:
        message = _("Not in this activity: %(skus)s.")
        raise DomainError("not_in_scope", message, "skus", skus=", ".join(others))
    return services.stop_skus(activity=thing, actor=actor, reason=reason, **answers)


def _lower_stock(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    return services.lower_stock(activity=thing, actor=actor, reason=reason, **answers)


def _lower_budget(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    return services.lower_budget(activity=thing, actor=actor, reason=reason, **answers)


def _lift(thing: Any, actor: User, reason: str, answers: Mapping[str, Any]) -> Any:
    return services.request_lift(activity=thing, actor=actor, reason=reason, stops=list(answers["stops"]))


def _lift_offered(situation: Situation) -> bool:
    row = situation.thing.TABLE.allowed(situation.thing.status, situation.thing.pending, Action.STOP_SKUS)
    if row is None or not situation.may(Right.SUBMIT) or situation.request("lift_stop") is not None:
        return False
    return ActivityStop.objects.filter(activity=situation.thing, lifted_at=None).exists()


def _lower_stock_offered(situation: Situation) -> bool:
    return (
        situation.allows(Action.LOWER_STOCK) and situation.thing.TABLE is not None and _has_stock(situation)
    )


def _has_stock(situation: Situation) -> bool:
    stock = situation.thing.current.content["stock"]
    return stock["total"] is not None or bool(stock["per_sku"])


STOP_DOINGS = (
    Doing(
        "stop_skus",
        _("Stop SKUs"),
        _("These SKUs are back at their original price at once. Undoing it needs approval."),
        _stop,
        lambda situation: situation.allows(Action.STOP_SKUS),
        _("Stopped: original prices count for these SKUs."),
        reason="must",
        fields=_skus,
        icon="remove_shopping_cart",
        grave=True,
    ),
    Doing(
        "lower_stock",
        _("Lower the stock"),
        _("At once. More again needs an approved revision or undoing."),
        _lower_stock,
        _lower_stock_offered,
        _("The stock is lowered."),
        reason="must",
        fields=_units,
        icon="trending_down",
        grave=True,
    ),
    Doing(
        "lower_budget",
        _("Lower the budget"),
        _("At once. More again needs an approved revision or undoing."),
        _lower_budget,
        lambda situation: situation.allows(Action.LOWER_BUDGET),
        _("The budget is lowered."),
        reason="must",
        fields=_money,
        icon="savings",
        grave=True,
    ),
    Doing(
        "lift_stop",
        _("Request undoing stops"),
        _("An approver who did not place them decides."),
        _lift,
        _lift_offered,
        _("Requested: it waits for a decision."),
        reason="may",
        fields=_stops,
        icon="restart_alt",
    ),
)
DOINGS = (*REVIEW_DOINGS, *STOP_DOINGS, *RUNNING_DOINGS)
