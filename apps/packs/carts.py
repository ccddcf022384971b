"""One cart per line: its own pack or the command's, a quote or a problem object."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson

from apps.carts.bodies import MAX_BODY, QuoteBody, given
from apps.carts.carts import currency_faults, line_faults
from apps.carts.decode import QUOTES, FaultyBodyError
from apps.carts.faults_of import read_quote
from apps.carts.problem import body_problem, problem
from apps.carts.strict_json import NotJsonError, parse, without_echoes
from apps.packs.document import read_pack
from apps.packs.offline import OfflinePack
from apps.pricing.faults import Fault, Findings, Reader

PACK = "pack"
PACK_KEY = b'"pack"'
MAX_KEPT = 16
NO_PACK = Fault(PACK, "required", "is required: there is no pack to price with")


class CartPricer:
    """Answers lines of carts; the packs that lines bring are compiled once while they keep coming."""

    def __init__(self, pack: OfflinePack | None = None) -> None:
        self.pack = pack
        self._kept: OrderedDict[bytes, OfflinePack] = OrderedDict()

    def answer(self, line: bytes) -> dict[str, Any]:
        """The quote of one line, or `{"error": problem}`."""
        if PACK_KEY in line:
            return self._answer_with_pack(line)
        if self.pack is None:
            return _error([NO_PACK])
        if len(line) > MAX_BODY:
            return {"error": problem(413, "body_too_large", "A cart has at most 1 MiB.")}
        return answer(self.pack, line)

    def _answer_with_pack(self, line: bytes) -> dict[str, Any]:
        try:
            tree, general = parse(line)
        except NotJsonError as error:
            return _error([], f"The line {error}.")
        raw = tree.pop(PACK, None) if isinstance(tree, dict) else None
        pack, faults = (self.pack, []) if raw is None else self._compiled(raw)
        if pack is None and not faults:
            faults = [NO_PACK]
        if faults or general.faults:  # all that is wrong, with the pack and with the cart
            faults = without_echoes(Findings([*faults, *_cart_faults(tree, pack)]), general)
        if pack is None or faults:
            return _error(faults)
        return answer(pack, orjson.dumps(tree))

    def _compiled(self, raw: Any) -> tuple[OfflinePack | None, list[Fault]]:
        key = json.dumps(raw).encode()  # escapes all that bytes could not hold
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key], []
        findings = Findings()
        document = read_pack(raw, findings)
        if findings.faults:
            return None, [_inside(fault) for fault in findings.faults]
        pack = self._kept[key] = OfflinePack(document)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return pack, []


def quote_raw(pack: Mapping[str, Any], cart: Mapping[str, Any]) -> dict[str, Any]:
    """The quote of a cart with a pack, both as plain JSON values; or `{"error": problem}`."""
    return CartPricer().answer(orjson.dumps({**cart, PACK: pack}))


def answer(pack: OfflinePack, raw: bytes) -> dict[str, Any]:
    """The quote of a body with `as_of`, or `{"error": problem}` with every fault of it."""
    try:
        body = QUOTES.read(raw)
    except FaultyBodyError as error:
        faults = error.faults + _head_faults(error.tree, pack) if error.faults else []
        return _error(faults, error.detail)
    faults = _meaning_faults(body, pack)
    return _error(faults) if faults else pack.quote(body)


def _meaning_faults(body: QuoteBody, pack: OfflinePack) -> list[Fault]:
    faults = currency_faults(body.currency, pack.currency or body.currency)
    if given(body.as_of) is None:
        faults.append(Fault("as_of", "required", "is required"))
    return faults + line_faults(body, pack.skus)


def _head_faults(tree: Any, pack: OfflinePack | None) -> list[Fault]:
    """What the pack has against a body that could not be read: one list names everything."""
    if not isinstance(tree, dict):
        return []
    currency = tree.get("currency")
    expected = pack.currency if pack else None
    faults = currency_faults(currency, expected or currency) if isinstance(currency, str) else []
    if tree.get("as_of") is None:
        faults.append(Fault("as_of", "required", "is required"))
    return faults


def _cart_faults(tree: Any, pack: OfflinePack | None) -> list[Fault]:
    """Every fault of a cart whose line is wrong elsewhere, too: as JSON, or in its pack."""
    findings = Findings()
    read_quote(Reader(tree, "", findings))
    return findings.faults + _head_faults(tree, pack)


def _inside(fault: Fault) -> Fault:
    """A fault of the pack, as the line sees it."""
    return Fault(f"{PACK}.{fault.path}" if fault.path else PACK, fault.code, fault.template, fault.numbers)


def _error(faults: list[Fault], detail: str = "") -> dict[str, Any]:
    return {"error": body_problem(faults, detail)}


__all__ = ["CartPricer", "answer", "quote_raw"]
