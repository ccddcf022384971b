"""An event to take away: the pack of all its members, as a file."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from apps.accounts.current import signed_in
from apps.accounts.scope import shops_of
from apps.activities.models import Event
from apps.packs.services.exporting import export_event


def event_pack_view(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """It holds costs and floor prices of all shops, so it is for people of all shops who may read goods."""
    user = signed_in(request)
    may = user.has_perms(["activities.view_event", "catalog.view_sku", "coupons.view_coupontemplate"])
    if not may or shops_of(user) is not None:
        raise PermissionDenied
    event = get_object_or_404(Event, code=code)
    answer = StreamingHttpResponse(export_event(event=event), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{event.code}.yaml"'
    return answer
