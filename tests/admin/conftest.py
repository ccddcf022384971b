"""The cast of the activities' tests, with a window into the admin for each."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.activities.conftest import ann, ben, cleo, dan, mia, root

__all__ = ["ann", "ben", "cleo", "dan", "mia", "root"]


@pytest.fixture
def as_user() -> Callable[..., Client]:
    """A browser of somebody who reads English, unless told otherwise."""

    def open_window(user: Any, language: str = "en") -> Client:
        if not user.is_staff:
            user.is_staff = True
            user.save()
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = language
        return client

    return open_window
