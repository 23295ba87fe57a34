"""A Kubernetes control plane on loopback: everything but the nodes.

`programs` finds the programs, `server` starts and ends them, `client` speaks
with the API server, `kubelet` does what a node, a provisioner of volumes and an
operator would do as far as `kubectl` can see it, and `definitions` makes the
custom resources that are rendered known.
"""
