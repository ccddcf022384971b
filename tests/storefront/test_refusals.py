"""Bad input: always a problem+json that names the path, never a 5xx, and nothing written."""

import json
from typing import Any

import pytest
from django.db import DataError, OperationalError

from apps.audiences.models import Customer
from apps.storefront.views import quotes as quotes_view
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")


def problem(response: Any, status: int = 400) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert list(body)[:6] == ["type", "title", "status", "code", "detail", "errors"]
    assert body["status"] == status
    return body


def faults(response: Any) -> list[tuple[str, str]]:
    return [(error["path"], error["code"]) for error in problem(response)["errors"]]


def raw_cart(quantity: str = "1", more: str = "") -> bytes:
    return f'{{"currency":"CNY","lines":[{{"line":"1","sku":"A","quantity":{quantity}}}]{more}}}'.encode()


NUMBERS = [
    ("-1", "minimum"),
    ("0", "minimum"),
    ("-0", "minimum"),
    ("-0.00", "type"),
    ("0.001", "type"),
    ("1.0", "type"),
    ("1e0", "type"),
    ("1e400", "number"),
    ("-1e400", "number"),
    ("NaN", "number"),
    ("Infinity", "number"),
    ("-Infinity", "number"),
    ("10000", "maximum"),
    ("9007199254740993", "number"),
    ("1" + "0" * 30, "number"),
    ("9" * 5_000, "number"),
    ("-" + "9" * 5_000, "number"),
    ('"1"', "type"),
    ('"1_000"', "type"),
    ('"1e3"', "type"),
    ('"٣"', "type"),
    ('"１２"', "type"),
    ("true", "type"),
    ("[1]", "type"),
    ("{}", "type"),
    ("null", "required"),
]


@pytest.mark.parametrize("half", ["\\ud800", "a\\udfff", "\\udc00\\ud800"])
def test_half_of_a_surrogate_pair_as_a_key(caller: Caller, half: str) -> None:
    response = caller.post("quotes", raw_cart(more=f',"{half}":1'))
    assert [code for _, code in faults(response)] == ["characters"]


@pytest.mark.parametrize(("number", "code"), NUMBERS)
def test_quantity(caller: Caller, number: str, code: str) -> None:
    response = caller.post("quotes", raw_cart(number))
    assert faults(response) == [("lines[0].quantity", code)]
    assert problem(response)["code"] == "invalid_request"


@pytest.mark.parametrize(("number", "code"), [n for n in NUMBERS if n[0] not in ("0", "-0", "10000", "null")])
@pytest.mark.parametrize("field", ["shipping_fee", "unit_price"])
def test_amounts(caller: Caller, field: str, number: str, code: str) -> None:
    body = fair.cart(shipping_fee="?") if field == "shipping_fee" else fair.cart()
    if field == "unit_price":
        body["lines"][0]["unit_price"] = "?"
    path = field if field == "shipping_fee" else "lines[0].unit_price"
    assert faults(caller.post("quotes", json.dumps(body).replace('"?"', number).encode())) == [(path, code)]


@pytest.mark.parametrize("number", ["01", "+1", ".5", "1.", "0x1", "1_000", "٣", "--1", "1e"])
def test_numbers_that_are_no_json(caller: Caller, number: str) -> None:
    body = problem(caller.post("quotes", raw_cart(number)))
    assert (body["code"], body["errors"]) == ("invalid_json", [])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"]",
        b"nul",
        b"{'currency':'CNY'}",
        b'{"currency":"CNY",}',
        b'{"currency":"CNY"} {}',
        b'\xef\xbb\xbf{"currency":"CNY"}',
        b'{"currency":"\xff"}',
        b'{"currency":"\xc0\xaf"}',
        b'{"currency":"\xed\xa0\x80"}',
        b'{"currency":"a\x00b"}',
        b'{"currency":"a\nb"}',
        '{"currency":"CNY","lines":[]}'.encode("utf-16"),
        b'{"currency":"' + b'\\"' * 100_000,
        b'{"currency":"CNY"/* x */}',
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "quotes"), ("POST", "prices"), ("PUT", "customers/c9")]
)
def test_no_json(caller: Caller, method: str, path: str, raw: bytes) -> None:
    body = problem(caller.send(method, path, raw))
    assert (body["code"], body["errors"]) == ("invalid_json", [])
    assert not Customer.objects.filter(pk="c9").exists()


@pytest.mark.parametrize("raw", [b"null", b"3", b'"x"', b"[]", b"true"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "quotes"), ("POST", "prices"), ("PUT", "customers/c9")]
)
def test_no_object(caller: Caller, method: str, path: str, raw: bytes) -> None:
    assert faults(caller.send(method, path, raw)) == [("", "type")]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (',"currency":"CNY"', [("currency", "duplicate_key")]),
        (',"explain":"none","explain":"none"', [("explain", "duplicate_key")]),
        (',"region":null,"region":null', [("region", "duplicate_key")]),
        (',"region":"a\\"b","region":"c"', [("region", "duplicate_key")]),
        (',"region":"x","\\u0072egion":"y"', [("region", "duplicate_key")]),
        (',"customer":{"id":"a","id":"b"}', [("customer.id", "duplicate_key")]),
        (',"risk":{"ip":"1","ip":"1","ip":"1"}', [("risk.ip", "duplicate_key")]),
        (',"region":"a\\u0000b"', [("region", "characters")]),
        (',"region":"\\ud800"', [("region", "characters")]),
        (',"region":"\\udc00\\ud800"', [("region", "characters")]),
        (',"prefer":["\\ud800"]', [("prefer[0]", "characters")]),
        (',"coupons":["a\\u0000"]', [("coupons[0]", "characters")]),
        (',"nonsense":1', [("nonsense", "unknown_key")]),
        (',"a\\u0000":1', [("a\x00", "characters")]),
        (',"discount_total":1', [("discount_total", "unknown_key")]),
        (',"customer":{"name":"x"}', [("customer.name", "unknown_key")]),
        (',"customer":"a/b"', [("customer", "code")]),
        (',"customer":"x\\n"', [("customer", "code")]),
        (',"customer":""', [("customer", "code")]),
        (',"customer":5', [("customer", "type")]),
        (',"customer":{"new":1}', [("customer.new", "type")]),
        (',"customer":{"member_level":"3"}', [("customer.member_level", "type")]),
        (',"customer":{"tags":[1]}', [("customer.tags[0]", "type")]),
        (',"coupons":"all"', [("coupons", "choice")]),
        (',"coupons":{}', [("coupons", "type")]),
        (',"coupons":[null]', [("coupons[0]", "type")]),
        (',"prefer":"x"', [("prefer", "type")]),
        (',"explain":"much"', [("explain", "choice")]),
        (',"explain":true', [("explain", "type")]),
        (',"as_of":"2026-11-11T10:00:00"', [("as_of", "time")]),
        (',"as_of":"2026-11-11"', [("as_of", "time")]),
        (',"as_of":"2026-02-29T00:00:00Z"', [("as_of", "time")]),
        (',"as_of":"2026-11-11T10:00:60Z"', [("as_of", "time")]),
        (',"as_of":"0001-01-01T00:00:00+14:00"', [("as_of", "time")]),
        (',"as_of":1762826400', [("as_of", "time")]),
        (',"risk":{"device":"' + "x" * 201 + '"}', [("risk.device", "too_long")]),
        (',"channel":"' + "x" * 201 + '"', [("channel", "too_long")]),
        (',"shipping_fee":1000000000001', [("shipping_fee", "maximum")]),
    ],
)
def test_one_fault(caller: Caller, more: str, expected: list[tuple[str, str]]) -> None:
    assert faults(caller.post("quotes", raw_cart(more=more))) == expected


@pytest.mark.parametrize(
    "more",
    [
        ',"region":"\\u4e0a\\u6d77"',
        ',"region":"\\ud83d\\ude00"',
        ',"region":"a\\"b\\\\"',
        ',"region":"\\u0022"',
        ',"customer":null,"coupons":null,"prefer":null,"risk":null,"explain":null,"as_of":null,"shipping_fee":null',
        ',"coupons":["not a code / at all"]',
        ',"coupons":"auto"',
        ',"customer":{}',
        ',"as_of":"9999-12-31T23:59:59+00:00"',
        ',"shipping_fee":1000000000000',
        ',"risk":{"device":"d","ip":"127.0.0.1","address_hash":null}',
    ],
)
def test_unusual_but_right(caller: Caller, more: str) -> None:
    assert caller.post("quotes", raw_cart(more=more)).status_code == 200


def test_all_faults_at_once(caller: Caller) -> None:
    body = {
        "currency": "USD",
        "lines": [
            {"line": "1", "sku": "A", "quantity": 0},
            {"line": "1", "sku": "unknown", "quantity": 1},
            {"line": "a/b", "sku": "A", "quantity": 1, "unit_price": -1, "price": 3},
            {"sku": "A", "quantity": 1.5},
            7,
        ],
        "coupons": 1,
    }
    assert sorted(faults(caller.post("quotes", body))) == sorted(
        [
            ("currency", "currency_mismatch"),
            ("lines[0].quantity", "minimum"),
            ("lines[1].line", "duplicate_line"),
            ("lines[1].sku", "unknown_sku"),
            ("lines[2].line", "code"),
            ("lines[2].unit_price", "minimum"),
            ("lines[2].price", "unknown_key"),
            ("lines[3].line", "required"),
            ("lines[3].quantity", "type"),
            ("lines[4]", "type"),
            ("coupons", "type"),
        ]
    )


def test_missing_everything(caller: Caller) -> None:
    assert faults(caller.post("quotes", {})) == [("currency", "required"), ("lines", "required")]
    assert faults(caller.post("prices", {})) == [("currency", "required"), ("skus", "required")]


@pytest.mark.parametrize("path", ["quotes", "prices"])
def test_other_currency(caller: Caller, path: str) -> None:
    body = {"quotes": fair.cart(currency="USD"), "prices": {"currency": "USD", "skus": ["A"]}}[path]
    response = caller.post(path, body)
    assert faults(response) == [("currency", "currency_mismatch")]
    assert problem(response)["code"] == "currency_mismatch"


def test_unknown_sku_needs_a_price(caller: Caller) -> None:
    lines = [{"line": "1", "sku": "new", "quantity": 2, "unit_price": 300}]
    assert caller.quote(lines=lines)["payable_total"] == 600
    del lines[0]["unit_price"]
    assert faults(caller.post("quotes", fair.cart(lines=lines))) == [("lines[0].sku", "unknown_sku")]


def lines(count: int, quantity: int = 1) -> list[dict[str, Any]]:
    return [{"line": str(i), "sku": "A", "quantity": quantity} for i in range(count)]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"lines": lines(500)}, None),
        ({"lines": lines(501)}, ("lines", "too_long")),
        ({"lines": lines(10_000)}, ("lines", "too_long")),
        ({"lines": lines(10, 9_999)}, None),
        ({"lines": [*lines(10, 9_999), {"line": "x", "sku": "A", "quantity": 10}]}, None),
        (
            {"lines": [*lines(10, 9_999), {"line": "x", "sku": "A", "quantity": 11}]},
            ("lines", "too_many_units"),
        ),
        ({"lines": []}, None),
        ({"coupons": [f"c{i}" for i in range(200)]}, None),
        ({"coupons": [f"c{i}" for i in range(201)]}, ("coupons", "too_long")),
        ({"lines": [{"line": "1", "sku": "A", "quantity": 1, "unit_price": 10**12}]}, None),
        (
            {"lines": [{"line": "1", "sku": "A", "quantity": 1, "unit_price": 10**12 + 1}]},
            ("lines[0].unit_price", "maximum"),
        ),
    ],
)
def test_limits(caller: Caller, fields: dict[str, Any], fault: tuple[str, str] | None) -> None:
    response = caller.post("quotes", fair.cart(**fields))
    assert (response.status_code == 200) if fault is None else (faults(response) == [fault])


@pytest.mark.parametrize(("count", "refused"), [(500, False), (501, True)])
def test_limit_of_skus(caller: Caller, count: int, refused: bool) -> None:
    response = caller.post("prices", {"currency": "CNY", "skus": [f"s{i}" for i in range(count)]})
    assert (faults(response) == [("skus", "too_long")]) if refused else (response.status_code == 200)


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 200), (1024 * 1024 + 1, 413), (10_000_000, 413)])
def test_size(caller: Caller, size: int, status: int) -> None:
    raw = json.dumps(fair.cart()).encode()
    response = caller.post("quotes", raw + b" " * (size - len(raw)))
    assert response.status_code == status
    if status == 413:
        assert problem(response, 413)["code"] == "body_too_large"


@pytest.mark.parametrize(("levels", "refused"), [(32, False), (33, True), (900, True), (100_000, True)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting(caller: Caller, levels: int, refused: bool, opening: str, closing: str) -> None:
    inside = levels - 1
    raw = f'{{"currency":"CNY","lines":{opening * inside}1{closing * inside}}}'.encode()
    codes = {code for _, code in faults(caller.post("quotes", raw))}
    assert ("too_deep" in codes) is refused


@pytest.mark.parametrize("path", ["quotes", "prices"])
@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"],
)
def test_other_media_type(caller: Caller, path: str, content_type: str) -> None:
    response = caller.post(path, json.dumps(fair.cart()).encode(), content_type=content_type)
    assert problem(response, 415)["code"] == "unsupported_media_type"


def test_media_type_with_parameters(caller: Caller) -> None:
    raw = json.dumps(fair.cart()).encode()
    assert caller.post("quotes", raw, content_type="Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_other_method(caller: Caller, method: str) -> None:
    response = caller.client.generic(method, "/api/v1/quotes", headers=caller.headers)
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["", "nothing", "quotes/", "quotes/1", "activities/", "activities/a/b", "%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path(caller: Caller, path: str, method: str) -> None:
    response = caller.client.generic(method, f"/api/v1/{path}", headers=caller.headers)
    assert problem(response, 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("language", "missing", "no_campaign"),
    [
        ("en", "There is no order with this id.", "There is no such claim campaign."),
        ("zh-CN", "没有这个编号的订单。", "没有这个领券活动"),
    ],
)
def test_a_refusal_speaks_the_language_asked_for(
    caller: Caller, language: str, missing: str, no_campaign: str
) -> None:
    caller.headers["Accept-Language"] = language
    assert problem(caller.get("orders/none"), 404)["detail"] == missing
    caller.headers["Idempotency-Key"] = "1"
    told = caller.post("claim-campaigns/none/claims", {"customer": "c1"})
    assert problem(told, 404)["detail"] == no_campaign
    caller.headers["Accept-Language"] = "ja"
    assert caller.post("claim-campaigns/none/claims", {"customer": "c1"}).content == told.content, (
        "as answered"
    )


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (OperationalError("connection refused"), 503, "unavailable"),
        (DataError("value too long"), 400, "invalid_request"),
        (RecursionError("too deep"), 500, "internal_error"),
        (RuntimeError("secret detail"), 500, "internal_error"),
    ],
)
def test_last_resort(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, code: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(quotes_view, "quote", fail)
    response = caller.post("quotes", fair.cart())
    assert problem(response, status)["code"] == code
    assert str(raised) not in response.content.decode()
    assert response.get("Retry-After") == ("1" if status == 503 else None)
