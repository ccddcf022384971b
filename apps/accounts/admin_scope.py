"""Every ModelAdmin of the site, narrowed to the shops of whoever looks: rows, look-ups, pages, buttons."""

from __future__ import annotations

import types
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from apps.accounts.scope import may_write, visible


class ScopedAdmin:
    """Goes before a ModelAdmin. What somebody may not see does not exist for them: 404, never 403."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(request.user, super().get_queryset(request))  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or may_write(request.user, obj))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *_args: Any) -> HttpResponse:
        raise Http404


def scoped(admin_class: type[Any]) -> type[Any]:
    """The same ModelAdmin, under the same name, with the scope before everything it does."""
    if issubclass(admin_class, ScopedAdmin):
        return admin_class
    names = {"__module__": admin_class.__module__, "__doc__": admin_class.__doc__}
    return types.new_class(
        admin_class.__name__, (ScopedAdmin, admin_class), {}, lambda body: body.update(names)
    )
