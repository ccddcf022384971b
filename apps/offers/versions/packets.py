"""A packet: the drafts of one import submitted together, to be decided together."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest
from apps.core.errors import DomainError
from apps.offers.lifecycle import VersionState
from apps.offers.versions.errors import DocumentFaults
from apps.offers.versions.known import models
from apps.offers.versions.review import submit
from apps.pricing.faults import Fault


@transaction.atomic
def submit_packet(*, batch: str, actor: User, needed: int = 1) -> list[ApprovalRequest]:
    """Submit every draft of `batch` or none; raises DocumentFaults with the faults of all, each under its code."""
    faults: list[Fault] = []
    requests = []
    for model in models():
        drafts = model.rows().filter(versions__batch=batch, versions__state=VersionState.DRAFT)
        for thing in drafts.order_by("code") if batch else ():
            try:
                requests.append(submit(thing=thing, actor=actor, needed=needed))
            except DocumentFaults as refused:
                faults += [_under(thing.code, fault) for fault in refused.faults]
    if faults:
        raise DocumentFaults(faults)
    if not requests:
        raise DomainError("no_draft", _("There is no draft to submit."))
    return requests


def _under(code: str, fault: Fault) -> Fault:
    return Fault(f"{code}: {fault.path}", fault.code, fault.template, fault.numbers)
