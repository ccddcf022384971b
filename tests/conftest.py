"""One embedded PostgreSQL per test process (so per xdist worker), started by the first test that asks for it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.utils import translation
from playwright.sync_api import Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

import promo_portal.celery  # noqa: F401 (as in every process that serves)
from promo_portal.embedded.postgres import PostgresServer
from promo_portal.translations import compile_stale

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure(config: pytest.Config) -> None:
    """The pages speak Chinese in tests, too."""
    if not hasattr(config, "workerinput"):
        compile_stale()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium instead of a downloaded one, for playwright's `page` fixture."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)")
    # Playwright runs an event loop in this thread, in which Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {**browser_type_launch_args, "executable_path": program, "args": list(CHROMIUM_FLAGS)}


@pytest.fixture(scope="session")
def playwright(django_db_setup: None) -> Iterator[Playwright]:
    """Starts and ends without a connection.

    While its event loop runs, Django keeps this thread's connections in another place: those of before can no longer
    be closed, yet every forked process would find and share them.
    """
    connections.close_all()
    started = sync_playwright().start()
    yield started
    connections.close_all()
    started.stop()


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """No offer book and no verified key outlive the rows they were made of, no language the test that spoke it."""
    # Django is set up only after this file was read.
    from apps.orders.book import KEEPER
    from apps.storefront import callers
    from apps.storefront.callers import forget_callers

    # A slow machine would otherwise ask for a key again in the midst of a test that counts statements.
    callers.KEPT_SECONDS = 600.0
    KEEPER.forget()
    forget_callers()
    with translation.override("en"):  # until a page of the test speaks to somebody in theirs
        yield
    KEEPER.forget()
    forget_callers()


@pytest.fixture(autouse=True)
def currency_known() -> Iterator[None]:
    """As in a process that has looked once: no statement of a test is spent on it."""
    from apps.core import currency

    currency.remember("CNY")
    yield
    currency.forget()


@pytest.fixture(autouse=True)
def no_tries_remembered() -> None:
    """Wrong codes of one test use up no try of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_rules_remembered() -> Iterator[None]:
    """No risk rule outlives the test that put it in force."""
    from apps.risk.book import KEEPER

    KEEPER.forget()
    yield
    KEEPER.forget()


@pytest.fixture(autouse=True)
def no_reports_asked(settings: Any) -> None:
    """Submissions are not searched but where a test wants it: nobody works on tasks here, and approvals would wait."""
    settings.IMPACT_REPORTS = False


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer | None]:
    """The cluster of this process; None where DATABASE_URL names a server to use instead."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user and must pass through
    server = PostgresServer(folder / "postgres", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(server.socket, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    postgres_server: PostgresServer | None,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Points Django at the cluster in place, before pytest-django makes the test database in it."""
    if postgres_server is not None:
        settings.DATABASES["default"]["HOST"] = str(postgres_server.socket)


TRUNCATE_TRIGGERS = """
SELECT format('ALTER TABLE %%s %s TRIGGER %%I', tgrelid::regclass, tgname)
FROM pg_trigger WHERE tgname LIKE '%%\\_no\\_truncate'
"""


def switch_truncate_triggers(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRUNCATE_TRIGGERS % state)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests with real transactions end with TRUNCATE, which append-only tables refuse."""
    with django_db_blocker.unblock():
        switch_truncate_triggers("DISABLE")


@pytest.fixture
def truncate_triggers(db: None) -> None:
    """The triggers as they stand outside the tests; the test's own rollback takes them away again."""
    switch_truncate_triggers("ENABLE")
