from apps.orders.models.counting import Counter, CustomerDraw, CustomerUse, Draw, Measure
from apps.orders.models.ledger import LedgerEntry, LedgerEvent, LedgerSeal, LedgerWhat
from apps.orders.models.order import Order, OrderSegment, OrderUse
from apps.orders.models.refund import Refund
from apps.orders.models.voiding import Voiding

__all__ = [
    "Counter",
    "CustomerDraw",
    "CustomerUse",
    "Draw",
    "LedgerEntry",
    "LedgerEvent",
    "LedgerSeal",
    "LedgerWhat",
    "Measure",
    "Order",
    "OrderSegment",
    "OrderUse",
    "Refund",
    "Voiding",
]
