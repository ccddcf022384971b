from apps.reporting.models.review import Review
from apps.reporting.models.rollups import (
    About,
    Borne,
    Buyer,
    CouponFlow,
    FirstOrder,
    Goods,
    Mark,
    Reached,
    Seen,
    Trade,
)

__all__ = [
    "About",
    "Borne",
    "Buyer",
    "CouponFlow",
    "FirstOrder",
    "Goods",
    "Mark",
    "Reached",
    "Review",
    "Seen",
    "Trade",
]
