"""A backup that was never restored is none: dump the portal, restore it elsewhere, and let the audit read it."""

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.orders.chain import LEDGER
from apps.orders.models import LedgerEntry, Order
from promo_portal.embedded.postgres import PostgresServer
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
RESTORED = "restored_portal"


@pytest.fixture
def traded(transactional_db: None, settings: Any, request: pytest.FixtureRequest) -> Shop:
    settings.ALLOW_PUBLISH = True
    fair.set_up()
    fair.publish(fair.activity("ten-off"))
    server: Shop = request.getfixturevalue("shop")
    server.paid("o1", 1, customer="c1")
    server.paid("o2", 3, customer="c2")
    assert server.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    LEDGER.seal()
    return server


def tool(server: PostgresServer, name: str, *arguments: str) -> None:
    command = [str(server.binaries / name), "-h", str(server.socket), "-U", "portal", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def restored(server: PostgresServer, dump: Path) -> Iterator[None]:
    """The dump in a database of its own, to which this process speaks meanwhile."""
    tool(server, "createdb", RESTORED)
    name = connection.settings_dict["NAME"]
    try:
        tool(server, "pg_restore", "--exit-on-error", "--no-owner", "-d", RESTORED, str(dump))
        connection.close()
        connection.settings_dict["NAME"] = RESTORED
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        tool(server, "dropdb", RESTORED)


def test_what_was_dumped_is_restored_and_passes_the_audit(
    traded: Shop, postgres_server: PostgresServer | None, tmp_path: Path
) -> None:
    """Given paid and refunded orders, when a dump is restored elsewhere, then audit finds nothing; touched, it does."""
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server whose programs are not here")
    name = str(connection.settings_dict["NAME"])
    tool(postgres_server, "pg_dump", "--format=custom", f"--file={tmp_path / 'portal.dump'}", name)
    with restored(postgres_server, tmp_path / "portal.dump"):
        assert dict(Order.objects.values_list("code", "state")) == {"o1": "paid", "o2": "partially_refunded"}
        call_command("audit", stdout=io.StringIO())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE orders_ledgerentry DISABLE TRIGGER USER")
        LedgerEntry.objects.filter(event="redeem", what="share").update(amount=1)
        found = io.StringIO()
        with pytest.raises(SystemExit):
            call_command("audit", stdout=found, stderr=found)
    assert Order.objects.count() == 2
