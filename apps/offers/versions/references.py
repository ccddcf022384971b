"""Which of the codes that a document names the portal does not know.

Goods and audiences lie below; events and templates lie above, so their apps register who knows them.
"""

from collections.abc import Callable, Iterable

from django.db.models import Model

from apps.audiences.models import Audience
from apps.catalog.models import Brand, Category, Shop, Sku
from apps.pricing.faults import Fault, Reference

Known = Callable[[set[str]], set[str]]


def by_code(model: type[Model]) -> Known:
    """Asks the table of `model` for its `code`."""

    def known(codes: set[str]) -> set[str]:
        return set(model._default_manager.filter(code__in=codes).values_list("code", flat=True))

    return known


_known: dict[str, Known] = {
    "audience": by_code(Audience),
    "brand": by_code(Brand),
    "category": by_code(Category),
    "shop": by_code(Shop),
    "sku": by_code(Sku),
}


def register(reference_type: str, known: Known) -> None:
    _known[reference_type] = known


def unknown_codes(references: Iterable[Reference]) -> list[Fault]:
    """One fault per place that names a code nobody knows; types nobody registered are free text."""
    wanted: dict[str, set[str]] = {}
    references = list(references)
    for reference in references:
        wanted.setdefault(reference.type, set()).add(reference.code)
    found = {name: _known[name](codes) for name, codes in wanted.items() if name in _known}
    return [
        Fault(
            one.path,
            "unknown_code",
            "no %(type)s has the code %(code)s",
            {"type": one.type, "code": one.code},
        )
        for one in references
        if one.type in found and one.code not in found[one.type]
    ]
