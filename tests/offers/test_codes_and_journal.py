"""Codes are taken once for activities and templates together; the journal's ids commit in their order."""

import threading

import pytest
from django.db import connection, transaction

from apps.core.errors import DomainError
from apps.offers.models import BookChange, OfferCode
from apps.offers.selectors import book_version
from apps.offers.services import claim_codes, note_change, release_code
from apps.pricing.offer import Owner


@pytest.mark.django_db
def test_a_code_belongs_to_one_side() -> None:
    claim_codes(codes=["a", "b"], owner=Owner.ACTIVITY)
    claim_codes(codes=["b"], owner=Owner.ACTIVITY)
    with pytest.raises(DomainError) as refused, transaction.atomic():
        claim_codes(codes=["c", "b"], owner=Owner.TEMPLATE)
    assert (refused.value.code, refused.value.numbers) == ("code_taken", {"code": "b"})
    assert set(OfferCode.objects.values_list("code", "owner")) == {("a", "activity"), ("b", "activity")}


@pytest.mark.django_db
def test_a_released_code_is_free_for_the_other_side() -> None:
    claim_codes(codes=["a"], owner=Owner.ACTIVITY)
    release_code(code="a")
    claim_codes(codes=["a"], owner=Owner.TEMPLATE)
    assert OfferCode.objects.get().owner == "template"


@pytest.mark.django_db
def test_the_book_has_a_version_that_only_grows() -> None:
    note_change(["a"])
    first = book_version()
    note_change(["b", "c"])
    assert book_version() == first + 2
    assert list(BookChange.objects.values_list("offer_code", flat=True)) == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_a_later_id_never_commits_first() -> None:
    """Another transaction that wants to write a change waits until this one is over."""
    written = threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                note_change(["second"])
            written.set()
        finally:
            connection.close()

    with transaction.atomic():
        note_change(["first"])
        thread = threading.Thread(target=other)
        thread.start()
        assert not written.wait(0.5), "the second change must wait for the first to commit"
    thread.join(10)
    assert written.is_set()
    codes = BookChange.objects.order_by("id").values_list("offer_code", flat=True)
    assert list(codes) == ["first", "second"]
