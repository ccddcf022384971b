"""A batch of codes as people write it: single-use ones, or one word for all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.core.forms import LocalDateTimeField
from apps.coupons.codes_text import MAX_WORD
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes.drafting import Wish
from apps.offers.forms.fields import CodeField

SINGLE, SHARED = "single", "shared"
SORTS = ((SINGLE, _("Single-use codes")), (SHARED, _("One code for all")))


class CodeBatchForm(forms.Form):
    """Gives a `Wish`; the service judges what no field can."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(
            {"placeholder": _("What colleagues call it"), "autocomplete": "off"}
        ),
    )
    template = CodeField(label=_("Coupon template"), source="template")
    sort = forms.ChoiceField(
        label=_("Which codes"),
        choices=SORTS,
        initial=SINGLE,
        widget=UnfoldAdminRadioSelectWidget(radio_style=1),
    )
    quantity = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        help_text=_("Of single-use codes at most 1,000,000. A code for all can be claimed so many times."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    word = forms.CharField(
        label=_("The code"),
        required=False,
        max_length=MAX_WORD,
        help_text=_("Left empty, one is made up. Case, spaces and dashes don't count."),
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )
    per_customer = forms.IntegerField(
        label=_("Claims per customer"),
        min_value=1,
        initial=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    starts_at = LocalDateTimeField(label=_("Starts"), required=False, help_text=_("Empty: at once."))
    ends_at = LocalDateTimeField(label=_("Ends"), required=False, help_text=_("Empty: never."))

    def __init__(self, data: Any = None, *, batch: CodeBatch | None = None) -> None:
        super().__init__(data, initial=_initial(batch) if batch is not None else None, label_suffix="")

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            name=given["name"],
            template=given["template"],
            quantity=given["quantity"],
            shared=given["sort"] == SHARED,
            word=given["word"],
            per_customer=given["per_customer"] or 1,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
        )


class RevokeSomeForm(forms.Form):
    """Codes as they were handed out, one a line."""

    codes = forms.CharField(
        label=_("Codes"),
        max_length=1_000_000,
        help_text=_("One code a line, as it was handed out."),
        widget=UnfoldAdminTextareaWidget({"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )


def _initial(batch: CodeBatch) -> dict[str, Any]:
    return {
        "name": batch.name,
        "template": batch.template,
        "sort": SHARED if batch.shared else SINGLE,
        "quantity": batch.quantity,
        "word": batch.word,
        "per_customer": batch.per_customer,
        "starts_at": batch.starts_at,
        "ends_at": batch.ends_at,
    }
