"""The kinds of offers, one file each. Importing a file registers its kind in `KINDS`; this list is the only
place that names them."""

from apps.pricing.kinds import (
    addon_price,
    bundle_price,
    buy_n_pay_m,
    direct_reduction,
    exchange,
    fixed_price,
    flash_sale,
    n_for_price,
    nth_unit,
    percentage_off,
    shipping_off,
    threshold,
)
from apps.pricing.kinds.base import KINDS, Kind, Wording, kind_from_json, read_kind

__all__ = [
    "KINDS",
    "Kind",
    "Wording",
    "addon_price",
    "bundle_price",
    "buy_n_pay_m",
    "direct_reduction",
    "exchange",
    "fixed_price",
    "flash_sale",
    "kind_from_json",
    "n_for_price",
    "nth_unit",
    "percentage_off",
    "read_kind",
    "shipping_off",
    "threshold",
]
