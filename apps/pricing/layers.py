"""The six layers in the order they are applied, as names and as bits of a mask."""

from __future__ import annotations

from enum import StrEnum


class Layer(StrEnum):
    ITEM = "item"
    SHOP = "shop"
    PLATFORM = "platform"
    SHOP_COUPON = "shop_coupon"
    PLATFORM_COUPON = "platform_coupon"
    SHIPPING = "shipping"

    @property
    def rank(self) -> int:
        return LAYERS.index(self)

    @property
    def bit(self) -> int:
        return 1 << LAYERS.index(self)


LAYERS: tuple[Layer, ...] = tuple(Layer)
ACTIVITY_LAYERS = (Layer.ITEM, Layer.SHOP, Layer.PLATFORM, Layer.SHIPPING)
COUPON_LAYERS = (Layer.SHOP_COUPON, Layer.PLATFORM_COUPON)
ALL_BITS = (1 << len(LAYERS)) - 1


def mask_of(layers: frozenset[Layer] | tuple[Layer, ...]) -> int:
    """The bits of some layers."""
    mask = 0
    for layer in layers:
        mask |= layer.bit
    return mask


def default_stacks_with(layer: Layer) -> tuple[Layer, ...]:
    """Every layer but its own: different layers stack, the same layer excludes."""
    return tuple(other for other in LAYERS if other is not layer)
