from django.db import migrations

from apps.offers.versions.triggers import guard_states, guard_versions

CAMPAIGN_EDGES = (
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
TEMPLATE_EDGES = (
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("approved", "stopped"),
    ("stopped", "approved"),
)


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial"), ("approvals", "0002_four_eyes")]

    operations = [
        guard_states("coupons_claimcampaign", CAMPAIGN_EDGES, runs=True),
        guard_versions(
            "coupons_campaignversion", "coupons_claimcampaign", "coupons.claimcampaign", "campaign.publish"
        ),
        guard_states("coupons_coupontemplate", TEMPLATE_EDGES, runs=False),
        guard_versions(
            "coupons_templateversion", "coupons_coupontemplate", "coupons.coupontemplate", "template.publish"
        ),
    ]
