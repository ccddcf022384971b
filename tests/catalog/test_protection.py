"""Minimum prices and exclusions where approved offers reach: asked for by one person, decided by another."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import uses_of
from apps.catalog.models import Category, Sku
from apps.catalog.services import save_category, save_sku
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from tests.activities.cast import drafted, goods, live, person, shift
from tests.admin.conftest import as_user

__all__ = ["as_user"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return person("ann", "operator")


@pytest.fixture
def cleo():
    return person("cleo", "approver")


def sku_with(**changes):
    sku = Sku.objects.get(pk="A")
    for name, value in changes.items():
        setattr(sku, name, value)
    return sku


def stored():
    sku = Sku.objects.get(pk="A")
    return sku.name, sku.min_price_amount, sku.excluded_from


def decide(request, by):
    return approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


def test_nothing_approved_reaches_it_so_it_changes_at_once(ann):
    drafted(ann)
    assert save_sku(entry=sku_with(min_price_amount=5_000, excluded_from=["coupons"]), actor=ann) is None
    assert stored() == ("A", 5_000, ["coupons"])


def test_what_an_offer_reaches_waits_and_the_rest_is_saved(ann, cleo):
    live(ann, cleo, "reach", scope={"mode": "include", "skus": ["A"]})
    asked = save_sku(entry=sku_with(name="新名", min_price_amount=5_000), actor=ann)
    assert asked is not None
    assert (asked.action, asked.subject_code, asked.submitter) == ("sku.protect", "A", ann)
    assert stored() == ("新名", None, [])
    assert asked.payload == {
        "changes": [
            {
                "code": "A",
                "before": {"min_price_amount": None, "excluded_from": []},
                "after": {"min_price_amount": 5_000, "excluded_from": []},
            }
        ]
    }
    decide(asked, cleo)
    assert stored() == ("新名", 5_000, [])
    entry = AuditEntry.objects.get(action="catalog.sku.protect")
    assert (entry.actor, entry.before, entry.after) == (
        "user:cleo",
        {"min_price_amount": None},
        {"min_price_amount": 5_000},
    )


def test_another_sku_is_not_concerned(ann, cleo):
    live(ann, cleo, "reach", scope={"mode": "include", "skus": ["B"]})
    assert save_sku(entry=sku_with(min_price_amount=5_000), actor=ann) is None
    assert stored() == ("A", 5_000, [])


def test_what_is_over_concerns_nobody(ann, cleo):
    shift(live(ann, cleo, "past"), timedelta(0))
    assert [use.code for use in uses_of("sku", ["A"])] == ["past"]
    assert [use.code for use in uses_of("sku", ["Z"])] == []


def test_nobody_decides_their_own_and_a_refusal_changes_nothing(ann, cleo):
    live(ann, cleo, "reach")
    asked = save_sku(entry=sku_with(min_price_amount=5_000), actor=ann)
    both = person("both", "operator", "approver")
    with pytest.raises(Forbidden):
        decide(asked, person("ben", "operator"))
    with pytest.raises(DomainError, match="already waiting"):
        save_sku(entry=sku_with(min_price_amount=6_000), actor=both)
    assert stored() == ("A", None, [])
    approvals.reject(request=asked, actor=cleo, seen_hash=asked.content_hash, reason="太低")
    own = save_sku(entry=sku_with(min_price_amount=6_000), actor=both)
    with pytest.raises(Forbidden):
        decide(own, both)
    assert stored() == ("A", None, [])


def test_other_values_in_between_make_it_stale(ann, cleo):
    live(ann, cleo, "reach")
    asked = save_sku(entry=sku_with(min_price_amount=5_000), actor=ann)
    Sku.objects.filter(pk="A").update(min_price_amount=4_000)  # as a pack does
    with pytest.raises(DomainError, match="not what you saw"):
        decide(asked, cleo)
    assert stored() == ("A", 4_000, [])
    assert ApprovalRequest.objects.get(pk=asked.pk).state == "pending"


def test_lifting_an_exclusion_waits_although_no_offer_reaches_it_yet(ann, cleo):
    goods()
    Sku.objects.filter(pk="A").update(excluded_from=["activities"], excluded_all=["activities"])
    live(ann, cleo, "reach", scope={"mode": "include", "skus": ["A"]})
    asked = save_sku(entry=sku_with(excluded_from=[]), actor=ann)
    assert stored() == ("A", None, ["activities"])
    decide(asked, cleo)
    assert stored() == ("A", None, [])


def test_exclusions_of_a_category_wait_too_and_reach_its_goods(ann, cleo):
    goods()
    save_category(entry=Category(code="drinks", name="饮料"), actor=ann)
    Sku.objects.filter(pk="A").update(category="drinks")
    live(ann, cleo, "reach", scope={"mode": "include", "skus": ["A"]})
    category = Category.objects.get(pk="drinks")
    category.excluded_from = ["coupons"]
    asked = save_category(entry=category, actor=ann)
    assert asked is not None
    assert Category.objects.get(pk="drinks").excluded_from == []
    decide(asked, cleo)
    assert Category.objects.get(pk="drinks").excluded_all == ["coupons"]
    assert Sku.objects.get(pk="A").excluded_all == ["coupons"]


def test_the_page_tells_what_is_saved_and_the_approver_what_is_concerned(ann, cleo, as_user):
    live(ann, cleo, "reach", name="直减十元")
    form = {"code": "A", "name": "新名", "price_amount": "100", "min_price_amount": "50", "tags": ""}
    answer = as_user(ann).post(reverse("admin:catalog_sku_change", args=["A"]), form, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert any("another person decides" in one for one in said)
    asked = ApprovalRequest.objects.get(action="sku.protect")
    page = as_user(cleo).get(reverse("admin:approvals_approvalrequest_change", args=[asked.pk]))
    assert [(line.label, line.old, line.new) for line in page.context["changes"]] == [
        ("Minimum price", "", "¥50")
    ]
    assert [line.value for _title, lines in page.context["parts"] for line in lines] == ["直减十元 (reach)"]
