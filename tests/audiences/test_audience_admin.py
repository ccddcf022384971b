"""Audiences and customers in the admin."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audiences.models import Audience, AudienceMember, Customer, Tag, TagCategory
from apps.audiences.services import upsert_audiences
from apps.core import jobs
from apps.core.models import AuditEntry
from apps.core.roles import Role

from .conftest import MakeClient

LIST = "/admin/audiences/audience/"
CUSTOMERS = "/admin/audiences/customer/"
VIP: dict[str, Any] = {"field": "member_level", "op": "gte", "value": 3}


@pytest.fixture
def vip(db: None) -> Audience:
    upsert_audiences(rows=[{"code": "vip", "name": "VIP", "rule": VIP, "members": ["c1"]}], actor="test")
    return Audience.objects.get()


def upload(client: Client, audience: Audience, content: bytes, **given: Any) -> Any:
    file = SimpleUploadedFile("list.csv", content, "text/csv")
    return client.post(f"{LIST}{audience.pk}/upload-list/", {"file": file, "mode": "replace", **given})


def test_a_rule_is_told_in_words(vip: Audience, client_of: MakeClient) -> None:
    Customer.objects.create(code="c9", member_level=5)
    client = client_of(Role.OPERATOR)

    assert "member level is at least 3" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{vip.pk}/change/")
    assert page.context["adminform"].form["rule"].value() == json.dumps(VIP, indent=2)
    reader = client_of(Role.ANALYST).get(f"{LIST}{vip.pk}/change/")
    assert "member level is at least 3" in reader.content.decode()


def test_a_rule_is_stored_as_read(db: None, client_of: MakeClient) -> None:
    rule = {"field": "registered_at", "op": "gte", "value": "2026-01-01T00:00:00+08:00"}

    response = client_of(Role.OPERATOR).post(
        f"{LIST}add/", {"code": "recent", "name": "Recent", "rule": json.dumps(rule)}
    )

    assert response.status_code == 302
    audience = Audience.objects.get()
    assert audience.rule == {**rule, "value": "2025-12-31T16:00:00+00:00"}
    assert audience.rule_version > 0
    assert AuditEntry.objects.get().action == "audiences.audience.add"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "This is not JSON"),
        ("[" * 50_000, "This is not JSON"),
        ('{"all": [{"field": "a", "op": "like", "value": 1}]}', "all[0].op: must be one of eq, ne, gt"),
        ('{"all": [{"field": "a", "op": "eq"}]}', "all[0].value: is required"),
        ("[]", "rule: must be an object"),
        ('{"not": {"any": [{"field": "a", "op": "eq", "value": ""}]}}', "not.any[0].value: is required"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(
    vip: Audience, client_of: MakeClient, text: str, told: str
) -> None:
    response = client_of(Role.OPERATOR).post(
        f"{LIST}{vip.pk}/change/", {"code": "vip", "name": "VIP", "rule": text}
    )

    errors = response.context["adminform"].form.errors
    assert list(errors) == ["rule"]
    assert told in str(errors["rule"][0])
    assert Audience.objects.get().rule == VIP


def test_uploading_a_list_starts_a_task_that_the_page_shows(vip: Audience, client_of: MakeClient) -> None:
    client = client_of(Role.OPERATOR)
    response = upload(client, vip, b"customer\nc2\nc3\nc2\n", reason="CRM")

    assert response.status_code == 302
    job = jobs.Job.objects.get()
    assert (job.kind, job.state, job.params["replace"], job.params["reason"]) == (
        "audiences.list",
        "waiting",
        True,
        "CRM",
    )
    jobs.run(job)
    assert set(AudienceMember.objects.values_list("customer_code", flat=True)) == {"c2", "c3"}
    assert (
        "2 added, 1 removed; 1 rows were repeated, 0 wrong."
        in client.get(response["Location"]).content.decode()
    )


@pytest.mark.parametrize(
    ("rule", "sentence", "faults"),
    [
        ("", "No rule: only its list.", []),
        (json.dumps(VIP), "member level is at least 3", []),
        ('{"field": "", "op": "eq", "value": 1}', "The rule is not complete yet.", ["field: is required"]),
    ],
)
def test_a_rule_is_told_as_one_types(
    vip: Audience, client_of: MakeClient, rule: str, sentence: str, faults: list[str]
) -> None:
    Customer.objects.create(code="c9", member_level=5)
    client = client_of(Role.OPERATOR)

    assert client.post(f"{LIST}rule/", {"rule": rule}).json() == {"sentence": sentence, "faults": faults}
    assert client.get(f"{LIST}rule/").status_code == 403
    told = client.post(f"{LIST}rule/", {"rule": json.dumps(VIP), "count": "1"}).json()
    assert told["size"] == "1 known customers match it."


@pytest.mark.parametrize("role", [Role.CUSTOMER_SERVICE, Role.ADMINISTRATOR])
def test_who_sees_no_audiences_asks_about_none(client_of: MakeClient, role: Role) -> None:
    assert client_of(role).post(f"{LIST}rule/", {"rule": json.dumps(VIP), "count": "1"}).status_code == 403


def test_counting_is_a_task(vip: Audience, client_of: MakeClient) -> None:
    client_of(Role.ANALYST).get(f"{LIST}{vip.pk}/count/")
    jobs.run(jobs.Job.objects.get(kind="audiences.count"))
    assert Audience.objects.get().people == 1


def test_tags_are_described_and_their_texts_stay(client_of: MakeClient) -> None:
    client = client_of(Role.OPERATOR)
    client.post("/admin/audiences/tagcategory/add/", {"name": "价值", "position": "1"})
    category = TagCategory.objects.get()
    given = {"text": "vip", "name": "高价值", "category": category.pk, "note": "", "in_use": "on"}
    client.post("/admin/audiences/tag/add/", given)
    tag = Tag.objects.get()
    client.post(f"/admin/audiences/tag/{tag.pk}/change/", {**given, "text": "other", "name": "VIP"})
    tag.refresh_from_db()
    assert (tag.text, tag.name, tag.category) == ("vip", "VIP", category)
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["audiences.tagcategory.add", "audiences.tag.add", "audiences.tag.change"]
    approver = client_of(Role.APPROVER)
    assert approver.post(f"/admin/audiences/tag/{tag.pk}/change/", given).status_code == 403
    assert approver.get("/admin/audiences/tag/").status_code == 200


def test_a_file_without_the_header_is_refused_at_its_field(vip: Audience, client_of: MakeClient) -> None:
    response = upload(client_of(Role.OPERATOR), vip, b"id\nc2\n")

    assert response.context["form"].errors == {"file": ["The first line must be the header “customer”."]}
    assert Audience.objects.get().list_size == 1


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ANALYST, Role.AUDITOR])
def test_who_only_reads_changes_nothing(vip: Audience, client_of: MakeClient, role: Role) -> None:
    client = client_of(role)

    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}{vip.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{vip.pk}/change/", {"name": "x", "rule": ""}).status_code == 403
    assert client.get(f"{LIST}{vip.pk}/upload-list/").status_code == 403
    assert upload(client, vip, b"customer\nc2\n").status_code == 403
    assert client.get(f"{LIST}{vip.pk}/delete/").status_code == 403
    assert (Audience.objects.get().name, Audience.objects.get().list_size) == ("VIP", 1)


def test_customer_service_sees_customers_but_no_audiences(vip: Audience, client_of: MakeClient) -> None:
    client = client_of(Role.CUSTOMER_SERVICE)

    assert client.get(CUSTOMERS).status_code == 200
    assert client.get(LIST).status_code == 403


def test_a_customer_is_found_and_shown_but_not_edited(vip: Audience, client_of: MakeClient) -> None:
    Customer.objects.create(
        code="c1", member_level=3, tags=["gold"], region="CN", attributes={"<i>": 1}, orders=None
    )
    Customer.objects.create(code="c2", registered_at=datetime(2026, 1, 1, tzinfo=UTC), orders=4)
    client = client_of(Role.OPERATOR)

    def found(query: str) -> list[str]:
        return [c.code for c in client.get(f"{CUSTOMERS}?{query}").context["cl"].result_list]

    assert found("") == ["c1", "c2"]
    assert found("q=c2") == ["c2"]
    assert found("q=2") == []
    assert found("level=3") == ["c1"]
    assert found("level=x") == []
    assert found("tag=gold") == ["c1"]
    assert found("region=CN") == ["c1"]
    page = client.get(f"{CUSTOMERS}c1/change/").content.decode()
    assert "unknown" in page
    assert "vip" in page
    assert "&lt;i&gt;" in page
    assert client.post(f"{CUSTOMERS}c1/change/", {"orders": "5"}).status_code == 403
    assert client.get(f"{CUSTOMERS}add/").status_code == 403
    assert Customer.objects.get(code="c1").orders is None


@pytest.mark.parametrize("url", [LIST, CUSTOMERS])
def test_lists_cost_the_same_whatever_their_length(
    vip: Audience, client_of: MakeClient, django_assert_num_queries: Any, url: str
) -> None:
    client = client_of(Role.ANALYST)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    upsert_audiences(rows=[{"code": f"a{i}", "rule": VIP} for i in range(40)], actor="test")
    Customer.objects.bulk_create([Customer(code=f"n{i}") for i in range(40)])

    with django_assert_num_queries(len(few)):
        assert client.get(url).status_code == 200
