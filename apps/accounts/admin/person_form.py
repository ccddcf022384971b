"""The form of an account: its shops are ticked from those there are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget


def shop_choices() -> list[tuple[str, str]]:
    """Shops belong to an app above this one, so they are asked for by name."""
    shops = apps.get_model("catalog.Shop")._default_manager.order_by("code")
    return [(shop.pk, f"{shop} ({shop.pk})") for shop in shops]


class PersonForm(UserChangeForm):
    shops = forms.MultipleChoiceField(
        label=_("Only these shops"),
        choices=shop_choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None ticked: all shops, and what belongs to the platform."),
    )

    def clean_shops(self) -> list[str]:
        return sorted(self.cleaned_data["shops"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("shops")
        if field is not None and self.instance.pk:
            known = {code for code, _name in shop_choices()}
            gone = [code for code in self.instance.shops if code not in known]
            field.choices = [*shop_choices(), *((code, code) for code in gone)]
