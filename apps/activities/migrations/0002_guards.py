from django.db import migrations

from apps.offers.versions.triggers import guard_states, guard_versions

# Spelt out: a migration keeps what it did. A test compares what stands with the lifecycle table.
EDGES = (
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("in_review", "live"),
    ("approved", "live"),
    ("approved", "paused"),
    ("live", "paused"),
    ("paused", "approved"),
    ("paused", "live"),
    ("approved", "ended"),
    ("live", "ended"),
    ("paused", "ended"),
)


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("approvals", "0002_four_eyes")]

    operations = [
        guard_states("activities_activity", EDGES, runs=True),
        guard_versions(
            "activities_activityversion", "activities_activity", "activities.activity", "activity.publish"
        ),
    ]
