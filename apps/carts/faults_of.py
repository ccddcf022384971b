"""The slow second look at a body that is not right: every fault of it, with its path."""

from __future__ import annotations

from apps.carts import bodies
from apps.pricing.cart import AUTO
from apps.pricing.faults import Reader

EXPLAIN = ("none", "reasons", "full")


FAULTS = ("customer", "merchant")


def read_quote(reader: Reader) -> None:
    """Note the faults of a body of `POST /quotes`."""
    reader.time("as_of")
    _read_cart(reader)
    reader.close()


def read_order(reader: Reader) -> None:
    """Note the faults of a body of `POST /orders`."""
    reader.code("order", required=True)
    reader.integer("expected_payable", maximum=bodies.MAX_PAYABLE)
    if reader.raw.get("lines") == []:
        reader.fault("lines", "empty", "needs at least one line")
    _read_cart(reader)
    reader.close()


def read_refund(reader: Reader) -> None:
    """Note the faults of a body of `POST /orders/{order}/refunds`."""
    reader.code("refund", required=True)
    reader.text("fault", choices=FAULTS)
    reader.text("reason")
    for line in reader.children("lines", longest=bodies.MAX_LINES):
        line.code("line", required=True)
        line.integer("quantity", minimum=1, maximum=bodies.MAX_QUANTITY, required=True)
        line.integer("segment", maximum=bodies.MAX_UNITS)
        line.close()
    for line in reader.children("adjust", longest=bodies.MAX_LINES):
        line.code("line", required=True)
        line.integer("amount", minimum=1, maximum=bodies.MAX_PAYABLE, required=True)
        line.close()
    reader.integer("shipping", maximum=bodies.MAX_PAYABLE)
    everything = reader.flag("all")
    parts = [name for name in ("lines", "shipping", "adjust") if reader.raw.get(name)]
    if everything and parts:
        reader.fault("all", "either", "give either all or parts")
    elif not everything and not parts:
        reader.fault("lines", "required", "name units, shipping or an adjustment, or all")
    reader.close()


def read_cancel(reader: Reader) -> None:
    """Note the faults of a body of `POST /orders/{order}/cancel`."""
    reader.text("reason", longest=bodies.MAX_WORD)
    reader.text("fault", choices=FAULTS)
    reader.close()


def read_pay(reader: Reader) -> None:
    """Note the faults of a body of `POST /orders/{order}/pay`."""
    reader.close()


def _read_cart(reader: Reader) -> None:
    _read_asking(reader)
    _read_lines(reader)
    reader.integer("shipping_fee")
    _read_coupons(reader)
    _read_words(reader, "prefer", bodies.MAX_NAMES)
    risk = reader.child("risk")
    for mark in ("device", "ip", "address_hash"):
        risk.text(mark, longest=bodies.MAX_WORD)
    risk.close()
    reader.text("explain", choices=EXPLAIN)


def read_prices(reader: Reader) -> None:
    """Note the faults of a body of `POST /prices`."""
    reader.time("as_of")
    _read_asking(reader)
    for path, value in reader.elements("skus", required=True, longest=bodies.MAX_SKUS):
        reader.check_code(value, path)
    reader.close()


def _read_asking(reader: Reader) -> None:
    """Who asks, from where, in which money."""
    reader.text("currency", required=True)
    for origin in ("channel", "terminal", "region"):
        reader.text(origin, longest=bodies.MAX_WORD)
    customer = reader.take("customer")
    if isinstance(customer, dict):
        read_customer(reader.child("customer"))
    elif customer is not None:
        reader.code("customer")


def read_customer(reader: Reader) -> None:
    """What a cart says of its customer."""
    reader.code("id")
    reader.integer("member_level", maximum=bodies.MAX_LEVEL)
    reader.flag("new")
    _read_words(reader, "tags", bodies.MAX_NAMES, longest=bodies.MAX_WORD)
    for path, value in reader.elements("audiences", longest=bodies.MAX_NAMES):
        reader.check_code(value, path)
    reader.close()


def _read_lines(reader: Reader) -> None:
    seen: set[str] = set()
    units = 0
    for line in reader.children("lines", required=True, longest=bodies.MAX_LINES):
        name = line.code("line", required=True)
        if name is not None and name in seen:
            line.fault("line", "duplicate_line", "is the id of an earlier line")
        seen.add(name or "")
        line.code("sku", required=True)
        quantity = line.integer("quantity", minimum=1, maximum=bodies.MAX_QUANTITY, required=True)
        units += quantity or 0
        line.integer("unit_price")
        line.close()
    if units > bodies.MAX_UNITS:
        reader.fault("lines", "too_many_units", "hold more than %(most)s units", most=bodies.MAX_UNITS)


def _read_coupons(reader: Reader) -> None:
    if isinstance(reader.take("coupons"), str):
        reader.text("coupons", choices=(AUTO,))
    else:
        _read_words(reader, "coupons", bodies.MAX_COUPONS)


def _read_words(reader: Reader, key: str, most: int, *, longest: int = 2_000) -> None:
    """A list of free texts."""
    for path, value in reader.elements(key, longest=most):
        if not isinstance(value, str):
            reader.findings.fault(path, "type", "must be text")
        elif len(value) > longest:
            reader.findings.fault(path, "too_long", "is longer than %(longest)s characters", longest=longest)
