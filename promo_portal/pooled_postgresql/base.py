"""Django's PostgreSQL with a pool that finds a lost connection by its socket, without asking the server each time.

A server that has gone closes its connections, and a closed one can be read from at once. So only where there is
something to read is the server really asked; a healthy connection costs no round trip for every request.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> Any:
        options = self.settings_dict["OPTIONS"].get("pool")
        pools = self._connection_pools  # type: ignore[attr-defined]
        if options and self.alias not in pools:
            pool: ConnectionPool[Any] = ConnectionPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,  # type: ignore[attr-defined]
                check=check_when_readable,
                **options,
            )
            # Threads may meet here: the first pool counts, the others were never opened.
            pools.setdefault(self.alias, pool)
        return super().pool


def check_when_readable(connection: Connection[Any]) -> None:
    """Raise where the connection is lost; a server never speaks first on one that is well."""
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    if watch.poll(0):
        ConnectionPool.check_connection(connection)
