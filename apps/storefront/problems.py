"""Every refusal of the API as problem+json, whatever was raised where; nothing inside is ever shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException, MethodNotAllowed, UnsupportedMediaType

from apps.carts.decode import FaultyBodyError
from apps.carts.problem import CONTENT_TYPE, body_problem, problem
from apps.core.errors import BusyError, DomainError, Refused
from apps.core.idempotency import KEY_REUSED

log = structlog.get_logger(__name__)
CHALLENGE = {"WWW-Authenticate": "Api-Key"}
RETRY_SECONDS = "1"
UNAVAILABLE = (OperationalError, InterfaceError)


class Problem(Exception):
    """A refusal with its status and stable code, raised by views; `members` go beside the standard ones."""

    def __init__(self, status: int, code: str, detail: str = "", **members: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.members = members
        self.headers = CHALLENGE if status == 401 else {}


def not_found(code: str = "not_found", detail: str = "") -> Problem:
    return Problem(404, code, detail)


def answer_problem(error: Exception) -> HttpResponse:
    """The answer to anything that was raised while a request was served."""
    if isinstance(error, Problem):
        body = problem(error.status, error.code, error.detail, (), **error.members)
        return respond(body, error.headers)
    if isinstance(error, FaultyBodyError):
        return respond(body_problem(error.faults, error.detail))
    if isinstance(error, Refused):
        return respond(problem(error.status, error.code, error.message, (), **error.members))
    if isinstance(error, BusyError):
        busy = problem(503, "unavailable", "Too many others want the same at this moment; try again.")
        return respond(busy, {"Retry-After": RETRY_SECONDS})
    if isinstance(error, DomainError):
        if error.code == KEY_REUSED:
            return respond(problem(422, error.code, error.message))
        status = 403 if isinstance(error, PermissionDenied) else 409
        return respond(problem(status, error.code, error.message))
    if isinstance(error, DatabaseError | InterfaceError):
        return _database_problem(error)
    return _framework_problem(error) or _unexpected(error)


def respond(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), content_type=CONTENT_TYPE, status=body["status"])
    response["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _database_problem(error: Exception) -> HttpResponse:
    if isinstance(error, UNAVAILABLE):
        log.warning("database_unavailable", error=type(error).__name__)
        body = problem(503, "unavailable", "The database does not answer; try again.")
        return respond(body, {"Retry-After": RETRY_SECONDS})
    if isinstance(error, DataError):
        return respond(problem(400, "invalid_request", "A value cannot be stored."))
    return _unexpected(error)


def _framework_problem(error: Exception) -> HttpResponse | None:
    """What Django and its REST framework raise by themselves."""
    if isinstance(error, MethodNotAllowed):
        return respond(problem(405, "method_not_allowed"))
    if isinstance(error, UnsupportedMediaType):
        return respond(problem(415, "unsupported_media_type", "Send application/json."))
    if isinstance(error, Http404):
        return respond(problem(404, "not_found"))
    if isinstance(error, PermissionDenied):
        return respond(problem(403, "forbidden"))
    if isinstance(error, APIException):
        return respond(problem(error.status_code, error.default_code, str(error.detail)))
    return None


def _unexpected(error: Exception) -> HttpResponse:
    log.error("unexpected_error", exc_info=error)
    return respond(problem(500, "internal_error", "Something went wrong on our side; nothing was changed."))
