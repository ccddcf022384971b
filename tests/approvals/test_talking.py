"""Comments, people called by name, files; and notices by mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils.translation import override

from apps.approvals import services as approvals
from apps.approvals.files import checked_name
from apps.approvals.mailing import mail_notices
from apps.approvals.models import Attachment, Comment, Notice
from apps.approvals.notices import text_of
from apps.approvals.services import File
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden
from tests.activities.cast import person, submitted
from tests.admin.typing import INBOX

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def told(user) -> list[str]:
    with override("en"):
        return [text_of(one) for one in user.notices.exclude(code="approval.asked").order_by("id")]


def test_whoever_is_called_by_name_is_told(ann, ben, cleo, dan):
    _activity, request = submitted(ann)
    said = approvals.comment(request=request, author=cleo, text="@ben请看，@dan @nobody: why so low?")
    assert sorted(said.mentioned_ids) == sorted([ben.pk, dan.pk])
    short = "@ben请看，@dan @nobody: why so low?"
    assert told(ben) == told(dan) == [f"cleo mentioned you: 直减十元 (minus-10) ({short})"]
    assert told(ann) == [f"cleo commented: 直减十元 (minus-10) ({short})"]
    assert told(cleo) == []


def test_the_longest_name_is_meant_and_nobody_without_a_right_to_read(ann, cleo):
    benny, outsider = person("benny", "operator"), person("outsider")
    person("ben", "operator")
    _activity, request = submitted(ann)
    said = approvals.comment(request=request, author=cleo, text="@benny @outsider")
    assert said.mentioned_ids == [benny.pk]
    assert told(outsider) == []


def test_a_comment_needs_the_right_to_read_and_something_to_say(ann, cleo):
    _activity, request = submitted(ann)
    with pytest.raises(Forbidden):
        approvals.comment(request=request, author=person("outsider"), text="hello")
    for text in ("  ", "x" * 4_001):
        with pytest.raises(DomainError):
            approvals.comment(request=request, author=cleo, text=text)
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([File("page.html", b"<script>")], "file_type"),
        ([File("fake.png", b"<script>")], "file_type"),
        ([File("bad.csv", b"a\x00b")], "file_type"),
        ([File("empty.txt", b"")], "file_size"),
        ([File("big.txt", b"a" * (5 * 1024 * 1024 + 1))], "file_size"),
        ([File(f"{n}.txt", b"a") for n in range(6)], "too_many_files"),
    ],
    ids=["type", "content", "nul", "empty", "big", "many"],
)
def test_files_that_are_not_taken(ann, cleo, files, code):
    _activity, request = submitted(ann)
    with pytest.raises(DomainError) as caught:
        approvals.comment(request=request, author=cleo, text="see", files=files)
    assert (caught.value.code, Comment.objects.count(), Attachment.objects.count()) == (code, 0, 0)


def test_names_of_files_are_made_harmless():
    assert checked_name('..\\..\\a"b\r\n<c>.png') == "a_b___c_.png"
    assert checked_name("/etc/passwd") == "passwd"
    assert len(checked_name("长" * 300 + ".xlsx")) == 120


def test_a_file_comes_back_as_a_download_only(ann, cleo, as_user):
    _activity, request = submitted(ann)
    client = as_user(cleo)
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.post(
        f"{INBOX}{request.pk}/comment/",
        {"text": "see", "files": [SimpleUploadedFile("底价 表.png", PNG, content_type="text/html")]},
    )
    file = Attachment.objects.get()
    address = f"{INBOX}{request.pk}/files/{file.pk}/"
    answer = as_user(ann).get(address)
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%BA%95%E4%BB%B7%20%E8%A1%A8.png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_user(person("outsider")).get(address).status_code == 403
    _other, another = submitted(ann, "other")
    assert client.get(f"{INBOX}{another.pk}/files/{file.pk}/").status_code == 404


def test_what_was_said_stays(ann, cleo):
    _activity, request = submitted(ann)
    said = approvals.comment(request=request, author=cleo, text="a", files=[File("a.txt", b"a")])
    for rows, change in ((Comment.objects, {"text": "b"}), (Attachment.objects, {"name": "b.txt"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    said.refresh_from_db()
    assert said.text == "a"


def test_notices_are_mailed_once_in_the_language_of_their_reader(ann, cleo, dan, settings):
    settings.PORTAL_URL = "https://portal.example.com/"
    cleo.email, cleo.language = "cleo@example.com", "en"
    cleo.save()
    submitted(ann)
    assert [mail_notices(), mail_notices()] == [1, 0]
    (sent,) = mail.outbox
    notice = cleo.notices.get()
    assert sent.to == ["cleo@example.com"]
    assert sent.subject == "[Promo Portal] ann asks for your decision: 直减十元 (minus-10)"
    assert sent.body.endswith(f"https://portal.example.com/admin/approvals/notice/{notice.pk}/change/")
    assert Notice.objects.filter(mail_due_at__isnull=False).count() == 0


def test_a_mail_that_fails_is_tried_again_and_given_up(ann, cleo, monkeypatch):
    cleo.email = "cleo@example.com"
    cleo.save()
    submitted(ann)
    tries = []

    def fail(message, **_options):
        tries.append(message)
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    now = database_now()
    for round_number in range(12):
        with frozen(now + timedelta(minutes=6 * round_number)):
            assert mail_notices() == 0
    assert len(tries) == 6
    assert cleo.notices.get().mail_due_at is None


def test_old_news_is_not_mailed(ann, cleo):
    cleo.email = "cleo@example.com"
    cleo.save()
    submitted(ann)
    with frozen(database_now() + timedelta(days=2)):
        assert mail_notices() == 0
    assert mail.outbox == []
