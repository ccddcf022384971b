from apps.reporting.models.review import Review
from apps.reporting.models.rollups import (
    About,
    Borne,
    Buyer,
    CouponFlow,
    FirstOrder,
    Goods,
    Led,
    Mark,
    Reached,
    Seen,
    Trade,
)
from apps.reporting.models.settlement import Reconciliation, SettlementLine, SettlementMonth

__all__ = [
    "About",
    "Borne",
    "Buyer",
    "CouponFlow",
    "FirstOrder",
    "Goods",
    "Led",
    "Mark",
    "Reached",
    "Reconciliation",
    "Review",
    "Seen",
    "SettlementLine",
    "SettlementMonth",
    "Trade",
]
