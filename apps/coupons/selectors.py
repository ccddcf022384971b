"""Reads over claim campaigns; templates are read through the offer book."""

from datetime import datetime

from django.db.models import QuerySet

from apps.coupons.models import ClaimCampaign
from apps.offers.lifecycle import State


def open_or_upcoming(now: datetime) -> QuerySet[ClaimCampaign]:
    """The campaigns that customers may hear of at `now`, by the clock, with what they hand out."""
    campaigns = ClaimCampaign.objects.filter(status__in=[State.APPROVED, State.LIVE], ends_at__gt=now)
    return campaigns.select_related("current").order_by("starts_at", "id")
