"""`POST /codes/claims`: one answer to every bad code, guesses counted, a code claimed once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audiences.models import Customer
from apps.catalog.models import Shop as ShopRow
from apps.catalog.models import Sku
from apps.core.clock import database_now, frozen
from apps.core.models import OutboxEvent
from apps.coupons.code_lookup import open_codes
from apps.coupons.code_tasks import code_alarm
from apps.coupons.models import ClaimAttempt, ClaimUse, Code, CodeBatch, Coupon
from apps.coupons.services import stop_issuing
from apps.coupons.services.codes.revoking import revoke_batch, revoke_codes
from apps.storefront.services.keys import add_client, issue_key
from tests.coupons.code_cast import drafted, generating, opened, submitted, taken, template
from tests.coupons.conftest import ann, cleo
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop, key, shop

__all__ = ["ann", "cleo", "key", "shop"]

pytestmark = pytest.mark.django_db
UNKNOWN = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "code": "unknown_code",
    "detail": "没有这个券码。",
    "errors": [],
}


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def claim(shop: Shop, code: str, customer: str = "c1", **fields: Any) -> Any:
    idempotency = fields.pop("idempotency", "")
    return shop.post("codes/claims", {"code": code, "customer": customer, **fields}, idempotency=idempotency)


@pytest.fixture
def codes(ann: Any, cleo: Any) -> list[str]:
    template(ann, cleo)
    return taken(opened(ann, cleo), ann, cleo)


def test_a_code_becomes_a_coupon(shop: Shop, codes: list[str]) -> None:
    answer = claim(shop, codes[0])
    assert answer.status_code == 201
    told = answer.json()
    coupon = Coupon.objects.get()
    assert told == {
        "coupon": coupon.code,
        "template": "full100-10",
        "name": "满100减10券",
        "state": "unused",
        "valid_from": coupon.valid_from.isoformat(),
        "valid_until": coupon.valid_until.isoformat(),
        "source": "code",
        "order": None,
        "code": codes[0][-4:],
    }
    assert coupon.valid_until - coupon.valid_from == timedelta(days=7)
    assert (coupon.customer_code, coupon.source, coupon.origin) == ("c1", "code", "b-1")
    assert Code.objects.get(coupon=coupon).tail == codes[0][-4:]
    assert CodeBatch.objects.get().claims == 1
    assert broken() == []


@pytest.mark.parametrize(
    "spelling",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: "\u200b" + code.replace("-", "\u2014") + "\ufeff",
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ],
)
def test_every_spelling_is_the_same_code(shop: Shop, codes: list[str], spelling: Any) -> None:
    """Given a code in upper case, full width or with other dashes, when two spell it, then one has it."""
    assert claim(shop, spelling(codes[0])).status_code == 201
    assert claim(shop, codes[0], "c2").json() == UNKNOWN


def bad_codes(ann: Any, cleo: Any) -> Iterator[tuple[str, str]]:
    """Everything that can be wrong with a code, with a code of which it is true."""
    now = database_now()
    made = {
        name: taken(opened(ann, cleo, f"b-{name}", quantity=1, **window), ann, cleo)[0]
        for name, window in {
            "revoked": {},
            "batch-revoked": {},
            "early": {"starts_at": now + timedelta(hours=1)},
            "late": {"ends_at": now + timedelta(seconds=5)},
        }.items()
    }
    some, whole = CodeBatch.objects.get(code="b-revoked"), CodeBatch.objects.get(code="b-batch-revoked")
    revoke_codes(batch=some, texts=[made["revoked"]], actor=ann, reason="x")
    revoke_batch(batch=whole, actor=ann, reason="x")
    yield from made.items()
    stopped = template(ann, cleo, "stopped")
    yield "stopped", taken(opened(ann, cleo, "b-stopped", template="stopped"), ann, cleo)[0]
    stop_issuing(template=stopped, actor=ann, reason="x")
    submitted(ann, "b-draft", shared=True, word="not-yet")
    yield "not approved", "not-yet"
    yield "unknown", "ABCD-EFGH-JKLM-NPQR"
    yield "no code", "—"
    yield "too long for one", "A" * 200


def test_every_bad_code_gets_the_same_bytes_by_the_same_statements(
    shop: Shop, ann: Any, cleo: Any, codes: list[str], settings: Any
) -> None:
    """Given a code that is claimed, revoked, early, late, stopped, unapproved or nothing, when it is claimed, then
    nobody can tell which it was."""
    settings.CODE_GUESSES_PER_CUSTOMER = 100
    assert claim(shop, codes[0]).status_code == 201
    cases = [("claimed", codes[0]), *bad_codes(ann, cleo)]
    answers, statements = set(), set()
    with frozen(database_now() + timedelta(seconds=10)):
        for _name, code in cases:
            with CaptureQueriesContext(
                connection,
            ) as made:
                answer = claim(shop, code, "c2")
            answers.add((answer.status_code, answer.content, answer["Content-Type"]))
            statements.add(tuple(query["sql"].split(" ")[0] for query in made.captured_queries))
    assert len(cases) == 10
    assert [(status, kind) for status, _body, kind in answers] == [(404, "application/problem+json")]
    assert answer.json() == UNKNOWN
    assert len(statements) == 1
    assert Coupon.objects.count() == 1
    assert set(ClaimAttempt.objects.values_list("customer_code", "origin", "reason")) == {
        ("c2", "", "unknown_code")
    }


def test_a_key_of_one_shop_claims_no_code_of_another(ann: Any, cleo: Any) -> None:
    for code in ("S1", "S2"):
        ShopRow.objects.create(code=code, name=code)
    Sku.objects.create(code="of-s1", name="Runner", price_amount=10_000, shop_id="S1")
    template(ann, cleo, "of-s1", issuer="S1")
    codes = taken(opened(ann, cleo, template="of-s1"), ann, cleo)
    answers = {}
    for name in ("S2", "S1"):
        client = add_client(name=name, shop=name)
        caller = Shop(issue_key(client=client, scopes=["storefront"], actor=None).text)
        answers[name] = claim(caller, codes[0])
    assert answers["S2"].json() == UNKNOWN
    assert answers["S1"].status_code == 201


def test_the_same_request_gets_the_same_answer_again(shop: Shop, codes: list[str]) -> None:
    first = claim(shop, codes[0], idempotency="k1")
    again = claim(shop, codes[0], idempotency="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert Coupon.objects.count() == 1
    bad = claim(shop, "wrong", idempotency="k2")
    assert claim(shop, "wrong", idempotency="k2").content == bad.content
    assert ClaimAttempt.objects.count() == 1


def test_a_customer_guesses_so_often_and_no_more(shop: Shop, codes: list[str], settings: Any) -> None:
    """Given 3 guesses, when there were 3 wrong ones, then even a good code hears 429, and that is not stored."""
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 3, 10**9
    assert [claim(shop, f"wrong-{number}").status_code for number in range(3)] == [404] * 3
    answer = claim(shop, codes[0], idempotency="later")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer["Retry-After"]) > 0
    assert Coupon.objects.count() == 0
    assert claim(shop, codes[0], "c2").status_code == 201
    cache.clear()  # the next window
    assert claim(shop, codes[1], idempotency="later2").status_code == 201
    assert claim(shop, codes[0], idempotency="later").status_code == 404


def test_good_codes_are_no_guesses(shop: Shop, codes: list[str], settings: Any) -> None:
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 1, 10**9
    assert [claim(shop, code).status_code for code in codes] == [201] * 5
    assert claim(shop, "wrong").status_code == 404
    assert claim(shop, "wrong").status_code == 429


@pytest.mark.parametrize("mark", ["ip", "device", "address_hash"])
def test_an_address_guesses_for_many_customers(shop: Shop, settings: Any, mark: str) -> None:
    settings.CODE_GUESSES_PER_ADDRESS, settings.CODE_GUESS_SECONDS = 3, 10**9
    found = [claim(shop, "wrong", f"c{n}", risk={mark: "10.0.0.1"}).status_code for n in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert claim(shop, "wrong", "c9", risk={mark: "10.0.0.2"}).status_code == 404


def test_a_forwarded_address_counts_for_nothing(shop: Shop, settings: Any) -> None:
    """Given a header that anybody can write, when it changes, then the guesses are counted all the same."""
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 2, 10**9
    found = []
    for number in range(3):
        headers = {**shop.headers, "Idempotency-Key": f"f{number}", "X-Forwarded-For": f"10.0.0.{number}"}
        body = b'{"code": "wrong", "customer": "c1"}'
        kind = "application/json"
        answer = shop.client.post("/api/v1/codes/claims", body, content_type=kind, headers=headers)
        found.append(answer.status_code)
    assert found == [404, 404, 429]


def test_a_key_guesses_for_all_its_customers(shop: Shop, settings: Any) -> None:
    settings.CODE_GUESSES_PER_KEY, settings.CODE_GUESS_SECONDS = 4, 10**9
    assert [claim(shop, "wrong", f"c{n}").status_code for n in range(5)] == [404] * 4 + [429]


def test_who_is_stopped_uses_up_nobody_elses_guesses(shop: Shop, settings: Any) -> None:
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 1, 10**9
    settings.CODE_GUESSES_PER_KEY = 2
    assert [claim(shop, "wrong").status_code for _ in range(5)] == [404] + [429] * 4
    assert claim(shop, "wrong", "c2").status_code == 404


def test_quotes_count_to_the_same_throttle(shop: Shop, codes: list[str], settings: Any) -> None:
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 4, 10**9
    found = open_codes([codes[0].lower(), "wrong-1", "wrong-2"], customer="c1")
    assert list(found) == [codes[0].lower()]
    one = found[codes[0].lower()]
    assert (one.batch, one.template, one.shared, one.tail) == ("b-1", "full100-10", False, codes[0][-4:])
    assert [claim(shop, "wrong").status_code for _ in range(3)] == [404, 404, 429]
    assert open_codes([codes[0]], customer="c1") == {}
    assert list(open_codes([codes[0]], customer="c2")) == [codes[0]]


def test_at_most_five_of_a_cart_are_looked_up(codes: list[str], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert open_codes(["w1", "w2", "w3", "w4", "w5", codes[0]], customer=None) == {}
    with django_assert_num_queries(1):
        assert list(open_codes(codes, customer="c1")) == codes
    with django_assert_num_queries(0):
        assert open_codes([], customer="c1") == {}


def test_a_shared_code_serves_so_many_and_each_so_often(shop: Shop, ann: Any, cleo: Any) -> None:
    template(ann, cleo)
    generating(ann, cleo, shared=True, word="Double-11", quantity=3, per_customer=2)
    assert [claim(shop, "double11").status_code for _ in range(2)] == [201, 201]
    refused = claim(shop, "DOUBLE 11")
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert open_codes(["double11"], customer="c1") == {}
    assert list(open_codes(["double11"], customer="c2")) == ["double11"]
    assert claim(shop, "double11", "c2").status_code == 201
    gone = claim(shop, "double11", "c3")
    assert (gone.status_code, gone.json()["code"]) == (409, "sold_out")
    assert open_codes(["double11"], customer="c3") == {}
    assert Coupon.objects.count() == CodeBatch.objects.get().claims == 3
    assert ClaimUse.objects.get(customer_code="c1").claims == 2
    assert not ClaimUse.objects.filter(customer_code="c3").exists()
    assert set(ClaimAttempt.objects.values_list("customer_code", "origin", "reason")) == {
        ("c1", "b-1", "limit_reached"),
        ("c3", "b-1", "sold_out"),
    }
    assert broken() == []


def test_many_codes_of_one_template_obey_its_budget_together(shop: Shop, ann: Any, cleo: Any) -> None:
    """Given a budget for 2 coupons and 5 codes in two batches, when all are claimed, then two become coupons."""
    template(ann, cleo, budget={"amount": 100_000, "quantity": 2})
    codes = taken(opened(ann, cleo, "b-1", quantity=3), ann, cleo)
    codes += taken(opened(ann, cleo, "b-2", quantity=2), ann, cleo)
    answers = [claim(shop, code) for code in codes]
    assert [answer.status_code for answer in answers] == [201, 201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers[2:]} == {"sold_out"}
    assert Coupon.objects.count() == Code.objects.filter(coupon__isnull=False).count() == 2
    assert broken() == []


def test_too_many_wrong_codes_are_told_once_a_minute(shop: Shop, settings: Any) -> None:
    settings.CODE_ALARM_PER_MINUTE, settings.CODE_GUESSES_PER_CUSTOMER = 4, 100
    for number in range(4):
        claim(shop, f"wrong-{number}")
    assert code_alarm() == 0
    assert OutboxEvent.objects.filter(topic="codes.guessed").count() == 0
    claim(shop, "wrong")
    assert code_alarm() == 5
    assert code_alarm() == 0
    assert OutboxEvent.objects.get(topic="codes.guessed").payload == {"wrong": 5, "seconds": 60}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["code", "customer"]),
        ({"code": 1, "customer": "a/b"}, ["code", "customer"]),
        ({"code": "x" * 201, "customer": "c1"}, ["code"]),
        ({"code": "x", "customer": "c1", "risk": {"ip": 1, "more": 2}}, ["risk.ip", "risk.more"]),
    ],
)
def test_a_wrong_body_is_told_by_its_paths(shop: Shop, body: Any, paths: list[str]) -> None:
    answer = shop.post("codes/claims", body)
    assert answer.status_code == 400
    assert sorted(error["path"] for error in answer.json()["errors"]) == paths


def test_it_needs_a_key_and_an_idempotency_key(shop: Shop, codes: list[str]) -> None:
    body = {"code": codes[0], "customer": "c1"}
    assert shop.post("codes/claims", body, idempotency=None).status_code == 400
    assert Shop(None).post("codes/claims", body).status_code == 401
    assert Coupon.objects.count() == 0


def test_an_unknown_customer_comes_to_be(shop: Shop, codes: list[str]) -> None:
    assert claim(shop, codes[0], "brand-new").status_code == 201
    assert Customer.objects.get(code="brand-new").orders is None


def test_a_draft_has_no_code(shop: Shop, ann: Any, cleo: Any) -> None:
    template(ann, cleo)
    drafted(ann, shared=True, word="too-early")
    assert claim(shop, "too-early").json() == UNKNOWN


def statements(made: CaptureQueriesContext) -> int:
    """Without the marks of transactions and the check of the key."""
    noise = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    asked = [query["sql"] for query in made.captured_queries if not query["sql"].startswith(noise)]
    return len([sql for sql in asked if "storefront_apikey" not in sql])


def test_a_claim_costs_so_many_statements(shop: Shop, codes: list[str]) -> None:
    """Given a template whose budget exists already, when a code is claimed, it is 9 statements, a wrong one 7."""
    claim(shop, codes[0])
    with CaptureQueriesContext(connection) as good:
        assert claim(shop, codes[1]).status_code == 201
    with CaptureQueriesContext(connection) as bad:
        assert claim(shop, "wrong").status_code == 404
    assert (statements(good), statements(bad)) == (9, 7)
