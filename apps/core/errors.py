"""A refusal of the domain: a stable code, a sentence for people, the field at fault and the numbers behind it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Raised by services, translated by views, admin and tasks.

    `message` may hold `%(name)s` holes that `numbers` fill; it is translated when read, so a lazy string
    speaks the language of the request that shows it.
    """

    def __init__(self, code: str, message: Text, /, field: str | None = None, **numbers: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.numbers = numbers
        self._message = message

    @property
    def message(self) -> str:
        text = str(self._message)
        return text % self.numbers if self.numbers else text

    def __str__(self) -> str:
        return self.message


class Forbidden(DomainError, PermissionDenied):
    """This actor may not do this; uncaught, Django answers 403."""

    def __init__(
        self,
        code: str = "forbidden",
        message: Text = _("You do not have the permission for this."),
        field: str | None = None,
        **numbers: object,
    ) -> None:
        super().__init__(code, message, field, **numbers)


class FourEyes(Forbidden):
    """The decision belongs to another person."""

    def __init__(self, message: Text = _("This needs another person's decision.")) -> None:
        super().__init__("four_eyes", message)


class StaleEdit(DomainError):
    """Somebody else changed it in the meantime; nothing was overwritten."""

    def __init__(
        self, message: Text = _("Somebody else changed this in the meantime. Reload it and edit again.")
    ) -> None:
        super().__init__("stale_edit", message)


class Refused(DomainError):
    """A business rule says no, and nothing has changed. `members` are part of the API's answer.

    `after` notes what the refusal itself leaves behind (an attempt, a decision); it runs once what was done is undone.
    """

    def __init__(
        self,
        code: str,
        message: Text,
        /,
        *,
        status: int = 409,
        members: Mapping[str, Any] | None = None,
        after: Callable[[], None] | None = None,
        **numbers: object,
    ) -> None:
        super().__init__(code, message, None, **numbers)
        self.status = status
        self.members: dict[str, Any] = dict(members or {})
        self.after = after


class BusyError(Exception):
    """Every attempt met others; the request may come again."""
