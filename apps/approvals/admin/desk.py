"""What can be done from the page of a request: decide, hand over, move the due time, talk; and decide a packet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.admin.packet import packet_context
from apps.approvals.files import type_of
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalRequest, Attachment
from apps.approvals.models.thread import MOST_BYTES
from apps.approvals.services.talking import MOST_FILES
from apps.core.errors import DomainError, Forbidden
from apps.core.forms.local_time import parse_local

View = Callable[..., HttpResponse]


class Desk:
    """For the ModelAdmin of requests: its further addresses. Every refusal is told on the page it came from."""

    admin_site: Any
    get_object: Any
    has_view_permission: Any

    def desk_urls(self) -> list[URLPattern]:
        return [
            self._path("<int:object_id>/decide/", self.decide_view, "decide"),
            self._path("<int:object_id>/comment/", self.comment_view, "comment"),
            self._path("<int:object_id>/hand-over/", self.hand_over_view, "hand_over"),
            self._path("<int:object_id>/due/", self.due_view, "due"),
            self._path("<int:object_id>/files/<int:file_id>/", self.file_view, "file"),
            self._path("packet/", self.packet_view, "packet"),
            self._path("packet/decide/", self.packet_decide_view, "packet_decide"),
        ]

    def _path(self, route: str, view: View, name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"approvals_approvalrequest_{name}")

    def decide_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        asked, verdict = self._posted(request, object_id), _verdict(request)
        went = self._try(
            request,
            lambda user: services.decide(
                request=asked,
                actor=user,
                verdict=verdict,
                seen_hash=request.POST.get("seen_hash", ""),
                reason=request.POST.get("reason", ""),
                chosen=request.POST.getlist("chosen"),
                acknowledged=request.POST.getlist("acknowledged"),
            ),
            lambda decided: _outcome(decided, verdict) % {"title": asked.title},
        )
        if "packet" in request.POST and asked.batch:
            return HttpResponseRedirect(_packet_url(asked.batch))
        return (
            HttpResponseRedirect(reverse("admin:approvals_approvalrequest_changelist"))
            if went
            else _to(asked)
        )

    def comment_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        asked = self._posted(request, object_id)
        uploads = request.FILES.getlist("files")[: MOST_FILES + 1]
        # Not more of a file is read than shows that it is too large.
        files = [services.File(one.name or "", one.read(MOST_BYTES + 1)) for one in uploads]
        self._try(
            request,
            lambda user: services.comment(
                request=asked, author=user, text=request.POST.get("text", ""), files=files
            ),
            _("Your comment is there."),
        )
        return _to(asked, "pp-thread")

    def hand_over_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        asked = self._posted(request, object_id)
        to = User.objects.filter(pk__in=_numbers(request.POST.get("to"))).first()
        if to is None:
            messages.error(request, _("Choose to whom."))
            return _to(asked)
        went = self._try(
            request,
            lambda user: services.hand_over(
                request=asked, to=to, actor=user, reason=request.POST.get("reason", "")
            ),
            _("Handed over to %(who)s.") % {"who": to.get_full_name() or to.get_username()},
        )
        return (
            HttpResponseRedirect(reverse("admin:approvals_approvalrequest_changelist"))
            if went
            else _to(asked)
        )

    def due_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        asked = self._posted(request, object_id)
        try:
            due_at = parse_local(request.POST.get("due_at", "").strip(), ZoneInfo(settings.TIME_ZONE))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return _to(asked)
        self._try(
            request,
            lambda user: services.set_due(request=asked, due_at=due_at, actor=user),
            _("The due time is changed."),
        )
        return _to(asked)

    def file_view(self, request: HttpRequest, object_id: int, file_id: int) -> HttpResponse:
        """As a download that no browser shows or runs, whatever is in it."""
        if not self.has_view_permission(request):
            raise Forbidden()
        if self.get_object(request, str(object_id)) is None:
            raise Http404
        found = Attachment.objects.filter(pk=file_id, comment__request=object_id).first()
        if found is None:
            raise Http404
        answer = HttpResponse(bytes(found.content), content_type=type_of(found.name))
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def packet_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Forbidden()
        found = packet_context(signed_in(request), request.GET.get("batch", ""))
        if found is None:
            return HttpResponseRedirect(reverse("admin:approvals_approvalrequest_changelist"))
        context = {**self.admin_site.each_context(request), "opts": ApprovalRequest._meta, **found}
        return TemplateResponse(request, "admin/approvals/packet.html", context)

    def packet_decide_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Http404
        batch, verdict = request.POST.get("batch", ""), _verdict(request)
        decided: list[ApprovalRequest] = []
        went = self._try(
            request,
            lambda user: decided.extend(
                services.decide_packet(
                    batch=batch,
                    actor=user,
                    verdict=verdict,
                    seen_hash=request.POST.get("seen_hash", ""),
                    reason=request.POST.get("reason", ""),
                    acknowledged=request.POST.getlist("acknowledged"),
                )
            ),
            "",
        )
        if not went:
            return HttpResponseRedirect(_packet_url(batch))
        count = len(decided)
        if verdict is Verdict.APPROVE:
            said = ngettext("%(count)s request approved.", "%(count)s requests approved.", count)
        else:
            said = ngettext("%(count)s request sent back.", "%(count)s requests sent back.", count)
        messages.success(request, said % {"count": count})
        return HttpResponseRedirect(reverse("admin:approvals_approvalrequest_changelist"))

    def _posted(self, request: HttpRequest, object_id: int) -> ApprovalRequest:
        asked: ApprovalRequest | None = self.get_object(request, str(object_id))
        if asked is None or request.method != "POST":
            raise Http404
        if not self.has_view_permission(request, asked):
            raise Forbidden()
        return asked

    def _try(self, request: HttpRequest, do: Callable[[User], Any], done: Any) -> bool:
        try:
            result = do(signed_in(request))
        except Forbidden:
            raise
        except DomainError as error:
            messages.error(request, error.message)
            return False
        if done:
            messages.success(request, done(result) if callable(done) else done)
        return True


def _outcome(decided: ApprovalRequest, verdict: Verdict) -> Any:
    """What a decision came to: the first of two approvals is not yet an approval."""
    if verdict is Verdict.REJECT:
        return _("Sent back: %(title)s")
    if decided.is_pending:
        return _("Your approval is noted; it still needs another person's: %(title)s")
    return _("Approved: %(title)s")


def _verdict(request: HttpRequest) -> Verdict:
    try:
        return Verdict(request.POST.get("verdict", ""))
    except ValueError as error:
        raise Http404 from error


def _numbers(text: str | None) -> list[int]:
    """The key that was sent, if it is one."""
    return [int(text)] if text and text.isascii() and text.isdigit() and len(text) < 19 else []


def _to(asked: ApprovalRequest, place: str = "") -> HttpResponse:
    here = reverse("admin:approvals_approvalrequest_change", args=[asked.pk])
    return HttpResponseRedirect(f"{here}#{place}" if place else here)


def _packet_url(batch: str) -> str:
    return f"{reverse('admin:approvals_approvalrequest_packet')}?batch={quote(batch, safe='')}"
