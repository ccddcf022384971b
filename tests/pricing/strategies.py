"""Small carts and offers of every kind for Hypothesis, as the engine takes them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon, Customer, Sku
from apps.pricing.engine import price
from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer, default_stacks_with
from apps.pricing.offer import Limits, Offer, Owner, Stock
from apps.pricing.scope import Scope, ScopeMode, SkuSet

NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
CODES = "ABCD"
GROUPING = ("nth_unit", "buy_n_pay_m", "n_for_price", "bundle_price")
KINDS = {
    Layer.ITEM: ("direct_reduction", "percentage_off", "fixed_price", "flash_sale"),
    Layer.SHOP: ("threshold", *GROUPING, "addon_price"),
    Layer.PLATFORM: ("threshold", "addon_price"),
    Layer.SHOP_COUPON: ("threshold", "exchange"),
    Layer.PLATFORM_COUPON: ("threshold", "exchange"),
    Layer.SHIPPING: ("shipping_off",),
}
amounts = st.sampled_from([0, 1, 3, 7, 97, 99, 100, 101, 333, 667, 997, 1000, 9990])
some_skus = st.frozensets(st.sampled_from(CODES), min_size=1)


@st.composite
def carts(draw) -> Cart:
    facts = {}
    for code in CODES:
        cost = draw(amounts)
        facts[code] = Sku(
            sku=code,
            shop=draw(st.sampled_from(["S1", "S1", "S2"])),
            category_path=draw(st.sampled_from([(), ("root",), ("root", "leaf")])),
            brand=draw(st.sampled_from(["", "b1"])),
            price=cost,
            min_price=draw(st.sampled_from([0, 0, cost // 2, cost * 9 // 10, cost])),
            excluded_from=draw(st.sampled_from([frozenset()] * 8 + [frozenset({"coupons"})])),
        )
    lines = draw(st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 6)), min_size=1, max_size=4))
    return Cart(
        currency="CNY",
        lines=tuple(
            CartLine(str(number), code, units, facts[code].price, facts[code])
            for number, (code, units) in enumerate(lines, 1)
        ),
        customer=Customer("c1"),
        shipping_fee=draw(st.sampled_from([0, 5, 600, 1200])),
    )


@st.composite
def tiers(draw):
    form = draw(st.sampled_from(["amount_off", "percentage_off", "capped"]))
    ats = sorted(draw(st.sets(st.sampled_from([0, 1, 2, 3, 100, 300, 1000]), min_size=1, max_size=2)))
    gives = sorted(draw(st.lists(st.integers(1, 900), min_size=len(ats), max_size=len(ats))))
    name = "amount_off" if form == "amount_off" else "percentage_off"
    cap = {"max": draw(st.integers(1, 300))} if form == "capped" else {}
    return [{"at": at, "benefit": {name: give, **cap}} for at, give in zip(ats, gives, strict=True)]


def params_of(kind: str):
    """Valid parameters of a kind."""
    prices = st.dictionaries(st.sampled_from(CODES), st.integers(0, 500), min_size=1)
    few, many = st.integers(2, 4), st.none() | st.integers(1, 3)
    made = {
        "direct_reduction": {"value": st.integers(1, 300)},
        "percentage_off": {"bps": st.integers(1, 10_000), "round_to": st.sampled_from([1, 10, 100])},
        "fixed_price": {"value": st.integers(1, 900)},
        "flash_sale": {"prices": prices},
        "threshold": {"metric": st.sampled_from(["amount", "quantity"]), "tiers": tiers()},
        "nth_unit": {"n": few, "bps": st.integers(1, 10_000), "same_sku": st.booleans()},
        "buy_n_pay_m": {"n": few, "m": st.just(1), "same_sku": st.booleans()},
        "n_for_price": {"n": few, "value": st.integers(1, 1500), "same_sku": st.booleans()},
        "bundle_price": {
            "items": st.dictionaries(st.sampled_from(CODES), st.integers(1, 2), min_size=1, max_size=2),
            "value": st.integers(1, 1500),
            "max_times": many,
        },
        "addon_price": {"at": st.integers(0, 900), "prices": prices, "max_units": many},
        "exchange": {"sku": st.sampled_from(CODES), "value": st.integers(0, 300), "max_units": many},
        "shipping_off": {"at": st.integers(0, 900), "value": st.integers(1, 900)},
    }
    return st.fixed_dictionaries(made[kind]).map(
        lambda given: {name: value for name, value in given.items() if value is not None}
    )


@st.composite
def offers(draw, code: str, layers=tuple(Layer)) -> Offer:
    layer = draw(st.sampled_from(list(layers)))
    kind = draw(st.sampled_from(KINDS[layer]))
    template = "coupon" in layer.value or (layer is Layer.SHIPPING and draw(st.booleans()))
    shop = "S1" if layer in (Layer.SHOP, Layer.SHOP_COUPON) else None
    stacks = set(default_stacks_with(layer))
    if kind not in GROUPING and draw(st.booleans()):
        stacks ^= draw(st.sets(st.sampled_from(list(Layer)), max_size=2))
    scope = draw(
        st.sampled_from(list(ScopeMode)).flatmap(
            lambda mode: (
                st.just(Scope())
                if mode is ScopeMode.ALL
                else some_skus.map(lambda skus: Scope(mode, SkuSet(skus=skus)))
            )
        )
    )
    item, unlimited = layer is Layer.ITEM, draw(st.booleans())
    return Offer(
        code=code,
        name=code,
        kind=kind_from_json(kind, draw(params_of(kind))),
        layer=layer,
        owner=Owner.TEMPLATE if template else Owner.ACTIVITY,
        shop=shop,
        priority=draw(st.integers(0, 2)),
        scope=scope,
        stacks_with=frozenset(stacks),
        mutex=draw(st.sampled_from([None, None, None, "m"])),
        basis_item=kind == "threshold" and draw(st.booleans()),
        limits=Limits(per_order_units=draw(st.integers(1, 4))) if item and not unlimited else Limits(),
        stock=Stock(total=draw(st.integers(1, 5))) if item and not unlimited else Stock(),
        budget_amount=None if template else draw(st.sampled_from([None, None, 50, 700])),
    )


@st.composite
def many_offers(draw, most: int = 5, layers=tuple(Layer)) -> list[Offer]:
    codes = draw(st.lists(st.sampled_from("abcdeXYZ_09"), min_size=1, max_size=most, unique=True))
    return [draw(offers(code, layers)) for code in codes]


def wallet_of(given: list[Offer]) -> list[Coupon]:
    return [Coupon(f"held-{offer.code}", offer.code) for offer in given if offer.is_coupon]


def quote_of(cart: Cart, given: list[Offer], **more):
    return price(cart, OfferBook.build(given), NOW, wallet=wallet_of(given), **more)
