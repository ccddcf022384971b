"""The person behind a request, for views that only signed-in people reach."""

from django.http import HttpRequest

from apps.accounts.models import User
from apps.core.errors import Forbidden


def signed_in(request: HttpRequest) -> User:
    """The user as the services want one; raises Forbidden for a visitor."""
    if not isinstance(request.user, User):
        raise Forbidden()
    return request.user
