"""What people type about an event: itself, its copy, what joins it, until when it is extended."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import User
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE
from apps.activities.events.models import Event
from apps.core.codes import VALID_CODE
from apps.core.forms import LocalDateTimeField, MoneyField
from apps.offers.forms.fields import WordsField

YEAR = re.compile(r"20\d\d")


class EventForm(forms.ModelForm):
    starts_at = LocalDateTimeField(label=_("Starts"), required=False)
    ends_at = LocalDateTimeField(label=_("Ends"), required=False)
    budget_amount = MoneyField(label=_("Budget"), required=False, min_amount=1)

    class Meta:
        model = Event
        fields = ("code", "name", "starts_at", "ends_at", "budget_amount", "owner", "conclusion")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        owner: Any = self.fields.get("owner")
        if owner is not None:
            owner.queryset = User.objects.filter(is_active=True).order_by("username")
            owner.label_from_instance = lambda user: user.full_name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("must be after the start"))
        return cleaned


class CopyEventForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Name"), max_length=200, widget=UnfoldAdminTextInputWidget)
    starts_at = LocalDateTimeField(label=_("Starts"), help_text=_("All other times move along."))
    budget_amount = MoneyField(label=_("Budget"), required=False, min_amount=1)
    code = forms.CharField(
        label=_("Code"), max_length=40, validators=[VALID_CODE], widget=UnfoldAdminTextInputWidget
    )


class JoinForm(forms.Form):
    """Any of three lists of codes."""

    use_required_attribute = False
    activity = WordsField(label=_("Activities"), source="activity", required=False)
    template = WordsField(label=_("Coupon templates"), source="template", required=False)
    campaign = WordsField(label=_("Claim campaigns"), source="campaign", required=False)

    def joining(self) -> dict[str, list[str]]:
        return {
            document: self.cleaned_data[document]
            for document in (TEMPLATE, CAMPAIGN, ACTIVITY)
            if self.cleaned_data[document]
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.values()) and not self.errors:
            raise forms.ValidationError(_("Choose something."))
        return cleaned


class ReasonForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=1_000, widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True})
    )


class ExtendForm(forms.Form):
    use_required_attribute = False
    ends_at = LocalDateTimeField(
        label=_("New end"), help_text=_("Whatever ends earlier ends then; what ends later stays.")
    )


class NothingForm(forms.Form):
    use_required_attribute = False


def code_of_next(code: str) -> str:
    """The year in it counted on, else a number behind it."""
    years = YEAR.findall(code)
    return code.replace(years[-1], str(int(years[-1]) + 1)) if years else f"{code[:38]}-2"
