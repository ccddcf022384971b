"""Whose voice a decision is: one's own, or that of an approver one stands in for. Each voice counts once."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import may_write
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import principals_of, voices_on
from apps.core.errors import Forbidden, FourEyes


def require_voice(actor: User, permission: str) -> None:
    """Raise Forbidden unless `actor`, or somebody they stand in for now, has `permission`."""
    if next(_voices(actor, permission, lock=False), None) is None:
        raise Forbidden()


def voice_for(request: ApprovalRequest, actor: User, permission: str) -> User | None:
    """For whom `actor` decides the locked `request`: None is for themself; raises FourEyes when for nobody.

    A delegation that is used stays locked, so that one that ends meanwhile has no voice.
    """
    if request.bars(actor.pk):
        raise FourEyes(_("You had a hand in this: another person must decide it."))
    if request.decisions.filter(approver=actor).exists():
        raise FourEyes(_("You have approved this already: a second person must, too."))
    spoken = voices_on(request)
    for person in _voices(actor, permission, lock=True):
        if person.pk not in spoken and not request.bars(person.pk) and may_write(person, request):
            return None if person.pk == actor.pk else person
    raise FourEyes(
        _(
            "The one you would decide for had a hand in this, or has a voice in it already: a third must decide it."
        )
    )


def _voices(actor: User, permission: str, *, lock: bool) -> Iterator[User]:
    if actor.has_perm(permission):
        yield actor
    for principal in principals_of(actor, lock=lock):
        if principal.has_perm(permission):
            yield principal
