//! What the examples of several rules share.

/// Values of a server that keeps its data on a volume, after these.
macro_rules! stored {
    ($($text:literal),*) => {
        concat!(
            $($text,)*
            "storage:\n  enabled: true\n",
            "mlflow:\n  backendStoreUri: sqlite:////mlflow/mlflow.db\n",
            "  artifactsDestination: /mlflow/artifacts\n",
        )
    };
}

/// The same with basic auth.
macro_rules! with_users {
    ($($text:literal),*) => {
        concat!(
            $($text,)*
            "server:\n  value_options:\n    app_name: basic-auth\n",
            "env:\n",
            "  - name: MLFLOW_FLASK_SERVER_SECRET_KEY\n",
            "    valueFrom:\n      secretKeyRef: {name: mlflow-auth-secret, key: secret-key}\n",
            "  - name: MLFLOW_AUTH_ADMIN_PASSWORD\n",
            "    valueFrom:\n      secretKeyRef: {name: mlflow-auth-secret, key: admin-password}\n",
            "  - name: MLFLOW_AUTH_CONFIG_PATH\n    value: /etc/mlflow/auth/basic_auth.ini\n",
            "extraVolumes:\n",
            "  - name: auth-config\n    secret:\n      secretName: mlflow-auth-config\n",
            "extraVolumeMounts:\n",
            "  - name: auth-config\n    mountPath: /etc/mlflow/auth\n    readOnly: true\n",
            "storage:\n  enabled: true\n",
            "mlflow:\n  backendStoreUri: sqlite:////mlflow/mlflow.db\n",
            "  artifactsDestination: /mlflow/artifacts\n",
        )
    };
}

pub(super) use {stored, with_users};
