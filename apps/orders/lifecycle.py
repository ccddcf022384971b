"""The life of an order: which action leads from which state where. What is not named here is refused."""

from enum import StrEnum


class OrderState(StrEnum):
    HELD = "held"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OrderAction(StrEnum):
    PAY = "pay"
    CANCEL = "cancel"
    LAPSE = "lapse"
    REFUND = "refund"


TABLE: dict[tuple[OrderState, OrderAction], tuple[OrderState, ...]] = {
    (OrderState.HELD, OrderAction.PAY): (OrderState.PAID,),
    (OrderState.HELD, OrderAction.CANCEL): (OrderState.CANCELLED,),
    (OrderState.HELD, OrderAction.LAPSE): (OrderState.EXPIRED,),
    (OrderState.PAID, OrderAction.REFUND): (OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED),
    (OrderState.PARTIALLY_REFUNDED, OrderAction.REFUND): (
        OrderState.PARTIALLY_REFUNDED,
        OrderState.REFUNDED,
    ),
    # Every unit is back; shipping may still follow.
    (OrderState.REFUNDED, OrderAction.REFUND): (OrderState.REFUNDED,),
}

#: it was paid at some time
SOLD = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED)


def allows(state: str, action: OrderAction) -> bool:
    return any(row == (state, action) for row in TABLE)


def edges() -> frozenset[tuple[str, str]]:
    """Every change of state that some action makes."""
    return frozenset(
        (source.value, target.value)
        for (source, _), targets in TABLE.items()
        for target in targets
        if target is not source
    )
