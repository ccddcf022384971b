"""An activity, template or campaign in one plain sentence, in Chinese or English, as forms show it while one types.

「11月10日20:00起，满300减50，每人限1次，不可用券，最多花 ¥120,000」
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from apps.offers.documents.scope import LISTS
from apps.offers.documents.template import layer_of_template
from apps.offers.sentence_claims import claims
from apps.offers.sentence_when import count, schedule, window
from apps.pricing.faults import Findings, Reader
from apps.pricing.kinds import KINDS, Kind, Wording
from apps.pricing.layers import COUPON_LAYERS, LAYERS, Layer
from apps.pricing.scope import ScopeMode

Json = Mapping[str, Any]

#: limit -> how it is said: in Chinese, in English of one and of many
LIMIT_WORDS = (
    ("per_customer_orders", "每人限{}次", "{} order per customer", "{} orders per customer"),
    (
        "per_customer_per_day_orders",
        "每人每天限{}次",
        "{} order per customer a day",
        "{} orders per customer a day",
    ),
    ("total_orders", "共限{}单", "{} order in all", "{} orders in all"),
    ("per_customer_units", "每人限{}件", "{} unit per customer", "{} units per customer"),
    (
        "per_customer_sku_units",
        "每人每款限{}件",
        "{} unit of each SKU per customer",
        "{} units of each SKU per customer",
    ),
    ("per_order_units", "每单限{}件", "{} unit per order", "{} units per order"),
    (
        "per_customer_per_day_units",
        "每人每天限{}件",
        "{} unit per customer a day",
        "{} units per customer a day",
    ),
)
SPAN_WORDS = {"session": ("每场", " in each session"), "day": ("每天", " a day")}
NO_SPAN = ("", "")
SCOPE_WORDS = {
    "skus": ("个SKU", "SKU", "SKUs"),
    "categories": ("个类目", "category", "categories"),
    "brands": ("个品牌", "brand", "brands"),
    "tags": ("个标签", "tag", "tags"),
    "shops": ("家店", "shop", "shops"),
}
LAYER_WORDS = {
    Layer.ITEM: ("单品优惠", "item prices"),
    Layer.SHOP: ("店铺优惠", "shop offers"),
    Layer.PLATFORM: ("平台优惠", "platform offers"),
    Layer.SHIPPING: ("运费优惠", "shipping offers"),
}


def sentence(content: Json, words: Wording, tz: tzinfo, now: datetime | None = None) -> str:
    """What the document says, in plain words; what is still missing is left out.

    With `now`, years other than its own are named.
    """
    parts = [
        window(content, words, tz, now),
        schedule(content, words),
        _benefit(content, words),
        _scope(content, words),
        _people(content, words),
        *claims(content, words),
        *_limits(content, words),
        *_stacking(content, words),
        _stock(content, words),
        _cost(content, words),
    ]
    text = ("，" if words.zh else ", ").join(part for part in parts if part)
    return text if words.zh else text[:1].upper() + text[1:]


def _benefit(content: Json, words: Wording) -> str:
    """The kind's own sentence, as far as its parameters are right."""
    declared = KINDS.get(content.get("kind") or "")
    if declared is None:
        return ""
    kind = _kind(content)
    return declared.label(words.language) if kind is None else kind.sentence(words)


def _kind(content: Json) -> Kind | None:
    """The kind with its parameters, None as long as they are wrong."""
    declared = KINDS.get(content.get("kind") or "")
    if declared is None:
        return None
    return declared.read(Reader(content.get("params") or {}, "params", Findings()))


def _scope(content: Json, words: Wording) -> str:
    scope = content.get("scope") or {}
    kind = _kind(content)
    if kind and kind.skus() and not _lists_beside(scope) and kind.skus() == set(scope.get("skus") or ()):
        return ""  # the parameters have just named them
    named = [
        words.pick(f"{len(codes)}{zh}", f"{len(codes)} {one if len(codes) == 1 else many}")
        for name, (zh, one, many) in SCOPE_WORDS.items()
        if name in LISTS and (codes := scope.get(name))
    ]
    if not named or scope.get("mode", ScopeMode.ALL) == ScopeMode.ALL:
        return ""
    listed = ("、" if words.zh else ", ").join(named)
    if scope["mode"] == ScopeMode.EXCLUDE:
        return words.pick(f"除{listed}外全部商品", f"on everything but {listed}")
    excepted = any((scope.get("except") or {}).values())
    return words.pick(
        f"限{listed}" + ("（有例外）" if excepted else ""),
        f"on {listed}" + (" with exceptions" if excepted else ""),
    )


def _lists_beside(scope: Json) -> bool:
    """Whether anything but SKUs is named."""
    return any(scope.get(name) for name in LISTS if name != "skus") or any(
        (scope.get("except") or {}).values()
    )


def _people(content: Json, words: Wording) -> str:
    targeting = content.get("targeting") or {}
    parts = []
    if targeting.get("new_customers_only"):
        parts.append(words.pick("仅限新客", "new customers only"))
    if levels := targeting.get("member_levels"):
        listed = ("、" if words.zh else ", ").join(map(str, levels))
        parts.append(words.pick(f"限会员等级{listed}", f"member levels {listed}"))
    if audiences := targeting.get("audiences"):
        parts.append(words.pick(f"限{len(audiences)}个人群", f"for {count(len(audiences), 'audience')}"))
    for name, zh, en in (
        ("channels", "渠道", "channel"),
        ("terminals", "终端", "terminal"),
        ("regions", "地区", "region"),
    ):
        if values := targeting.get(name):
            listed = ("、" if words.zh else ", ").join(values)
            parts.append(words.pick(f"限{zh}{listed}", f"{en} {listed}"))
    return ("，" if words.zh else ", ").join(parts)


def _limits(content: Json, words: Wording) -> list[str]:
    limits = content.get("limits") or {}
    span = SPAN_WORDS.get(limits.get("per", ""), NO_SPAN)
    said = []
    for name, zh, one, many in LIMIT_WORDS:
        if (number := limits.get(name)) is not None:
            zh_span, en_span = NO_SPAN if "per_day" in name else span
            en = one if number == 1 else many
            said.append(words.pick(zh_span + zh.format(f"{number:,}"), en.format(f"{number:,}") + en_span))
    return said


def _stacking(content: Json, words: Wording) -> list[str]:
    """What it does not go together with, besides its own layer; nothing to say of the default."""
    own = _layer(content)
    if own is None or "stacks_with" not in content:
        return []
    stacks = set(content["stacks_with"])
    if not stacks:
        return [words.pick("不与任何优惠同享", "with no other offer")]
    if stacks == set(COUPON_LAYERS):
        return [words.pick("仅可用券", "only coupons besides")]
    refused = [layer for layer in LAYERS if layer != own and layer not in stacks]
    coupons = [layer for layer in refused if layer in COUPON_LAYERS]
    others = [layer for layer in refused if layer not in COUPON_LAYERS]
    return [*_refused_coupons(coupons, own, words), *_refused_others(others, words)]


def _layer(content: Json) -> Layer | None:
    """The layer of an activity or a template, None as long as it is open."""
    if content.get("layer"):
        return Layer(content["layer"])
    kind = KINDS.get(content.get("kind") or "")
    return layer_of_template(kind, content["issuer"]) if kind and content.get("issuer") else None


def _refused_coupons(refused: list[Layer], own: Layer, words: Wording) -> list[str]:
    if not refused:
        return []
    if own in COUPON_LAYERS or len(refused) == len(COUPON_LAYERS):
        besides = own in COUPON_LAYERS
        return [
            words.pick(
                "不可用其他券" if besides else "不可用券", "no other coupons" if besides else "no coupons"
            )
        ]
    shop = refused[0] is Layer.SHOP_COUPON
    return [
        words.pick("不可用店铺券", "no shop coupons")
        if shop
        else words.pick("不可用平台券", "no platform coupons")
    ]


def _refused_others(refused: list[Layer], words: Wording) -> list[str]:
    if not refused:
        return []
    listed = ("、" if words.zh else " or ").join(words.pick(*LAYER_WORDS[layer]) for layer in refused)
    return [words.pick(f"不与{listed}同享", f"not with {listed}")]


def _stock(content: Json, words: Wording) -> str:
    stock = content.get("stock") or {}
    zh, en = SPAN_WORDS.get(stock.get("per", ""), NO_SPAN)
    if (total := stock.get("total")) is not None:
        return words.pick(f"{zh}共{total:,}件", f"{total:,} {'unit' if total == 1 else 'units'}{en}")
    if quantity := (content.get("budget") or {}).get("quantity"):
        return words.pick(f"共{quantity:,}张", f"{quantity:,} {'coupon' if quantity == 1 else 'coupons'}")
    return ""


def _cost(content: Json, words: Wording) -> str:
    amount = (content.get("budget") or {}).get("amount")
    if amount is None:
        return ""
    return words.pick(f"最多花 {words.money(amount)}", f"at most {words.money(amount)} spent")
