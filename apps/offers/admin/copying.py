"""Copying: a new draft with another code, moved in time so that it starts when it should."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.current import signed_in
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.forms import LocalDateTimeField
from apps.offers.admin.codes import new_code
from apps.offers.admin.situation import situation_of
from apps.offers.compile import instant
from apps.offers.versions.copies import copy

WEEK = timedelta(weeks=1)


class CopyForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=lazy("Name"), max_length=200, widget=UnfoldAdminTextInputWidget)
    code = forms.CharField(label=lazy("Code"), max_length=64, widget=UnfoldAdminTextInputWidget)
    starts_at = LocalDateTimeField(
        label=lazy("Starts"),
        required=False,
        help_text=lazy("All other times move along; proposed is the same hour of the same weekday."),
    )


def _next(starts_at: datetime | None) -> datetime | None:
    """The same hour of the same weekday, not yet past."""
    if starts_at is None:
        return None
    behind = database_now() - starts_at
    return starts_at if behind < timedelta(0) else starts_at + WEEK * (behind // WEEK + 1)


def copy_view(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    thing = model_admin.get_object(request, object_id)
    if thing is None:
        raise Http404
    if not model_admin.has_add_permission(request) or not model_admin.has_view_permission(request, thing):
        raise PermissionDenied
    situation = situation_of(thing, signed_in(request))
    starts_at = instant(situation.shown.content.get("starts_at"))
    initial = {"name": thing.name, "code": new_code(thing.DOCUMENT), "starts_at": _next(starts_at)}
    form = CopyForm(request.POST or None, initial=initial)
    if starts_at is None:
        del form.fields["starts_at"]
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data.get("starts_at")
        shift = asked - starts_at if asked and starts_at else timedelta(0)
        changes = {"name": form.cleaned_data["name"]}
        try:
            made = copy(
                thing=thing,
                code=form.cleaned_data["code"],
                actor=signed_in(request),
                shift=shift,
                changes=changes,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("This is the copy, a draft."))
            return HttpResponseRedirect(model_admin.url_of(made))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Copy %(name)s") % {"name": thing.name},
        "thing": thing,
        "form": form,
        "conclusions": model_admin.conclusions_for(situation, copies=True),
        "back": model_admin.url_of(thing),
    }
    return TemplateResponse(request, "admin/portal/copy.html", context)
