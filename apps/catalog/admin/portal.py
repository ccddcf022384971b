"""The portal's currency and selection, which packs set; what administrators decide of floor prices and goals."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.catalog.models import Portal
from apps.catalog.selectors import portal as current_portal
from apps.catalog.services.portal import CHANGE, set_block_below_floor, set_goal_from
from apps.core.errors import DomainError
from apps.core.forms import MoneyField
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.pricing.money import format_money


class GoalForm(ReasonForm):
    amount = MoneyField(
        label=_("Budget from which a goal is compulsory"),
        required=False,
        help_text=_("Empty: goals are never compulsory."),
    )
    field_order = ("amount", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        """With what holds now, so that nobody takes it away by leaving it out."""
        super().__init__(*args, **options)
        self.initial.setdefault("amount", current_portal().goal_from_amount)


@admin.register(Portal)
class PortalAdmin(ReadOnlyAdmin):
    list_display = ("currency", "selection", "block_below_floor", "goal_from")
    fields = ("currency", "selection", "block_below_floor", "goal_from")
    actions_detail = ("switch_floor", "change_goal")

    @admin.display(description=_("budget from which a goal is compulsory"))
    def goal_from(self, portal: Portal) -> Any:
        amount = portal.goal_from_amount
        return _("goals are optional") if amount is None else format_money(amount, portal.currency)

    def has_change_goal_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm(CHANGE)

    def has_switch_floor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm(CHANGE)

    @action(
        description=_("Refuse or accept orders below the floor price"),
        url_path="switch-floor",
        permissions=["switch_floor"],
        icon="price_check",
        dialog={
            "title": _("Refuse or accept orders below the floor price"),
            "description": _("Counts from the next order on; orders that are held keep their price."),
            "form_class": ReasonForm,
            "form_submit_text": _("Switch"),
        },
    )
    def switch_floor(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        portal = Portal.objects.get(pk=object_id)
        try:
            set_block_below_floor(
                on=not portal.block_below_floor,
                actor=signed_in(request),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Done."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:catalog_portal_change", args=[object_id]))

    @action(
        description=_("Budget from which a goal is compulsory"),
        url_path="goal-from",
        permissions=["change_goal"],
        icon="flag",
        dialog={
            "title": _("Budget from which a goal is compulsory"),
            "description": _("Counts from the next submission on; what runs is not touched."),
            "form_class": GoalForm,
            "form_submit_text": _("Save"),
        },
    )
    def change_goal(self, request: HttpRequest, form: GoalForm, object_id: str) -> HttpResponse:
        said = form.cleaned_data
        try:
            set_goal_from(amount=said["amount"], actor=signed_in(request), reason=said["reason"])
            messages.success(request, _("Done."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:catalog_portal_change", args=[object_id]))
