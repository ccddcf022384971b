"""The same fair as the API's tests."""

from tests.storefront.conftest import Caller, caller, key, shop_fair

__all__ = ["Caller", "caller", "key", "shop_fair"]
