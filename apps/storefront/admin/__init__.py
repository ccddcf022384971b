"""API clients and their keys in the admin."""

from apps.storefront.admin.api_client import ApiClientAdmin
from apps.storefront.admin.api_key import ApiKeyAdmin

__all__ = ["ApiClientAdmin", "ApiKeyAdmin"]
