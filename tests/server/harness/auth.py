"""What the preset basic-auth says must be there: its Secrets, and the administrator."""

from harness.cluster import Cluster

ADMIN = "admin"
PASSWORD = "correct horse battery"

CONFIGURATION = f"""\
[mlflow]
default_permission = READ
database_uri = sqlite:////mlflow/basic_auth.db
admin_username = {ADMIN}
"""


def add_secrets(cluster: Cluster) -> None:
    data = {"secret-key": "0123456789abcdef" * 4, "admin-password": PASSWORD}
    cluster.add_secret("mlflow-auth-secret", data)
    cluster.add_secret("mlflow-auth-config", {"basic_auth.ini": CONFIGURATION})
