"""The addresses of a Service: connections are passed on to the pods that it selects."""

import itertools
import socket
import socketserver
import threading
from collections.abc import Callable


class Forwarder:
    """Listens at an address, and connects each caller with the next backend."""

    def __init__(
        self, address: str, port: int, backends: Callable[[], list[tuple[str, int]]]
    ) -> None:
        turns = itertools.count()

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                available = backends()
                if not available:
                    return
                backend = available[next(turns) % len(available)]
                try:
                    with socket.create_connection(backend) as other:
                        exchange(self.request, other)
                except OSError:
                    pass  # the caller sees its connection close

        self._server = Server((address, port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    # What is still open when a test ends is closed from the pod's side.
    block_on_close = False


def exchange(one: socket.socket, other: socket.socket) -> None:
    """Copies both ways until both sides have said all."""
    back = threading.Thread(target=copy, args=(other, one), daemon=True)
    back.start()
    copy(one, other)
    back.join()


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
