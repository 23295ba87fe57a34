"""The preset workspaces: experiments and artifacts apart for each team."""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from harness import client
from harness.cluster import Cluster, folder_of_claim


def test_a_team_does_not_see_the_other_teams_runs(cluster: Cluster) -> None:
    release = cluster.install("workspaces")
    runs = {}
    for team in ("team-a", "team-b"):
        client.add_workspace(release.url(), team)
        with client.environment(MLFLOW_WORKSPACE=team):
            experiment = MlflowClient(release.url()).create_experiment("same name")
            runs[team] = client.log_run(release.url(), text=team, experiment=experiment)
    release.restart()
    for team, run in runs.items():
        with client.environment(MLFLOW_WORKSPACE=team):
            client.assert_run(release.url(), run, text=team)
            names = [e.name for e in MlflowClient(release.url()).search_experiments()]
            assert names.count("same name") == 1
        assert list(folder_of_claim(cluster).glob(f"artifacts/workspaces/{team}/*/{run}"))
    with client.environment(MLFLOW_WORKSPACE="team-a"), pytest.raises(MlflowException):
        MlflowClient(release.url()).get_run(runs["team-b"])
