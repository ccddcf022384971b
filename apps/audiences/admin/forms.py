"""What people type about audiences: a rule as JSON, checked with paths, and a list as a file."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.audiences.admin.rule_widget import RuleWidget
from apps.audiences.models import Audience, Tag, TagCategory
from apps.audiences.rules import read_rule
from apps.pricing.faults import Fault, Findings, Reader

LONGEST_RULE = 100_000


class RuleField(forms.CharField):
    """JSON text in, the canonical rule out; every fault is told with its path."""

    widget = RuleWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_RULE, strip=True, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                _("This is not JSON: %(what)s."), code="json", params={"what": error}
            ) from error
        findings = Findings()
        rule = read_rule(Reader(raw, "", findings))
        if not findings.faults:
            for path in _blank(rule, ""):
                findings.fault(path, "required", "is required")
        if findings.faults:
            raise forms.ValidationError([told(fault) for fault in findings.faults])
        return rule

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        in_order = read_rule(
            Reader(value, "", Findings())
        )  # jsonb forgets the order in which people read a rule
        return json.dumps(in_order, indent=2, ensure_ascii=False)

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)

    def run_validators(self, value: Any) -> None:
        """The length was a matter of the text; the rule is no text any more."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except forms.ValidationError:
            return True


def _blank(rule: dict[str, Any], path: str) -> Iterator[str]:
    """Where a person has not said yet with what to compare; packs may mean an empty text."""
    for form in ("all", "any"):
        for number, part in enumerate(rule.get(form, ())):
            yield from _blank(part, f"{path}{form}[{number}].")
    if "not" in rule:
        yield from _blank(rule["not"], f"{path}not.")
    if rule.get("value", 0) in ("", []):
        yield f"{path}value"


def told(fault: Fault) -> str:
    """A fault in the reader's language, with the place it speaks of."""
    return f"{fault.path or gettext('rule')}: {gettext(fault.template) % fault.numbers}"


class AudienceForm(forms.ModelForm):
    rule = RuleField(
        label=_("Rule"),
        required=False,
        help_text=_("Customers who meet it belong to the audience; so do those on its list."),
    )

    class Meta:
        model = Audience
        fields = ("code", "name", "rule")


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ("text", "name", "category", "note", "in_use")


class TagCategoryForm(forms.ModelForm):
    class Meta:
        model = TagCategory
        fields = ("name", "position")


class UploadForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), widget=UnfoldAdminFileFieldWidget)
    mode = forms.ChoiceField(
        label=_("What the file is"),
        choices=[
            ("replace", _("The whole list, in place of the present one")),
            ("add", _("Customers to add")),
        ],
        initial="replace",
        widget=UnfoldAdminRadioSelectWidget,
    )
    skip_bad = forms.BooleanField(
        label=_("Take the good rows even if others are wrong"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget
    )
