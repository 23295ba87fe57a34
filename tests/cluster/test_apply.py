"""Everything that is rendered is accepted, is applied again without a change, and rolls out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from control_plane import corpus, quantity, stand_ins
from control_plane.client import Object
from control_plane.corpus import Case
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane

# What `kubectl apply` says it did to each object.
ANSWER = re.compile(r"^(?P<object>\S+) (?P<verb>\S+)$", re.MULTILINE)


def answers(output: str) -> dict[str, str]:
    return {found["object"]: found["verb"] for found in ANSWER.finditer(output)}


def name_of(each: Object) -> str:
    """An object as `kubectl` writes it."""
    group = each["apiVersion"].rpartition("/")[0]
    kind = each["kind"].lower() + (f".{group}" if group else "")
    return f"{kind}/{each['metadata']['name']}"


def is_rewritten(control_plane: ControlPlane, each: Object) -> bool:
    """Whether the server writes a quantity of the object in another way, such as 2 for 2000m.

    `kubectl apply` compares texts, and sets the field again each time; nothing restarts.
    Quantities are written as the values have them, as Helm does.
    """
    return any(differences(each, control_plane.api.live(each)))


def differences(ours: Any, live: Any) -> Iterator[bool]:
    """Whether each difference between a manifest and what became of it is a quantity's."""
    if isinstance(ours, dict) and isinstance(live, dict):
        for key in ours.keys() & live.keys():
            yield from differences(ours[key], live[key])
    elif isinstance(ours, list) and isinstance(live, list):
        for one, other in zip(ours, live, strict=False):
            yield from differences(one, other)
    elif ours != live:
        amount = quantity.value(ours)
        yield amount is not None and amount == quantity.value(live)


def test_there_are_cases() -> None:
    assert len(corpus.presets()) > 5
    assert len(corpus.conformance()) > 50


@pytest.mark.usefixtures("controllers")
@pytest.mark.parametrize(
    "case",
    [
        *(pytest.param(case, id=f"preset-{case.name}") for case in corpus.presets()),
        *(pytest.param(case, id=case.name) for case in corpus.conformance()),
    ],
)
def test_apply(
    control_plane: ControlPlane, namespace: str, omissions: Omissions, case: Case
) -> None:
    text = omissions.served(control_plane.api, case.render(namespace))
    objects = [each for each in yaml.safe_load_all(text) if each]
    stand_ins.create(control_plane.api, namespace, objects)
    apply = ("apply", "--filename", "-")
    try:
        created = answers(control_plane.kubectl(*apply, stdin=text))
        assert len(created) == len(objects)
        assert set(created.values()) == {"created"}
        again = answers(control_plane.kubectl(*apply, stdin=text))
        changed = {name for name, verb in again.items() if verb != "unchanged"}
        assert changed == {name_of(each) for each in objects if is_rewritten(control_plane, each)}
        for workload in (each for each in objects if each["kind"] == "Deployment"):
            name = f"deployment/{workload['metadata']['name']}"
            control_plane.kubectl(
                "rollout", "status", name, "--namespace", namespace, "--timeout=60s"
            )
    finally:
        # What is in no namespace has the same name in several cases.
        for each in objects:
            if "namespace" not in each["metadata"] and control_plane.api.live(each):
                control_plane.api.delete(control_plane.api.path(each))
