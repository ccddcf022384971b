"""What lists ask of the server: a star put on or taken away, a view saved, shared or removed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.accounts.current import signed_in
from apps.accounts.models import SavedFilter
from apps.accounts.services.lists import remove_filter, save_filter, toggle_star
from apps.core.errors import DomainError

#: of an address: which page of the list it was is not part of a view
FORGOTTEN = ("p", "_popup", "_to_field")


@require_POST
def star_view(request: HttpRequest) -> JsonResponse:
    model_admin = _list_of(request)
    row = model_admin.get_object(request, request.POST.get("key", ""))
    if row is None:
        raise Http404
    return JsonResponse({"starred": toggle_star(user=signed_in(request), row=row)})


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    model_admin = _list_of(request)
    asked = QueryDict(request.POST.get("query", "").lstrip("?"), mutable=True)
    for name in FORGOTTEN:
        asked.pop(name, None)
    query = asked.urlencode()
    try:
        save_filter(
            user=signed_in(request),
            listed=model_admin.model._meta.label_lower,
            name=request.POST.get("name", ""),
            query=query,
            shared=request.POST.get("shared") == "on",
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The view is saved."))
    return HttpResponseRedirect(_address(model_admin, query))


@require_POST
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    model_admin = _list_of(request)
    saved = SavedFilter.objects.filter(pk=pk, listed=model_admin.model._meta.label_lower).first()
    if saved is None:
        raise Http404
    remove_filter(user=signed_in(request), saved=saved)
    return HttpResponseRedirect(_address(model_admin, ""))


def _list_of(request: HttpRequest) -> Any:
    """The ModelAdmin of the list named, for who may see it."""
    try:
        model = apps.get_model(request.POST.get("list", ""))
        model_admin = admin.site._registry[model]
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return model_admin


def _address(model_admin: Any, query: str) -> str:
    options = model_admin.model._meta
    here = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{here}?{query}" if query else here
