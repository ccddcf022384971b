"""`demo_orders`: a few orders of the demo's customers, so that coupons are used, come back, or don't."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

import orjson
from django.core.management.base import BaseCommand, no_translations
from django.db import transaction

from apps.carts.bodies import RefundBody
from apps.core.errors import DomainError, Refused
from apps.core.refusals import kept_refusals
from apps.orders.services.holding import place_order
from apps.orders.services.refunding import read_refund, refund_order
from apps.orders.services.settling import pay_order

#: order, customer, lines, whether it is paid, whether all of it goes back
ORDERS = (
    ("demo-1001", "c-0001", {"APP-07": 1, "SKN-03": 1}, True, False),
    ("demo-1002", "c-0002", {"APP-07": 1, "TEE-07": 2}, True, True),
    ("demo-1003", "c-0026", {"HAR-05": 1, "SNK-12": 1}, True, True),
    ("demo-1004", "c-0003", {"SKN-03": 2}, False, False),
)
#: large enough for the demo's risk rule: it waits for a review
TOO_LARGE = ("demo-1005", "c-0011", {"RUN-01": 400})


class Command(BaseCommand):
    help = "Place a few orders in a fresh demo: paid, paid back, waiting for payment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client", type=int, default=1, help="the API client they come from")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        for code, customer, goods, paid, returned in ORDERS:
            try:
                with transaction.atomic():
                    _order(code, customer, goods, options["client"])
                    if paid:
                        pay_order(code=code, shop=None)
                    if returned:
                        refund_order(code=code, shop=None, asked=_all_of(code))
            except DomainError as refused:
                self.stderr.write(f"{code}: {refused.message}")
        with suppress(Refused), kept_refusals(), transaction.atomic():
            _order(*TOO_LARGE, options["client"])


def _order(code: str, customer: str, goods: dict[str, int], client: int) -> None:
    lines = [
        {"line": str(number), "sku": sku, "quantity": units}
        for number, (sku, units) in enumerate(goods.items(), start=1)
    ]
    body = {
        "order": code,
        "currency": "CNY",
        "customer": customer,
        "channel": "app",
        "terminal": "ios",
        "shipping_fee": 1_200,
        "coupons": "auto",
        "lines": lines,
    }
    place_order(orjson.dumps(body), client=client, shop=None)


def _all_of(code: str) -> RefundBody:
    return read_refund(orjson.dumps({"refund": f"{code}-r1", "fault": "customer", "all": True}))
