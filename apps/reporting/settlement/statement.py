"""What each party bears in each shop in a month; an open month is summed as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from apps.reporting.models import SettlementLine

PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Party:
    """One bearer in one shop ("": the platform's own goods, and shipping of carts of no shop). Minor units."""

    shop: str
    bearer: str
    orders: int
    borne: int
    back: int
    late: int

    @property
    def owes(self) -> int:
        """Below 0 where more was reversed than borne in this month."""
        return self.borne - self.back


def parties_of(month: date) -> list[Party]:
    rows = (
        SettlementLine.objects.filter(month=month)
        .values_list("shop_code", "bearer")
        .annotate(
            orders=Count("order_code", distinct=True),
            borne=Sum("borne_amount"),
            back=Sum("back_amount"),
            late=Sum("borne_amount", filter=Q(late=True), default=0)
            - Sum("back_amount", filter=Q(late=True), default=0),
        )
        .order_by("shop_code", "bearer")
    )
    return [Party(*row) for row in rows]


def lines_of(month: date, *, after: int = 0, most: int = PIECE) -> list[SettlementLine]:
    """In the order of the ledger, from behind one of its entries."""
    return list(SettlementLine.objects.filter(month=month, pk__gt=after).order_by("pk")[:most])


def all_lines(month: date) -> Iterator[SettlementLine]:
    after = 0
    while rows := lines_of(month, after=after):
        yield from rows
        after = rows[-1].pk
