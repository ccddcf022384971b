"""Embedded servers that were killed are started again with what they had, unless that is no use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from promo_portal.embedded.postgres import USER, PostgresError, PostgresServer
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


def test_a_cluster_whose_making_was_killed_is_made_again(tmp_path: Path) -> None:
    """initdb writes PG_VERSION first: killed after that, what it leaves looks like a cluster and never starts."""
    server = PostgresServer(tmp_path / "postgres", durable=False)
    real, killed = server.binaries, tmp_path / "bin"
    killed.mkdir()
    program = killed / "initdb"
    program.write_text('#!/bin/sh\nmkdir -p "$2" && echo 17 >"$2/PG_VERSION" && kill -9 $$\n')
    program.chmod(0o755)
    tmp_path.chmod(0o755)
    server.binaries = killed
    with pytest.raises(PostgresError, match="initdb failed"):
        server.start()
    server.binaries = real
    try:
        server.start()
        assert server.answers()
    finally:
        server.stop()
    assert not list(server.folder.glob("data.new-*"))
