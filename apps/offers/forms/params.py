"""The parameter form of a kind, generated from its declarations: one field for each unit that a parameter can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from apps.core.forms import DiscountField, MoneyField
from apps.offers.forms import inputs
from apps.offers.forms.fields import CodeField, GiftsField, PriceTableField, TableField
from apps.offers.forms.slots import Lookup, Rows, Slot
from apps.pricing.kinds import Kind
from apps.pricing.kinds.fields import Param

PARAMS = "params"
WIDE = frozenset({"prices", "components"})
#: the parameter that says whether thresholds are amounts or pieces
METRIC = f"{PARAMS}.metric"
QUANTITY = "quantity"
#: a flag as a page says it and as a document does
TICKED, UNTICKED = "on,True", ",False,None"


def param_entries(kind: type[Kind]) -> list[Slot | Rows]:
    """What to ask for a kind, in the order of its declaration."""
    return [_entry(declared) for declared in kind.params()]


def _entry(declared: Param) -> Slot | Rows:
    path = f"{PARAMS}.{declared.name}"
    if declared.unit == "tiers":
        return _tiers(path, declared)
    return Slot(
        path,
        lambda lookup: UNITS[declared.unit](declared),
        wide=declared.unit in WIDE,
        when=_when(declared.only_with),
        swaps=declared.unit == "choice",
    )


def _when(flag: str) -> str:
    """How a slot says with which flag, or without which, it is asked."""
    if not flag:
        return ""
    values = UNTICKED if flag.startswith("!") else TICKED
    return f"{PARAMS}.{flag.removeprefix('!')}={values}"


def _words(declared: Param) -> dict[str, Any]:
    language = get_language() or ""
    return {"label": declared.label(language), "help_text": declared.help(language), "required": False}


def _money(declared: Param) -> forms.Field:
    return MoneyField(min_amount=declared.minimum, **_words(declared))


def _units(declared: Param) -> forms.Field:
    return forms.IntegerField(
        min_value=declared.minimum,
        max_value=declared.maximum,
        widget=UnfoldAdminIntegerFieldWidget,
        **_words(declared),
    )


def _choice(declared: Param) -> forms.Field:
    zh = (get_language() or "").startswith("zh")
    choices = [(value, label_zh if zh else label_en) for value, label_zh, label_en in declared.choices]
    return forms.TypedChoiceField(
        choices=choices,
        coerce=cast(Any, type(declared.choices[0][0])),
        empty_value=declared.default,
        widget=UnfoldAdminSelectWidget,
        **_words(declared),
    )


UNITS: dict[str, Callable[[Param], forms.Field]] = {
    "money": _money,
    "bps": lambda declared: DiscountField(**_words(declared)),
    "units": _units,
    "flag": lambda declared: forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **_words(declared)),
    "choice": _choice,
    "sku": lambda declared: CodeField(source="sku", **_words(declared)),
    "prices": lambda declared: PriceTableField(
        **{**_words(declared), "help_text": _("One SKU a line with its price; paste from a spreadsheet.")}
    ),
    "components": lambda declared: TableField(
        **{**_words(declared), "help_text": _("One SKU a line with its units; paste from a spreadsheet.")}
    ),
}


def _tiers(path: str, declared: Param) -> Rows:
    return Rows(
        path,
        declared.label(get_language() or ""),
        (
            Slot("at", _threshold),
            Slot("benefit.amount_off", inputs.typed(MoneyField, _("Money off"), min_amount=1)),
            Slot("benefit.percentage_off", inputs.typed(DiscountField, _("or a discount"))),
            Slot("benefit.max", inputs.typed(MoneyField, _("at most"), min_amount=1)),
            Slot(
                "benefit.gifts",
                inputs.typed(GiftsField, _("Gifts"), key="sku", help_text=_("SKU and number")),
                extra=True,
            ),
            Slot(
                "benefit.coupons",
                inputs.typed(GiftsField, _("Coupons"), key="template", help_text=_("Template and number")),
                extra=True,
            ),
            Slot("benefit.points", inputs.whole_number(_("Points")), extra=True),
        ),
        add=_("Add a tier"),
        extra=_("Gifts, coupons, points"),
        at_least=1,
    )


def _threshold(lookup: Lookup) -> forms.Field:
    """From an amount, or from a number of pieces."""
    if lookup(METRIC) == QUANTITY:
        return forms.IntegerField(
            label=_("From (pieces)"), min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget
        )
    return MoneyField(label=_("From (amount)"), required=False)
