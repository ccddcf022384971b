"""Rules that pause by themselves: proposed on a form, confirmed or switched off by a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.impact.lifecycle import RuleState
from apps.impact.models.alerts import KIND_LABELS, PauseRule, choices
from apps.impact.patrol import pausing


class RuleForm(forms.ModelForm):
    kind = forms.ChoiceField(
        label=_("When an alert is raised"), choices=choices(KIND_LABELS), widget=UnfoldAdminSelectWidget
    )
    at_least = forms.IntegerField(
        label=_("from so many SKUs on"), min_value=1, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(label=_("Reason"), widget=UnfoldAdminTextareaWidget({"rows": 2}))

    class Meta:
        model = PauseRule
        fields = ("kind", "at_least", "reason")

    def save(self, commit: bool = True) -> PauseRule:
        """The service writes it (`save_model`)."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing hangs on a rule."""


@admin.register(PauseRule)
class PauseRuleAdmin(ModelAdmin):
    list_display = ("kind", "at_least", "state", "proposed_by", "confirmed_by")
    list_select_related = ("proposed_by", "confirmed_by")
    ordering = ("-id",)
    form = RuleForm
    fields = ("kind", "at_least", "state", "reason", "proposed_by", "proposed_at", "confirmed_by")
    readonly_fields = ("state", "proposed_by", "proposed_at", "confirmed_by")
    actions = None
    actions_detail = ("confirm", "switch_off")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ("kind", "at_least", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_confirm_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, object_id, RuleState.PROPOSED)

    def has_switch_off_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, object_id, RuleState.PROPOSED, RuleState.ACTIVE)

    def _may(self, request: HttpRequest, object_id: str | None, *states: RuleState) -> bool:
        if not request.user.has_perm(pausing.CONFIRM):
            return False
        return object_id is None or PauseRule.objects.filter(pk=object_id, state__in=states).exists()

    def save_model(self, request: HttpRequest, obj: PauseRule, form: Any, change: bool) -> None:
        made = pausing.propose(**form.cleaned_data, actor=signed_in(request))
        obj.pk = made.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit log has it."""

    @action(description=_("Put in force"), url_path="confirm", permissions=["confirm"], icon="verified_user")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._done(request, object_id, pausing.confirm, str(_("In force from now on.")))

    @action(description=_("Switch off"), url_path="switch-off", permissions=["switch_off"], icon="toggle_off")
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._done(request, object_id, pausing.switch_off, str(_("Switched off.")))

    def _done(
        self, request: HttpRequest, object_id: str, step: Callable[..., PauseRule], told: str
    ) -> HttpResponse:
        try:
            step(rule=PauseRule.objects.get(pk=object_id), actor=signed_in(request))
            messages.success(request, told)
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:impact_pauserule_change", args=[object_id]))
