"""What the buyers try, decided by the number of the attempt alone: every process knows it without being told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

LIST, FLASH, OFF = 10_000, 6_000, 1_000
ATTEMPTS_A_DROP = 2_000  # tried one drop after the other, so that every one is hot for a while
STOCK, CUSTOMER_UNITS, CUSTOMERS = 150, 2, 500
DISCOUNTS = 40  # what a drop's budget pays for


@dataclass(frozen=True, slots=True)
class Attempt:
    """One buyer's wish, and what they do with the order if they get it at this price."""

    number: int
    a_drop: int = ATTEMPTS_A_DROP

    @property
    def drop(self) -> int:
        return self.number // self.a_drop

    @property
    def order(self) -> str:
        return f"o{self.number}"

    @property
    def dice(self) -> bytes:
        return hashlib.blake2b(str(self.number).encode(), digest_size=8).digest()

    @property
    def for_budget(self) -> bool:
        """On the goods with a budget instead of those with a stock."""
        return self.dice[0] < 40

    @property
    def units(self) -> int:
        return 2 if self.dice[1] < 40 and not self.for_budget else 1

    @property
    def price(self) -> int:
        return LIST - OFF if self.for_budget else FLASH * self.units

    @property
    def customer(self) -> str:
        return f"c{self.drop}-{int.from_bytes(self.dice[2:4]) % CUSTOMERS}"

    @property
    def then(self) -> str:
        """pay, cancel, leave (its hold lapses) or refund (after paying)."""
        roll = self.dice[4]
        return "pay" if roll < 200 else "cancel" if roll < 220 else "leave" if roll < 240 else "refund"

    @property
    def repeats(self) -> bool:
        """Whether every request is sent once more after its answer came."""
        return self.dice[5] < 25

    def body(self) -> Json:
        return wish(self.order, self.customer, self.drop, self.units, self.price, budget=self.for_budget)


def wish(order: str, customer: str, drop: int, units: int, price: int, *, budget: bool) -> Json:
    """The body of an order that is only wanted at this price."""
    sku = f"{'mug' if budget else 'shoe'}-{drop}"
    return {
        "currency": "CNY",
        "order": order,
        "customer": customer,
        "expected_payable": price,
        "lines": [{"line": "1", "sku": sku, "quantity": units}],
    }


def drops(attempts: int, a_drop: int = ATTEMPTS_A_DROP) -> int:
    return -(-attempts // a_drop)


def activities(drop: int) -> list[Json]:
    """A flash sale with a stock and a limit, and a discount with a budget. Every other sale takes refunds back."""
    window = {"starts_at": "2026-01-01T00:00:00+08:00", "ends_at": "2036-01-01T00:00:00+08:00"}
    sale = {
        "code": f"sale-{drop}",
        "name": f"Sale {drop}",
        "layer": "item",
        "kind": "flash_sale",
        "params": {"value": FLASH},
        "scope": {"mode": "include", "skus": [f"shoe-{drop}"]},
        "stock": {"total": STOCK},
        "limits": {"per_customer_units": CUSTOMER_UNITS},
        "restock": bool(drop % 2),
        **window,
    }
    discount = {
        "code": f"discount-{drop}",
        "name": f"Discount {drop}",
        "layer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": LIST, "benefit": {"amount_off": OFF}}]},
        "scope": {"mode": "include", "skus": [f"mug-{drop}"]},
        "budget": {"amount": DISCOUNTS * OFF},
        **window,
    }
    return [sale, discount]
