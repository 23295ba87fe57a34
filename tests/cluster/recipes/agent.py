"""The kubelet behind the API server: real processes for Pods.

The tests' own kubelet (`control_plane.kubelet`) marks Pods ready without a process.
This agent adds the process where something comes to need it: a command in the
Pod, its log, a connection. So a page that only looks at objects stays cheap. A
Pod that is to end, as a Job's, is started at once.

The API server passes `exec`, `attach` and `log` on to the node that a Pod is bound
to. That node is this agent's HTTPS server, so `kubectl` and the API server are the
real ones in all of them, and in `kubectl cp` and `kubectl run`.
"""

import base64
import contextlib
import copy
import re
import ssl
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from control_plane.client import Client, Object, Refused
from harness import certificates, kubelet
from harness.node import Node
from harness.pod import CannotStart, Objects, Pod, expand, wait_until
from harness.service import Forwarder

from recipes.outside import Outside
from recipes.streams import STDERR, STDOUT, Streams

NAME = "node-1"
# A server is there after six seconds of a core; the machine may be busy.
START_SECONDS = 120.0
HEARTBEAT_SECONDS = 10.0
# Between two looks at the cluster, in seconds.
PAUSE = 0.2

# What the API server adds to a specification, and nothing here depends on.
DEFAULTED = {
    *("dnsPolicy", "nodeName", "preemptionPolicy", "priority", "schedulerName"),
    *("serviceAccount", "hostname"),
}
DEFAULTED_IN_CONTAINERS = {
    *("stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty"),
}
# Where the token for the API server is mounted, which is no part of a page.
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"

WORKERS = re.compile(r"--workers=\d+")

# The programs that images start, for Pods that give arguments only.
ENTRYPOINTS = {"curlimages/curl": ["/usr/bin/curl"]}


class Unavailable(Exception):
    """A Pod cannot do what it is asked for; the text says why."""


class Running:
    """A Pod's process."""

    def __init__(self, manifest: Object, process: Pod) -> None:
        self.manifest = manifest
        self.process = process
        self.has_been_ready = False
        # Whatever hangs on the Pod ends when it is removed.
        self.removed = threading.Event()


class Agent:
    """Starts processes, and answers the API server."""

    def __init__(self, node: Node, api: Client, outside: Outside) -> None:
        self._node = node
        self.api = api
        self._outside = outside
        self._folder = node.folder / "agent"
        self._folder.mkdir()
        self._folder.chmod(0o755)
        self._started: dict[str, Future[Running]] = {}
        self._lock = threading.Lock()
        # Processes end with the thread that has started them, and the node's network is
        # made by one hand: so this thread does both, as long as the agent is there.
        self._hand = ThreadPoolExecutor(1)
        self._services: dict[tuple[str, str], tuple[str, str, list[Forwarder]]] = {}
        self._heartbeat = 0.0
        self._closed = threading.Event()
        # What it could not do; a failing test shows it.
        self.faults: list[str] = []
        self._server = _Server(self, node.folder)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._register()
        self._thread = threading.Thread(target=self._run, name="agent", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._server.shutdown()
        self._server.server_close()
        self.reset()
        self._hand.shutdown()

    def reset(self) -> None:
        """Ends every process, and forgets the volumes and Services of the last page."""
        for uid in list(self._started):
            self._remove(uid)
        self._hand.submit(self._remove_services, set()).result()
        self._outside.reset()

    # What the tests' kubelet asks.

    def start(self, pod: Object) -> None:
        """Starts the process of a Pod without waiting for anything."""
        self.bind(pod)
        self._future(pod)

    def bind(self, pod: Object) -> None:
        """Gives a Pod to this node, which is then asked for its log."""
        metadata = pod["metadata"]
        if "nodeName" in pod["spec"] or "deletionTimestamp" in metadata:
            return
        name = metadata["name"]
        body = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": NAME},
        }
        with contextlib.suppress(Refused):  # somebody else was faster, or it is gone
            self.api.post(f"/api/v1/namespaces/{metadata['namespace']}/pods/{name}/binding", body)

    def bind_all(self) -> None:
        for pod in self.api.all("/api/v1/pods"):
            self.bind(pod)

    # What is asked of a Pod.

    def running(self, namespace: str, name: str, *, ready: bool = True) -> Running:
        """The process of a Pod, started if need be, and ready if it has a probe."""
        pod = self.api.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
        phase = pod["status"].get("phase")
        if phase == "Pending":
            raise Unavailable(f'Pod "{name}" is waiting to start: {waiting_reason(pod)}')
        try:
            running = self._future(pod).result()
        except CannotStart as error:
            raise Unavailable(str(error)) from error
        if ready and phase == "Running":
            wait_until_ready(running)
        return running

    def select(self, namespace: str, selector: dict[str, str]) -> list[Object]:
        """The Pods that a Service sends connections to."""
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        pods = self.api.all(f"/api/v1/namespaces/{namespace}/pods", labels)
        return [
            pod
            for pod in pods
            if pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]
        ]

    def logs(self) -> Iterator[tuple[str, str]]:
        """What every Pod that was started has written, for whoever reports a failure."""
        if self.faults:
            yield "agent", "\n".join(self.faults[-3:])
        for future in list(self._started.values()):
            if future.done() and future.exception() is None:
                process = future.result().process
                code = process.exit_code
                state = "running" if code is None else f"exit code {code}"
                yield f"{process.name} ({state})", process.log

    # What it does by itself.

    def _run(self) -> None:
        while not self._closed.wait(PAUSE):
            try:
                self._look()
            except Refused as error:
                # What was seen may be gone or changed: the next look will tell.
                if error.status not in (404, 409):
                    self.faults.append(str(error))
            except Exception:  # noqa: BLE001 - the thread must go on, and a failing test shows it.
                self.faults.append(traceback.format_exc())

    def _look(self) -> None:
        """Follows the API server: ends the processes of Pods that go, and reports those that end."""
        if time.monotonic() - self._heartbeat > HEARTBEAT_SECONDS:
            self._beat()
        # Before the question: what is started after it is not in the answer.
        started = set(self._started)
        pods = self.api.all("/api/v1/pods")
        for uid in started - {pod["metadata"]["uid"] for pod in pods}:
            self._remove(uid)
        for pod in pods:
            metadata = pod["metadata"]
            if "deletionTimestamp" in metadata:
                self._remove(metadata["uid"])
                if "nodeName" in pod["spec"]:
                    self._delete(pod)
            elif pod["spec"]["restartPolicy"] != "Always":
                self._report(pod)
        for namespace in self.api.all("/api/v1/namespaces"):
            if namespace["status"]["phase"] == "Terminating":
                self._empty(namespace)

    def _empty(self, namespace: Object) -> None:
        """Does at once what the controller of namespaces does after ten seconds and more."""
        path = f"/api/v1/namespaces/{namespace['metadata']['name']}"
        left = list(self.api.everything(namespace["metadata"]["name"]))
        for each in left:
            if "deletionTimestamp" not in each["metadata"]:
                with contextlib.suppress(Refused):  # the controller was faster
                    self.api.delete(self.api.path(each))
        if not left:
            empty = namespace | {"spec": {"finalizers": []}}
            self.api.request("PUT", f"{path}/finalize", json=empty)

    # The process.

    def _future(self, pod: Object) -> Future[Running]:
        uid = pod["metadata"]["uid"]
        with self._lock:
            if uid not in self._started:
                self._started[uid] = self._hand.submit(self._start, pod)
            return self._started[uid]

    def _start(self, manifest: Object) -> Running:
        metadata = manifest["metadata"]
        namespace = metadata["namespace"]
        self._add_services()
        template = {"metadata": metadata, "spec": known_specification(manifest["spec"])}
        objects = self._objects(namespace)
        process = Pod(
            self._node,
            self._folder / namespace,
            metadata["name"],
            namespace,
            template,
            objects,
        )
        environment = process.environment(process.container)
        self._outside.provide("\n".join(expanded(process, environment)))
        words = {str(number): word for number, word in enumerate(expanded(process, environment))}
        process.added_environment |= self._outside.endpoint(environment | words)
        image = process.container["image"].rpartition(":")[0] or process.container["image"]
        if image.rpartition("/")[2] == "postgres":
            # In that image they are on the path.
            programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
            path = process.environment(process.container)["PATH"]
            process.added_environment["PATH"] = f"{programs}:{path}"
        process.start()
        return Running(manifest, process)

    def _objects(self, namespace: str) -> Objects:
        """What the Pods of a namespace refer to, as it is now."""
        path = f"/api/v1/namespaces/{namespace}"
        secrets = {
            each["metadata"]["name"]: {
                key: base64.b64decode(value).decode(errors="replace")
                for key, value in each.get("data", {}).items()
            }
            for each in self.api.all(f"{path}/secrets")
        }
        config_maps = {
            each["metadata"]["name"]: each.get("data", {})
            for each in self.api.all(f"{path}/configmaps")
        }
        claims = {
            # A claim that is made anew has an empty volume.
            each["metadata"]["name"]: self._folder / "claims" / each["metadata"]["uid"]
            for each in self.api.all(f"{path}/persistentvolumeclaims")
        }
        return Objects(secrets, config_maps, claims)

    def _remove(self, uid: str) -> None:
        with self._lock:
            future = self._started.pop(uid, None)
        if future is None or future.cancel():
            return
        self._hand.submit(self._end, future).result()

    def _end(self, future: Future[Running]) -> None:
        if future.exception() is None:
            running = future.result()
            running.removed.set()
            running.process.stop()
            running.process.remove()

    def _report(self, pod: Object) -> None:
        """Tells the API server that a process which is to end has ended."""
        future = self._started.get(pod["metadata"]["uid"])
        if future is None or not future.done() or pod["status"].get("phase") != "Running":
            return
        if (error := future.exception()) is not None:
            code, reason = 128, f"{type(error).__name__}: {error}"
        else:
            found = future.result().process.exit_code
            if found is None:
                return
            code, reason = found, "Error" if found else "Completed"
        statuses = copy.deepcopy(pod["status"]["containerStatuses"])
        started = statuses[0]["state"].get("running", {}).get("startedAt", now())
        for status in statuses:
            status |= {"ready": False, "started": False}
            ended = {"exitCode": code, "reason": reason, "startedAt": started, "finishedAt": now()}
            status["state"] = {"terminated": ended}
        conditions = copy.deepcopy(pod["status"]["conditions"])
        for condition in conditions:
            if condition["type"] in ("Ready", "ContainersReady"):
                condition |= {"status": "False", "reason": "PodCompleted"}
        body = {
            "phase": "Failed" if code else "Succeeded",
            "conditions": conditions,
            "containerStatuses": statuses,
        }
        self.api.patch(f"{path_of(pod)}/status", {"status": body})

    def _delete(self, pod: Object) -> None:
        """Says that nothing of a Pod is left, which the API server waits for."""
        with contextlib.suppress(Refused):
            self.api.request("DELETE", path_of(pod), json={"gracePeriodSeconds": 0})

    # The network.

    def _add_services(self) -> None:
        """Puts every Service on an address, under its names."""
        found = {}
        for service in self.api.all("/api/v1/services"):
            metadata, spec = service["metadata"], service["spec"]
            if spec.get("selector"):
                found[metadata["namespace"], metadata["name"]] = service
        self._remove_services({each["metadata"]["uid"] for each in found.values()})
        for (namespace, name), service in found.items():
            if (namespace, name) in self._services:
                continue
            qualified = f"{name}.{namespace}"
            address = self._node.add_service(
                name, qualified, f"{qualified}.svc", f"{qualified}.svc.cluster.local"
            )
            forwarders = [
                Forwarder(address, port["port"], self._backends(namespace, name, port["port"]))
                for port in service["spec"]["ports"]
            ]
            uid = service["metadata"]["uid"]
            self._services[namespace, name] = (uid, address, forwarders)

    def _remove_services(self, there: set[str]) -> None:
        for key, (uid, address, forwarders) in list(self._services.items()):
            if uid not in there:
                for forwarder in forwarders:
                    forwarder.close()
                self._node.remove_service(address)
                del self._services[key]

    def _backends(self, namespace: str, name: str, port: int) -> Callable[[], list[tuple[str, int]]]:
        def backends() -> list[tuple[str, int]]:
            service = self.api.get(f"/api/v1/namespaces/{namespace}/services/{name}")
            [found] = [each for each in service["spec"]["ports"] if each["port"] == port]
            return [
                (running.process.address, running.process.port(found["targetPort"]))
                for running in (
                    self.running(namespace, pod["metadata"]["name"])
                    for pod in self.select(namespace, service["spec"]["selector"])
                )
            ]

        return backends

    # The node.

    def _register(self) -> None:
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME}}
        self.api.post("/api/v1/nodes", node)
        self._beat()

    def _beat(self) -> None:
        """Says that the node is well, or the controllers take its Pods for lost."""
        self._heartbeat = time.monotonic()
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "lastHeartbeatTime": now(),
            "lastTransitionTime": now(),
        }
        port = self._server.server_address[1]
        status = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
            "conditions": [ready],
        }
        self.api.patch(f"/api/v1/nodes/{NAME}/status", {"status": status})


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def path_of(pod: Object) -> str:
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"


def waiting_reason(pod: Object) -> str:
    for status in pod["status"].get("containerStatuses", []):
        if waiting := status["state"].get("waiting"):
            return waiting["reason"]
    return "ContainerCreating"


def wait_until_ready(running: Running) -> None:
    """As the kubelet: the startup probe first, then the readiness probe."""
    process = running.process
    if running.has_been_ready and process.exit_code is None:
        return
    for name in ("startupProbe", "readinessProbe"):
        if "httpGet" not in process.container.get(name, {}):
            continue

        def passed(name: str = name) -> bool:
            return process.exit_code is not None or kubelet.succeeds(process, name)

        if not wait_until(passed, START_SECONDS):
            raise Unavailable(f"{process.name} was not ready after {START_SECONDS:.0f} s")
    if process.exit_code is not None:
        raise Unavailable(f"{process.name} ended with {process.exit_code}:\n{process.log}")
    running.has_been_ready = True


def known_specification(spec: Object) -> Object:
    """A Pod's specification without what the API server adds to it."""
    spec = {key: value for key, value in copy.deepcopy(spec).items() if key not in DEFAULTED}
    tokens = set()
    for container in spec["containers"] + spec.get("initContainers", []):
        for key in DEFAULTED_IN_CONTAINERS & container.keys():
            del container[key]
        mounts = container.pop("volumeMounts", [])
        tokens |= {mount["name"] for mount in mounts if mount["mountPath"] == TOKEN}
        container["volumeMounts"] = [mount for mount in mounts if mount["mountPath"] != TOKEN]
        # One worker starts in a fifth of the time of four.
        for words in (container.get("command", []), container.get("args", [])):
            words[:] = [WORKERS.sub("--workers=1", word) for word in words]
        if "command" not in container:
            image = container["image"].partition(":")[0]
            if image in ENTRYPOINTS:
                container["command"] = ENTRYPOINTS[image]
            elif not container.get("args"):
                raise CannotStart(f"the tests do not know what the image {image} starts")
    spec["volumes"] = [each for each in spec.get("volumes", []) if each["name"] not in tokens]
    return spec


def expanded(process: Pod, environment: dict[str, str]) -> list[str]:
    """Everything that a process is told: its variables and the words of its commands."""
    words = [*environment.values()]
    for container in [*process.spec.get("initContainers", []), process.container]:
        arguments = [*container.get("command", []), *container.get("args", [])]
        words += [expand(word, environment) for word in arguments]
    return words


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, agent: Agent, folder: Path) -> None:
        pair = certificates.self_signed(NAME)
        file = folder / "agent.pem"
        file.touch(mode=0o600)
        file.write_text(pair["tls.key"] + pair["tls.crt"])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self.agent = agent
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self):  # noqa: ANN201
        connection, address = super().get_request()
        # The handshake is left to the thread of the connection.
        wrapped = self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: the page shows what kubectl prints."""

    def do_GET(self) -> None:
        self.close_connection = True
        address = urlsplit(self.path)
        _, what, namespace, pod, *_, _container = address.path.split("/")
        query = parse_qs(address.query)
        try:
            match what:
                case "containerLogs":
                    self._log(namespace, pod, query)
                case "exec" | "attach":
                    running = self.server.agent.running(namespace, pod)
                    if not Streams.are_wanted(self):
                        raise Unavailable("the streams of the tests' node did not work")
                    if what == "exec":
                        self._execute(running.process, query)
                    else:
                        self._attach(running)
                case _:
                    self._refuse(400, f"the tests' node cannot do {what} in this way")
        except (CannotStart, Unavailable) as error:
            self._refuse(400, str(error))
        except Refused as error:
            self._refuse(error.status, error.message)
        except BrokenPipeError:
            pass
        except Exception:  # noqa: BLE001 - the client has to see it
            self._refuse(500, traceback.format_exc())

    do_POST = do_GET

    def _refuse(self, status: int, message: str) -> None:
        body = message.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _log(self, namespace: str, pod: str, query: dict[str, list[str]]) -> None:
        if unknown := query.keys() - {"follow", "tailLines", "previous", "insecureSkipTLSVerifyBackend"}:
            raise Unavailable(f"the tests' node does not know {', '.join(unknown)}")
        if query.get("previous") == ["true"]:
            raise Unavailable(f'previous terminated container in pod "{pod}" not found')
        running = self.server.agent.running(namespace, pod)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Connection", "close")
        self.end_headers()
        text = running.process.log
        if tail := query.get("tailLines"):
            lines = text.splitlines(keepends=True)
            self.wfile.write("".join(lines[len(lines) - min(int(tail[0]), len(lines)) :]).encode())
        else:
            self.wfile.write(text.encode())
        if query.get("follow") == ["true"]:
            self._follow(running, len(text))

    def _follow(self, running: Running, shown: int) -> None:
        while not running.removed.wait(0.1):
            is_ended = running.process.exit_code is not None
            text = running.process.log
            self.wfile.write(text[shown:].encode())
            shown = len(text)
            if is_ended:
                return

    def _execute(self, process: Pod, query: dict[str, list[str]]) -> None:
        has_input = query.get("input") == ["1"]
        started = process.execute(
            query["command"], subprocess.PIPE if has_input else subprocess.DEVNULL
        )
        streams = Streams(self)
        outputs = [
            threading.Thread(target=streams.copy, args=(source, channel))
            for source, channel in ((started.stdout, STDOUT), (started.stderr, STDERR))
        ]
        for thread in outputs:
            thread.start()

        def receive() -> None:
            streams.receive(typed_into(started))
            started.kill()

        threading.Thread(target=receive, daemon=True).start()
        code = started.wait()
        for thread in outputs:
            thread.join()
        streams.finish(code if code >= 0 else 128 - code)

    def _attach(self, running: Running) -> None:
        """The streams of the container's own process, from their beginning."""
        process = running.process
        streams = Streams(self)
        receiver = threading.Thread(
            target=streams.receive, args=(typed_into(process),), daemon=True
        )
        receiver.start()
        files = [(process.log_file.open("rb"), STDOUT), (process.error_file.open("rb"), STDERR)]
        while True:
            is_ended = process.exit_code is not None
            for file, channel in files:
                streams.copy(file, channel)
            if is_ended or running.removed.wait(0.05):
                break
        streams.finish(0)


def typed_into(process: Pod | subprocess.Popen) -> Callable[[bytes | None], None]:
    """Passes input on to a process, and closes its input at the end."""

    def write(data: bytes | None) -> None:
        with contextlib.suppress(OSError, ValueError):
            if process.stdin is None:
                return
            if data is None:
                process.stdin.close()
            else:
                process.stdin.write(data)
                process.stdin.flush()

    return write
