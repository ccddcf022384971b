"""Long works under kill -9 and with two workers, with real processes; each control shows what a guard prevents."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction

from apps.core import jobs
from apps.core.audit import Subject, record
from apps.core.clock import database_now
from apps.core.jobs import registry, running
from apps.core.jobs.models import Job
from apps.core.models import AuditEntry
from tests.activities.cast import person
from tests.concurrency.processes import FORK, Meeting, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def note(job):
    """An audit entry a step, five in all: what is done twice is seen."""
    at = job.cursor.get("at", 0)
    record(action="test.step", subject=Subject("test", str(at)), actor=None)
    return jobs.Batch(cursor={"at": at + 1}, done=1, total=5, finished=at == 4)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    monkeypatch.setattr("apps.core.jobs.starting.wake", lambda job: None)
    jobs.register("test.note", note, label="Noting")


def steps():
    found = AuditEntry.objects.filter(action="test.step").order_by("id")
    return list(found.values_list("subject_code", flat=True))


def killed_in(job, times):
    """A worker that kill -9 ends inside its batch number `times`, before the commit."""

    def die(place):
        die.left -= 1
        if not die.left:
            os.kill(os.getpid(), signal.SIGKILL)

    die.left = times

    def run():
        running.crash_point = die
        running.work(job.pk)

    connections.close_all()
    worker = FORK.Process(target=run)
    worker.start()
    worker.join(30)
    assert worker.exitcode == -signal.SIGKILL


def lapse():
    Job.objects.update(leased_until=database_now() - timedelta(seconds=1))


def test_a_killed_worker_has_done_nothing_twice():
    job = jobs.start(kind="test.note", params={}, actor=None)
    killed_in(job, 3)
    job.refresh_from_db()
    assert (job.state, job.done, steps()) == ("running", 2, ["0", "1"])
    assert running.due() == []  # nobody goes on while its lease lasts
    lapse()
    assert running.due() == [job.pk]
    job = finished(job)
    assert (job.state, job.done, steps()) == ("done", 5, ["0", "1", "2", "3", "4"])


def finished(job):
    """The server may take a moment to see that a killed worker is gone."""
    for _ in range(100):
        job = jobs.run(job)
        if job.state != "running":
            break
        time.sleep(0.05)
    return job


def test_control_without_one_transaction_a_step_is_done_twice(monkeypatch):
    def batch(pk, lease):
        """The batch as it must not be: effect and cursor commit one by one."""
        job = Job.objects.get(pk=pk)
        with transaction.atomic():
            done = note(job)
        running.crash_point("job_batch")
        running._save(job, done)
        return not done.finished

    monkeypatch.setattr(running, "_batch", batch)
    job = jobs.start(kind="test.note", params={}, actor=None)
    killed_in(job, 3)
    lapse()
    assert finished(job).state == "done"
    assert steps() == ["0", "1", "2", "2", "3", "4"]


def two_workers(job, prepare=lambda: None):
    """Both have taken the job, the second since the first one's lease lapsed; both come to the end of a batch."""
    meeting = Meeting("job_batch", 2)

    def worker():
        prepare()
        running.crash_point = meeting.come
        lease = running._take(job.pk)
        if lease is None:
            return "kept away"
        try:
            running._batch(job.pk, lease)
        except running.LostError:
            return "lost"
        return "done"

    return sorted(at_once([worker, worker], meeting))


def test_two_workers_are_never_in_one_job(monkeypatch):
    monkeypatch.setattr(running, "LEASE", timedelta(seconds=-1))  # as if batches took longer than leases
    job = jobs.start(kind="test.note", params={}, actor=None)
    assert two_workers(job) in (["done", "kept away"], ["done", "lost"])
    assert steps() == ["0"]


def test_the_guarded_write_alone_keeps_a_batch_from_counting_twice(monkeypatch):
    monkeypatch.setattr(running, "LEASE", timedelta(seconds=-1))
    job = jobs.start(kind="test.note", params={}, actor=None)

    def no_lock():
        running._alone = lambda job: True

    assert two_workers(job, no_lock).count("done") == 1
    assert steps() == ["0"]


def test_control_without_lock_and_guard_both_count(monkeypatch):
    monkeypatch.setattr(running, "LEASE", timedelta(seconds=-1))
    job = jobs.start(kind="test.note", params={}, actor=None)
    Job.objects.filter(pk=job.pk).update(state="running", lease="both")

    def no_guard():
        running._alone = lambda job: True
        running._take = lambda job: "both"
        running._save = lambda job, batch: running.crash_point("saved")

    assert two_workers(job, no_guard) == ["done", "done"]
    assert steps() == ["0", "0"]


def test_a_cancellation_does_not_wait_for_the_batch_and_undoes_it():
    """Given a batch about to end, when somebody cancels, then it is cancelled at once and the batch never was."""
    ann = person("ann", "operator")
    job = jobs.start(kind="test.note", params={}, actor=ann)
    meeting = Meeting("job_batch", 2)
    cancelled = FORK.Event()

    def worker():
        def wait(place):
            meeting.come(place)
            cancelled.wait(10)

        running.crash_point = wait
        return running.work(job.pk)

    def somebody():
        meeting.come("job_batch")
        state = jobs.cancel(job=job, actor=ann).state
        cancelled.set()
        return state

    assert at_once([worker, somebody], meeting) == [False, "cancelled"]
    job.refresh_from_db()
    assert (job.state, job.done, steps()) == ("cancelled", 0, [])
