"""The embedded servers of one data folder, started together and stopped together."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from promo_portal.embedded.postgres import PostgresServer
from promo_portal.embedded.valkey import ValkeyServer
from promo_portal.supervisor.children import MAX_RESTARTS
from promo_portal.supervisor.environment import Place
from promo_portal.supervisor.ownership import guest_lock, locked, server_lock

MINUTE = 60.0


class Servers:
    def __init__(self, place: Place) -> None:
        self.postgres = PostgresServer(place.folder / "postgres") if place.needs_postgres else None
        self.valkey = ValkeyServer(place.folder / "valkey") if place.needs_valkey else None
        self._revived: list[float] = []

    def answer(self) -> bool:
        """Whether every server that this portal must start itself is already running."""
        return all(server.answers() for server in (self.postgres, self.valkey) if server is not None)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start both, in this order; stop in reverse, also when the second does not start."""
        with ExitStack() as stack:
            for server in (self.postgres, self.valkey):
                if server is not None:
                    server.start()
                    stack.callback(server.stop)
            yield

    def revive(self) -> str | None:
        """Start a server again that was killed or stopped by somebody else; its name, if there was one.

        Raises RuntimeError for one that dies so often that starting it again is no use.
        """
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if server is None or server.process is None or server.process.poll() is None:
                continue
            now = time.monotonic()
            self._revived = [*(at for at in self._revived if now - at < MINUTE), now]
            if len(self._revived) > MAX_RESTARTS:
                raise RuntimeError(f"{name} keeps dying, see the logs in {server.folder}")
            server.stop()  # what is left of it
            server.start()
            return name
        return None


@contextmanager
def borrowed_servers(place: Place) -> Iterator[bool]:
    """For one command: use the servers that run, or start them and stop them when nobody uses them any more.

    Gives True where they were started on a database without tables: making these is then the command's own business.
    """
    servers = Servers(place)
    with ExitStack() as guest:
        guest.enter_context(locked(guest_lock(place.folder), shared=True))
        if servers.answer():
            yield False
            return
    with locked(server_lock(place.folder)):
        if servers.answer():
            yield False
            return
        with servers.running():
            yield servers.postgres is not None and servers.postgres.is_empty()
            with locked(guest_lock(place.folder)):
                pass  # wait for those who came meanwhile
