"""Handing over from a list: what was ticked, to whom and why, on one page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.accounts.current import signed_in
from apps.accounts.scope import owned
from apps.core.errors import DomainError
from apps.offers.versions.owning import MOST_AT_ONCE, colleagues_for, hand_over

SHOWN = 20


def to_whom(model: type[Any], shop: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("To whom"), queryset=colleagues_for(model, shop), widget=UnfoldAdminSelectWidget
    )


class HandOverForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )

    def __init__(self, model: type[Any], shop: str, data: Any = None) -> None:
        super().__init__(data=data, label_suffix="")
        self.fields = {"to": to_whom(model, shop), **self.fields}


def hand_over_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?ids=1,2,3` are the rows ticked."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    keys = [int(key) for key in request.GET.get("ids", "").split(",") if key.isdecimal()][:MOST_AT_ONCE]
    things = list(owned(request.user, model_admin.get_queryset(request)).filter(pk__in=keys).order_by("-pk"))
    options = model_admin.opts
    back = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    if not things:
        messages.error(request, _("Nothing of what was ticked is yours to hand over."))
        return HttpResponseRedirect(back)
    shops = {thing.shop_code for thing in things}
    shop = shops.pop() if len(shops) == 1 else ""
    form = HandOverForm(model_admin.model, shop, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = hand_over(
                model=model_admin.model,
                keys=[thing.pk for thing in things],
                to=form.cleaned_data["to"],
                actor=signed_in(request),
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            said = ngettext("%(count)s handed over.", "%(count)s handed over.", moved)
            messages.success(request, said % {"count": moved})
            return HttpResponseRedirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": options,
        "title": _("Hand over"),
        "things": things[:SHOWN],
        "more": max(len(things) - SHOWN, 0),
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "admin/portal/hand_over.html", context)
