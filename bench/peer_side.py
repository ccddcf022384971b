"""Runs in the peer's own environment: django-oscar with SQLite in memory, asked over standard input.

The first line is the cart and its offers as JSON; it answers `ready`. Every line after that is one application of
all offers to the cart by django-oscar's applicator, answered with its milliseconds of CPU time and the discount.
"""

# ruff: noqa: E402 - Django is configured before its models are imported
from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import Any

import django
from django.conf import settings
from oscar import INSTALLED_APPS, defaults


class NoMigrations:
    """Tables straight from the models."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


settings.configure(
    **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")},
    SECRET_KEY="bench",
    INSTALLED_APPS=INSTALLED_APPS,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    MIGRATION_MODULES=NoMigrations(),
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SITE_ID=1,
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command
from oscar.core.loading import get_class, get_model

Applicator = get_class("offer.applicator", "Applicator")
Selector = get_class("partner.strategy", "Selector")
Basket = get_model("basket", "Basket")
Benefit, Condition = get_model("offer", "Benefit"), get_model("offer", "Condition")
ConditionalOffer, Range = get_model("offer", "ConditionalOffer"), get_model("offer", "Range")
Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")


def main() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    basket = set_up(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    for _ in sys.stdin:
        fresh = Basket.objects.get(pk=basket.pk)
        fresh.strategy = Selector().strategy()
        started = time.thread_time_ns()
        Applicator().apply(fresh)
        took = (time.thread_time_ns() - started) / 1e6
        print(json.dumps({"ms": took, "discount": int(fresh.total_discount * 100)}), flush=True)


def set_up(case: dict[str, Any]) -> Any:
    products = make_products(case["prices"])
    for offer in case["offers"]:
        make_offer(offer, products)
    basket = Basket.objects.create()
    basket.strategy = Selector().strategy()
    for sku, units in case["lines"]:
        basket.add_product(products[sku], units)
    return basket


def make_products(prices: dict[str, int]) -> dict[str, Any]:
    goods = ProductClass.objects.create(name="goods")
    partner = Partner.objects.create(name="shop")
    products = {}
    for sku, price in prices.items():
        product = Product.objects.create(
            title=sku, upc=sku, product_class=goods, structure=Product.STANDALONE
        )
        StockRecord.objects.create(
            product=product, partner=partner, partner_sku=sku, price=Decimal(price) / 100, num_in_stock=10_000
        )
        products[sku] = product
    return products


def make_offer(offer: dict[str, Any], products: dict[str, Any]) -> None:
    scope = Range.objects.create(name=offer["code"])
    for sku in offer["skus"]:
        scope.add_product(products[sku])
    condition = Condition.objects.create(range=scope, type=offer["condition"], value=offer["at"])
    benefit = Benefit.objects.create(range=scope, type=offer["benefit"], value=offer["value"])
    ConditionalOffer.objects.create(
        name=offer["code"], condition=condition, benefit=benefit, priority=offer["priority"], exclusive=False
    )


main()
