"""The talk about a request: comments, people called by name, files."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import may_read, require_own
from apps.approvals.files import checked_name, has_its_type
from apps.approvals.models import ApprovalRequest, Attachment, Comment
from apps.approvals.models.thread import MOST_BYTES, MOST_TEXT
from apps.approvals.notices import notify
from apps.core.errors import DomainError
from apps.core.permissions import require_permission

READ = "approvals.view_approvalrequest"
MOST_FILES = 5
SHOWN_OF_TEXT = 80
CALLED = re.compile(r"@([\w.+-]{1,150})")


class File(NamedTuple):
    name: str
    content: bytes


@transaction.atomic
def comment(*, request: ApprovalRequest, author: User, text: str, files: Sequence[File] = ()) -> Comment:
    """Say something; whoever is called as `@username` hears of it, and so do the submitter and who spoke before."""
    require_permission(author, READ)
    require_own(author, request)
    said = text.strip()
    if not said and not files:
        raise DomainError("empty", _("Write something or add a file."), "text")
    if len(said) > MOST_TEXT:
        raise DomainError("too_long", _("At most %(most)s characters."), "text", most=MOST_TEXT)
    checked = _check(files)
    called = called_in(said)
    mentioned = [one.pk for one in called if one.pk != author.pk and may_read(one, request)]
    made = Comment.objects.create(request=request, author=author, text=said, mentioned_ids=mentioned)
    Attachment.objects.bulk_create(
        Attachment(
            comment=made,
            name=file.name,
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            content=file.content,
        )
        for file in checked
    )
    _tell(request, author, said, mentioned)
    return made


def called_in(text: str) -> list[User]:
    """The people named as `@username`, who can read requests; the longest name that fits, as Chinese runs on."""
    runs = CALLED.findall(text)
    names = {run[:length] for run in runs for length in range(1, len(run) + 1)}
    people = {one.get_username(): one for one in User.objects.filter(username__in=names, is_active=True)}
    found: dict[int, User] = {}
    for run in runs:
        fitting = [name for name in people if run.startswith(name)]
        if fitting:
            person = people[max(fitting, key=len)]
            found[person.pk] = person
    return [person for person in found.values() if person.has_perm(READ)]


def _check(files: Iterable[File]) -> list[File]:
    checked = [File(checked_name(file.name), file.content) for file in files]
    if len(checked) > MOST_FILES:
        raise DomainError("too_many_files", _("At most %(most)s files."), "files", most=MOST_FILES)
    for file in checked:
        if not 0 < len(file.content) <= MOST_BYTES:
            raise DomainError(
                "file_size",
                _("%(name)s: a file has at most %(most)s MB, and something in it."),
                "files",
                name=file.name,
                most=MOST_BYTES // (1024 * 1024),
            )
        if not has_its_type(file.name, file.content):
            raise DomainError(
                "file_type",
                _("%(name)s: only images, PDF, Excel, Word, CSV and text files."),
                "files",
                name=file.name,
            )
    return checked


def _tell(request: ApprovalRequest, author: User, said: str, mentioned: list[int]) -> None:
    short = said if len(said) <= SHOWN_OF_TEXT else f"{said[:SHOWN_OF_TEXT]}…"
    params = {"title": request.title, "actor": author.get_username(), "reason": short}
    notify(users=mentioned, code="approval.mentioned", params=params, request=request)
    spoke = request.comments.values_list("author_id", flat=True).distinct()
    others = {request.submitter_id, *spoke} - {author.pk, *mentioned}
    notify(users=sorted(others), code="approval.commented", params=params, request=request)
