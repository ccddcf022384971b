"""Every verb on templates and campaigns that has to do with configuring; issuing comes beside them."""

from apps.coupons.services.issuing import request_resume_issuing, stop_issuing
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
    "pause",
    "publish_without_approval",
    "request_resume",
    "request_resume_issuing",
    "request_revocation",
    "resume",
    "revise",
    "save_document",
    "save_draft",
    "stop_issuing",
    "submit",
    "submit_packet",
    "withdraw",
    "withdraw_revocation",
]
