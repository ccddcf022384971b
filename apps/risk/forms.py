"""The form of a rule, generated from its kind's declaration: one field for each unit that a parameter can have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.core.forms import DiscountField, MoneyField
from apps.pricing.faults import Fault
from apps.pricing.kinds.fields import Param
from apps.risk.lifecycle import Answer
from apps.risk.models.labels import ANSWER_LABELS, TRIGGER_LABELS
from apps.risk.rules import RuleKind

PARAMS = "params."


def _money(declared: Param, **words: Any) -> forms.Field:
    return MoneyField(min_amount=declared.minimum, **words)


def _units(declared: Param, **words: Any) -> forms.Field:
    return forms.IntegerField(
        min_value=declared.minimum, max_value=declared.maximum, widget=UnfoldAdminIntegerFieldWidget, **words
    )


def _choice(declared: Param, **words: Any) -> forms.Field:
    zh = (get_language() or "").startswith("zh")
    choices = [(value, label_zh if zh else label_en) for value, label_zh, label_en in declared.choices]
    return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **words)


def _flag(declared: Param, **words: Any) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **words)


def _share(declared: Param, **words: Any) -> forms.Field:
    return DiscountField(**{**words, "help_text": _("Such as 5折 or 50%.")})


UNITS: dict[str, Callable[..., forms.Field]] = {
    "money": _money,
    "units": _units,
    "choice": _choice,
    "flag": _flag,
    "bps": _share,
}


class RuleForm(forms.Form):
    """Every field is named by its place in the document, so that a fault finds its field by its path."""

    use_required_attribute = False
    code = forms.CharField(label=_("Code"), required=False, widget=UnfoldAdminTextInputWidget)
    name = forms.CharField(label=_("Name"), required=False, widget=UnfoldAdminTextInputWidget)
    triggers = forms.MultipleChoiceField(
        label=_("Runs on"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    answer = forms.ChoiceField(
        label=_("When it hits"),
        required=False,
        choices=list(ANSWER_LABELS.items()),
        initial=Answer.REVIEW.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    text = forms.CharField(
        label=_("Reason to show"),
        required=False,
        help_text=_("What reviewers and customer service read; customers never see it."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(
        self,
        kind: type[RuleKind],
        *,
        content: Mapping[str, Any] | None = None,
        data: Any = None,
        fixed_code: str = "",
    ) -> None:
        super().__init__(data=data, label_suffix="", initial=self._initial(content) if content else {})
        self.kind = kind
        self.fixed_code = fixed_code
        if fixed_code:
            del self.fields["code"]
        triggers = cast(forms.MultipleChoiceField, self.fields["triggers"])
        triggers.choices = [(one.value, TRIGGER_LABELS[one.value]) for one in kind.triggers]
        language = get_language() or ""
        for declared in kind.params():
            field = UNITS[declared.unit](
                declared,
                label=declared.label(language),
                required=False,
                initial=declared.default,
            )
            self.fields[f"{PARAMS}{declared.name}"] = field

    @staticmethod
    def _initial(content: Mapping[str, Any]) -> dict[str, Any]:
        params = {f"{PARAMS}{name}": value for name, value in content["params"].items()}
        return {**{name: value for name, value in content.items() if name != "params"}, **params}

    def raw(self) -> dict[str, Any]:
        """The document as typed, as far as it could be read."""
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        params = {name.removeprefix(PARAMS): v for name, v in given.items() if name.startswith(PARAMS)}
        document = {name: value for name, value in given.items() if not name.startswith(PARAMS)}
        document["code"] = self.fixed_code or document.get("code")
        return {**document, "kind": self.kind.code, "params": params}

    def place_faults(self, faults: Iterable[Fault]) -> None:
        """Beside their fields; a field that could not be read at all has its own."""
        for fault in faults:
            name = fault.path if fault.path in self.fields else None
            if name is None or name not in self.errors:
                self.add_error(name, gettext(fault.template) % fault.numbers)

    def own_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name.startswith(PARAMS)]

    def common_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(PARAMS)]


class ReasonOnlyForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextInputWidget)
