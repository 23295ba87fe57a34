"""Definitions of the custom resources that are rendered or referred to.

Their schemas are those of `tests/schemas`, put into the form that the API server
asks for. A field that they do not have is removed by the server, as by the real
definitions, and shows in a comparison.
"""

import json
from pathlib import Path
from typing import Any

from control_plane.client import Object

SCHEMAS = Path(__file__).parents[2] / "schemas"
# Kinds that the manifests only refer to. Nothing is known of what is in them.
REFERRED = (
    ("gateway.networking.k8s.io", "v1", "Gateway", "Namespaced"),
    ("external-secrets.io", "v1", "ClusterSecretStore", "Cluster"),
)
# What a structural schema may say.
_KEPT = (
    "type",
    "required",
    "enum",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)


def definitions() -> list[Object]:
    """Every CustomResourceDefinition."""
    rendered = [_of_schema(json.loads(file.read_text())) for file in sorted(SCHEMAS.glob("*.json"))]
    unknown = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    referred = [
        _definition(group, [version], kind, scope, unknown)
        for group, version, kind, scope in REFERRED
    ]
    return rendered + referred


def _of_schema(schema: Object) -> Object:
    properties = schema["properties"]
    versions = properties["apiVersion"]
    versions = versions["enum"] if "enum" in versions else [versions["const"]]
    [group] = {version.split("/")[0] for version in versions}
    structural = _structural(schema, schema.get("$defs", {}))
    # The server checks the metadata by itself, and knows more of it.
    structural["properties"]["metadata"] = {"type": "object"}
    # Nothing of ours, but what a controller writes must not be dropped.
    structural["properties"]["status"] = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
    }
    names = [version.split("/")[1] for version in versions]
    return _definition(group, names, properties["kind"]["const"], "Namespaced", structural)


def _definition(
    group: str, versions: list[str], kind: str, scope: str, structural: Object
) -> Object:
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            # The server wants to be told that a definition in a group of Kubernetes' own is meant.
            "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},
        },
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": version == versions[0],
                    "schema": {"openAPIV3Schema": structural},
                    "subresources": {"status": {}},
                }
                for version in versions
            ],
        },
    }


def _structural(schema: Any, shared: Object) -> Object:
    """A JSON Schema in the API server's form: no references, one type everywhere."""
    if "$ref" in schema:
        schema = shared[schema["$ref"].removeprefix("#/$defs/")]
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    if "type" not in kept and "enum" in kept:
        kept["type"] = "string"
    if isinstance(kept.get("type"), list) or "type" not in kept:
        return {"x-kubernetes-preserve-unknown-fields": True}
    if "properties" in schema:
        properties = schema["properties"].items()
        kept["properties"] = {name: _structural(field, shared) for name, field in properties}
    elif isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _structural(schema["additionalProperties"], shared)
    elif kept["type"] == "object":
        kept["x-kubernetes-preserve-unknown-fields"] = True
    if "items" in schema:
        kept["items"] = _structural(schema["items"], shared)
    return kept
