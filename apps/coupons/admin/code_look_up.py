"""A page for who has a code in front of them: which batch it is of, and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.coupons.codes_text import MAX_PRESENTED
from apps.coupons.services.codes.looking import VIEW, Looked, look_up


class LookUpForm(forms.Form):
    code = forms.CharField(
        label=_("Whole code"),
        max_length=MAX_PRESENTED,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autofocus": True}),
        help_text=_(
            "As it was printed or sent; case, spaces and dashes don't matter. Every look-up is noted."
        ),
    )


class CodeLookUp:
    """For the admin of batches: the page, and the way to it from their list."""

    admin_site: Any
    opts: Any
    actions_list = ("open_look_up",)

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "look-up/", self.admin_site.admin_view(self.look_up_view), name="coupons_codebatch_look_up"
        )
        return [page, *super().get_urls()]  # type: ignore[misc]

    @action(description=_("Look up a code"), url_path="to-look-up", icon="search")
    def open_look_up(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:coupons_codebatch_look_up"))

    def look_up_view(self, request: HttpRequest) -> HttpResponse:
        """POST only looks: a code must stand in no address and no log."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        form = LookUpForm(request.POST or None)
        looked: Looked | None = None
        asked = False
        if request.method == "POST" and form.is_valid():
            try:
                looked = look_up(presented=form.cleaned_data["code"], actor=signed_in(request))
                asked = True
            except DomainError as error:
                form.add_error("code", error.message)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Look up a code"),
            "form": form,
            "asked": asked,
            "looked": looked,
            "submit_label": _("Look up"),
            "back": reverse("admin:coupons_codebatch_changelist"),
        }
        return TemplateResponse(request, "admin/portal/code_look_up.html", context)
