"""Reads of API clients."""

from __future__ import annotations

from collections.abc import Iterable

from apps.storefront.models import ApiClient


def names_of_clients(clients: Iterable[int]) -> dict[int, str]:
    return dict(ApiClient.objects.filter(pk__in=clients).values_list("pk", "name"))
