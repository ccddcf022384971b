"""Many first drafts of one model at once: the same rules as for a single one, a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import Entry, record_all
from apps.core.errors import DomainError
from apps.offers.documents import content_hash
from apps.offers.lifecycle import Right
from apps.offers.services import claim_codes
from apps.offers.versions.contents import normalise
from apps.offers.versions.models import Versioned
from apps.offers.versions.steps import audit_action, permit

Thing = TypeVar("Thing", bound=Versioned)
Json = Mapping[str, Any]


@transaction.atomic
def create_drafts(
    *, model: type[Thing], contents: Sequence[Json], actor: User, common: Json | None = None
) -> list[Thing]:
    """New things with their first drafts, all or none; `common` are values of columns that are the same for all.

    Codes that documents name are not looked up: that is for submission. Raises what `create_draft` raises.
    """
    permit(actor, model, Right.ADD)
    if not contents:
        return []
    wanted = [normalise(model.DOCUMENT, content, resolve=False) for content in contents]
    _take_codes(model, [content["code"] for content in wanted])
    things = [_thing(model, content, actor, common or {}) for content in wanted]
    try:
        with transaction.atomic():
            made = model.rows().model.objects.bulk_create(things)
    except IntegrityError as clash:
        raise DomainError("code_taken", _("One of these codes was taken in the meantime."), "code") from clash
    model.VERSION._default_manager.bulk_create(
        _version(model, thing, content, actor) for thing, content in zip(made, wanted, strict=True)
    )
    record_all([_entry(thing, content, actor) for thing, content in zip(made, wanted, strict=True)])
    return list(made)


def _take_codes(model: type[Versioned], codes: Sequence[str]) -> None:
    taken = model.rows().filter(code__in=codes).order_by("code").values_list("code", flat=True).first()
    if taken is not None:
        raise DomainError("code_taken", _("The code %(taken)s is taken."), "code", taken=taken)
    if model.OFFER_OWNER is not None:
        claim_codes(codes=codes, owner=model.OFFER_OWNER)


def _thing(model: type[Thing], content: Json, actor: User, common: Json) -> Thing:
    thing = model(code=content["code"], owner=actor, **common)
    thing.show(dict(content))
    return thing


def _version(model: type[Versioned], thing: Versioned, content: Json, actor: User) -> Any:
    made: Any = model.VERSION
    return made(
        subject=thing,
        number=1,
        content=content,
        content_hash=content_hash(content),
        editor_ids=[actor.pk],
    )


def _entry(thing: Versioned, content: Json, actor: User) -> Entry:
    after = {"status": str(thing.status), "version": 1, "content_hash": content_hash(content)}
    return Entry(action=audit_action(thing, "create"), subject=thing, actor=actor, after=after)
