"""Long works: batches that commit with their cursor, cancelled and taken up again, seen by whom they concern."""

import io
from datetime import timedelta

import pytest
from django.test import Client

from apps.core import jobs
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.jobs import files, registry, running, tasks
from apps.core.jobs.models import Job
from apps.core.models import AuditEntry
from tests.activities.cast import person

pytestmark = pytest.mark.django_db


def count_up(job):
    """A number an output line each, three a batch; refuses what it is told to refuse."""
    at = job.cursor.get("at", 0)
    if at == job.params.get("refuse_at"):
        raise DomainError("no_further", "Not further than %(at)s.", at=at)
    if at == job.params.get("break_at"):
        raise ZeroDivisionError
    end = min(at + 3, job.params["to"])
    made = files.output(job=job, role="numbers", name="数.csv", content_type="text/csv")
    files.append(made, "".join(f"{n}\n" for n in range(at, end)).encode())
    return jobs.Batch(
        cursor={"at": end}, done=end - at, total=job.params["to"], result={"last": end},
        finished=end == job.params["to"],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    jobs.register("test.count", count_up, label="Counting", tell=lambda job: f"up to {job.result['last']}")


@pytest.fixture
def ann():
    return person("ann", "operator")


def counting(actor, **params):
    return jobs.start(kind="test.count", params={"to": 7, **params}, actor=actor)


def content(job):
    return b"".join(files.pieces(job.outputs.get())).decode()


def test_a_job_is_done_in_batches_and_tells_what_came_of_it(ann):
    job = jobs.run(counting(ann))
    assert (job.state, job.done, job.total, job.percent) == ("done", 7, 7, 100)
    assert job.told == "up to 7"
    assert content(job) == "0\n1\n2\n3\n4\n5\n6\n"


def test_nobody_starts_what_nobody_registered(ann):
    with pytest.raises(KeyError):
        jobs.start(kind="test.unknown", params={}, actor=ann)
    assert Job.objects.count() == 0


def test_a_refusal_is_told_and_keeps_what_was_done_before(ann):
    job = jobs.run(counting(ann, refuse_at=3))
    assert (job.state, job.done, job.fault_text) == ("failed", 3, "Not further than 3.")
    assert content(job) == "0\n1\n2\n"


def test_a_failed_job_goes_on_where_it_stopped(ann):
    job = jobs.run(counting(ann, refuse_at=3))
    Job.objects.filter(pk=job.pk).update(params={"to": 7})
    job = jobs.run(jobs.take_up(job=job, actor=ann))
    assert (job.state, job.done, content(job)) == ("done", 7, "0\n1\n2\n3\n4\n5\n6\n")
    assert AuditEntry.objects.get(action="job.take_up").actor == "user:ann"


def test_an_error_nobody_foresaw_is_tried_again_and_then_given_up(ann):
    job = counting(ann, break_at=3)
    for left in (1, 2, 3):
        Job.objects.update(leased_until=None)
        running.work(job.pk)
        job.refresh_from_db()
        assert job.faults == left
    assert (job.state, job.done) == ("failed", 3)
    assert job.fault_text == (
        "An error that nobody foresaw: ZeroDivisionError. The administrator finds more in the log."
    )


def test_cancelled_between_batches_it_stays_where_it_is(ann):
    job = counting(ann)
    lease = running._take(job.pk)
    assert running._batch(job.pk, lease) is True
    jobs.cancel(job=job, actor=ann)
    with pytest.raises(running.LostError):
        running._batch(job.pk, lease)
    job.refresh_from_db()
    assert (job.state, job.done, content(job)) == ("cancelled", 3, "0\n1\n2\n")
    job = jobs.run(jobs.take_up(job=job, actor=ann))
    assert (job.state, content(job)) == ("done", "0\n1\n2\n3\n4\n5\n6\n")


def test_cancelled_inside_a_batch_the_batch_never_was(ann, monkeypatch):
    job = counting(ann)
    monkeypatch.setattr(running, "crash_point", lambda place: jobs.cancel(job=job, actor=ann))
    assert running.work(job.pk) is False
    job.refresh_from_db()
    # The cancellation was made in the batch's own transaction here, so it is undone with it; the batch is what counts.
    assert (job.done, job.files.count()) == (0, 0)


@pytest.mark.parametrize("step", [jobs.cancel, jobs.take_up])
def test_what_is_over_cannot_be_cancelled_or_taken_up(ann, step):
    job = jobs.run(counting(ann))
    with pytest.raises(DomainError):
        step(job=job, actor=ann)
    job.refresh_from_db()
    assert job.state == "done"


def test_a_lease_keeps_others_away_until_it_lapses(ann):
    job = counting(ann)
    assert running.due() == [job.pk]
    first = running._take(job.pk)
    assert running._take(job.pk) is None
    assert running.due() == []
    Job.objects.update(leased_until=database_now() - timedelta(seconds=1))
    assert running.due() == [job.pk]
    second = running._take(job.pk)
    with pytest.raises(running.LostError):
        running._batch(job.pk, first)
    assert running._batch(job.pk, second) is True


def test_the_sweep_sends_what_nobody_works_on_to_a_worker(ann, monkeypatch):
    job = counting(ann)
    monkeypatch.setattr(tasks, "wake", tasks.run_job)
    assert tasks.sweep_jobs() == 1
    job.refresh_from_db()
    assert job.state == "done"


def test_files_are_read_from_anywhere_and_forgotten_late(ann, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 4)
    job = jobs.start(
        kind="test.count", params={"to": 1}, actor=ann, inputs={"list": io.BytesIO(b"0123456789")}
    )
    stored = files.open_file(job.files.get())
    assert (stored.read(3), stored.tell(), stored.read()) == (b"012", 3, b"3456789")
    stored.seek(5)
    assert stored.read(4) == b"5678"
    jobs.run(job)
    tasks.purge_job_files()
    assert job.files.count() == 2
    forgotten = []
    jobs.register("test.count", count_up, forget=forgotten.append)
    Job.objects.update(ended_at=database_now() - tasks.KEPT - timedelta(minutes=1))
    tasks.purge_job_files()
    tasks.purge_job_files()
    assert job.files.count() == 0
    assert forgotten == [job.pk]


def window(user):
    user.is_staff, user.language = True, "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_people_see_their_own_and_administrators_all(ann):
    job = jobs.run(counting(ann))
    pages = [
        "/admin/core/job/?tab=all",
        f"/admin/core/job/{job.pk}/change/",
        f"/admin/core/job/{job.pk}/progress/",
        f"/admin/core/job/{job.pk}/file/{job.outputs.get().pk}/",
    ]
    own, other, all_of_them = (
        window(ann),
        window(person("bob", "operator")),
        window(person("ada", "administrator")),
    )
    assert [own.get(page).status_code for page in pages] == [200] * 4
    assert [all_of_them.get(page).status_code for page in pages] == [200] * 4
    assert [other.get(page).status_code for page in pages[2:]] == [404, 404]
    assert other.get(pages[1]).status_code in (302, 403, 404)
    assert b"Counting" not in other.get(pages[0]).content
    taken = AuditEntry.objects.filter(action="job.download")
    assert sorted(taken.values_list("actor", flat=True)) == ["user:ada", "user:ann"]


def test_a_download_is_the_file_with_its_name(ann):
    job = jobs.run(counting(ann))
    answer = window(ann).get(f"/admin/core/job/{job.pk}/file/{job.outputs.get().pk}/")
    assert b"".join(answer.streaming_content) == b"0\n1\n2\n3\n4\n5\n6\n"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%95%B0.csv"


def test_a_download_asks_for_the_permission_of_its_kind(ann):
    job = jobs.run(counting(ann))
    jobs.register("test.count", count_up, label="Counting", permission="core.view_auditentry")
    assert window(ann).get(f"/admin/core/job/{job.pk}/file/{job.outputs.get().pk}/").status_code == 403
    assert not AuditEntry.objects.filter(action="job.download").exists()


def test_buttons_cancel_and_take_up(ann):
    job, own = counting(ann), window(ann)
    page = own.get(f"/admin/core/job/{job.pk}/progress/")
    assert page["X-Job-State"] == "waiting"
    assert f"/admin/core/job/{job.pk}/cancel/now/" in page.content.decode()
    own.post(f"/admin/core/job/{job.pk}/cancel/now/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert (
        f"/admin/core/job/{job.pk}/take-up/now/"
        in own.get(f"/admin/core/job/{job.pk}/change/").content.decode()
    )
    window(person("bob", "operator")).post(f"/admin/core/job/{job.pk}/take-up/now/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    own.post(f"/admin/core/job/{job.pk}/take-up/now/")
    job.refresh_from_db()
    assert job.state == "waiting"


def test_a_stranger_cancels_nothing(ann):
    job = counting(ann)
    with pytest.raises(Forbidden):
        jobs.cancel(job=job, actor=person("bob", "operator"))
    job.refresh_from_db()
    assert job.state == "waiting"
