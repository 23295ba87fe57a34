"""The probes of a container, as the kubelet sends them."""

import http.client
import ssl
from collections.abc import Mapping

from harness.pod import Pod


def probe(pod: Pod, name: str) -> int | None:
    """The status that the container's own probe gets, or nothing if it gets no answer.

    The kubelet asks the pod's address, says so in the Host header, and believes
    any certificate.
    """
    request: Mapping = pod.container[name]["httpGet"]
    port = pod.port(request["port"])
    timeout = pod.container[name].get("timeoutSeconds", 1)
    if request.get("scheme", "HTTP") == "HTTPS":
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            pod.address, port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(pod.address, port, timeout=timeout)
    headers = {"User-Agent": "kube-probe/1.34", "Accept": "*/*"}
    headers |= {header["name"]: header["value"] for header in request.get("httpHeaders", [])}
    try:
        connection.request("GET", request.get("path", "/"), headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def succeeds(pod: Pod, name: str) -> bool:
    status = probe(pod, name)
    return status is not None and 200 <= status < 400
