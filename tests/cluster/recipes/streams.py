"""The streams of `kubectl exec` and `kubectl attach`, as a kubelet serves them.

The API server passes the client's connection on byte for byte, so this end speaks
with kubectl itself: WebSocket (RFC 6455) with the subprotocol `v5.channel.k8s.io`,
in which the first byte of each message says which stream it belongs to.
"""

import base64
import hashlib
import json
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import BinaryIO

PROTOCOL = "v5.channel.k8s.io"
STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255

TEXT, BINARY, END, PING, PONG = 1, 2, 8, 9, 10
ACCEPT_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Gone(Exception):
    """The client has closed the connection."""


class Streams:
    """The server's end of one connection."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._reader, self._writer = handler.rfile, handler.wfile
        self._lock = threading.Lock()
        key = handler.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT_SUFFIX).digest()).decode()
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", accept)
        handler.send_header("Sec-WebSocket-Protocol", PROTOCOL)
        handler.end_headers()
        handler.close_connection = True

    @staticmethod
    def are_wanted(handler: BaseHTTPRequestHandler) -> bool:
        """Whether a request asks for these streams; kubectl tries another protocol after them."""
        offered = handler.headers.get("Sec-WebSocket-Protocol", "")
        return PROTOCOL in (each.strip() for each in offered.split(","))

    def send(self, channel: int, data: bytes) -> None:
        self._send(BINARY, bytes([channel]) + data)

    def finish(self, exit_code: int) -> None:
        """Says how the process ended, and closes."""
        status: dict = {"metadata": {}, "status": "Success"}
        if exit_code:
            cause = {"reason": "ExitCode", "message": str(exit_code)}
            status |= {
                "status": "Failure",
                "message": f"command terminated with non-zero exit code: exit status {exit_code}",
                "reason": "NonZeroExitCode",
                "details": {"causes": [cause]},
            }
        try:
            self.send(STATUS, json.dumps(status).encode())
            self._send(END, struct.pack("!H", 1000))
        except OSError:
            pass  # the client did not wait for it

    def copy(self, source: BinaryIO, channel: int) -> None:
        """Sends what a process writes until it closes its end."""
        try:
            while data := source.read1(32768):
                self.send(channel, data)
        except (OSError, ValueError):
            pass

    def receive(self, stdin: Callable[[bytes | None], None]) -> None:
        """Passes on the client's input, nothing at its end; returns when the client has gone."""
        while True:
            try:
                code, payload = self._frame()
            except (Gone, OSError):
                return
            if code == END:
                return
            if code == PING:
                self._send(PONG, payload)
            elif code in (TEXT, BINARY) and payload:
                if payload[0] == STDIN and len(payload) > 1:
                    stdin(payload[1:])
                elif payload[0] == CLOSE and payload[1:] == bytes([STDIN]):
                    stdin(None)

    def _send(self, code: int, payload: bytes) -> None:
        if len(payload) < 126:
            size = bytes([len(payload)])
        elif len(payload) < 1 << 16:
            size = struct.pack("!BH", 126, len(payload))
        else:
            size = struct.pack("!BQ", 127, len(payload))
        with self._lock:
            self._writer.write(bytes([0x80 | code]) + size + payload)
            self._writer.flush()

    def _frame(self) -> tuple[int, bytes]:
        """The next message; those of kubectl are whole, and masked as every client's are."""
        first, second = self._read(2)
        if not first & 0x80:
            raise AssertionError("a message in several frames")
        size = second & 0x7F
        if size == 126:
            [size] = struct.unpack("!H", self._read(2))
        elif size == 127:
            [size] = struct.unpack("!Q", self._read(8))
        mask = self._read(4)
        payload = self._read(size)
        pad = mask * (size // 4 + 1)
        whole = int.from_bytes(payload, "big") ^ int.from_bytes(pad[:size], "big")
        return first & 0x0F, whole.to_bytes(size, "big")

    def _read(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) < size:
            raise Gone
        return data
