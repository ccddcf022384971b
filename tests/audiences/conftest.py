"""People who look at audiences."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.accounts.models import User
from apps.core.roles import Role

MakeClient = Callable[[Role], Client]


@pytest.fixture
def client_of(db: None) -> MakeClient:
    """Somebody of that role, signed in, reading English."""

    def signed_in(role: Role) -> Client:
        user = User.objects.create_user(f"{role.value}-1", password="x", is_staff=True, language="en")
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return signed_in
