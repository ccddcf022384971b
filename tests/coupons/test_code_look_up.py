"""One whole code is looked up by people: noted, without room for guessing, within their shops."""

import pytest

from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.coupons.services.codes import looking
from apps.coupons.services.codes.asking import ask_for_code
from apps.coupons.services.codes.guessing import Guesser
from tests.activities.cast import person
from tests.admin.conftest import as_user
from tests.coupons.code_cast import opened, taken, template

__all__ = ["as_user"]

pytestmark = pytest.mark.django_db
PAGE = "/admin/coupons/codebatch/look-up/"


@pytest.fixture
def codes(ann, cleo):
    template(ann, cleo)
    return taken(opened(ann, cleo), ann, cleo)


@pytest.fixture
def asked(as_user):
    return lambda by, code: as_user(by).post(PAGE, {"code": code})


def notes():
    found = AuditEntry.objects.filter(action="code_batch.look_up").order_by("id")
    return list(found.values_list("actor", "subject_code", "after__tail", "after__found"))


def test_a_code_is_found_however_it_is_spelt(ann, asked, codes):
    """Given a code that a customer has claimed and one that nobody has, when they are looked up, then it is told."""
    ask_for_code(presented=codes[0], guesser=Guesser("c1"), shop=None)
    shown = asked(ann, f" {codes[0].lower()} ")
    assert (shown.context["looked"].batch.code, shown.context["looked"].coupon.customer_code) == ("b-1", "c1")
    assert asked(ann, codes[1]).context["looked"].coupon is None
    assert notes() == [("user:ann", "b-1", code[-4:], True) for code in codes[:2]]
    assert codes[0] not in str(list(AuditEntry.objects.values()))


def test_what_is_no_code_is_noted_and_counted(ann, codes, monkeypatch):
    monkeypatch.setattr(looking, "MISSES", looking.Limit("codes:person", 2, 3600))
    assert looking.look_up(presented=codes[0], actor=ann) is not None
    for word in ("nothing", "-"):
        assert looking.look_up(presented=word, actor=ann) is None
    with pytest.raises(DomainError) as caught:
        looking.look_up(presented=codes[0], actor=ann)
    assert caught.value.code == "too_many_attempts"
    assert [found for *_rest, found in notes()] == [True, False, False]


def test_who_may_not_see_batches_learns_nothing(asked, codes):
    assert asked(person("sam"), codes[0]).status_code == 403
    assert notes() == []
