"""What the wallets and the budgets must be, worked out from the events alone and never from the portal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
#: (customer, template, state) -> how many coupons
Wallets = Counter[tuple[str, str, str]]
#: template -> (issued, reserved, spent)
Budgets = dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Coupons:
    """What a template takes off, and until when its coupons are good."""

    off_amount: int
    until: datetime


@dataclass
class Ledger:
    """Plain sums over the claims and redemptions so far."""

    templates: Mapping[str, Coupons]
    claimed: Counter[tuple[str, str]] = field(default_factory=Counter)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, pack: Json) -> Ledger:
        return cls({row["code"]: _coupons(row) for row in pack["coupon_templates"]})

    def claim(self, event: Json) -> None:
        self.claimed[event["customer"], event["template"]] += 1

    def redeem(self, event: Json) -> int:
        """The discount that the register must give: the coupon's worth, never more than the line."""
        worth = sum(line["quantity"] * line["unit_price"] for line in event["lines"])
        discount = min(self.templates[event["template"]].off_amount, worth)
        self.used[event["customer"], event["template"]] += 1
        self.spent[event["template"]] += discount
        return discount

    def wallets(self, at: datetime, customers: Iterable[str] | None = None) -> Wallets:
        """Everybody's, or that of some, by the clock at `at`."""
        chosen = None if customers is None else set(customers)
        found: Wallets = Counter()
        for (customer, template), claimed in self.claimed.items():
            if chosen is not None and customer not in chosen:
                continue
            used = self.used[customer, template]
            kept = "unused" if at < self.templates[template].until else "expired"
            found.update({(customer, template, "used"): used, (customer, template, kept): claimed - used})
        return +found

    def budgets(self, at: datetime) -> Budgets:
        """Expired coupons keep their place and reserve nothing."""
        issued: Counter[str] = Counter()
        unused: Counter[str] = Counter()
        for (customer, template), claimed in self.claimed.items():
            issued[template] += claimed
            if at < self.templates[template].until:
                unused[template] += claimed - self.used[customer, template]
        return {
            code: (number, unused[code] * self.templates[code].off_amount, self.spent[code])
            for code, number in issued.items()
        }


def _coupons(row: Json) -> Coupons:
    off = row["params"]["tiers"][0]["benefit"]["amount_off"]
    return Coupons(off, datetime.fromisoformat(row["validity"]["until"]))
