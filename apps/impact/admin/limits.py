"""The limits above which two approvers decide, on one form; and the button that computes a report anew."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.accounts.current import signed_in
from apps.approvals.models import ApprovalRequest
from apps.core.currency import money
from apps.core.errors import DomainError
from apps.core.forms import DiscountField, MoneyField
from apps.impact.models.reports import ImpactLimits
from apps.impact.reports.limits import limits, set_limits
from apps.impact.reports.starting import compute_anew
from apps.pricing.money import format_percent


class LimitsForm(forms.ModelForm):
    depth_bps = DiscountField(
        label=_("Two approvers below"),
        required=False,
        help_text=_("A SKU that can be had for less than this. Empty: never for its depth."),
    )
    cost_amount = MoneyField(
        label=_("Two approvers from a cost of"),
        required=False,
        help_text=_("The most that one request can cost. Empty: never for its cost."),
    )

    class Meta:
        model = ImpactLimits
        fields = ("depth_bps", "cost_amount")

    def save(self, commit: bool = True) -> ImpactLimits:
        """The service writes it (`save_model`)."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing hangs on it."""


@admin.register(ImpactLimits)
class ImpactLimitsAdmin(ModelAdmin):
    """One row that is always there, whether somebody set it or not."""

    form = LimitsForm
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only read reads percent and money, not what is stored."""
        return self.form.Meta.fields if self.has_change_permission(request, obj) else ("depth", "cost")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self.has_change_permission(request, obj) else ("depth", "cost")

    @admin.display(description=ImpactLimits._meta.get_field("depth_bps").verbose_name, empty_value="–")
    def depth(self, said: ImpactLimits) -> str | None:
        return None if said.depth_bps is None else format_percent(said.depth_bps)

    @admin.display(description=ImpactLimits._meta.get_field("cost_amount").verbose_name, empty_value="–")
    def cost(self, said: ImpactLimits) -> str | None:
        return None if said.cost_amount is None else money(said.cost_amount)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return limits() if object_id == "1" else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:impact_impactlimits_change", args=["1"]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        said = form.cleaned_data
        set_limits(depth_bps=said["depth_bps"], cost_amount=said["cost_amount"], actor=signed_in(request))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit log has it."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("compute/<int:request_id>/", wrap(self.compute_view), name="impact_report_compute"),
            *super().get_urls(),
        ]

    def compute_view(self, request: HttpRequest, request_id: int) -> HttpResponse:
        asked = ApprovalRequest.objects.filter(pk=request_id).first()
        if asked is None or request.method != "POST":
            raise Http404
        try:
            compute_anew(request=asked, actor=signed_in(request))
            messages.success(request, _("The impact report is being computed anew."))
        except DomainError as refusal:
            if refusal.code == "forbidden":
                raise
            messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("admin:approvals_approvalrequest_change", args=[asked.pk]))
