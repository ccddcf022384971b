"""Writing: a first draft, the next save of it, a draft beside what runs, a copy."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_shop
from apps.approvals.models import ApprovalRequest
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.offers.documents import content_hash, diff
from apps.offers.lifecycle import Action, Right, VersionState
from apps.offers.services import claim_codes, release_code
from apps.offers.versions.contents import normalise
from apps.offers.versions.errors import EditConflict
from apps.offers.versions.hooks import tell_recoded
from apps.offers.versions.models import Version, Versioned
from apps.offers.versions.steps import Step, audit_action, begin, begin_locked, finish, lock, permit

Thing = TypeVar("Thing", bound=Versioned)
#: of the changes of one save, so many are kept with their values
TOLD = 200


@transaction.atomic
def create_draft(
    *, model: type[Thing], content: Mapping[str, Any], actor: User | None, batch: str = ""
) -> Thing:
    """A new thing with its first draft; the code must be free."""
    permit(actor, model, Right.ADD)
    return _create(model, normalise(model.DOCUMENT, content), actor, batch)


@transaction.atomic
def save_draft(*, thing: Thing, content: Mapping[str, Any], actor: User, seen_revision: int) -> Version:
    """Save the open draft; `seen_revision` is the one that the editor began with. Unchanged content writes nothing."""
    permit(actor, thing, Right.EDIT)
    wanted = normalise(thing.DOCUMENT, content)
    locked = lock(thing)
    version = _editable(locked)
    if version.revision != seen_revision:
        raise EditConflict(seen_revision, version.revision)
    _overwrite(locked, version, wanted, actor, version.batch)
    return version


@transaction.atomic
def revise(*, thing: Thing, actor: User) -> Version:
    """Open a draft beside the version that runs; it starts as a copy of it."""
    step = begin(thing, Action.REVISE, actor)
    return _open_revision(step, step.thing.current.content, "")


@transaction.atomic
def save_document(
    *, model: type[Thing], content: Mapping[str, Any], actor: User | None, batch: str = ""
) -> bool:
    """Bring one document in, by its code: a new draft, a new save of the draft, or a draft beside what runs.

    Content that is there already writes nothing; returns whether anything changed.
    """
    wanted = normalise(model.DOCUMENT, content, resolve=False)
    known = model.rows().filter(code=wanted["code"]).first()
    if known is None:
        permit(actor, model, Right.ADD)
        _create(model, wanted, actor, batch)
        return True
    locked = lock(known)
    permit(actor, locked, Right.EDIT)
    version = locked.open_version()
    newest = version or locked.current
    if newest.content_hash == content_hash(wanted):
        return False
    if version is None:
        permit(actor, locked, Right.REVISE)
        _open_revision(begin_locked(locked, Action.REVISE, actor), wanted, batch)
        return True
    return _overwrite(locked, _editable(locked), wanted, actor, batch)


@transaction.atomic
def discard_draft(*, thing: Thing, actor: User) -> Thing:
    """Give up a draft beside what runs; what runs stays."""
    permit(actor, thing, Right.EDIT)
    locked = lock(thing)
    version = _editable(locked)
    if locked.current_id is None:
        raise DomainError("nothing_else", _("This is the only version; there is nothing to go back to."))
    version.state = VersionState.DISCARDED
    version.save(update_fields=["state"])
    record(
        action=audit_action(locked, "discard_draft"),
        subject=locked,
        actor=actor,
        before={"version": version.number},
        after={"status": locked.status},
    )
    return locked


def _create(model: type[Thing], wanted: dict[str, Any], actor: User | None, batch: str) -> Thing:
    thing = model(code=wanted["code"], owner=actor)
    thing.show(wanted)
    require_shop(actor, thing.shop_code, thing.SHOP_FIELD)
    _take_code(model, wanted["code"])
    try:
        with transaction.atomic():
            thing.save(force_insert=True)
    except IntegrityError as clash:
        raise _code_taken(wanted["code"]) from clash
    _add_version(thing, 1, wanted, actor, batch)
    record(
        action=audit_action(model, "create"),
        subject=thing,
        actor=actor,
        after={"status": thing.status, "version": 1, "content_hash": content_hash(wanted)},
    )
    return thing


def _editable(thing: Versioned) -> Version:
    """The open draft of a locked thing."""
    version = thing.open_version()
    if version is None:
        raise DomainError("no_draft", _("There is no draft to edit: revise it first."))
    if not version.is_editable:
        raise DomainError("in_review", _("It is in review and cannot be edited: withdraw it first."))
    return version


def _overwrite(
    thing: Versioned, version: Version, wanted: dict[str, Any], actor: User | None, batch: str
) -> bool:
    if version.content_hash == content_hash(wanted):
        return False
    changes = diff(version.content, wanted)
    changed = [change.path for change in changes]
    values = [[change.path, change.old, change.new] for change in changes[:TOLD]]
    require_shop(actor, thing.shop_of(wanted), thing.SHOP_FIELD)
    before = {"revision": version.revision, "content_hash": version.content_hash}
    _recode(thing, wanted["code"])
    version.content = wanted
    version.content_hash = content_hash(wanted)
    version.revision += 1
    version.batch = batch
    version.saved_at = database_now()
    if actor is not None and actor.pk not in version.editor_ids:
        version.editor_ids = [*version.editor_ids, actor.pk]
    version.save()
    if thing.current_id is None:
        thing.show(wanted)
        thing.updated_at = version.saved_at
        thing.save()
    after = {
        "revision": version.revision,
        "content_hash": version.content_hash,
        "changed": changed,
        "values": values,
    }
    record(action=audit_action(thing, "edit"), subject=thing, actor=actor, before=before, after=after)
    return True


def _open_revision(step: Step, content: dict[str, Any], batch: str) -> Version:
    thing = step.thing
    if thing.open_version() is not None:
        raise DomainError("revision_open", _("A draft beside it is open already."))
    last = thing.versions.order_by("-number").values_list("number", flat=True)[0]
    version = _add_version(thing, last + 1, content, step.actor, batch)
    finish(step, step.before, after={"draft": version.number, "content_hash": version.content_hash})
    return version


def _add_version(
    thing: Versioned, number: int, content: dict[str, Any], actor: User | None, batch: str
) -> Version:
    return thing.versions.create(
        number=number,
        content=content,
        content_hash=content_hash(content),
        editor_ids=[] if actor is None else [actor.pk],
        batch=batch,
    )


def _recode(thing: Versioned, code: str) -> None:
    """A draft that nobody has submitted yet may get another code."""
    if code == thing.code:
        return
    submitted = ApprovalRequest.objects.filter(subject_type=thing.kind_of_thing(), subject_code=thing.code)
    if thing.current_id is not None or submitted.exists():
        raise DomainError("code_fixed", _("The code is fixed from the first submission on."), "code")
    if type(thing)._default_manager.filter(code=code).exists():
        raise _code_taken(code)
    _take_code(type(thing), code)
    if thing.OFFER_OWNER is not None:
        release_code(code=thing.code)
    tell_recoded(thing.DOCUMENT, thing.code, code)
    thing.code = code


def _take_code(model: type[Versioned], code: str) -> None:
    if model.OFFER_OWNER is not None:
        claim_codes(codes=[code], owner=model.OFFER_OWNER)


def _code_taken(code: str) -> DomainError:
    return DomainError("code_taken", _("The code %(taken)s is taken."), "code", taken=code)
