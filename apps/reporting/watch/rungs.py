"""The rungs of the ladder as pages: what is hit, what that does, and the one service behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.accounts.models import User
from apps.accounts.scope import owned, shops_of, visible
from apps.activities import services
from apps.activities.lifecycle import RIGHTS, Right
from apps.activities.models import Activity
from apps.catalog.models import Shop, Sku
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.coupons.lifecycle import TEMPLATE_RIGHTS
from apps.coupons.selectors import open_or_upcoming
from apps.offers.admin.preview import skus_reached
from apps.offers.forms.fields import WordsField
from apps.reporting.watch import ladder
from apps.reporting.watch.effects import held_by_sku, held_orders

OFFERED_SKUS = 12
NEEDS_APPROVAL = gettext_lazy("Only another person's approval undoes it.")
Run = Callable[[User, str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to stop. `effects` are sentences; `run` does it and says what was done."""

    title: str
    subject: str
    effects: list[str]
    button: str
    run: Run
    fields: Mapping[str, forms.Field] = field(default_factory=dict)
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Rung:
    """`read` finds the target that a request names, None where it must be chosen first."""

    code: str
    label: Any
    hint: Any
    icon: str
    permission: str
    read: Callable[[HttpRequest], Target | None]


def _activity(request: HttpRequest) -> Activity:
    code = request.GET.get("code", "")
    activities = visible(request.user, Activity.objects.select_related("current"))
    activity = activities.filter(code=code).first()
    if activity is None or activity.current is None:
        raise Http404
    return activity


def _kept(held: int) -> str:
    """Orders that are placed and not paid, whatever is stopped."""
    return ngettext(
        "%(n)s order placed and not yet paid keeps its promotion price.",
        "%(n)s orders placed and not yet paid keep their promotion price.",
        held,
    ) % {"n": held}


def _one_activity(request: HttpRequest) -> Target:
    activity = _activity(request)

    def run(actor: User, reason: str, answers: Mapping[str, Any]) -> str:
        services.pause(thing=activity, actor=actor, reason=reason)
        return _("Paused: original prices count from now on.")

    effects = [
        _("Original prices are back at once."),
        _kept(held_orders([activity.code])),
        str(NEEDS_APPROVAL),
    ]
    return Target(_("Pause"), activity.name, effects, _("Pause now"), run)


def _skus_of_one(request: HttpRequest) -> Target:
    """SKUs of one activity: the first to tick, any to type."""
    activity = _activity(request)
    assert activity.current is not None
    reached = skus_reached(activity.current.content, faultless=True)
    offered = list(reached.order_by("code").values_list("code", "name")[: OFFERED_SKUS + 1])
    held = held_by_sku(activity.code, [code for code, _name in offered])

    def run(actor: User, reason: str, answers: Mapping[str, Any]) -> str:
        skus = [*answers.get("ticked", ()), *answers.get("skus", ())]
        _check_named(skus, reached)
        placed = services.stop_skus(activity=activity, skus=skus, actor=actor, reason=reason)
        if not placed:
            raise DomainError("nothing_to_stop", _("There is nothing left to stop."))
        return _("Stopped: original prices count for these SKUs.")

    effects = [
        _("These SKUs are back at their original price at once; the others go on."),
        _kept(held_orders([activity.code])),
        str(NEEDS_APPROVAL),
    ]
    fields = _sku_fields(offered, held)
    return Target(_("Stop SKUs"), activity.name, effects, _("Stop now"), run, fields)


def _sku_fields(offered: list[tuple[str, str]], held: Mapping[str, int]) -> dict[str, forms.Field]:
    choices = [
        (
            code,
            f"{code} {name}".rstrip()
            + (_(" (unpaid orders: %(n)s)") % {"n": held[code]} if code in held else ""),
        )
        for code, name in offered[:OFFERED_SKUS]
    ]
    initial = [offered[0][0]] if len(offered) == 1 else []
    ticks = forms.MultipleChoiceField(
        label=_("SKUs"),
        choices=choices,
        required=False,
        initial=initial,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    if len(offered) <= OFFERED_SKUS:
        return {"ticked": ticks}
    return {"skus": WordsField(label=_("SKUs"), source="sku", required=True)}


def _check_named(skus: list[str], reached: QuerySet[Sku]) -> None:
    """Only what takes part can be taken out; anything else is a slip."""
    known = set(reached.filter(pk__in=skus).values_list("pk", flat=True))
    others = [sku for sku in skus if sku not in known]
    if others:
        message = _("Not in this activity: %(skus)s.")
        raise DomainError("not_in_scope", message, "skus", skus=", ".join(others))
    if not skus:
        raise DomainError("required", _("Choose at least one SKU."), "ticked")


def _sku_everywhere(request: HttpRequest) -> Target | None:
    code = request.GET.get("sku", "").strip()
    if not code:
        return None
    sku = visible(request.user, Sku.objects.filter(pk=code)).first()
    if sku is None:
        raise Http404
    activities = list(owned(request.user, ladder.with_sku(code)).values_list("code", "name"))

    def run(actor: User, reason: str, answers: Mapping[str, Any]) -> str:
        hit = ladder.stop_sku(sku=code, actor=actor, reason=reason)
        return _("Stopped; activities it was taken out of: %(n)s.") % {"n": hit}

    effects = [
        _("It is back at its original price at once, in every activity that reaches it: %(names)s.")
        % {"names": _some([name for _code, name in activities])},
        _kept(held_orders([code for code, _name in activities], [code])),
        str(NEEDS_APPROVAL),
    ]
    subject = f"{sku.code} {sku.name}".rstrip()
    return Target(_("Stop a SKU everywhere"), subject, effects, _("Stop now"), run, possible=bool(activities))


def _shop(request: HttpRequest) -> Target | None:
    if "shop" not in request.GET:
        return None
    code = request.GET["shop"]
    shop = visible(request.user, Shop.objects.filter(pk=code)).first() if code else None
    if (code and shop is None) or (not code and shops_of(request.user) is not None):
        raise Http404
    rows = list(ladder.of_shop(code).values_list("code", "starts_at"))
    now = database_now()
    running = sum(starts_at <= now for _code, starts_at in rows)

    def run(actor: User, reason: str, answers: Mapping[str, Any]) -> str:
        hit = ladder.pause_shop(shop=code, actor=actor, reason=reason)
        return _("Original prices count from now on; activities paused: %(n)s.") % {"n": hit}

    effects = [
        _("Running activities that are paused, with original prices back at once: %(running)s.")
        % {"running": running},
        _("Approved ones that have not started and are paused, too: %(coming)s.")
        % {"coming": len(rows) - running},
        _kept(held_orders([code for code, _starts in rows])),
        str(NEEDS_APPROVAL),
    ]
    title, subject = _("Stop all activities of a shop"), shop.name or shop.code if shop else _("Platform")
    return Target(title, subject, effects, _("Stop now"), run, possible=bool(rows))


def _coupons(request: HttpRequest) -> Target:
    templates = owned(request.user, ladder.issuing()).count()
    campaigns = owned(request.user, open_or_upcoming(database_now())).count()

    def run(actor: User, reason: str, answers: Mapping[str, Any]) -> str:
        hit = ladder.stop_all_coupons(actor=actor, reason=reason)
        return _("No coupons are issued any more; templates stopped: %(n)s.") % {"n": hit}

    effects = [
        _("No claims, codes, grants, pushes or rewards from now on; templates stopped: %(n)s.")
        % {"n": templates},
        _("Claim campaigns, open or announced, with nothing more to give: %(n)s.") % {"n": campaigns},
        _("Coupons that customers have still work."),
        str(NEEDS_APPROVAL),
    ]
    return Target(_("Stop all coupons"), _whose(request), effects, _("Stop now"), run, possible=templates > 0)


def _whose(request: HttpRequest) -> str:
    shops = shops_of(request.user)
    if shops is None:
        return _("All shops")
    return ", ".join(str(shop) for shop in Shop.objects.filter(pk__in=shops))


def _some(names: list[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} …" if len(names) > most else shown or "–"


RUNGS = {
    rung.code: rung
    for rung in (
        Rung(
            "sku",
            gettext_lazy("Stop a SKU everywhere"),
            gettext_lazy("One SKU, out of every activity"),
            "remove_shopping_cart",
            RIGHTS[Right.STOP],
            _sku_everywhere,
        ),
        Rung(
            "skus",
            gettext_lazy("Stop SKUs"),
            gettext_lazy("Some SKUs of one activity"),
            "remove_shopping_cart",
            RIGHTS[Right.STOP],
            _skus_of_one,
        ),
        Rung(
            "activity",
            gettext_lazy("Pause"),
            gettext_lazy("One activity"),
            "pause",
            RIGHTS[Right.PAUSE],
            _one_activity,
        ),
        Rung(
            "shop",
            gettext_lazy("Stop all activities of a shop"),
            gettext_lazy("Running ones and those that would start"),
            "store",
            RIGHTS[Right.PAUSE],
            _shop,
        ),
        Rung(
            "coupons",
            gettext_lazy("Stop all coupons"),
            gettext_lazy("No template issues any more; issued coupons still work"),
            "confirmation_number",
            TEMPLATE_RIGHTS[Right.STOP],
            _coupons,
        ),
    )
}
#: the rungs that the home page offers; the others stand beside their activity
LADDER = ("sku", "shop", "coupons")
