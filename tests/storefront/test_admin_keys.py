"""Clients and keys in the admin: who may, what is shown once, what is left in the log."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core.models import AuditEntry
from apps.storefront.models import ApiClient, ApiKey
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")
SUBMITTED = {"_form_submitted": "True"}
ROLES = ["operator", "approver", "analyst", "auditor", "customer_service"]


def signed_in(name: str, *roles: str) -> Client:
    user = person(name, *roles)
    user.is_staff = True
    user.language = "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root_admin(db: None) -> Client:
    return signed_in("adam", "administrator")


def new_key(client: Client, owner: ApiClient, **data: Any) -> Any:
    data = {"scopes": ["storefront"], "days": 30, **SUBMITTED, **data}
    address = f"/admin/storefront/apiclient/{owner.pk}/new-key/"
    return client.post(address, data, headers={"HX-Request": "true"})


def test_an_administrator_makes_a_client(root_admin: Client) -> None:
    response = root_admin.post("/admin/storefront/apiclient/add/", {"name": "shop one", "shop": "S1"})
    assert response.status_code == 302
    made = ApiClient.objects.get()
    assert (made.name, made.shop_id) == ("shop one", "S1")
    entry = AuditEntry.objects.get(action="storefront.add_client")
    assert (entry.actor, entry.after) == ("user:adam", {"name": "shop one", "shop": "S1"})


def test_the_key_is_shown_once_and_works(root_admin: Client) -> None:
    owner = add_client(name="shop")
    response = new_key(root_admin, owner, scopes=["storefront", "preview"])
    assert response["HX-Retarget"] == response["HX-Reselect"] == "#dialog"
    assert "no-store" in response["Cache-Control"]
    [key] = re.findall(r"pp_[a-z2-9]{10}_[a-z2-9]{40}", response.content.decode())
    assert Caller(key).quote(as_of=fair.DURING)["payable_total"] == 22_000
    pages = [
        root_admin.get(f"/admin/storefront/{page}").content.decode()
        for page in (
            f"apiclient/{owner.pk}/change/",
            "apikey/",
            f"apikey/{ApiKey.objects.get().pk}/change/",
        )
    ]
    assert not any(key in page for page in pages)
    assert AuditEntry.objects.get(action="storefront.issue_key").actor == "user:adam"


def test_a_third_live_key_is_refused(root_admin: Client) -> None:
    owner = add_client(name="shop")
    for _ in range(2):
        assert "pp_" in new_key(root_admin, owner).content.decode()
    response = new_key(root_admin, owner)
    assert response["HX-Redirect"] == f"/admin/storefront/apiclient/{owner.pk}/change/"
    assert "2 live keys" in root_admin.get(response["HX-Redirect"]).content.decode()
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(
    "data", [{"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 4_000}, {"days": "x"}]
)
def test_a_wrong_form_makes_no_key(root_admin: Client, data: dict[str, Any]) -> None:
    response = new_key(root_admin, add_client(name="shop"), **data)
    assert response.status_code == 200
    assert ApiKey.objects.count() == 0


def test_revoke_button(root_admin: Client) -> None:
    key = issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None)
    assert Caller(key.text).post("quotes", fair.cart()).status_code == 200
    stored = ApiKey.objects.get()
    root_admin.post(f"/admin/storefront/apikey/{stored.pk}/revoke/", SUBMITTED)
    assert Caller(key.text).post("quotes", fair.cart()).status_code == 401
    assert AuditEntry.objects.get(action="storefront.revoke_key").actor == "user:adam"
    again = root_admin.post(f"/admin/storefront/apikey/{stored.pk}/revoke/", SUBMITTED)
    assert again.status_code == 403
    assert AuditEntry.objects.filter(action="storefront.revoke_key").count() == 1


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_makes_or_revokes(role: str) -> None:
    client = signed_in("ann", role)
    owner = add_client(name="shop")
    issue_key(client=owner, scopes=["storefront"], actor=None)
    key = ApiKey.objects.get()
    answers = [
        client.post("/admin/storefront/apiclient/add/", {"name": "mine"}),
        new_key(client, owner),
        client.post(f"/admin/storefront/apikey/{key.pk}/revoke/", SUBMITTED),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (ApiClient.objects.count(), ApiKey.objects.count()) == (1, 1)
    assert ApiKey.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200 if role == "auditor" else 403) for role in ROLES] + [("administrator", 200)],
)
def test_who_may_look(role: str, status: int) -> None:
    client = signed_in("ann", role)
    owner = add_client(name="shop")
    pages = ["apiclient/", "apikey/", f"apiclient/{owner.pk}/change/"]
    assert [client.get(f"/admin/storefront/{page}").status_code for page in pages] == [status] * 3


def test_nothing_of_a_key_or_client_can_be_edited_or_deleted(root_admin: Client) -> None:
    owner = add_client(name="shop", shop="S1")
    issue_key(client=owner, scopes=["storefront"], actor=None)
    key = ApiKey.objects.get()
    for page in (f"apiclient/{owner.pk}", f"apikey/{key.pk}"):
        assert (
            root_admin.post(f"/admin/storefront/{page}/change/", {"name": "x", "shop": ""}).status_code == 403
        )
        assert root_admin.post(f"/admin/storefront/{page}/delete/", {"post": "yes"}).status_code == 403
    assert ApiClient.objects.values_list("name", "shop").get() == ("shop", "S1")


def test_lists_ask_the_same_number_of_statements(root_admin: Client) -> None:
    counts = []
    for number in range(3):
        client = add_client(name=f"shop {number}", shop="S1")
        for _ in range(2):
            issue_key(client=client, scopes=["storefront"], actor=None)
        with CaptureQueriesContext(connection) as queries:
            assert root_admin.get("/admin/storefront/apiclient/").status_code == 200
            assert root_admin.get("/admin/storefront/apikey/").status_code == 200
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1
