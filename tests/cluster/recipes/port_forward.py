"""`kubectl port-forward` without SPDY, and the socket on which the page's kubectl asks for it."""

import argparse
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

from control_plane.client import Client, Object, Refused
from harness.service import Forwarder

from recipes.agent import Agent, Running, Unavailable
from recipes.lacking import Lacking

KINDS = {
    **dict.fromkeys(("service", "services", "svc"), "service"),
    **dict.fromkeys(("deployment", "deployments", "deploy", "deployment.apps"), "deployment"),
    **dict.fromkeys(("pod", "pods", "po"), "pod"),
}


class PortForwards:
    """Listens on a Unix socket for what `recipes.kubectl` asks."""

    def __init__(self, agent: Agent, api: Client, socket: Path) -> None:
        self.agent = agent
        self.api = api
        self.lacking = Lacking(api)
        # Who waits until its port listens, by process, so that a page goes on only then.
        self.listening: set[int] = set()
        self._server = _Server(self, socket)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def target(self, words: list[str]) -> tuple[Running, list[tuple[int, int]]]:
        """The Pod that a command names, and pairs of a local port and one of the Pod's."""
        parser = argparse.ArgumentParser(prog="port-forward", exit_on_error=False, add_help=False)
        parser.add_argument("-n", "--namespace", default="default")
        parser.add_argument("--address", choices=["localhost", "127.0.0.1"])
        parser.add_argument("--pod-running-timeout")
        parser.add_argument("command", choices=["port-forward"])
        parser.add_argument("resource")
        parser.add_argument("ports", nargs="+")
        try:
            options = parser.parse_intermixed_args(words)
        except (argparse.ArgumentError, SystemExit) as error:
            raise Unavailable(f"the tests' port-forward does not know this: {error}") from error
        kind, _, name = options.resource.rpartition("/")
        kind = KINDS.get(kind.lower() or "pod", kind)
        namespace = options.namespace
        service = None
        if kind == "pod":
            pod = name
        else:
            selector, service = self._selector(kind, namespace, name)
            found = self.agent.select(namespace, selector)
            if not found:
                raise Unavailable(f"no Pod of {options.resource} is running")
            pod = found[0]["metadata"]["name"]
        running = self.agent.running(namespace, pod)
        return running, [ports(pair, service, running) for pair in options.ports]

    def _selector(self, kind: str, namespace: str, name: str) -> tuple[dict[str, str], Object | None]:
        if kind == "service":
            service = self.api.get(f"/api/v1/namespaces/{namespace}/services/{name}")
            return service["spec"]["selector"], service
        if kind == "deployment":
            found = self.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
            return found["spec"]["selector"]["matchLabels"], None
        raise Unavailable(f"the tests' port-forward does not know {kind}")


def ports(pair: str, service: Object | None, running: Running) -> tuple[int, int]:
    local, _, remote = pair.rpartition(":")
    port: int | str = int(remote) if remote.isdigit() else remote
    if service is not None:
        matching = [p for p in service["spec"]["ports"] if port in (p["port"], p.get("name"))]
        if not matching:
            raise Unavailable(f"Service {service['metadata']['name']} does not have a service port {port}")
        [found] = matching
        port = found["targetPort"]
        remote = str(found["port"])
    number = running.process.port(port)
    return int(local or remote), number


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, forwards: PortForwards, socket: Path) -> None:
        self.forwards = forwards
        super().__init__(os.fspath(socket), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        question = json.loads(self.rfile.readline())
        forwards = self.server.forwards
        try:
            if "bind" in question:
                forwards.agent.bind_all()
                self._answer(exit=0)
            elif "lacking" in question:
                forwards.lacking.leave_out(question["lacking"])
                self._answer(exit=0)
            elif "job" in question:
                self._answer(**forwards.lacking.job(question["job"], question["cron-job"]))
            else:
                self._forward(forwards, question["port-forward"], question["process"])
        except (Unavailable, Refused) as error:
            message = error.message if isinstance(error, Refused) else str(error)
            self._answer(err=f"error: {message}\n", exit=1)
        except OSError as error:
            self._answer(err=f"error: unable to listen on the port: {error}\n", exit=1)

    def _forward(self, forwards: PortForwards, words: list[str], process: int) -> None:
        running, pairs = forwards.target(words)
        forwarders = [
            Forwarder("127.0.0.1", local, lambda remote=remote: [(running.process.address, remote)])
            for local, remote in pairs
        ]
        try:
            text = "".join(f"Forwarding from 127.0.0.1:{one} -> {other}\n" for one, other in pairs)
            self._answer(out=text)
            forwards.listening.add(process)
            for _ in self._until_gone():
                if running.removed.is_set() or running.process.exit_code is not None:
                    self._answer(err="error: lost connection to pod\n", exit=1)
                    return
        finally:
            for forwarder in forwarders:
                forwarder.close()

    def _until_gone(self) -> Iterator[None]:
        """A moment, again and again, as long as the caller is there."""
        self.connection.settimeout(0.2)
        while True:
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                yield

    def _answer(self, **answer: object) -> None:
        self.wfile.write(json.dumps(answer).encode() + b"\n")
