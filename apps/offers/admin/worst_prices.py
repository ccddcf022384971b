"""Beside each way to stack: the worst price of a sample SKU, so that one sees what a choice opens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from apps.catalog.models import Sku
from apps.offers import foresight
from apps.offers.admin.preview import skus_reached
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.parts import CUSTOM, STACKING
from apps.offers.forms.translate import layers_of
from apps.offers.versions.contents import read
from apps.pricing.layers import Layer
from apps.pricing.money import format_money


def worst_answer(document: str, form: DocumentForm, currency: str, request: HttpRequest) -> JsonResponse:
    """`{sample, ways: {way: {price, stack, low}}}`; nothing while the document is wrong or nobody can tell."""
    raw = form.raw()
    if STACKING not in form.fields or not foresight.known() or form.errors:
        return JsonResponse({})
    content, faults = read(document, raw)
    if faults:
        return JsonResponse({})
    sku = skus_reached(content, faultless=True).order_by("code").first()
    if sku is None:
        return JsonResponse({})
    own: Layer = form.layer  # type: ignore[attr-defined]
    chosen = request.POST.get(STACKING)
    ticked = request.POST.getlist("stacks_with")
    choices: Any = form.fields[STACKING].choices  # type: ignore[attr-defined]
    ways = {}
    for way in (code for code, _label in choices if code != CUSTOM or chosen == CUSTOM):
        said = _of_way(document, raw, layers_of(way, own, ticked), sku, currency)
        if said is not None:
            ways[way] = said
    if not ways:
        return JsonResponse({})
    title = _("Worst price of %(name)s with everything that runs or is approved") % {
        "name": sku.name or sku.code
    }
    return JsonResponse({"sample": title, "ways": ways})


def _of_way(
    document: str, raw: dict[str, Any], layers: list[str] | None, sku: Sku, currency: str
) -> dict[str, Any] | None:
    stacked = {name: value for name, value in raw.items() if name != "stacks_with"}
    if layers is not None:
        stacked["stacks_with"] = layers
    content, faults = read(document, stacked)
    foreseen = None if faults else foresight.worst_price(content, sku.code)
    if foreseen is None:
        return None
    return {
        "price": format_money(foreseen.amount, currency),
        "stack": " + ".join(foreseen.stack),
        "low": _too_low(foreseen.amount, sku),
    }


def _too_low(amount: int, sku: Sku) -> str:
    if sku.floor_price_amount is not None and amount < sku.floor_price_amount:
        return _("below the floor price")
    return _("below cost") if sku.cost_amount is not None and amount < sku.cost_amount else ""
