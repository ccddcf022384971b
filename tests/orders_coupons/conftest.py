"""The fair of the storefront tests, a key, and a client that orders."""

from tests.orders_life.shop import Shop, fresh_process, key, shop, shop_fair

__all__ = ["Shop", "fresh_process", "key", "shop", "shop_fair"]
