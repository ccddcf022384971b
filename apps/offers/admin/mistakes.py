"""What is still wrong in a form, as one list with the way to each place: 去修改."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.offers.admin.words import label_of
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.forms.paths import nearest
from apps.pricing.faults import Fault


@dataclass(frozen=True, slots=True)
class Mistake:
    """`field` is the name of the field on the page, "" where a fault belongs to none."""

    field: str
    label: str
    text: str


def mistakes_in(form: DocumentForm) -> list[Mistake]:
    """The errors of a form, in the order of its fields."""
    return [] if not form.is_bound else list(_mistakes(form))


def _mistakes(form: DocumentForm) -> Iterator[Mistake]:
    for text in form.non_field_errors():
        rows = form.wrong_rows.get(str(text))
        yield Mistake(rows.path, str(rows.label), str(text)) if rows else Mistake("", "", str(text))
    for name in form.fields:
        for text in form.errors.get(name, ()):
            yield Mistake(name, label_of(form, name), str(text))


def mistakes_of(faults: Iterable[Fault], form: DocumentForm) -> list[Mistake]:
    """Faults of the document that a form was made from."""
    found = []
    for fault in faults:
        name = nearest(fault.path, form.fields)
        text = text_of_fault(fault, form.fields[name] if name else None)
        if name:
            found.append(Mistake(name, label_of(form, fault.path), text))
        elif rows := form.rows_at(fault.path):
            found.append(Mistake(rows.path, str(rows.label), text))
        else:
            found.append(Mistake("", "", text))
    return found
