"""The same fair as the API's tests."""

from tests.storefront.conftest import Caller, caller, fresh_process, key, shop_fair

__all__ = ["Caller", "caller", "fresh_process", "key", "shop_fair"]
