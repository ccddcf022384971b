"""What the simulator asks: goods, who buys, where from, when, and which offers to count in, to insist on, to omit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.accounts.scope import visible
from apps.carts.bodies import MAX_LINES, MAX_QUANTITY
from apps.catalog.models import Sku
from apps.core.forms import LocalDateTimeField, MoneyField
from apps.offers.forms.fields import CodeField, GiftsField, WordsField
from apps.orders.simulator.question import MADE_UP, Question

MOST_CODES = 100


class Who(StrEnum):
    GUEST = "guest"
    KNOWN = "known"
    NEW = "new"


WHO = (
    (Who.GUEST.value, _("Not signed in")),
    (Who.KNOWN.value, _("A made-up customer")),
    (Who.NEW.value, _("A made-up new customer")),
)


class CodesField(forms.Field):
    """A parameter that may stand in an address many times; people set it by links and chips."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.MultipleHiddenInput(), **options})

    def clean(self, value: Any) -> list[str]:
        codes = list(dict.fromkeys(code.strip() for code in value or () if code.strip()))
        if len(codes) > MOST_CODES:
            raise ValidationError(_("At most %(most)s of them.") % {"most": MOST_CODES})
        return codes


def _short() -> Any:
    return forms.CharField(max_length=200, required=False, widget=UnfoldAdminTextInputWidget)


class SimulatorForm(forms.Form):
    """Sent by GET, so that an address can be shared."""

    use_required_attribute = False
    REPEATED = ("draft", "force", "without", "coupon")

    lines = GiftsField(
        key="sku", label=_("Goods"), help_text=_("One SKU a line with its units; a SKU alone is one unit.")
    )
    as_of = LocalDateTimeField(label=_("At"), required=False, help_text=_("Empty means now."))
    drafts = forms.BooleanField(
        label=_("With all drafts in review"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    who = forms.ChoiceField(
        label=_("Customer type"), choices=WHO, required=False, widget=UnfoldAdminSelectWidget
    )
    customer = CodeField(source="customer", label=_("or a real customer"), required=False)
    member_level = forms.IntegerField(
        label=_("Member level"), min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    audience = WordsField(source="audience", label=_("In audiences"), required=False)
    channel = _short()
    terminal = _short()
    region = _short()
    shipping_fee = MoneyField(label=_("Shipping fee"), required=False)
    draft = CodesField()
    force = CodesField()
    without = CodesField()
    coupon = CodesField()

    def __init__(self, data: Any = None, *, user: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.user = user
        self.fields["lines"].widget.attrs["rows"] = 3
        for name, label in (("channel", _("Channel")), ("terminal", _("Terminal")), ("region", _("Region"))):
            self.fields[name].label = label

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in ("lines", "as_of", "drafts", "who")]

    @property
    def customer_fields(self) -> list[Any]:
        return [self[name] for name in ("customer", "member_level", "audience")]

    @property
    def others(self) -> list[Any]:
        return [self[name] for name in ("channel", "terminal", "region", "shipping_fee")]

    @property
    def repeated(self) -> list[Any]:
        return [self[name] for name in self.REPEATED]

    def clean_lines(self) -> list[dict[str, Any]]:
        lines = self.cleaned_data["lines"]
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(_("At most %(most)s lines.") % {"most": MAX_LINES})
        if any(not 1 <= line["quantity"] <= MAX_QUANTITY for line in lines):
            raise forms.ValidationError(_("Between 1 and %(most)s units a line.") % {"most": MAX_QUANTITY})
        self._only_visible([line["sku"] for line in lines])
        return lines

    def _only_visible(self, codes: Sequence[str]) -> None:
        """Who works for single shops prices their goods, and those of the platform."""
        known = Sku.objects.filter(pk__in=codes)
        hidden = known.exclude(pk__in=visible(self.user, known).values("pk")).values_list("pk", flat=True)
        if self.user is not None and (others := sorted(hidden)):
            raise forms.ValidationError(_("Of another shop: %(skus)s") % {"skus": ", ".join(others)})

    def question(self, currency: str, drafts: Sequence[str]) -> Question:
        """`drafts`: all that wait in review, where those are asked for."""
        said = self.cleaned_data
        asked = [*said["draft"], *(drafts if said["drafts"] else ())]
        return Question(
            body=self.body(currency),
            as_of=said["as_of"],
            drafts=tuple(dict.fromkeys(asked)),
            without=tuple(said["without"]),
            coupons=tuple(said["coupon"]),
        )

    def body(self, currency: str) -> dict[str, Any]:
        """The body of `POST /quotes` that asks the same."""
        said = self.cleaned_data
        lines = [
            {"line": str(number), "sku": line["sku"], "quantity": line["quantity"]}
            for number, line in enumerate(said["lines"], start=1)
        ]
        body: dict[str, Any] = {"currency": currency, "lines": lines, "explain": "reasons"}
        if customer := self._customer():
            body["customer"] = customer
        for name in ("channel", "terminal", "region", "shipping_fee"):
            if said[name]:
                body[name] = said[name]
        if said["force"]:
            body["prefer"] = said["force"]
        moment: datetime | None = said["as_of"]
        if moment:
            body["as_of"] = moment.isoformat()
        return body

    def _customer(self) -> dict[str, Any]:
        said = self.cleaned_data
        customer: dict[str, Any] = {}
        if said["customer"]:
            customer["id"] = said["customer"]
        elif said["who"] in (Who.KNOWN, Who.NEW):
            customer = {"id": MADE_UP, "new": said["who"] == Who.NEW}
        if said["member_level"] is not None:
            customer["member_level"] = said["member_level"]
        if said["audience"]:
            customer["audiences"] = said["audience"]
        return customer
