"""People, and rules that they put in force."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.accounts.models import User
from tests.risk import cast


@pytest.fixture
def ann(db: None) -> User:
    """Writes and submits rules."""
    return cast.person("ann", "operator")


@pytest.fixture
def cleo(db: None) -> User:
    """Approves them."""
    return cast.person("cleo", "approver")


@pytest.fixture
def sue(db: None) -> User:
    """Works in customer service."""
    return cast.person("sue", "customer_service")


@pytest.fixture
def binding(ann: User, cleo: User) -> Callable[..., Any]:
    """Puts a rule in force: `binding("velocity", per="device", most=2, within=1)`."""

    def put(kind: str, **options: Any) -> Any:
        return cast.put_in_force(ann, cleo, kind, **options)

    return put
