"""The sweep: the status follows the clock, once, and prices never wait for it."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.activities import services
from apps.activities.models import Activity
from apps.activities.selectors import activity_for_storefront, live_now, starting_next, status_by_clock
from apps.activities.tasks import sweep as task
from apps.core.clock import database_now, frozen
from apps.core.models import AuditEntry
from apps.offers.models import BookChange
from apps.offers.versions.sweep import Swept, sweep
from tests.activities.cast import approved, drafted, hours, live, log_of, shift, submitted

pytestmark = pytest.mark.django_db


def test_at_its_start_and_not_before(ann, cleo):
    activity = approved(ann, cleo)
    with frozen(activity.starts_at - timedelta(milliseconds=1)):
        assert sweep(Activity) == Swept(live=0, expired=0)
    with frozen(activity.starts_at):
        assert sweep(Activity) == Swept(live=1, expired=0)
    activity.refresh_from_db()
    assert activity.status == "live"


def test_at_its_end_and_not_before(ann, cleo):
    activity = live(ann, cleo)
    with frozen(activity.ends_at - timedelta(milliseconds=1)):
        assert sweep(Activity) == Swept(live=0, expired=0)
    with frozen(activity.ends_at):
        assert sweep(Activity) == Swept(live=0, expired=1)
        ended_at = activity.ends_at
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason, activity.ended_at) == ("ended", "expired", ended_at)


def test_however_often_it_runs_there_is_one_entry_per_flip(ann, cleo):
    activity = approved(ann, cleo)
    shift(activity, timedelta(hours=2))
    assert [task(), task(), task()] == [1, 0, 0]
    shift(activity, timedelta(days=3))
    assert [task(), task()] == [1, 0]
    assert log_of(activity)[-2:] == [("activity.go_live", "system"), ("activity.expire", "system")]
    entry = AuditEntry.objects.get(action="activity.expire")
    assert entry.before == {"status": "live", "revocation_pending": False}
    assert entry.after == {"status": "ended", "revocation_pending": False, "end_reason": "expired"}


def test_what_missed_its_whole_time_ends_without_going_live(ann, cleo):
    activity = approved(ann, cleo)
    shift(activity, timedelta(days=3))
    assert sweep(Activity) == Swept(live=0, expired=1)
    activity.refresh_from_db()
    assert activity.end_reason == "expired"


def test_paused_does_not_go_live_but_expires(ann, cleo):
    activity = approved(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="查")
    activity.refresh_from_db()
    shift(activity, timedelta(hours=2))
    assert sweep(Activity) == Swept()
    shift(activity, timedelta(days=3))
    assert sweep(Activity) == Swept(live=0, expired=1)


def test_expiry_closes_a_pending_revocation_and_drops_the_draft_beside(ann, cleo):
    activity = live(ann, cleo)
    services.revise(thing=activity, actor=ann)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    activity.refresh_from_db()
    shift(activity, timedelta(days=3))
    assert sweep(Activity) == Swept(live=0, expired=1)
    activity.refresh_from_db()
    request.refresh_from_db()
    assert (activity.revocation_pending, request.state) == (False, "superseded")
    assert list(activity.versions.values_list("number", "state")) == [(2, "discarded"), (1, "approved")]


def test_going_live_goes_on_beside_a_pending_revocation(ann, cleo):
    activity = approved(ann, cleo)
    services.request_revocation(thing=activity, actor=ann, reason="错")
    activity.refresh_from_db()
    shift(activity, timedelta(hours=2))
    assert sweep(Activity) == Swept(live=1, expired=0)
    activity.refresh_from_db()
    assert (activity.status, activity.revocation_pending) == ("live", True)


def test_drafts_and_reviews_are_left_alone(ann):
    drafted(ann, "draft", **hours(-2, -1))
    submitted(ann, "asked")
    with frozen(database_now() + timedelta(days=9)):
        assert sweep(Activity) == Swept()


def test_flips_are_no_change_of_the_offer_book(ann, cleo):
    activity = approved(ann, cleo)
    changes = BookChange.objects.count()
    shift(activity, timedelta(hours=2))
    sweep(Activity)
    assert BookChange.objects.count() == changes


def test_batches_take_all_that_is_due(ann, cleo):
    for number in range(5):
        approved(ann, cleo, f"a{number}")
    with frozen(database_now() + timedelta(hours=2)):
        assert sweep(Activity, batch=2) == Swept(live=5, expired=0)
    assert AuditEntry.objects.filter(action="activity.go_live").count() == 5


def test_the_statements_do_not_grow_with_the_number_of_flips(ann, cleo, django_assert_num_queries):
    for number in range(6):
        approved(ann, cleo, f"a{number}")
    with frozen(database_now() + timedelta(hours=2)), django_assert_num_queries(7):
        # clock, then expire and go live with a savepoint around each
        sweep(Activity)


def test_both_sweeps_find_their_rows_by_index():
    """With many rows a due one is found without reading the others."""
    for clause, index in (
        (
            "status = 'approved' AND starts_at <= now() AND ends_at > now() ORDER BY starts_at, id",
            "activity_to_start",
        ),
        (
            "status IN ('approved', 'live', 'paused') AND ends_at <= now() ORDER BY ends_at, id",
            "activity_to_end",
        ),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN SELECT id FROM activities_activity WHERE {clause} LIMIT 10")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert index in plan


def test_reads_follow_the_clock_while_no_sweep_runs(ann, cleo):
    activity = approved(ann, cleo)
    assert (live_now().count(), starting_next().count(), activity_for_storefront("minus-10")) == (0, 1, None)
    with frozen(activity.starts_at):
        assert list(live_now()) == [activity]
        assert activity_for_storefront("minus-10") == activity
        assert status_by_clock(activity, database_now()) == "live"
    with frozen(activity.ends_at):
        assert (live_now().count(), activity_for_storefront("minus-10")) == (0, None)
        assert status_by_clock(activity, database_now()) == "ended"


def test_a_teaser_is_seen_from_visible_from_on(ann, cleo):
    now = database_now()
    approved(ann, cleo, visible_from=(now - timedelta(hours=1)).isoformat())
    assert activity_for_storefront("minus-10").code == "minus-10"
