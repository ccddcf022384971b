"""Look-ups behind the pickers of the forms: codes with their names, found by either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, JsonResponse

from apps.accounts.scope import visible
from apps.audiences.models import Audience
from apps.catalog.models import Brand, Category, Shop, Sku
from apps.offers.documents.bearers import BRAND
from apps.offers.forms.labels import PARTY_LABELS
from apps.offers.selectors import skus_in_scope

MOST = 20
MOST_NAMED = 2_000

#: (code, name) of what matches a text, or of exactly these codes
Finder = Callable[[str, Sequence[str] | None], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class ByModel:
    """Rows of a table by code or name; of those that `user` may read, where one is given."""

    model: type[Model]
    user: Any = None

    def __call__(self, text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
        return _matching(visible(self.user, self.model._default_manager.order_by("code")), text, codes)


def by_model(model: type[Model]) -> Finder:
    return ByModel(model)


def _matching(rows: QuerySet[Any], text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
    if codes is not None:
        rows = rows.filter(code__in=codes)
    elif text:
        rows = rows.filter(Q(code__istartswith=text) | Q(name__icontains=text))
    return rows.values_list("code", "name")[: MOST if codes is None else MOST_NAMED]


def find_tags(text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
    """Tags are words on SKUs; a sample of the catalogue shows those in use."""
    if codes is not None:
        return [(code, "") for code in codes]
    rows = Sku.objects.exclude(tags=[]).values_list("tags", flat=True)[:5_000]
    found = sorted({tag for tags in rows for tag in tags if text.lower() in tag.lower()})
    return [(tag, "") for tag in found[:MOST]]


def find_payers(text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
    """Who bears a discount: the platform, the shop, or a brand as `brand:CODE`."""
    parties = [(party, str(name)) for party, name in PARTY_LABELS.items()]
    if codes is not None:
        brands = [code.removeprefix(BRAND) for code in codes if code.startswith(BRAND)]
        parties = [(party, name) for party, name in parties if party in codes]
        return [*parties, *((BRAND + code, name) for code, name in _finders["brand"]("", brands))]
    said = text.lower().removeprefix(BRAND)
    found = [(party, name) for party, name in parties if said in party or said in name.lower()]
    return [*found, *((BRAND + code, name) for code, name in _finders["brand"](said, None))]


_finders: dict[str, Finder] = {
    "sku": by_model(Sku),
    "category": by_model(Category),
    "brand": by_model(Brand),
    "shop": by_model(Shop),
    "audience": by_model(Audience),
    "tag": find_tags,
    "payer": find_payers,
}


def register(source: str, finder: Finder) -> None:
    """For what higher apps know: events, templates, exclusion groups."""
    _finders[source] = finder


def in_scope_of(content: Mapping[str, Any], shop_code: str) -> Mapping[str, Finder]:
    """Finders that look for SKUs only where a document does something."""

    def find(text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
        rows = skus_in_scope(content["scope"], shop_code or None).order_by("code")
        return _matching(rows, text, codes)

    return {"sku": find} if "scope" in content else {}


def pick(request: HttpRequest, source: str, special: Mapping[str, Finder] | None = None) -> JsonResponse:
    """`?q=` searches, `?codes=a,b` names; answers `[{code, name}]`. `special` finders come before the usual."""
    finder = (special or {}).get(source) or _finders.get(source)
    if finder is None:
        raise Http404
    if isinstance(finder, ByModel):
        finder = replace(finder, user=request.user)
    named = request.GET.get("codes")
    codes = named.split(",")[:MOST_NAMED] if named else None
    found = finder(request.GET.get("q", "").strip()[:100], codes)
    return JsonResponse([{"code": code, "name": name} for code, name in found], safe=False)


def names_of(source: str, codes: Sequence[str]) -> dict[str, str]:
    finder = _finders.get(source)
    return dict(finder("", codes)) if finder and codes else {}
