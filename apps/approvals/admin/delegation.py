"""Who stands in for whom: an approver names a delegate, an administrator confirms one who is no approver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.models import Delegation
from apps.approvals.services.delegating import CONFIRM, NAME, READ
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.forms import LocalDateTimeField

LOOKS = {"now": "success", "waiting": "warning", "ahead": "info"}
STATES = {
    "waiting": _("waits for an administrator"),
    "ahead": _("to come"),
    "now": _("counts now"),
    "over": _("over"),
}


def readers() -> Any:
    """People who can read requests: only they can decide one."""
    people = User.objects.with_perm(READ, backend="django.contrib.auth.backends.ModelBackend")
    return people.filter(is_active=True, is_superuser=False).order_by("username")


class DelegationForm(forms.ModelForm):
    delegate = forms.ModelChoiceField(
        User.objects.none(), label=_("Delegate"), widget=UnfoldAdminSelectWidget
    )
    starts_at = LocalDateTimeField(label=_("Starts"))
    ends_at = LocalDateTimeField(label=_("Ends"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget
    )
    #: who fills it in; set by the admin
    principal: User

    class Meta:
        model = Delegation
        fields = ("delegate", "starts_at", "ends_at", "reason")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        people: Any = self.fields["delegate"]
        people.queryset = readers().exclude(pk=self.principal.pk)
        people.label_from_instance = lambda user: user.get_full_name() or user.get_username()
        self.named: Delegation | None = None

    def clean(self) -> dict[str, Any]:
        """The service decides; what it refuses stands beside the field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.named = services.name_delegate(principal=self.principal, **cleaned)
        except DomainError as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
        return cleaned

    def _post_clean(self) -> None:
        """Nothing of the form's own instance is written."""

    def save(self, commit: bool = True) -> Delegation:
        assert self.named is not None
        return self.named

    def save_m2m(self) -> None:
        """There is none."""


@admin.register(Delegation)
class DelegationAdmin(ModelAdmin):
    list_display = ("who", "stands_in", "starts_at", "ends_at", "state", "reason")
    list_select_related = ("principal", "delegate")
    search_fields = ("principal__username", "delegate__username")
    list_before_template = "admin/approvals/delegations.html"
    readonly_fields = (
        "who",
        "stands_in",
        "starts_at",
        "ends_at",
        "state",
        "reason",
        "confirmed_by",
        "ended_at",
    )
    fields = readonly_fields
    actions = None
    actions_detail = ("confirm", "end")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(NAME)

    def has_change_permission(self, request: HttpRequest, obj: Delegation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delegation | None = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **options)
        return type("NamedBy", (DelegationForm,), {"principal": signed_in(request)})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("delegate", "starts_at", "ends_at", "reason")

    def save_model(self, request: HttpRequest, obj: Delegation, form: Any, change: bool) -> None:
        """The form's service has written it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit log has it."""

    @admin.display(description=_("approver"), ordering="principal")
    def who(self, delegation: Delegation) -> str:
        return delegation.principal.get_full_name() or delegation.principal.get_username()

    @admin.display(description=_("delegate"), ordering="delegate")
    def stands_in(self, delegation: Delegation) -> str:
        return delegation.delegate.get_full_name() or delegation.delegate.get_username()

    @display(description=_("state"), label=LOOKS)
    def state(self, delegation: Delegation) -> tuple[str, Any]:
        name = _state_of(delegation)
        return name, STATES[name]

    def has_confirm_delegation_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not request.user.has_perm(CONFIRM) or object_id is None:
            return request.user.has_perm(CONFIRM)
        open_ones = Delegation.objects.filter(
            pk=object_id, needs_confirmation=True, confirmed_by=None, ended_at=None
        )
        return open_ones.exclude(Q(principal=request.user.pk) | Q(delegate=request.user.pk)).exists()

    def has_end_delegation_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if object_id is None:
            return True
        running = Delegation.objects.filter(pk=object_id, ended_at=None, ends_at__gt=database_now())
        if not request.user.has_perm(CONFIRM):
            running = running.filter(Q(principal=request.user.pk) | Q(delegate=request.user.pk))
        return running.exists()

    @action(
        description=_("Confirm"),
        url_path="confirm",
        permissions=["confirm_delegation"],
        icon="check",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Confirm this delegation"),
            "description": _("The delegate may decide what the approver may, within the time named."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Confirm"),
        },
    )
    def confirm(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, services.confirm_delegation, _("The delegation is confirmed."))

    @action(
        description=_("End now"),
        url_path="end",
        permissions=["end_delegation"],
        icon="close",
        dialog={
            "title": _("End this delegation"),
            "description": _("From now on the delegate decides nothing for the approver any more."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("End now"),
        },
    )
    def end(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, services.end_delegation, _("The delegation has ended."))

    def _do(
        self, request: HttpRequest, object_id: str, service: Callable[..., Any], done: Any
    ) -> HttpResponse:
        try:
            service(delegation=Delegation.objects.get(pk=object_id), actor=signed_in(request))
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, error.message)
        address = reverse("admin:approvals_delegation_change", args=[object_id])
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return HttpResponse(status=302, headers={"Location": address})


def _state_of(delegation: Delegation) -> str:
    now = database_now()
    if delegation.ended_at is not None or delegation.ends_at <= now:
        return "over"
    if delegation.needs_confirmation and delegation.confirmed_by_id is None:
        return "waiting"
    return "now" if delegation.starts_at <= now else "ahead"
