"""The offer book: what it finds is what every offer's scope says, and a changed book is a fresh one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.book import OfferBook, lines_covered
from apps.pricing.cart import CartLine, Sku
from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer, Owner
from apps.pricing.scope import Scope, ScopeMode, SkuSet

many = settings(max_examples=60, deadline=None, derandomize=True)

SKUS, CATEGORIES, BRANDS, TAGS, SHOPS = (
    "ABCD",
    ("root", "mid", "leaf"),
    ("b1", "b2"),
    ("t1", "t2"),
    ("S1", "S2"),
)
OFF = kind_from_json("direct_reduction", {"value": 1})


def some(names):
    return st.frozensets(st.sampled_from(list(names)), max_size=2)


sku_sets = st.builds(
    SkuSet,
    skus=some(SKUS),
    categories=some(CATEGORIES),
    brands=some(BRANDS),
    tags=some(TAGS),
    shops=some(SHOPS),
)
scopes = st.builds(Scope, st.sampled_from(list(ScopeMode)), sku_sets, sku_sets | st.just(SkuSet()))


@st.composite
def kinds(draw):
    prices = dict.fromkeys(draw(st.sets(st.sampled_from(SKUS), min_size=1)), 1)
    return draw(
        st.sampled_from(
            [
                OFF,
                kind_from_json("flash_sale", {"prices": prices}),
                kind_from_json("fixed_price", {"value": 1}),
            ]
        )
    )


@st.composite
def offer_of(draw, code: str) -> Offer:
    return Offer(
        code,
        code,
        draw(kinds()),
        Layer.ITEM,
        owner=draw(st.sampled_from([Owner.ACTIVITY] * 4 + [Owner.TEMPLATE])),
        shop=draw(st.sampled_from([None, None, "S1", "S2"])),
        scope=draw(scopes),
    )


@st.composite
def offer_lists(draw, most: int = 8) -> list[Offer]:
    codes = draw(st.sets(st.sampled_from("abcdefghij"), max_size=most))
    return [draw(offer_of(code)) for code in sorted(codes)]


@st.composite
def carts(draw) -> tuple[CartLine, ...]:
    facts = {
        code: Sku(
            code,
            shop=draw(st.sampled_from(["S1", "S2"])),
            category_path=draw(st.sampled_from([(), ("root",), ("root", "mid"), ("root", "mid", "leaf")])),
            brand=draw(st.sampled_from(["", "b1", "b2"])),
            tags=draw(some(TAGS)),
        )
        for code in SKUS
    }
    codes = draw(st.lists(st.sampled_from([*SKUS, "unknown"]), min_size=1, max_size=5))
    return tuple(CartLine(str(at), code, 1, 100, facts.get(code)) for at, code in enumerate(codes))


def covered(offer: Offer, lines: tuple[CartLine, ...]) -> int:
    """The lines in scope, asked of every offer and line alone."""
    mask = 0
    for position, line in enumerate(lines):
        if line.facts is None or (offer.shop and line.facts.shop != offer.shop):
            continue
        named = offer.kind.only_skus()
        if offer.scope.covers(line.facts) and (named is None or line.sku in named):
            mask |= 1 << position
    return mask


def reached(book: OfferBook, lines: tuple[CartLine, ...]) -> dict[str, int]:
    return {offer.code: mask for offer, mask in book.reaching(lines).items() if mask}


@many
@given(offer_lists(), carts())
def test_the_index_finds_what_every_scope_alone_says(offers, lines):
    expected = {offer.code: covered(offer, lines) for offer in offers if not offer.is_coupon}
    assert reached(OfferBook.build(offers), lines) == {code: mask for code, mask in expected.items() if mask}
    assert all(lines_covered(offer, lines) == covered(offer, lines) for offer in offers)


@many
@given(
    offer_lists(),
    st.lists(st.tuples(offer_lists(4), st.sets(st.sampled_from("abcdefghijz"), max_size=3)), max_size=5),
    carts(),
)
def test_a_changed_book_equals_one_built_anew(offers, changes, lines):
    book, now = OfferBook.build(offers, version=0), {offer.code: offer for offer in offers}
    seen = [(book, dict(now))]
    for version, (upserts, removals) in enumerate(changes, 1):
        book = book.with_changes(upserts, removals, version=version)
        now = {code: offer for code, offer in now.items() if code not in removals}
        now |= {offer.code: offer for offer in upserts}
        seen.append((book, dict(now)))
    for version, (one, contents) in enumerate(seen):  # the older books, too, are as they were
        fresh = OfferBook.build(contents.values())
        assert one.version == version
        assert dict(one.offers) == contents
        assert len(one.offers) == len(contents)
        assert reached(one, lines) == reached(fresh, lines)


def test_a_thousand_changes_one_by_one_leave_nothing_behind():
    lines = (CartLine("1", "A", 1, 100, Sku("A", shop="S1")),)
    book = OfferBook.build([Offer(f"o{n}", "x", OFF, Layer.ITEM, scope=named("A")) for n in range(3)])
    for number in range(1_200):
        added = Offer(f"n{number}", "x", OFF, Layer.ITEM, scope=named("A", f"B{number}"))
        book = book.with_changes([added], [f"n{number - 1}"])
    assert sorted(book.offers) == ["n1199", "o0", "o1", "o2"]
    assert reached(book, lines) == dict.fromkeys(["n1199", "o0", "o1", "o2"], 1)
    gone = book.with_changes(removals=["n1199", "o0", "o1", "o2", "never"])
    assert reached(gone, lines) == {}
    assert len(gone.offers) == 0
    assert "o0" in book.offers


def named(*codes: str) -> Scope:
    return Scope(ScopeMode.INCLUDE, SkuSet(skus=frozenset(codes)))
