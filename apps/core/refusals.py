"""What a refusal leaves behind where no request of the API does it: people's own transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.core.errors import Refused


@contextmanager
def kept_refusals() -> Iterator[None]:
    """Around a transaction: its refusal goes on, and what it leaves behind is written once all else is undone."""
    try:
        yield
    except Refused as refused:
        after, refused.after = refused.after, None
        if after is not None:
            with transaction.atomic():
                after()
        raise
