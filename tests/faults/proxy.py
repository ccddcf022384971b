"""A proxy that breaks what passes through it: between clients and the web server, or between it and PostgreSQL."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Address = tuple[str, int] | str


class Proxy:
    """Forwards byte for byte. `lose_answer(request)` decides, for what a client just sent, that it never hears of it.

    `pause` holds every piece back for so many seconds.
    """

    def __init__(self, to: Address, at: Path | None = None) -> None:
        self.to = to
        self.pause = 0.0
        self.lose_answer: Callable[[bytes], bool] = lambda request: False
        self.lost = 0
        self.listener = socket.socket(socket.AF_UNIX if at else socket.AF_INET)
        self.listener.bind(str(at) if at else ("127.0.0.1", 0))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX if isinstance(self.to, str) else socket.AF_INET)
        losing = threading.Event()
        with suppress(OSError):
            server.connect(self.to)
            threading.Thread(target=self._answers, args=(server, client, losing), daemon=True).start()
            while piece := client.recv(65_536):
                time.sleep(self.pause)
                if self.lose_answer(piece):
                    losing.set()
                server.sendall(piece)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _answers(self, server: socket.socket, client: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while piece := server.recv(65_536):
                if losing.is_set():
                    # It was done, and whoever asked will never know.
                    self.lost += 1
                    break
                time.sleep(self.pause)
                client.sendall(piece)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
