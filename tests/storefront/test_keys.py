"""Keys: who gets in, for how long, and what the database keeps of them."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.storefront import callers
from apps.storefront.models import ApiClient, ApiKey
from apps.storefront.secret_keys import digest_of, new_key
from apps.storefront.services.keys import add_client, issue_key, revoke_key
from tests.storefront import fair
from tests.storefront.conftest import Caller

#: as the portal has it; other tests make it longer
KEPT = callers.KEPT_SECONDS
CALLS = [
    ("POST", "quotes"),
    ("POST", "prices"),
    ("GET", "activities/full-100-10"),
    ("GET", "placements/home"),
    ("PUT", "customers/c9"),
]


def refusal(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_required"),
        ("", "key_required"),
        ("Basic YTpi", "key_required"),
        ("Bearer pp_aaaaaaaaaa_" + "a" * 40, "key_required"),
        ("Api-Key", "key_required"),
        ("Api-Key ", "key_invalid"),
        ("Api-Key nonsense", "key_invalid"),
        ("Api-Key pp_aaaaaaaaaa_" + "a" * 40, "key_invalid"),
        ("Api-Key pp_\u00e4aaaaaaaaa_" + "a" * 40, "key_invalid"),
        ("Api-Key pp_'--aaaaaaa_" + "a" * 40, "key_invalid"),
    ],
)
def test_no_good_key(db: None, method: str, path: str, header: str | None, code: str) -> None:
    caller = Caller(None)
    caller.headers = {} if header is None else {"Authorization": header}
    response = caller.send(method, path, {} if method != "GET" else None)
    assert refusal(response) == (401, code)
    assert response["WWW-Authenticate"] == "Api-Key"
    assert response.json()["errors"] == []


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_key_without_the_scope(db: None, method: str, path: str) -> None:
    key = issue_key(client=add_client(name="granter"), scopes=["grant"], actor=None)
    response = Caller(key.text).send(method, path, {"orders": 7} if method == "PUT" else {})
    assert refusal(response) == (403, "missing_scope")
    assert response.json()["scope"] == "storefront"
    assert not AuditEntry.objects.filter(action="audiences.put_customer").exists()


@pytest.mark.usefixtures("shop_fair")
@pytest.mark.parametrize("path", ["quotes", "prices"])
def test_another_time_needs_preview(path: str) -> None:
    key = issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text
    body = {"quotes": fair.cart(), "prices": {"currency": "CNY", "skus": ["A"]}}[path]
    assert Caller(key).post(path, body).status_code == 200
    assert Caller(key).post(path, {**body, "as_of": None}).status_code == 200
    response = Caller(key).post(path, {**body, "as_of": fair.DURING})
    assert refusal(response) == (403, "missing_scope")
    assert response.json()["scope"] == "preview"


@pytest.mark.usefixtures("shop_fair")
def test_right_prefix_with_another_secret(key: str) -> None:
    wrong = key[:-1] + ("b" if key[-1] == "a" else "a")
    assert refusal(Caller(wrong).post("quotes", fair.cart())) == (401, "key_invalid")


@pytest.mark.usefixtures("shop_fair")
def test_header_in_another_case(key: str) -> None:
    caller = Caller(None)
    caller.headers = {"Authorization": f"API-KEY  {key} "}
    assert caller.post("quotes", fair.cart()).status_code == 200


@pytest.mark.usefixtures("shop_fair")
def test_verified_key_is_not_asked_for_again(caller: Caller) -> None:
    caller.quote()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        caller.quote()
    assert [q["sql"] for q in queries if "apikey" in q["sql"]] == []


@pytest.mark.usefixtures("shop_fair")
def test_key_revoked_here_stops_at_once(caller: Caller) -> None:
    caller.quote()
    revoke_key(key=ApiKey.objects.get(), actor=None)
    assert refusal(caller.post("quotes", fair.cart())) == (401, "key_invalid")


@pytest.mark.usefixtures("shop_fair")
def test_key_revoked_in_another_process_stops_within_five_seconds(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(callers, "KEPT_SECONDS", KEPT)
    monkeypatch.setattr(callers.time, "monotonic", lambda: clock[0])
    caller.quote()
    ApiKey.objects.update(revoked_at=database_now())
    clock[0] += 2.9
    assert caller.post("quotes", fair.cart()).status_code == 200
    clock[0] += 0.2
    assert refusal(caller.post("quotes", fair.cart())) == (401, "key_invalid")


@pytest.mark.usefixtures("shop_fair")
def test_key_stops_when_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(callers.time, "monotonic", lambda: clock[0])
    key = issue_key(client=add_client(name="brief"), scopes=["storefront"], days=1, actor=None).text
    expires = ApiKey.objects.get().expires_at
    with frozen(expires - timedelta(seconds=1)):
        assert Caller(key).post("quotes", fair.cart()).status_code == 200
        clock[0] += 1.1  # less than verified keys are kept
    with frozen(expires):
        assert refusal(Caller(key).post("quotes", fair.cart())) == (401, "key_invalid")


@pytest.mark.usefixtures("shop_fair")
def test_rotation_lets_both_keys_work_and_refuses_a_third(caller_with: Callable[[str], Caller]) -> None:
    client = add_client(name="shop")
    old, new = (issue_key(client=client, scopes=["storefront"], actor=None) for _ in range(2))
    with pytest.raises(DomainError) as refused:
        issue_key(client=client, scopes=["storefront"], actor=None)
    assert refused.value.code == "two_live_keys"
    assert [caller_with(k.text).post("quotes", fair.cart()).status_code for k in (old, new)] == [200, 200]
    revoke_key(key=ApiKey.objects.get(prefix=old.prefix), actor=None)
    assert [caller_with(k.text).post("quotes", fair.cart()).status_code for k in (old, new)] == [401, 200]
    assert issue_key(client=client, scopes=["storefront"], actor=None).prefix != new.prefix


def test_only_a_hash_is_kept(db: None) -> None:
    key = issue_key(client=add_client(name="shop"), scopes=["grant", "storefront"], actor=None)
    stored = ApiKey.objects.values().get()
    assert stored["digest"] == digest_of(key.text)
    assert stored["scopes"] == ["storefront", "grant"]
    assert key.text not in str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values()))
    assert key.text not in repr(key)


def test_issuing_and_revoking_are_audited(db: None) -> None:
    key = issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None)
    assert revoke_key(key=ApiKey.objects.get(), actor=None) is True
    assert revoke_key(key=ApiKey.objects.get(), actor=None) is False
    entries = AuditEntry.objects.order_by("id").values_list("action", "subject_code", "actor")
    assert list(entries) == [
        ("storefront.add_client", "shop", "system:console"),
        ("storefront.issue_key", key.prefix, "system:console"),
        ("storefront.revoke_key", key.prefix, "system:console"),
    ]


def test_keys_do_not_repeat() -> None:
    keys = {new_key().text for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {54}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("shop_fair")
def test_command_prints_the_key_as_the_last_line() -> None:
    key = run("demo", "--scope", "storefront", "--scope", "grant").splitlines()[-1]
    assert Caller(key).post("quotes", fair.cart()).status_code == 200
    assert ApiKey.objects.get().scopes == ["storefront", "grant"]


@pytest.mark.usefixtures("shop_fair")
def test_command_adds_a_key_to_the_client_of_that_name() -> None:
    run("demo", "--scope", "storefront", "--shop", "S1")
    run("demo", "--scope", "preview", "--days", "10")
    client = ApiClient.objects.get()
    assert (client.shop_id, client.keys.count()) == ("S1", 2)


@pytest.mark.usefixtures("shop_fair")
@pytest.mark.parametrize(
    "arguments",
    [
        ("demo",),
        ("demo", "--scope", "everything"),
        ("demo", "--scope", "storefront", "--shop", "S9"),
        ("demo", "--scope", "storefront", "--days", "0"),
        ("", "--scope", "storefront"),
        ("x" * 81, "--scope", "storefront"),
        ("limited", "--scope", "storefront", "--shop", "S2"),
    ],
)
def test_command_refuses(arguments: tuple[str, ...]) -> None:
    add_client(name="limited", shop="S1")
    with pytest.raises(CommandError):
        run(*arguments)
    assert ApiKey.objects.count() == 0
    assert ApiClient.objects.count() == 1
