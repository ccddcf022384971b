"""The lane of the API: what it leaves out, and what it keeps."""

from typing import Any

import pytest
from django.test import Client

from apps.core.models import AuditEntry
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")


def test_no_cookie_is_set_and_security_headers_stay(caller: Caller) -> None:
    caller.client.cookies["sessionid"] = "x" * 32
    response = caller.get("placements/home")
    assert response.cookies == {}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response


def test_a_signed_in_person_has_no_way_in(client: Client, admin_user: Any) -> None:
    client.force_login(admin_user)
    assert client.get("/api/v1/placements/home").status_code == 401


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("shop-7:abc.DEF_1", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("", False),
        ("ä", False),
    ],
)
def test_request_id_of_the_shop_reaches_the_audit_log(caller: Caller, given: str, kept: bool) -> None:
    caller.headers["X-Request-ID"] = given
    caller.put("customers/c7", {})
    noted = AuditEntry.objects.get(subject_code="c7").request_id
    assert (noted == given) is kept
    assert len(noted) == (len(given) if kept else 32)


def test_requests_are_counted_by_route(caller: Caller) -> None:
    caller.get("activities/some-code")
    text = caller.client.get("/metrics").content.decode()
    assert 'view="api/v1/activities/<str:code>"' in text
    assert "some-code" not in text
