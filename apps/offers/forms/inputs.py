"""Fields in the admin's looks, one short maker each."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.offers.forms.slots import Make, Text

Choices = Iterable[tuple[Any, Text]]


def text(label: Text, *, help_text: Text = "", placeholder: Text = "", longest: int = 200) -> Make:
    widget = UnfoldAdminTextInputWidget
    return lambda lookup: forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        widget=widget({"placeholder": placeholder, "autocomplete": "off"}),
    )


def long_text(label: Text, *, help_text: Text = "") -> Make:
    return lambda lookup: forms.CharField(
        label=label, help_text=help_text, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


def whole_number(label: Text, *, help_text: Text = "", minimum: int | None = 1) -> Make:
    return lambda lookup: forms.IntegerField(
        label=label, help_text=help_text, min_value=minimum, widget=UnfoldAdminIntegerFieldWidget
    )


def flag(label: Text, *, help_text: Text = "") -> Make:
    return lambda lookup: forms.BooleanField(
        label=label, help_text=help_text, widget=UnfoldBooleanSwitchWidget
    )


def select(label: Text, choices: Choices, *, help_text: Text = "", coerce: Any = str) -> Make:
    return lambda lookup: forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=list(choices),
        coerce=coerce,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )


def radio(label: Text, choices: Choices, *, help_text: Text = "") -> Make:
    return lambda lookup: forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=list(choices),
        widget=UnfoldAdminRadioSelectWidget(radio_style=1),
    )


def ticks(label: Text, choices: Choices, *, help_text: Text = "", coerce: Any = str) -> Make:
    return lambda lookup: forms.TypedMultipleChoiceField(
        label=label,
        help_text=help_text,
        choices=list(choices),
        coerce=coerce,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def typed(field: type[forms.Field], label: Text, *, help_text: Text = "", **options: Any) -> Make:
    """A field of our own: money, discount, time, codes."""
    return lambda lookup: field(label=label, help_text=help_text, required=False, **options)
