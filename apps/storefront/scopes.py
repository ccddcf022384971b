"""What a key of the storefront API may do."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Scope(StrEnum):
    STOREFRONT = "storefront"
    PREVIEW = "preview"
    GRANT = "grant"


LABELS: dict[Scope, Promise] = {
    Scope.STOREFRONT: _("prices, claims and orders"),
    Scope.PREVIEW: _("prices at another time"),
    Scope.GRANT: _("grants coupons"),
}


def scope_choices() -> list[tuple[str, Promise]]:
    return [(scope.value, LABELS[scope]) for scope in Scope]
