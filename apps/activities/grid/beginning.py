"""The table of a new activity: it begins with the goods chosen in the editor, each at the price that it has."""

from __future__ import annotations

from typing import Any

from apps.activities.grid.table import one_price, price_param
from apps.offers.selectors import skus_in_scope
from apps.offers.versions.contents import read

#: the editor's button that saves the draft and opens the table
TO_TABLE = "_grid"
#: no table begins with more; whoever means more brings a file
MOST = 2_000


def with_goods_chosen(raw: dict[str, Any]) -> dict[str, Any]:
    """The document as typed; where it names no prices yet, those of the goods in its scope, so that it can be saved.

    The table points out a price that lowers nothing. With too many goods, or none, the fault stays beside the field.
    """
    declared = price_param(raw.get("kind", ""))
    params = raw.get("params", {})
    if declared is None or params.get(declared.name) or one_price({"kind": raw["kind"], "params": params}):
        return raw
    prices = _prices_in(read("activity", raw)[0])
    return {**raw, "params": {**params, declared.name: prices}} if prices else raw


def _prices_in(content: dict[str, Any]) -> dict[str, int]:
    goods = skus_in_scope(content["scope"], content["shop"]).order_by("code")
    found = dict(goods.values_list("code", "price_amount")[: MOST + 1])
    return found if len(found) <= MOST else {}
