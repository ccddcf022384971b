"""The one port of a demo: taken before anything starts, asked until the portal is ready."""

import http.client
import socket
import time


class PortError(RuntimeError):
    """Somebody else listens there."""


def listen(port: int) -> socket.socket:
    """The web server's socket, taken before anything starts and kept over its restarts.

    Tried for some seconds: the web server of a killed demo may still be on its way out.
    """
    for _attempt in range(50):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1024)
        except OSError:
            listener.close()
            time.sleep(0.1)
        else:
            return listener
    raise PortError(f"port {port} is in use; give another --port")


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and body; 0 and the reason while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
