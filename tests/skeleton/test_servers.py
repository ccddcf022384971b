"""Embedded servers that were killed are started again with what they had, unless that is no use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from promo_portal.embedded.postgres import USER
from promo_portal.supervisor import servers
from promo_portal.supervisor.environment import Place
from promo_portal.supervisor.servers import Servers


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Servers]:
    both = Servers(Place(tmp_path, needs_postgres=True, needs_valkey=True))
    with both.running():
        yield both


def kill(server: object) -> None:
    process = server.process  # type: ignore[attr-defined]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def test_what_was_killed_is_there_again_with_its_data(running: Servers) -> None:
    assert running.postgres is not None
    with psycopg.connect(host=str(running.postgres.socket), user=USER, dbname="postgres") as before:
        before.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert running.revive() is None
    kill(running.postgres)
    kill(running.valkey)
    assert [running.revive(), running.revive(), running.revive()] == ["PostgreSQL", "Valkey", None]
    assert running.answer()
    with psycopg.connect(host=str(running.postgres.socket), user=USER, dbname="postgres") as after:
        assert after.execute("SELECT n FROM kept").fetchone() == (7,)


def test_what_keeps_dying_is_given_up(running: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "MAX_RESTARTS", 1)
    kill(running.valkey)
    assert running.revive() == "Valkey"
    kill(running.valkey)
    with pytest.raises(RuntimeError, match="Valkey keeps dying"):
        running.revive()
