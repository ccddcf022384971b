"""Forms of the catalogue: people type ¥ and one tag per line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from apps.catalog.models import Category, ExcludedFrom, Sku
from apps.catalog.models.tree import MAX_DEPTH
from apps.catalog.selectors import portal
from apps.core.forms import MoneyField

AMOUNTS = {
    "price_amount": (_("Price"), True, ""),
    "cost_amount": (_("Cost"), False, ""),
    "floor_price_amount": (_("Floor price"), False, _("Watched: a price below it is shown as a risk.")),
    "min_price_amount": (_("Minimum price"), False, _("Enforced: no offer takes the price below it.")),
}


def exclusions_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Excluded from"),
        choices=ExcludedFrom.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class TagsField(forms.CharField):
    """A list of tags, each once, in the order typed."""

    widget = UnfoldAdminTextareaWidget

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 3}

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))

    def run_validators(self, value: Any) -> None:
        """A list is no text; the model looks at each tag."""


class SkuForm(forms.ModelForm):
    tags = TagsField(label=_("Tags"), required=False, help_text=_("One per line."))
    excluded_from = exclusions_field()

    class Meta:
        model = Sku
        fields = ("code", "name", "shop", "category", "brand", "tags", *AMOUNTS, "excluded_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = portal().currency
        for name, (label, required, help_text) in AMOUNTS.items():
            if name in self.fields:  # not those that this person only reads
                self.fields[name] = MoneyField(
                    label=label, required=required, help_text=help_text, currency=currency
                )


class CategoryForm(forms.ModelForm):
    excluded_from = exclusions_field()

    class Meta:
        model = Category
        fields = ("code", "name", "parent", "excluded_from")

    def clean_parent(self) -> Category | None:
        """A category below itself would be a loop; the service asks again under its lock."""
        parent = self.cleaned_data["parent"]
        own = self.instance.code if self.instance.path else None
        if parent is None:
            return None
        if own is not None and own in parent.path:
            raise forms.ValidationError(_("A category can't be below itself."), code="category_loop")
        if len(parent.path) + self._height(own) > MAX_DEPTH:
            raise forms.ValidationError(
                _("The category tree would be deeper than %(levels)s levels."),
                code="category_depth",
                params={"levels": MAX_DEPTH},
            )
        return parent

    def _height(self, own: str | None) -> int:
        """Levels that move with the category."""
        if own is None:
            return 1
        below = Category.objects.filter(path__contains=[own]).values_list("path", flat=True)
        return max(len(path) for path in below) - self.instance.depth
