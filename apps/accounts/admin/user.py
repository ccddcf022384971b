"""Accounts: an administrator makes and edits them; roles are asked for, never ticked."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from apps.accounts.admin.dialogs import RoleForm, go_to
from apps.accounts.admin.person_form import PersonForm
from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.accounts.services.roles import remove_role, request_role
from apps.accounts.services.users import note_new_user, note_password, save_user
from apps.core.errors import DomainError
from apps.core.roles import LABELS, Role


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    list_display = ("username", "full_name", "role_names", "shop_names", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    list_filter_submit = True

    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    readonly_fields = ("role_names", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active", "role_names")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language", "shops")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ()

    actions = None
    actions_detail = ("ask_for_role", "take_role_away")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_assign_role_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("accounts.assign_role")

    @admin.display(description=_("name"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        held = {group.name for group in user.groups.all()}
        return ", ".join(str(LABELS[role]) for role in Role if role in held) or "-"

    @admin.display(description=_("shops"))
    def shop_names(self, user: User) -> str:
        return ", ".join(user.shops) or str(_("all"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            save_user(user=obj, changed=form.changed_data, actor=signed_in(request))
            return
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        note_new_user(user=obj, actor=signed_in(request))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            before = User.objects.filter(pk=id).values_list("password", flat=True).first()
            response = super().user_change_password(request, id, form_url)
            user = User.objects.filter(pk=id).first()
            if user is not None and user.password != before:
                note_password(user=user, actor=signed_in(request))
        return response

    @action(
        description=_("Ask for a role"),
        url_path="ask-for-role",
        permissions=["assign_role"],
        icon="person_add",
        dialog={
            "title": _("Ask for a role"),
            "description": _("It counts once a second administrator has confirmed it."),
            "form_class": RoleForm,
            "form_submit_text": _("Ask"),
        },
    )
    def ask_for_role(self, request: HttpRequest, form: RoleForm, object_id: str) -> HttpResponse:
        return self._change_role(
            request, form, object_id, request_role, _("A second administrator must confirm it.")
        )

    @action(
        description=_("Take a role away"),
        url_path="take-role-away",
        permissions=["assign_role"],
        icon="person_remove",
        dialog={
            "title": _("Take a role away"),
            "description": _("It ends at once."),
            "form_class": RoleForm,
            "form_submit_text": _("Take away"),
        },
    )
    def take_role_away(self, request: HttpRequest, form: RoleForm, object_id: str) -> HttpResponse:
        return self._change_role(request, form, object_id, remove_role, _("The role was taken away."))

    def _change_role(
        self, request: HttpRequest, form: RoleForm, object_id: str, service: Callable[..., Any], done: Any
    ) -> HttpResponse:
        user = User.objects.get(pk=object_id)
        role, reason = Role(form.cleaned_data["role"]), form.cleaned_data["reason"]
        try:
            service(user=user, role=role, actor=signed_in(request), reason=reason)
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:accounts_user_change", args=[object_id]))
