"""Lists as long works: read in batches, put in place at once, wrong rows to take away; cancelled and taken up again."""

import io

import pytest

from apps.accounts.models import User
from apps.audiences.models import Audience, AudienceMember
from apps.audiences.services import guard, uploads
from apps.audiences.services.uploads import start_upload
from apps.core import jobs
from apps.core.errors import DomainError, Forbidden
from apps.core.jobs import files, running
from apps.core.models import AuditEntry
from tests.activities.cast import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return person("ann", "operator")


@pytest.fixture
def crm() -> Audience:
    return Audience.objects.create(code="crm", name="CRM")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BATCH_BYTES", 5)


def uploaded(audience: Audience, actor: User, text: str, **how: bool) -> jobs.Job:
    asked = {"replace": True, "skip_bad": False, **how}
    return start_upload(
        audience=audience, stream=io.BytesIO(text.encode()), actor=actor, reason="CRM", **asked
    )


def members() -> list[str]:
    return sorted(AudienceMember.objects.values_list("customer_code", flat=True))


@pytest.mark.usefixtures("small_batches")
def test_a_list_in_many_batches(crm: Audience, ann: User) -> None:
    job = jobs.run(uploaded(crm, ann, '\ufeffcustomer\r\nc\\2\r\n"c,1"\r\n\r\nc\\2\r\nc3'))

    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert job.result == {
        "rows": 4, "bad": 0, "applied": True, "asked": False, "repeated": 1, "added": 3, "removed": 0,
    }  # fmt: skip
    assert job.told == "3 added, 0 removed; 1 rows were repeated, 0 wrong."
    assert members() == ["c,1", "c3", "c\\2"]
    crm.refresh_from_db()
    assert (crm.has_list, crm.list_size) == (True, 3)
    entry = AuditEntry.objects.get(action="audiences.import_list")
    assert (entry.actor, entry.reason, entry.after) == (
        "user:ann",
        "CRM",
        {"list_size": 3, "added": 3, "removed": 0},
    )


@pytest.mark.usefixtures("small_batches")
def test_wrong_rows_change_nothing_and_are_listed_with_their_lines(crm: Audience, ann: User) -> None:
    ann.language = "en"
    ann.save()
    jobs.run(uploaded(crm, ann, "customer\nc0\n"))
    job = jobs.run(uploaded(crm, ann, "customer\nc1\n\nx y\n=1/1\nc2,c3\n"))

    assert (job.state, job.result["applied"], members()) == ("done", False, ["c0"])
    assert job.told == "3 of 4 rows are wrong: nothing was changed. Take the list of them away below."
    why = "This is no customer id: 1 to 64 visible characters without spaces and / and alone in its line."
    assert b"".join(files.pieces(job.outputs.get())).decode() == (
        f'\ufeffline,text,what is wrong\r\n4,x y,{why}\r\n5,\'=1/1,{why}\r\n6,"c2,c3",{why}\r\n'
    )


def test_good_rows_are_taken_beside_wrong_ones_when_asked_for(crm: Audience, ann: User) -> None:
    jobs.run(uploaded(crm, ann, "customer\nc0\n"))
    job = jobs.run(uploaded(crm, ann, "customer\nc1\nx y\n", replace=False, skip_bad=True))

    assert (job.result["added"], job.result["removed"], job.result["bad"]) == (1, 0, 1)
    assert members() == ["c0", "c1"]


@pytest.mark.usefixtures("small_batches")
def test_a_cancelled_upload_leaves_the_list_and_goes_on_without_reading_twice(
    crm: Audience, ann: User
) -> None:
    jobs.run(uploaded(crm, ann, "customer\nold\n"))
    job = uploaded(crm, ann, "customer\nc1\nc2\nc3\nc4\n")
    lease = running._take(job.pk)
    assert running._batch(job.pk, lease) is True
    jobs.cancel(job=job, actor=ann)
    assert members() == ["old"]
    job = jobs.run(jobs.take_up(job=job, actor=ann))
    assert (job.result["rows"], job.result["repeated"], members()) == (4, 0, ["c1", "c2", "c3", "c4"])


def test_another_header_starts_nothing(crm: Audience, ann: User) -> None:
    with pytest.raises(DomainError) as refusal:
        uploaded(crm, ann, "id\nc1\n")
    assert (refusal.value.code, refusal.value.field) == ("header", "file")
    assert jobs.Job.objects.count() == 0


def test_a_guard_refuses_before_anything_is_read(
    crm: Audience, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: str) -> None:
        raise DomainError("in_use", "In use.")

    monkeypatch.setattr(guard, "_guards", [refuse])
    with pytest.raises(DomainError):
        uploaded(crm, ann, "customer\nc1\n")
    assert jobs.Job.objects.count() == 0


@pytest.mark.parametrize("role", ["approver", "analyst", "customer_service", "administrator"])
def test_who_may_not_change_audiences_uploads_nothing(crm: Audience, role: str) -> None:
    with pytest.raises(Forbidden):
        uploaded(crm, person("bob", role), "customer\nc1\n")
    assert (jobs.Job.objects.count(), members()) == (0, [])
