"""A text input whose text means a number or a time; each field brings its own reading and writing."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget


def plain(text: str) -> str:
    """The text with full-width digits and signs made ordinary and the spaces around it gone."""
    return unicodedata.normalize("NFKC", text).strip()


class TypedTextField(forms.Field):
    """Cleans text with `read`, renders stored values with `write`."""

    widget = UnfoldAdminTextInputWidget
    input_attributes: dict[str, str] = {"autocomplete": "off"}

    def read(self, text: str) -> Any:
        """The stored value of what was typed; raises ValidationError."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """What a person would type for the stored value."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        return self.read(plain(value)) if isinstance(value, str) else value

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.write(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return dict(self.input_attributes)
