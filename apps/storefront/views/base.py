"""A view of the API: one renderer, one way in, one shape of refusal."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from rest_framework.views import APIView

from apps.storefront.callers import Caller
from apps.storefront.openapi import Operation, StorefrontSchema
from apps.storefront.problems import answer_problem, not_found
from apps.storefront.queries import language_of
from apps.storefront.requests import caller_from, require_scope
from apps.storefront.scopes import Scope


class StorefrontView(APIView):
    """Skips what this API has no use for: negotiation (it speaks JSON only), throttles, per-user permissions.

    A method gets Django's own request, and the caller in `self.caller`, who has `scope`.
    """

    schema = StorefrontSchema()
    operations: ClassVar[dict[str, Operation]] = {}
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    http_method_names = ["get", "post", "put", "head"]
    scope: Scope = Scope.STOREFRONT
    caller: Caller

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.request = request  # type: ignore[assignment]
        self.args, self.kwargs = args, kwargs
        self.headers = {}
        try:
            self.admit(request)
            return self._handler(request)(request, *args, **kwargs)
        except Exception as error:
            with translation.override(language_of(request)):
                response = answer_problem(error)
            if response.status_code == 405:
                response["Allow"] = ", ".join(self.allowed_methods)
            return response

    def admit(self, request: HttpRequest) -> None:
        """Find out who calls; raises 401 or 403."""
        self.caller = caller_from(request)
        require_scope(self.caller, self.scope)

    def require_preview(self) -> None:
        """Only a key with the scope may ask for prices at another time."""
        require_scope(self.caller, Scope.PREVIEW)

    def _handler(self, request: HttpRequest) -> Any:
        method = (request.method or "").lower()
        known = method in self.http_method_names
        return getattr(self, method, self.http_method_not_allowed) if known else self.http_method_not_allowed


class UnknownPathView(StorefrontView):
    """Whatever lies under /api/v1/ and is nothing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return answer_problem(not_found(detail="There is nothing at this address."))


def answer(body: Any, status: int = 200) -> HttpResponse:
    """JSON, in a form that no cache keeps."""
    response = HttpResponse(
        orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), content_type="application/json", status=status
    )
    response["Cache-Control"] = "no-store"
    return response
