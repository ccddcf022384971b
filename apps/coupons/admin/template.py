"""Coupon templates: list with tabs, editor, buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.accounts.scope import shops_of
from apps.catalog.models import Shop
from apps.core.currency import money
from apps.coupons.admin import panels
from apps.coupons.admin.doings import TEMPLATE_DOINGS
from apps.coupons.admin.ending import notes_of
from apps.coupons.admin.exposure import Exposure, of_template
from apps.coupons.forms import TemplateForm
from apps.coupons.models import CouponTemplate
from apps.coupons.standing import standing_in, with_standing
from apps.offers.admin.codes import new_code
from apps.offers.admin.situation import Situation
from apps.offers.admin.versioned import VersionedAdmin
from apps.offers.documents.template import TEMPLATE_KINDS
from apps.offers.lifecycle import TemplateState, VersionState
from apps.pricing.kinds import KINDS


@admin.register(CouponTemplate)
class CouponTemplateAdmin(VersionedAdmin):
    list_display = ("star", "title_and_code", "kind_name", "state", "issuer", "budget", "owner")
    list_filter = (("status", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("code", "name")
    search_help_text = _("Name or code")
    ordering = ("-id",)
    tabs = (
        ("", _("All")),
        ("mine", _("Mine")),
        ("in_review", _("In review")),
        ("approved", _("In use")),
        ("stopped", _("Stopped")),
    )

    form_class = TemplateForm
    doings = TEMPLATE_DOINGS
    add_title = _("New coupon template")
    empty_hint = _("First say what a coupon is worth; once it is approved, a claim campaign hands it out.")

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        tabs = {
            "mine": Q(owner=request.user.pk),
            "in_review": Q(versions__state=VersionState.IN_REVIEW),
            "approved": Q(status=TemplateState.APPROVED),
            "stopped": Q(status=TemplateState.STOPPED),
        }
        return queryset.filter(tabs[name]) if name in tabs else queryset

    def page_context(self, request: HttpRequest, situation: Situation | None) -> dict[str, Any]:
        notes = notes_of(situation.thing) if situation else []
        panel = panels.of_template(situation.thing) if situation else None
        return {**super().page_context(request, situation), "notes": notes, "panel": panel}

    def exposure_of(self, content: dict[str, Any]) -> Exposure:
        return of_template(content)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the name of the shop that issues it, which stands on the page and not in the table."""
        shop = Shop.objects.filter(code=OuterRef("shop_code")).values("name")
        return with_standing(super().get_queryset(request)).annotate(shop_name=Subquery(shop))

    def new_content(self, request: HttpRequest) -> dict[str, Any]:
        shops = shops_of(request.user)
        return {
            "code": new_code("template"),
            "kind": TEMPLATE_KINDS[-1],
            "scope": {"mode": "all"},
            **({"issuer": min(shops)} if shops else {}),
        }

    @display(description=_("coupon template"), ordering="name", header=True)
    def title_and_code(self, template: CouponTemplate) -> tuple[str, str]:
        return template.name, template.code

    @admin.display(description=_("kind"), ordering="kind")
    def kind_name(self, template: CouponTemplate) -> str:
        return KINDS[template.kind].label(get_language() or "")

    @admin.display(description=_("issued by"), ordering="shop_code")
    def issuer(self, template: CouponTemplate) -> Any:
        return getattr(template, "shop_name", None) or template.shop_code or _("the platform")

    @admin.display(description=_("budget"), ordering="budget_amount")
    def budget(self, template: CouponTemplate) -> Any:
        """Both bars, once something was issued; before that what was planned."""
        standing = standing_in(template)
        if standing is not None:
            return panels.small_bars(standing)
        return "-" if template.budget_amount is None else money(template.budget_amount)
