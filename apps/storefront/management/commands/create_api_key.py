"""Makes a key of the storefront API and prints it, this once, as the last line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.catalog.models import Shop
from apps.core.errors import DomainError
from apps.storefront.models import ApiClient
from apps.storefront.scopes import Scope
from apps.storefront.services.keys import DEFAULT_DAYS, add_client, issue_key


class Command(BaseCommand):
    help = "Make a key for the client NAME (made when new) and print it; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        scopes = [scope.value for scope in Scope]
        parser.add_argument("--scope", action="append", required=True, choices=scopes, dest="scopes")
        parser.add_argument("--shop", help="limits the client to this shop's goods and activities")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="days until it expires")

    def handle(self, *args: Any, name: str, scopes: list[str], **options: Any) -> None:
        try:
            with transaction.atomic():
                client = client_named(name, options["shop"])
                key = issue_key(client=client, scopes=scopes, days=options["days"], actor=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(key.text)


def client_named(name: str, shop: str | None) -> ApiClient:
    """The client of this name, made when there is none; it keeps the shop it was made with."""
    if not name.strip() or len(name) > 80:
        raise CommandError("The name needs 1 to 80 characters.")
    if shop is not None and not Shop.objects.filter(pk=shop).exists():
        raise CommandError(f"There is no shop {shop}.")
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        return add_client(name=name, shop=shop)
    if shop is not None and client.shop_id != shop:
        raise CommandError(f"The client {name} is limited to another shop or to none.")
    return client
