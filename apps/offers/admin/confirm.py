"""The one page on which every step is confirmed: what it does, a reason where it needs one, then one service call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.offers.admin.doings import Doing
from apps.offers.admin.mistakes import Mistake, mistakes_of
from apps.offers.admin.preview import say
from apps.offers.admin.situation import situation_of
from apps.offers.versions.errors import DocumentFaults

LONGEST_REASON = 1_000


class ConfirmForm(forms.Form):
    """A reason where one may be given, and what else the step asks."""

    use_required_attribute = False

    def __init__(self, doing: Doing, thing: Any, data: Any = None) -> None:
        super().__init__(data=data, label_suffix="")
        self.mistakes: list[Mistake] = []
        self.fields.update(doing.fields(thing))
        if doing.reason != "none":
            self.fields["reason"] = forms.CharField(
                label=_("Reason"),
                required=doing.needs_reason,
                max_length=LONGEST_REASON,
                widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}),
            )

    def answers(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


def confirm_view(model_admin: Any, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
    """Ask, and on POST do it. Whoever may not see the thing gets 404, whoever may not do the step 403."""
    thing = model_admin.get_object(request, object_id)
    doing = next((one for one in model_admin.doings if one.code == code), None)
    if thing is None or doing is None or not model_admin.has_view_permission(request, thing):
        raise Http404
    situation = situation_of(thing, signed_in(request))
    if not doing.offered(situation):
        if request.method == "POST":
            raise PermissionDenied
        messages.error(request, _("This cannot be done now, or not by you."))
        return HttpResponseRedirect(model_admin.url_of(thing))
    form = ConfirmForm(doing, thing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _run(model_admin, doing, thing, request, form):
        messages.success(request, doing.done)
        return HttpResponseRedirect(model_admin.url_of(thing))
    shown = situation.shown
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": doing.label,
        "thing": thing,
        "doing": doing,
        "hits": doing.hits(thing) if doing.hits else "",
        "form": form,
        "sentence": say(shown.content) if shown else "",
        "back": model_admin.url_of(thing),
        "pick_url": model_admin.url_of(thing, "pick_within", "SOURCE"),
    }
    return TemplateResponse(request, "admin/portal/confirm.html", context)


def _run(model_admin: Any, doing: Doing, thing: Any, request: HttpRequest, form: ConfirmForm) -> bool:
    """Whether the service did it; refusals become errors of the form."""
    try:
        doing.run(thing, signed_in(request), form.cleaned_data.get("reason", ""), form.answers())
    except DocumentFaults as error:
        form.add_error(None, _("Something must be put right first:"))
        shown = situation_of(thing, signed_in(request)).shown
        form.mistakes = mistakes_of(error.faults, model_admin.form_class(content=shown.content))
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    else:
        return True
    return False
