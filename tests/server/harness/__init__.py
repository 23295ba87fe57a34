"""A Kubernetes cluster in miniature, for what this project renders.

It does with a manifest what Kubernetes would do as far as a server can tell:
see `node` for the network, `image` for the file system, `pod` for the process,
`kubelet` for the probes and `cluster` for what ties them together. It knows
only what is rendered; anything else in a manifest is refused, so that a test
cannot pass because a setting was overlooked.
"""
