"""The recipes of the documentation, run as they are written.

`page` reads a page's blocks and compares outputs, `shell` is the shell that a
reader types them into. `node_agent` is the kubelet behind the API server: it
starts a real process for a Pod and serves `kubectl exec`, `logs`, `cp`,
`attach` and `run`; `streams` is the protocol in which it does. `kubectl` is
what stands before the real kubectl on the page's path, for `port-forward`, and
`outside` is what a page takes for granted beyond the cluster: PostgreSQL and
an object store.
"""
