"""`python -m bench.client PORT SECONDS CONNECTIONS < REQUEST`: answers per second over kept-alive connections.

One thread writes requests that were made beforehand and reads answers as they come, so that the client costs little
beside the server.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time


def main() -> None:
    port, seconds, connections = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    request = sys.stdin.buffer.read()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    print(json.dumps(hammer(sockets, request, seconds)))


def hammer(sockets: list[socket.socket], request: bytes, seconds: float) -> dict[str, float]:
    """Every connection has one request under way at any time."""
    selector = selectors.DefaultSelector()
    pending = dict.fromkeys(sockets, b"")
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(each, selectors.EVENT_READ)
        each.sendall(request)
    started = time.perf_counter()
    answers = 0
    while (now := time.perf_counter()) < started + seconds:
        for key, _ in selector.select(timeout=1):
            each = key.fileobj
            assert isinstance(each, socket.socket)
            pending[each] += each.recv(65_536)
            if complete(pending[each]):
                pending[each] = b""
                answers += 1
                each.sendall(request)
    return {"answers": answers, "seconds": now - started}


def complete(answer: bytes) -> bool:
    """Whether the whole answer is there; anything but a 200 ends the bench."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        if not answer:
            raise ConnectionError("the server closed the connection")
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:500].decode(errors="replace"))
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(fields[b"content-length"])


if __name__ == "__main__":
    main()
