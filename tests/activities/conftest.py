"""Ann and Ben are operators, Cleo and Dan approvers, Root a superuser, Mia reads."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.activities.cast import person


@pytest.fixture
def ann(db: None) -> Any:
    return person("ann", "operator")


@pytest.fixture
def ben(db: None) -> Any:
    return person("ben", "operator")


@pytest.fixture
def cleo(db: None) -> Any:
    return person("cleo", "approver")


@pytest.fixture
def dan(db: None) -> Any:
    return person("dan", "approver")


@pytest.fixture
def mia(db: None) -> Any:
    return person("mia", "analyst")


@pytest.fixture
def root(db: None) -> Any:
    return get_user_model().objects.create_superuser("root")
