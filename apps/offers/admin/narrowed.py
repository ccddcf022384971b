"""Forms for people of single shops: only their shops can be chosen."""

from __future__ import annotations

from typing import Any

from apps.accounts.scope import shops_of
from apps.offers.forms.document_form import DocumentForm

#: the fields that say whose a document is
WHOSE = ("shop", "issuer")


def narrowed(form: DocumentForm, user: Any) -> DocumentForm:
    """The same form; a choice of shop offers those that this person works for."""
    shops = shops_of(user)
    for name in WHOSE:
        field: Any = form.fields.get(name)
        if shops is not None and field is not None:
            field.choices = [choice for choice in field.choices if choice[0] in shops]
    return form
