"""What is asked before an order is refunded or cancelled; people type units and ¥, the services get a refund's body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.core.forms import MoneyField
from apps.orders.admin.page import Line, Part
from apps.pricing.money import format_money

LONGEST_REASON = 200
FAULTS = [("customer", _("Customer's fault")), ("merchant", _("Our fault"))]


class ReasonForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=UnfoldAdminTextareaWidget({"rows": 2})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class RefundForm(ReasonForm):
    """Units of each segment, an adjustment of each line, shipping, or all that is left."""

    all = forms.BooleanField(
        label=_("Everything that is left, shipping too"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    fault = forms.ChoiceField(
        label=_("Whose fault"), choices=FAULTS, initial="customer", widget=UnfoldAdminRadioSelectWidget
    )
    field_order = ["all", "fault", "reason"]

    def __init__(self, lines: Sequence[Line], shipping: int, currency: str, data: Any = None) -> None:
        super().__init__(data)
        self.lines = lines
        for position, line in enumerate(lines):
            for part in line.parts:
                self._ask_units(position, part)
            if line.left_amount:
                self.fields[f"adjust-{position}"] = MoneyField(
                    label=_("Adjustment"), required=False, currency=currency, min_amount=1
                )
        if shipping:
            left = format_money(shipping, currency)
            self.fields["shipping"] = MoneyField(
                label=_("Shipping"),
                help_text=_("At most %(left)s.") % {"left": left},
                required=False,
                currency=currency,
            )

    def _ask_units(self, position: int, part: Part) -> None:
        if part.units_left:
            self.fields[f"units-{position}-{part.row.number}"] = forms.IntegerField(
                label=_("Units"),
                required=False,
                min_value=0,
                max_value=part.units_left,
                widget=UnfoldAdminIntegerFieldWidget(),
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines with their inputs, for the page."""
        for position, line in enumerate(self.lines):
            parts = [
                {"part": part, "field": self._field(f"units-{position}-{part.row.number}")}
                for part in line.parts
            ]
            yield {"line": line, "parts": parts, "adjust": self._field(f"adjust-{position}")}

    def _field(self, name: str) -> Any:
        return self[name] if name in self.fields else None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not self._asked(said):
            raise forms.ValidationError(_("Say how many units go back, or that all do."), code="nothing")
        return said

    @staticmethod
    def _asked(said: dict[str, Any]) -> bool:
        return any(value for name, value in said.items() if name not in ("fault", "reason"))

    def body(self) -> dict[str, Any]:
        """A refund's body without id and reason."""
        said = self.cleaned_data
        if said["all"]:
            return {"all": True, "fault": said["fault"]}
        body: dict[str, Any] = {"lines": [], "adjust": [], "fault": said["fault"]}
        for position, line in enumerate(self.lines):
            for part in line.parts:
                units = said.get(f"units-{position}-{part.row.number}")
                if units:
                    body["lines"].append({"line": line.line, "quantity": units, "segment": part.row.number})
            amount = said.get(f"adjust-{position}")
            if amount:
                body["adjust"].append({"line": line.line, "amount": amount})
        if said.get("shipping"):
            body["shipping"] = said["shipping"]
        return body
