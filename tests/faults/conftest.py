"""One portal of real processes for all faults of this folder; each test takes drops of its own."""

from collections.abc import Iterator

import pytest

from bench.soak.arena import Arena, arena

DROPS = 16
CAMPAIGNS, CLAIMS, CODES = 5, 100, 40
# Short enough that a test sees them act.
TIMEOUTS = {"DB_LOCK_TIMEOUT_MS": "1000", "DB_IDLE_IN_TRANSACTION_MS": "3000"}


@pytest.fixture(scope="session")
def running() -> Iterator[Arena]:
    with arena(hold_seconds=600, more=TIMEOUTS) as here:
        here.start(str(DROPS))
        yield here


@pytest.fixture
def portal(running: Arena) -> Iterator[Arena]:
    """The portal as it stands; whatever was done to it, what must hold in the database holds afterwards."""
    running.wait_until_ready()
    yield running
    assert running.ask("promises") == []


@pytest.fixture(scope="session")
def codes(running: Arena) -> list[str]:
    """Campaigns of 100 claims, and 40 codes of a template of 40 coupons; ¥5 off. They can be made once."""
    return list(running.ask("coupons", str(CAMPAIGNS), str(CLAIMS), str(CODES))["codes"])
