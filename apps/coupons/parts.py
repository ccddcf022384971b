"""Parts of a whole, as numbers: which of them give, how a total is spread over them, when they must be gathered."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

PARTS = 16
# Below this a part would hold so few that they had to be gathered soon.
PARTED_FROM = 1_024
PLENTY = 10**15


class NotEnough(Exception):
    """There is less than was wanted, by the time it was asked for."""


class Budget(NamedTuple):
    """What a template may give in all; None is unlimited."""

    quantity: int | None
    amount: int | None

    @property
    def limited(self) -> bool:
        return self != (None, None)


class Part(NamedTuple):
    """One row of a template's allowance."""

    id: int
    bucket: int
    total_quantity: int | None
    issued: int
    total_amount: int | None
    reserved: int
    spent: int

    @property
    def taken_amount(self) -> int:
        return self.reserved + self.spent

    def room(self, reserve: int) -> int:
        """How many coupons that reserve this much it has left."""
        return _room(
            None if self.total_quantity is None else self.total_quantity - self.issued,
            None if self.total_amount is None else self.total_amount - self.taken_amount,
            reserve,
        )


class Draw(NamedTuple):
    """So many coupons, and what they reserve, from one part; `part` None where nothing is limited."""

    template: str
    part: int | None
    bucket: int
    quantity: int
    amount: int


def plan(template: str, parts: Sequence[Part], quantity: int, reserve: int) -> list[Draw]:
    """Which parts give how many; raises NotEnough. Without parts nothing is counted."""
    if not parts:
        return [Draw(template, None, 0, quantity, quantity * reserve)]
    start = random.randrange(len(parts))  # noqa: S311 - spreads the load, guards nothing
    turned = [*parts[start:], *parts[:start]]
    for part in turned:
        if part.room(reserve) >= quantity:
            return [Draw(template, part.id, part.bucket, quantity, quantity * reserve)]
    draws: list[Draw] = []
    for part in turned:
        piece = min(part.room(reserve), quantity)
        if piece > 0:
            draws.append(Draw(template, part.id, part.bucket, piece, piece * reserve))
            quantity -= piece
    if quantity:
        raise NotEnough(template)
    return draws


def left(parts: Sequence[Part], budget: Budget, reserve: int) -> int:
    """How many more coupons a budget gives, wherever what is left of it lies."""
    quantity = None if budget.quantity is None else budget.quantity - sum(part.issued for part in parts)
    amount = None if budget.amount is None else budget.amount - sum(part.taken_amount for part in parts)
    return _room(quantity, amount, reserve)


def in_line(parts: Sequence[Part], budget: Budget, reserve: int) -> bool:
    """Whether the parts keep what the budget says; less than is taken already it never is."""
    if not parts:
        return not budget.limited
    return len(parts) >= count_for(budget, reserve) and totals(parts) == targets(parts, budget)


def split(total: int | None, count: int) -> list[int | None]:
    """`total` in `count` parts that differ by one at most."""
    if total is None:
        return [None] * count
    return [total * (i + 1) // count - total * i // count for i in range(count)]


def parts_for(total: int) -> int:
    return PARTS if total >= PARTED_FROM else 1


def _room(quantity: int | None, amount: int | None, reserve: int) -> int:
    by_quantity = PLENTY if quantity is None else quantity
    by_amount = PLENTY if amount is None or not reserve else amount // reserve
    return max(0, min(by_quantity, by_amount))


def count_for(budget: Budget, reserve: int) -> int:
    if not budget.limited:
        return 0
    return parts_for(_room(budget.quantity, budget.amount, reserve))


def sum_of(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def totals(parts: Sequence[Part]) -> Budget:
    """What they may give together."""
    return Budget(sum_of([p.total_quantity for p in parts]), sum_of([p.total_amount for p in parts]))


def targets(parts: Sequence[Part], budget: Budget) -> Budget:
    return Budget(
        None if budget.quantity is None else max(budget.quantity, sum(p.issued for p in parts)),
        None if budget.amount is None else max(budget.amount, sum(p.taken_amount for p in parts)),
    )


def spread(parts: Sequence[Part], total: Budget) -> list[Part]:
    """What is taken of each part, and an equal share of the rest."""
    return _with_free(
        parts,
        split(None if total.quantity is None else total.quantity - sum(p.issued for p in parts), len(parts)),
        split(
            None if total.amount is None else total.amount - sum(p.taken_amount for p in parts), len(parts)
        ),
    )


def gathered(parts: Sequence[Part], place: int) -> list[Part]:
    """All that is free, in one part."""
    whole = totals(parts)
    quantity = None if whole.quantity is None else whole.quantity - sum(p.issued for p in parts)
    amount = None if whole.amount is None else whole.amount - sum(p.taken_amount for p in parts)

    def only(free: int | None) -> list[int | None]:
        return [None if free is None else free * (number == place) for number in range(len(parts))]

    return _with_free(parts, only(quantity), only(amount))


def _with_free(
    parts: Sequence[Part], quantities: Sequence[int | None], amounts: Sequence[int | None]
) -> list[Part]:
    return [
        part._replace(
            total_quantity=None if quantity is None else part.issued + quantity,
            total_amount=None if amount is None else part.taken_amount + amount,
        )
        for part, quantity, amount in zip(parts, quantities, amounts, strict=True)
    ]
