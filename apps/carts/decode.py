"""Reads a body in microseconds when it is right, and tells everything that is wrong with it when it is not.

msgspec checks types, ranges and unknown keys while it decodes, but takes the last of two equal keys without a
word. A dropped pair takes at least two quotation marks with it, so a body that is encoded again with as many
as it came with had no such pair: nothing else can change their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from apps.carts import faults_of
from apps.carts.bodies import (
    MAX_UNITS,
    CancelBody,
    CartBody,
    OrderBody,
    PayBody,
    PricesBody,
    QuoteBody,
    RefundBody,
    given,
)
from apps.carts.strict_json import NotJsonError, parse, without_echoes
from apps.pricing.cart import AUTO
from apps.pricing.faults import Fault, Findings, Reader

T = TypeVar("T")
NUL = b"\\u0000"


class FaultyBodyError(ValueError):
    """A body that cannot be used: its faults (none when it is no JSON), what could be read of it, and why."""

    def __init__(self, faults: list[Fault], detail: str = "", tree: Any = None) -> None:
        super().__init__(detail or "; ".join(map(str, faults)))
        self.faults = faults
        self.detail = detail
        self.tree = tree


class BodyReader(Generic[T]):
    """For bodies of one type: `sound` judges what the type cannot say, `find_faults` names what is wrong."""

    def __init__(
        self, body: type[T], sound: Callable[[T], bool], find_faults: Callable[[Reader], None]
    ) -> None:
        self._decode = msgspec.json.Decoder(body).decode
        self._encode = msgspec.json.Encoder().encode
        self._sound = sound
        self._find_faults = find_faults

    def read(self, raw: bytes) -> T:
        """The body; raises FaultyBodyError with every fault in it."""
        try:
            body = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.explain(raw, str(error)) from error
        if marks(raw) != marks(self._encode(body)) or NUL in raw or not self._sound(body):
            raise self.explain(raw, "the body is ambiguous")
        return body

    def explain(self, raw: bytes, otherwise: str) -> FaultyBodyError:
        """Every fault of a body that was refused."""
        try:
            tree, general = parse(raw)
        except NotJsonError as error:
            return FaultyBodyError([], f"The body {error}.")
        findings = Findings()
        if tree is not None or not general.faults:
            self._find_faults(Reader(tree, "", findings))
        faults = without_echoes(findings, general)
        return FaultyBodyError(faults or [Fault("", "invalid", otherwise.replace("%", "%%"))], tree=tree)


def marks(raw: bytes) -> int:
    """How many strings a JSON text has, twice: its quotation marks without those inside strings."""
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    return raw.count(b'"')


def _sound_cart(body: CartBody) -> bool:
    lines = body.lines
    return (
        len({line.line for line in lines}) == len(lines)
        and sum(line.quantity for line in lines) <= MAX_UNITS
        and (not isinstance(body.coupons, str) or body.coupons == AUTO)
    )


def _sound_quote(body: QuoteBody) -> bool:
    return _sound_cart(body) and _sound_time(body.as_of)


def _sound_order(body: OrderBody) -> bool:
    return bool(body.lines) and _sound_cart(body)


def _sound_refund(body: RefundBody) -> bool:
    """Either all that is left, or some of it."""
    parts = bool(given(body.lines) or given(body.shipping) or given(body.adjust))
    return parts is not bool(given(body.all))


def _sound(body: object) -> bool:
    return True


def _sound_prices(body: PricesBody) -> bool:
    return _sound_time(body.as_of)


def _sound_time(value: str | msgspec.UnsetType | None) -> bool:
    text = given(value)
    if text is None:
        return True
    findings = Findings()
    Reader({"as_of": text}, "", findings).time("as_of")
    return not findings.faults


QUOTES = BodyReader(QuoteBody, _sound_quote, faults_of.read_quote)
PRICES = BodyReader(PricesBody, _sound_prices, faults_of.read_prices)
ORDERS = BodyReader(OrderBody, _sound_order, faults_of.read_order)
REFUNDS = BodyReader(RefundBody, _sound_refund, faults_of.read_refund)
CANCELS = BodyReader(CancelBody, _sound, faults_of.read_cancel)
PAYS = BodyReader(PayBody, _sound, faults_of.read_pay)
