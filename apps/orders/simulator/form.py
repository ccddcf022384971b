"""What the simulator asks: goods, who buys, where from, and when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.carts.bodies import MAX_LINES, MAX_QUANTITY
from apps.core.forms import LocalDateTimeField, MoneyField
from apps.offers.forms.fields import CodeField, GiftsField


class SimulatorForm(forms.Form):
    """Sent by GET, so that an address can be shared."""

    use_required_attribute = False

    lines = GiftsField(
        key="sku", label=_("Goods"), help_text=_("One SKU a line with its units; a SKU alone is one unit.")
    )
    as_of = LocalDateTimeField(label=_("At"), required=False, help_text=_("Empty means now."))
    customer = CodeField(source="customer", label=_("Customer"), required=False)
    member_level = forms.IntegerField(
        label=_("or member level"), min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    new = forms.BooleanField(label=_("New customer"), required=False, widget=UnfoldBooleanSwitchWidget)
    channel = forms.CharField(
        label=_("Channel"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    region = forms.CharField(
        label=_("Region"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    shipping_fee = MoneyField(label=_("Shipping fee"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.fields["lines"].widget.attrs["rows"] = 4

    def clean_lines(self) -> list[dict[str, Any]]:
        lines = self.cleaned_data["lines"]
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(_("At most %(most)s lines.") % {"most": MAX_LINES})
        if any(not 1 <= line["quantity"] <= MAX_QUANTITY for line in lines):
            raise forms.ValidationError(_("Between 1 and %(most)s units a line.") % {"most": MAX_QUANTITY})
        return lines

    def body(self, currency: str) -> dict[str, Any]:
        """The body of `POST /quotes` that asks the same."""
        said = self.cleaned_data
        lines = [
            {"line": str(number), "sku": line["sku"], "quantity": line["quantity"]}
            for number, line in enumerate(said["lines"], start=1)
        ]
        body: dict[str, Any] = {"currency": currency, "lines": lines, "explain": "reasons"}
        customer: dict[str, Any] = {}
        if said["customer"]:
            customer["id"] = said["customer"]
        if said["member_level"] is not None:
            customer["member_level"] = said["member_level"]
        if said["new"]:
            customer["new"] = True
        if customer:
            body["customer"] = customer
        for name in ("channel", "region", "shipping_fee"):
            if said[name]:
                body[name] = said[name]
        if said["as_of"]:
            body["as_of"] = said["as_of"].isoformat()
        return body
