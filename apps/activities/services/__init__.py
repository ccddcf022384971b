"""Every verb on an activity, from the draft to its end; most are shared with campaigns and templates."""

from apps.activities.events.services.saving import save_event
from apps.activities.services.exhaustion import tell_level, use_up
from apps.activities.services.stops import lower_budget, lower_stock, request_lift, stop_skus
from apps.offers.versions.copies import copy
from apps.offers.versions.drafts import create_draft, discard_draft, revise, save_document, save_draft
from apps.offers.versions.packets import submit_packet
from apps.offers.versions.publication import publish_without_approval
from apps.offers.versions.review import submit, withdraw
from apps.offers.versions.revocation import request_revocation, withdraw_revocation
from apps.offers.versions.running import pause, request_resume, resume

__all__ = [
    "copy",
    "create_draft",
    "discard_draft",
    "lower_budget",
    "lower_stock",
    "pause",
    "publish_without_approval",
    "request_lift",
    "request_resume",
    "request_revocation",
    "resume",
    "revise",
    "save_document",
    "save_draft",
    "save_event",
    "stop_skus",
    "submit",
    "submit_packet",
    "tell_level",
    "use_up",
    "withdraw",
    "withdraw_revocation",
]
