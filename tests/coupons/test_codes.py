"""Batches of codes: drafted, approved by another person, made, taken away once, revoked."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.approvals import services as approvals
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.coupons.codes_text import ALPHABET, CodeMaker, digest_of
from apps.coupons.models import Code, CodeBatch
from apps.coupons.services import stop_issuing
from apps.coupons.services.codes import exporting, generating
from apps.coupons.services.codes.drafting import draft_batch, edit_batch, submit_batch
from apps.coupons.services.codes.generating import make_chunk, make_due
from apps.coupons.services.codes.revoking import Revoked, revoke_batch, revoke_codes
from apps.offers.lifecycle import TemplateState
from tests.coupons.code_cast import (
    allowed,
    approve,
    drafted,
    log_of,
    opened,
    picture,
    submitted,
    taken,
    template,
    wish,
)
from tests.coupons.code_cast import (
    generating as approved,
)

pytestmark = pytest.mark.django_db


def test_a_batch_goes_from_draft_to_open(ann, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo, quantity=7)
    assert (batch.state, batch.made, batch.claims) == ("open", 7, 0)
    assert Code.objects.filter(batch=batch, coupon=None, revoked=False).count() == 7
    assert log_of(batch) == [
        ("codes.create", "user:ann"),
        ("codes.submit", "user:ann"),
        ("codes.approve", "user:cleo"),
        ("codes.finish", "system"),
    ]


def test_no_table_holds_a_code(ann, cleo):
    """Given an exported batch, when all its rows are read, then no code and no half of one is in them."""
    template(ann, cleo)
    batch = opened(ann, cleo)
    codes = taken(batch, ann, cleo)
    stored = str(list(CodeBatch.objects.values())) + str(list(Code.objects.values()))
    for code in codes:
        letters = code.replace("-", "")
        assert len(letters) == 16
        assert set(letters) <= set(ALPHABET)
        assert letters not in stored
        assert letters[:8] not in stored
        assert Code.objects.get(digest=digest_of(code)).tail == letters[-4:]


@pytest.mark.parametrize("who", ["ann", "root"])
def test_nobody_approves_their_own_codes_superuser_included(ann, cleo, root, who):
    person = {"ann": ann, "root": root}[who]
    template(ann, cleo)
    batch, request = submitted(person)
    before = picture(batch)
    with pytest.raises((FourEyes, Forbidden)):
        approve(request, person)
    assert picture(batch) == before


def test_who_wrote_it_does_not_approve_what_another_submits(ann, ben, cleo, root):
    template(ann, cleo)
    batch = drafted(root)
    request = submit_batch(batch=batch, actor=ben)
    before = picture(batch)
    with pytest.raises(FourEyes):
        approve(request, root)
    assert picture(batch) == before


def test_only_the_owner_writes_in_a_draft_and_nobody_later(ann, ben, cleo):
    template(ann, cleo)
    batch = drafted(ann)
    before = picture(batch)
    with pytest.raises(Forbidden) as caught:
        edit_batch(batch=batch, wish=wish(quantity=9), actor=ben)
    assert caught.value.code == "not_yours"
    assert picture(batch) == before
    edit_batch(batch=batch, wish=wish(quantity=9), actor=ann)
    submit_batch(batch=batch, actor=ann)
    before = picture(batch)
    with pytest.raises(DomainError) as refused:
        edit_batch(batch=batch, wish=wish(quantity=10), actor=ann)
    assert refused.value.code == "not_allowed_now"
    assert picture(batch) == before
    assert before["batch"]["quantity"] == 9


def test_a_batch_sent_back_is_a_draft_again(ann, cleo):
    template(ann, cleo)
    batch, request = submitted(ann)
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="太多")
    batch.refresh_from_db()
    assert (batch.state, batch.seed, batch.made) == ("draft", None, 0)
    again = submit_batch(batch=batch, actor=ann)
    approvals.withdraw(request=again, actor=ann)
    batch.refresh_from_db()
    assert batch.state == "draft"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"template": "nothing"}, "template"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1_000_001}, "quantity"),
        ({"shared": True, "word": "a-b"}, "word"),
        ({"shared": True, "word": "x" * 65}, "word"),
        ({"shared": True, "per_customer": 0}, "per_customer"),
    ],
)
def test_what_cannot_be_is_told_by_its_field(ann, cleo, changes, field):
    template(ann, cleo)
    with pytest.raises(DomainError) as caught:
        drafted(ann, **changes)
    assert caught.value.field == field
    assert CodeBatch.objects.count() == 0


def test_a_window_must_have_room_and_must_not_be_over(ann, cleo):
    template(ann, cleo)
    now = database_now()
    with pytest.raises(DomainError) as caught:
        drafted(ann, starts_at=now, ends_at=now)
    assert caught.value.field == "ends_at"
    batch = drafted(ann, ends_at=now)
    with pytest.raises(DomainError) as refused:
        submit_batch(batch=batch, actor=ann)
    assert refused.value.code == "over"


def test_a_template_that_stopped_meanwhile_makes_no_codes(ann, cleo, dan):
    made = template(ann, cleo)
    batch, request = submitted(ann)
    stop_issuing(template=made, actor=cleo, reason="查")
    made.refresh_from_db()
    assert made.status == TemplateState.STOPPED
    before = picture(batch)
    with pytest.raises(DomainError) as caught:
        approve(request, dan)
    assert caught.value.code == "not_approved"
    assert picture(batch) == before


def test_chunks_go_on_where_they_stopped(ann, cleo, monkeypatch):
    """Given chunks of 3, when they are made one by one, then number and codes are those of the seed."""
    monkeypatch.setattr(generating, "CHUNK", 3)
    template(ann, cleo)
    batch = approved(ann, cleo, quantity=8)
    assert [make_chunk(batch.pk) for _ in range(4)] == [3, 3, 2, 0]
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("open", 8)
    maker = CodeMaker(bytes(batch.seed))
    expected = {maker.kept(number) for number in range(8)}
    assert {(bytes(code.digest), code.tail) for code in Code.objects.all()} == expected


def test_a_batch_is_cancelled_while_it_is_made(ann, cleo, monkeypatch):
    monkeypatch.setattr(generating, "CHUNK", 3)
    template(ann, cleo)
    batch = approved(ann, cleo, quantity=8)
    make_chunk(batch.pk)
    revoke_batch(batch=batch, actor=cleo, reason="错了")
    assert make_due() == 0
    batch.refresh_from_db()
    assert (batch.state, batch.made, batch.seed) == ("revoked", 3, None)


def test_a_shared_code_is_there_with_its_approval(ann, cleo):
    template(ann, cleo)
    batch = approved(ann, cleo, shared=True, word="Double-11", quantity=100, per_customer=2)
    assert (batch.state, batch.made, batch.seed) == ("open", 1, None)
    assert Code.objects.get(digest=digest_of("ＤＯＵＢＬＥ１１")).batch == batch


def test_a_shared_code_can_be_generated(ann, cleo):
    template(ann, cleo)
    batch = drafted(ann, shared=True, word="")
    assert len(batch.word) == 8
    assert set(batch.word) <= set(ALPHABET)


def test_a_word_is_taken_in_any_spelling(ann, cleo, dan):
    """Given two drafts of one word, when both are submitted, then the second is refused at its approval."""
    template(ann, cleo)
    _first, asked = submitted(ann, "b-1", shared=True, word="double11")
    second, again = submitted(ann, "b-2", shared=True, word="Double\u200b 11")
    approve(asked, cleo)
    before = picture(second)
    with pytest.raises(DomainError) as caught:
        approve(again, dan)
    assert caught.value.code == "word_taken"
    assert picture(second) == before
    with pytest.raises(DomainError):
        drafted(ann, "b-3", shared=True, word="DOUBLE_11")


def test_an_export_needs_another_person_and_a_reason(ann, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    before = picture(batch)
    with pytest.raises(DomainError) as caught:
        exporting.request_export(batch=batch, actor=ann, reason=" ")
    assert caught.value.code == "reason_required"
    with pytest.raises(Forbidden):
        exporting.take_export(batch=batch, actor=ann)
    assert picture(batch) == before
    request = exporting.request_export(batch=batch, actor=ann, reason="发给渠道")
    with pytest.raises(Forbidden):
        approve(request, ann)
    with pytest.raises(Forbidden):
        exporting.take_export(batch=batch, actor=ann)


def test_only_who_asked_takes_the_codes(ann, ben, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    allowed(batch, ann, cleo)
    before = picture(batch)
    for other in (ben, cleo):
        with pytest.raises(Forbidden):
            exporting.take_export(batch=batch, actor=other)
    assert picture(batch) == before


def test_the_codes_are_exported_as_they_were_made(ann, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo, quantity=12)
    codes = taken(batch, ann, cleo)
    assert len(set(codes)) == 12
    assert {digest_of(code) for code in codes} == {bytes(code.digest) for code in Code.objects.all()}
    assert log_of(batch)[-3:] == [
        ("codes.request_export", "user:ann"),
        ("codes.allow_export", "user:cleo"),
        ("codes.export", "user:ann"),
    ]


def test_a_broken_download_is_repeated_within_the_hour(ann, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    codes = taken(batch, ann, cleo)
    batch.refresh_from_db()
    first = batch.exported_at
    with frozen(first + timedelta(minutes=59)):
        assert exporting.forget_due() == 0
        again = exporting.take_export(batch=batch, actor=ann)
        assert [row[0] for row in again.rows()] == codes
    with frozen(first + timedelta(hours=1)):
        with pytest.raises(DomainError) as caught:
            exporting.take_export(batch=batch, actor=ann)
        assert caught.value.code == "already_exported"
        assert exporting.forget_due() == 1
    batch.refresh_from_db()
    assert (batch.seed, batch.exported_at) == (None, first)


def test_who_has_the_file_says_so_and_it_is_over(ann, ben, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    allowed(batch, ann, cleo)
    with pytest.raises(DomainError) as early:
        exporting.confirm_export(batch=batch, actor=ann)
    assert early.value.code == "not_exported"
    exporting.take_export(batch=batch, actor=ann)
    before = picture(batch)
    with pytest.raises(Forbidden):
        exporting.confirm_export(batch=batch, actor=ben)
    assert picture(batch) == before
    exporting.confirm_export(batch=batch, actor=ann)
    batch.refresh_from_db()
    assert batch.seed is None
    with pytest.raises(DomainError):
        exporting.take_export(batch=batch, actor=ann)
    with pytest.raises(DomainError):
        exporting.request_export(batch=batch, actor=ann, reason="再来")


def test_a_shared_code_is_not_exported(ann, cleo):
    template(ann, cleo)
    batch = approved(ann, cleo, shared=True, word="double11")
    with pytest.raises(DomainError) as caught:
        exporting.request_export(batch=batch, actor=ann, reason="x")
    assert caught.value.code == "shared"


def test_some_codes_are_revoked_by_a_list(ann, ben, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    codes = taken(batch, ann, cleo)
    texts = [codes[0].lower(), codes[1].replace("-", " "), codes[1], "NOTHING-OF-IT", "—"]
    assert revoke_codes(batch=batch, texts=texts, actor=ben, reason="泄露") == Revoked(2, 0, 0, 1)
    assert revoke_codes(batch=batch, texts=codes[:3], actor=ben, reason="泄露") == Revoked(1, 0, 2, 0)
    assert Code.objects.filter(revoked=True).count() == 3
    assert log_of(batch)[-1] == ("codes.revoke_some", "user:ben")


def test_a_batch_is_revoked_by_one_person_with_a_reason(ann, cleo, mia):
    template(ann, cleo)
    batch = opened(ann, cleo)
    waiting = exporting.request_export(batch=batch, actor=ann, reason="x")
    before = picture(batch)
    with pytest.raises(Forbidden):
        revoke_batch(batch=batch, actor=mia, reason="x")
    with pytest.raises(DomainError):
        revoke_batch(batch=batch, actor=ann, reason="")
    assert picture(batch) == before
    revoke_batch(batch=batch, actor=ann, reason="泄露")
    batch.refresh_from_db()
    waiting.refresh_from_db()
    assert (batch.state, batch.seed, waiting.state) == ("revoked", None, "superseded")
    with pytest.raises(DomainError):
        revoke_batch(batch=batch, actor=ann, reason="again")


def test_who_only_reads_does_nothing(ann, cleo, mia):
    template(ann, cleo)
    batch = opened(ann, cleo)
    before = picture(batch)
    for call in (
        lambda: draft_batch(code="b-9", wish=wish(), actor=mia),
        lambda: draft_batch(code="b-9", wish=wish(), actor=cleo),
        lambda: exporting.request_export(batch=batch, actor=mia, reason="x"),
        lambda: exporting.request_export(batch=batch, actor=cleo, reason="x"),
        lambda: exporting.take_export(batch=batch, actor=mia),
        lambda: revoke_codes(batch=batch, texts=["ABCD"], actor=mia, reason="x"),
    ):
        with pytest.raises(Forbidden):
            call()
    assert picture(batch) == before
    assert CodeBatch.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "generating"},
        {"state": "open"},
        {"quantity": 6},
        {"template": "other"},
        {"seed": b"x" * 32},
        {"exported_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_the_database_refuses_what_the_services_would(ann, cleo, change):
    """Given a submitted batch, when a row is changed past the services, then the trigger stands in the way."""
    template(ann, cleo)
    batch, _request = submitted(ann)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeBatch.objects.filter(pk=batch.pk).update(**change)


def test_the_database_keeps_codes_as_they_were_made(ann, cleo):
    template(ann, cleo)
    batch = opened(ann, cleo)
    codes = taken(batch, ann, cleo)
    revoke_codes(batch=batch, texts=codes[:1], actor=ann, reason="x")
    gone = Code.objects.filter(revoked=True)
    for call in (
        lambda: gone.update(revoked=False),
        lambda: gone.update(tail="AAAA"),
        lambda: gone.update(digest=b"x"),
        lambda: gone.delete(),
        lambda: CodeBatch.objects.filter(pk=batch.pk).update(made=0),
        lambda: CodeBatch.objects.filter(pk=batch.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            call()
