"""What is wrong or risky with a row of the table, every reason with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from apps.activities.grid.goods import Good, Ground
from apps.activities.grid.reading import ReadRow
from apps.activities.grid.table import Entry
from apps.offers.forms.fault_texts import text_of_fault
from apps.pricing.faults import Fault
from apps.pricing.money import format_money

#: below a share of the original price a digit is probably missing
DEEP = 10


class Level(StrEnum):
    """FAULT: cannot be saved. BAR: can be saved, not submitted. RISK: may be meant."""

    FAULT = "fault"
    BAR = "bar"
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about one row; `code` groups rows that have the same."""

    code: str
    level: Level
    text: str


@dataclass(frozen=True)
class Judge:
    """Judges rows on one ground, speaking the reader's language and currency."""

    ground: Ground
    currency: str

    def problems(self, row: ReadRow) -> list[Problem]:
        """The gravest first."""
        found = [Problem("fault", Level.FAULT, text) for text in row.faults]
        good = self.ground.goods.get(row.sku)
        if good is None:
            if not row.faults:
                found.append(Problem("unknown", Level.FAULT, _unknown(row.sku)))
            return found
        found += self._running(row)
        if row.entry.price is not None:
            found += self._price_risks(good, row.entry.price)
        found += self._other_risks(row, good)
        return found

    def _running(self, row: ReadRow) -> Iterator[Problem]:
        """What has started keeps its prices; its stock may only grow."""
        if not self.ground.has_started or self.ground.running is None or row.faults:
            return
        old = self.ground.running.get(row.sku)
        if old is None or old.price != row.entry.price:
            text = _("It runs already: prices and SKUs can no longer change.")
            yield Problem("runs", Level.BAR, text)
        elif _shrinks(old, row.entry):
            yield Problem("runs", Level.BAR, _("It runs already: stock can only grow."))

    def _price_risks(self, good: Good, price: int) -> Iterator[Problem]:
        """Against each amount that the catalogue knows."""
        for code, amount, is_hit, template in self._bounds(good):
            if amount is not None and is_hit(price, amount):
                text = template % {"amount": format_money(amount, self.currency)}
                yield Problem(code, Level.RISK, text)

    def _bounds(self, good: Good) -> list[tuple[str, int | None, Callable[[int, int], bool], str]]:
        return [
            (
                "below_floor",
                good.floor,
                lambda price, floor: price < floor,
                _("below the floor price %(amount)s"),
            ),
            ("below_cost", good.cost, lambda price, cost: price < cost, _("below the cost %(amount)s")),
            (
                "above_list",
                good.price,
                lambda price, usual: price > usual,
                _("above the original price %(amount)s"),
            ),
            (
                "no_discount",
                good.price,
                lambda price, usual: price == usual,
                _("no lower than the original price"),
            ),
            (
                "below_minimum",
                good.minimum,
                lambda price, least: price < least,
                _("below the minimum price: customers pay %(amount)s"),
            ),
            (
                "deep",
                good.price,
                lambda price, usual: price * DEEP < usual,
                _("less than a tenth of the original price: is a digit missing?"),
            ),
        ]

    def _other_risks(self, row: ReadRow, good: Good) -> Iterator[Problem]:
        if row.entry.stock == 0:
            yield Problem("no_stock", Level.RISK, _("no unit at this price"))
        if good.closed:
            yield Problem("closed", Level.RISK, _("closed to activities"))
        if row.sku not in self.ground.in_scope:
            yield Problem("outside", Level.RISK, _("not among the activity's goods"))


def _unknown(sku: str) -> str:
    fault = Fault("", "unknown_code", "no %(type)s has the code %(code)s", {"type": "sku", "code": sku})
    return text_of_fault(fault)


def _shrinks(old: Entry, new: Entry) -> bool:
    if old.stock == new.stock or new.stock is None:
        return False
    return old.stock is None or new.stock < old.stock
