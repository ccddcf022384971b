"""Copying an event and taking things in: a form each, then one service call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.activities.events import services
from apps.activities.events.members import members_of
from apps.activities.events.models import Event
from apps.activities.events.pages.forms import CopyEventForm, JoinForm, code_of_next
from apps.activities.events.pages.page import own_conclusion
from apps.activities.events.services.copying import start_of, was_revoked
from apps.core.errors import DomainError


def copy_view(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Name, start and budget of the next one; everything else comes along."""
    event = _get(model_admin, request, object_id)
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    members = members_of(event, signed_in(request))
    left_out = [one for one in members if was_revoked(one)]
    initial = {
        "name": event.name,
        "starts_at": start_of(event, members),
        "budget_amount": event.budget_amount,
        "code": code_of_next(event.code),
    }
    form = CopyEventForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            copy = services.copy_event(event=event, actor=signed_in(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request, _("This is the copy: all of it are drafts. Look at what is stale first.")
            )
            return HttpResponseRedirect(model_admin.url_of(copy))
    context = {
        "title": _("Copy %(name)s") % {"name": event.name},
        "event": event,
        "form": form,
        "number": len(members) - len(left_out),
        "left_out": left_out,
        "conclusion": own_conclusion(event),
    }
    return _answer(model_admin, request, "admin/activities/event_copy.html", context)


def join_view(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    event = _get(model_admin, request, object_id)
    if not model_admin.has_change_permission(request, event):
        raise PermissionDenied
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _join(event, form, signed_in(request)):
        messages.success(request, _("Taken in."))
        return HttpResponseRedirect(model_admin.url_of(event))
    context = {
        "title": _("Add to %(name)s") % {"name": event.name},
        "event": event,
        "form": form,
        "pick_url": reverse("admin:activities_event_pick", args=["SOURCE"]),
    }
    return _answer(model_admin, request, "admin/activities/event_join.html", context)


def _join(event: Event, form: JoinForm, actor: User) -> bool:
    """All or nothing; a refusal becomes an error of its list."""
    try:
        with transaction.atomic():
            for document, codes in form.joining().items():
                services.join(event=event, document=document, codes=codes, actor=actor)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def _get(model_admin: Any, request: HttpRequest, object_id: str) -> Event:
    event: Event | None = model_admin.get_object(request, object_id)
    if event is None or not model_admin.has_view_permission(request, event):
        raise Http404
    return event


def _answer(model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    common = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts}
    return TemplateResponse(
        request, template, {**common, "back": model_admin.url_of(context["event"]), **context}
    )
