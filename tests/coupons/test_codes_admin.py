"""Batches of codes in the admin: who sees and does what, how far it is, the download; a refusal changes nothing."""

import csv
import io

import pytest

from apps.approvals.models import ApprovalRequest
from apps.core.models import AuditEntry
from apps.coupons.code_tasks import make_codes
from apps.coupons.codes_text import digest_of
from apps.coupons.models import Code, CodeBatch
from apps.coupons.services.codes.claiming import claim_code
from apps.coupons.services.codes.exporting import take_export
from tests.activities.cast import person
from tests.activities.conftest import ben, dan
from tests.admin.conftest import as_user
from tests.coupons.code_cast import (
    allowed,
    approve,
    drafted,
    generating,
    opened,
    picture,
    submitted,
    taken,
    template,
)
from tests.coupons.conftest import ann, cleo

__all__ = ["ann", "as_user", "ben", "cleo", "dan"]

pytestmark = pytest.mark.django_db

LIST = "/admin/coupons/codebatch/"
ADD = f"{LIST}add/"
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
READERS = {"operator", "approver", "analyst", "auditor", "customer_service"}
GIVEN = {"name": "私域券码", "template": "full100-10", "sort": "single", "quantity": "7", "per_customer": "1"}


def page(batch, *more):
    return f"{LIST}{batch.pk}/{'/'.join(more)}/" if more else f"{LIST}{batch.pk}/change/"


@pytest.fixture
def somebody(as_user):
    return lambda role: as_user(person(f"new-{role}", role))


def test_the_whole_way_in_the_browser(ann, cleo, as_user):
    """Given an operator and an approver, when they work through the pages, then the codes are in the file."""
    template(ann, cleo)
    window, other = as_user(ann), as_user(cleo)
    assert window.post(ADD, GIVEN).status_code == 302
    batch = CodeBatch.objects.get()
    assert batch.code.startswith("b-")
    assert window.post(page(batch, "do", "submit")).status_code == 302
    request = ApprovalRequest.objects.latest("id")
    shown = other.get(f"/admin/approvals/approvalrequest/{request.pk}/change/").content.decode()
    assert "7 single-use codes for “满100减10券”" in shown
    assert "¥70<" in shown  # 7 coupons of at most ¥10
    approve(request, cleo)
    assert make_codes() == 7
    assert window.get(page(batch, "progress")).json() == {
        "state": "open",
        "made": 7,
        "claims": 0,
        "quantity": 7,
        "made_percent": "100.0",
        "claims_percent": "0.0",
    }
    assert window.post(page(batch, "do", "request_export"), {"reason": "渠道"}).status_code == 302
    approve(ApprovalRequest.objects.latest("id"), cleo)
    answer = window.post(page(batch, "download"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.code}.csv"'
    assert rows[0] == ["Code", "Batch", "Coupon template"]
    assert {digest_of(row[0]) for row in rows[1:]} == {bytes(code.digest) for code in Code.objects.all()}
    assert AuditEntry.objects.filter(action="codes.export").count() == 1
    assert window.post(page(batch, "do", "confirm_export")).status_code == 302
    again = window.post(page(batch, "download"), follow=True)
    assert "nobody can make them again" in again.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_who_reads(ann, cleo, somebody, role):
    template(ann, cleo)
    batch = opened(ann, cleo)
    window = somebody(role)
    statuses = {window.get(path).status_code for path in (LIST, page(batch), page(batch, "progress"))}
    assert statuses == ({200} if role in READERS else {403})


@pytest.mark.parametrize("role", ROLES)
def test_who_drafts(ann, cleo, somebody, role):
    template(ann, cleo)
    window, may = somebody(role), role == "operator"
    assert window.get(ADD).status_code == (200 if may else 403)
    assert window.post(ADD, GIVEN).status_code == (302 if may else 403)
    assert CodeBatch.objects.exists() is may


#: from which state somebody takes a step who had no hand in anything, and who may
STEPS = {
    "submit": ("draft", {"operator"}),
    "withdraw": ("in_review", set()),
    "request_export": ("open", {"operator"}),
    "confirm_export": ("exported", set()),
    "revoke_some": ("exported", {"operator", "approver"}),
    "revoke": ("open", {"operator", "approver"}),
}
MAKE = {
    "draft": lambda ann, cleo: drafted(ann),
    "in_review": lambda ann, cleo: submitted(ann)[0],
    "open": opened,
}


def in_state(state, ann, cleo):
    template(ann, cleo)
    if state != "exported":
        return MAKE[state](ann, cleo), ""
    batch = opened(ann, cleo)
    return batch, taken(batch, ann, cleo)[0]


def test_every_step_is_in_the_matrix():
    from apps.coupons.admin.code_doings import DOINGS

    assert {doing.code for doing in DOINGS} == set(STEPS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", list(STEPS))
def test_who_takes_which_step(ann, cleo, somebody, step, role):
    state, may = STEPS[step]
    batch, code = in_state(state, ann, cleo)
    before = picture(batch)
    window = somebody(role)
    looked = window.get(page(batch, "do", step))
    assert looked.status_code == (200 if role in may else 302 if role in READERS else 403)
    assert picture(batch) == before
    answer = window.post(page(batch, "do", step), {"reason": "because", "codes": code})
    assert answer.status_code == (302 if role in may else 403)
    assert (picture(batch) == before) is (role not in may)


@pytest.mark.parametrize("role", ROLES)
def test_only_who_was_allowed_downloads(ann, cleo, somebody, role):
    template(ann, cleo)
    batch = opened(ann, cleo)
    allowed(batch, ann, cleo)
    before = picture(batch)
    assert somebody(role).post(page(batch, "download")).status_code == 403
    assert picture(batch) == before


def test_a_link_downloads_nothing(ann, cleo, as_user):
    template(ann, cleo)
    batch = opened(ann, cleo)
    allowed(batch, ann, cleo)
    before = picture(batch)
    assert as_user(ann).get(page(batch, "download")).status_code == 403
    assert picture(batch) == before


def test_a_draft_is_edited_by_who_wrote_it(ann, ben, cleo, as_user):
    template(ann, cleo)
    batch = drafted(ann)
    before = picture(batch)
    assert as_user(ben).post(page(batch, "edit"), GIVEN).status_code == 403
    assert picture(batch) == before
    window = as_user(ann)
    assert 'value="5"' in window.get(page(batch, "edit")).content.decode()
    assert window.post(page(batch, "edit"), GIVEN).status_code == 302
    batch.refresh_from_db()
    assert batch.quantity == 7
    faulty = window.post(page(batch, "edit"), {**GIVEN, "sort": "shared", "word": "ab"})
    assert faulty.status_code == 200
    assert list(faulty.context["form"].errors) == ["word"]


def test_a_grave_step_needs_a_reason(ann, cleo, as_user):
    template(ann, cleo)
    batch = opened(ann, cleo)
    before = picture(batch)
    for step in ("revoke", "revoke_some", "request_export"):
        answer = as_user(ann).post(page(batch, "do", step), {"reason": " ", "codes": "x"})
        assert answer.status_code == 200
        assert "reason" in answer.context["form"].errors
    assert picture(batch) == before


def test_the_page_says_where_codes_went_and_shows_none(ann, cleo, as_user):
    template(ann, cleo)
    batch = opened(ann, cleo)
    codes = taken(batch, ann, cleo)
    claim_code(presented=codes[0], customer="c-77")
    shown = as_user(ann).get(page(batch)).content.decode()
    assert "c-77" in shown
    assert f"…{codes[0][-4:]}" in shown
    for code in codes:
        assert code not in shown
        assert code.replace("-", "") not in shown
    told = as_user(ann).post(
        page(batch, "do", "revoke_some"), {"reason": "x", "codes": "\n".join(codes)}, follow=True
    )
    assert (
        "4 codes revoked; claimed already: 1, revoked before: 0, not of this batch: 0"
        in told.content.decode()
    )


def test_a_shared_code_stands_on_its_page(ann, cleo, as_user):
    template(ann, cleo)
    batch = generating(ann, cleo, shared=True, word="Double11", quantity=1_000, per_customer=2)
    shown = as_user(cleo).get(page(batch)).content.decode()
    assert "The code Double11 for “满100减10券”: 1,000 claims in all, 2 per customer" in shown
    assert "Double11 × 1,000" in as_user(cleo).get(LIST).content.decode()


def test_the_list_asks_as_often_for_many_as_for_one(ann, cleo, as_user, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    template(ann, cleo)
    window = as_user(ann)
    drafted(ann, "b-0")
    window.get(LIST)
    with CaptureQueriesContext(connection) as one:
        window.get(LIST)
    for number in range(1, 6):
        drafted(ann, f"b-{number}")
    with django_assert_num_queries(len(one)):
        answer = window.get(LIST)
    assert answer.content.decode().count("b-") >= 6
    assert "b-3" not in window.get(LIST, {"tab": "open"}).content.decode()


def test_who_took_it_may_repeat_it(ann, cleo, as_user):
    template(ann, cleo)
    batch = opened(ann, cleo)
    allowed(batch, ann, cleo)
    take_export(batch=batch, actor=ann)
    assert "If the download broke off" in as_user(ann).get(page(batch)).content.decode()
    assert "If the download broke off" not in as_user(cleo).get(page(batch)).content.decode()
