"""For the tabs above a list: the views saved of it, each with its address and whether it is the one shown."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import QueryDict

from apps.accounts.services.lists import filters_for

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_views(context: Any, cl: Any) -> list[dict[str, Any]]:
    request = context["request"]
    shown = QueryDict(request.GET.urlencode(), mutable=True)
    shown.pop("p", None)
    return [
        {
            "saved": one,
            "own": one.owner_id == request.user.pk,
            "link": f"?{one.query}",
            "active": bool(one.query) and QueryDict(one.query) == shown,
        }
        for one in filters_for(request.user, cl.model._meta.label_lower)
    ]
