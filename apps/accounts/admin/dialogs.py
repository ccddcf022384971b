"""What the role buttons ask, and how their answer gets back to the page."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import role_choices


class RoleForm(BaseDialogForm):
    role = forms.ChoiceField(label=_("Role"), choices=role_choices, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextInputWidget)


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextInputWidget)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Leave the dialog: htmx follows a header, everybody else a redirect."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
