"""Everything that is rendered is accepted, is applied again without a change, and rolls out."""

import pytest
import yaml

from control_plane import corpus, stand_ins
from control_plane.applied import answers, changed, rewritten
from control_plane.corpus import Case
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane

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
        again = control_plane.kubectl(*apply, stdin=text)
        assert changed(again) == rewritten(control_plane.api, objects)
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
