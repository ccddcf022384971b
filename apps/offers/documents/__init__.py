"""The documents of activities, coupon templates and claim campaigns: one reader, whatever the way in.

Each `read_*` takes a `Reader` and returns the canonical dict: every default filled, times as UTC ISO text,
sets sorted. Faults and the codes it names go to the reader's findings; the caller resolves the codes.
No Django in here.
"""

from apps.offers.documents.activity import read_activity
from apps.offers.documents.campaign import CampaignMode, read_campaign
from apps.offers.documents.canonical import canonical_json, content_hash
from apps.offers.documents.changes import Change, diff
from apps.offers.documents.event import read_event
from apps.offers.documents.template import PLATFORM, layer_of_template, read_template

__all__ = [
    "PLATFORM",
    "CampaignMode",
    "Change",
    "canonical_json",
    "content_hash",
    "diff",
    "layer_of_template",
    "read_activity",
    "read_campaign",
    "read_event",
    "read_template",
]
