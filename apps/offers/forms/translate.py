"""Between what the page asks and what the document says, where they differ: stacking, texts, empty schedules."""

from typing import Any

from apps.offers.documents.texts import LANGUAGES
from apps.offers.forms.parts import ALL_OFFERS, CUSTOM, NO_COUPONS, NO_OFFERS, ONLY_COUPONS, STACKING
from apps.pricing.layers import COUPON_LAYERS, Layer, default_stacks_with

TEXTS = ("title", "badge", "rules")


def preset_of(stacks_with: list[str] | None, own: Layer | None) -> str:
    """Which of the usual ways a list of layers is; nothing said is everything."""
    if stacks_with is None:
        return ALL_OFFERS
    if not stacks_with:
        return NO_OFFERS
    if set(stacks_with) == {layer.value for layer in COUPON_LAYERS}:
        return ONLY_COUPONS
    if own is None:
        return CUSTOM
    if set(stacks_with) == {layer.value for layer in default_stacks_with(own)}:
        return ALL_OFFERS
    if own not in COUPON_LAYERS and set(stacks_with) == set(without_coupons(own)):
        return NO_COUPONS
    return CUSTOM


def without_coupons(own: Layer) -> list[str]:
    """Everything else but coupons."""
    return [layer.value for layer in default_stacks_with(own) if layer not in COUPON_LAYERS]


def layers_of(chosen: str, own: Layer, ticked: list[str]) -> list[str] | None:
    """The layers of a way to stack; None means everything but its own, as a document does that says nothing."""
    if chosen == CUSTOM:
        return ticked
    if chosen == NO_COUPONS:
        return without_coupons(own)
    if chosen == ONLY_COUPONS:
        return [layer.value for layer in COUPON_LAYERS]
    return [] if chosen == NO_OFFERS else None


def put_stacking(raw: dict[str, Any], own: Layer) -> None:
    """The layers of the way chosen."""
    layers = layers_of(raw.pop(STACKING, ALL_OFFERS), own, raw.pop("stacks_with", []))
    if layers is not None:
        raw["stacks_with"] = layers


def put_scope(raw: dict[str, Any]) -> None:
    """Lists that the chosen mode does not show are not meant."""
    scope = raw.get("scope", {})
    mode = scope.get("mode", "all")
    if mode == "all":
        raw["scope"] = {"mode": "all"}
    elif mode != "include":
        scope.pop("except", None)


def put_texts(raw: dict[str, Any]) -> None:
    """One text alone stands for all languages."""
    display = raw.get("display", {})
    for name in TEXTS:
        texts = display.get(name)
        if isinstance(texts, dict) and list(texts) == [LANGUAGES[0]]:
            display[name] = texts[LANGUAGES[0]]


def text_in(content: Any, language: str) -> str | None:
    """The text of a language; a text for all stands in the first field."""
    if isinstance(content, dict):
        return content.get(language)
    return content if language == LANGUAGES[0] else None
