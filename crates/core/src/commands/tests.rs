//! The whole text for every preset is a snapshot of the command line's tests.

use super::*;
use crate::Rules;
use crate::layers::Layer;
use crate::presets::PRESETS;
use crate::release::Release;
use std::process::Command;

/// The steps as text: `# title`, `## why`, commands.
fn of_release(values: &str, release: &Release) -> String {
    let outcome = crate::render(
        &[Layer::File {
            name: "values.yaml".to_owned(),
            text: values.to_owned(),
        }],
        release,
        &Rules::Skip,
    );
    let steps = commands(&outcome.manifests.expect(values));
    steps.iter().for_each(runs);
    let texts: Vec<String> = steps
        .iter()
        .map(|step| {
            let why = step.why.as_deref().unwrap_or_default();
            format!("# {}\n## {why}\n{}\n", step.title, step.text)
        })
        .collect();
    texts.concat()
}

fn of(values: &str) -> String {
    of_release(values, &Release::default())
}

/// Whether the interpreter can read a step's text.
fn runs(step: &Step) {
    let mut command = match step.kind {
        StepKind::Shell => Command::new("sh"),
        StepKind::Python => Command::new("python3"),
    };
    match step.kind {
        StepKind::Shell => command.arg("-nc").arg(&step.text),
        StepKind::Python => command
            .arg("-c")
            .arg("import sys; compile(sys.argv[1], 'step', 'exec')")
            .arg(&step.text),
    };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{step:?}\n{output:?}");
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
}

#[track_caller]
fn lacks(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(!text.contains(part), "`{part}` is there:\n{text}");
    }
}

const STORES: &str = "\
mlflow:
  backendStoreUriFrom: {secretKeyRef: {name: db, key: uri}}
  artifactsDestination: s3://bucket/mlflow
";

#[test]
fn every_preset_can_be_run() {
    for preset in PRESETS {
        let text = of(preset.values);
        has(
            &text,
            &[
                "kubectl apply -f manifests.yaml",
                "kubectl rollout status deployment/mlflow-mlflow --namespace mlflow",
                "mlflow.set_tracking_uri(",
            ],
        );
    }
}

#[test]
fn nothing_is_run_for_nothing() {
    assert_eq!(commands(&ManifestSet::default()), []);
}

#[test]
fn scheme_prefix_port_and_namespace_are_right_everywhere() {
    let release = Release {
        name: "tracking".to_owned(),
        namespace: "ml".to_owned(),
        ..Release::default()
    };
    let text = of_release(
        &format!(
            "{STORES}server: {{staticPrefix: /a/b}}\ntls: {{enabled: true, secretName: pair}}\n\
             service: {{port: 443}}\ngarbageCollection: {{enabled: true}}\n"
        ),
        &release,
    );
    has(
        &text,
        &[
            "kubectl create namespace ml\n",
            "kubectl create secret tls pair --namespace ml \\\n  --cert=tls.crt \\\n  --key=tls.key\n",
            "for example tracking-mlflow.ml.svc.cluster.local and localhost.",
            "# Open https://localhost:5000/a/b/ with port forwarding",
            "kubectl port-forward --namespace ml service/tracking-mlflow 5000:443\n",
            "kubectl get secret pair --namespace ml -o jsonpath='{.data.tls\\.crt}' | base64 --decode > mlflow-ca.crt",
            "os.environ[\"MLFLOW_TRACKING_SERVER_CERT_PATH\"] = \"mlflow-ca.crt\"",
            "# Inside the cluster: https://tracking-mlflow.ml.svc.cluster.local:443/a/b\n",
            "mlflow.set_tracking_uri(\"https://localhost:5000/a/b\")",
            "kubectl create job --from=cronjob/tracking-mlflow-gc tracking-mlflow-gc-now --namespace ml\n",
            "however recently",
            "mlflow-k8s render tracking --namespace ml -f values.yaml > manifests.yaml",
        ],
    );
    lacks(&text, &["namespace mlflow", "http://"]);
}

#[test]
fn a_namespace_that_is_rendered_is_made_first_where_secrets_need_it() {
    let release = Release {
        create_namespace: true,
        ..Release::default()
    };
    let text = of_release(STORES, &release);
    has(
        &text,
        &[
            "kubectl create namespace mlflow --save-config\n",
            "mlflow-k8s render mlflow --namespace mlflow --create-namespace -f",
            "# Uninstall, and keep the namespace",
            "Do not use `kubectl delete -f manifests.yaml`: it also deletes the namespace with everything in it.",
        ],
    );
    lacks(&text, &["namespace/mlflow"]);
    let text = of_release(
        "mlflow: {backendStoreUri: 'sqlite:////tmp/x.db'}\n",
        &release,
    );
    lacks(&text, &["kubectl create namespace"]);
    let release = Release {
        namespace: "default".to_owned(),
        ..Release::default()
    };
    let text = of_release(STORES, &release);
    lacks(
        &text,
        &["kubectl create namespace", "kubectl delete namespace"],
    );
    has(
        &text,
        &["kubectl create secret generic db --namespace default"],
    );
}

#[test]
fn what_something_else_creates_is_not_created_by_hand() {
    let text = of(&format!(
        "{STORES}externalSecrets:\n  enabled: true\n  secretName: db\n  provider:\n    vault:\n      auth:\n        tokenSecretRef: {{name: vault, key: token}}\n  data: [{{secretKey: uri, remoteRef: {{key: x}}}}]\n\
         ingress:\n  enabled: true\n  annotations: {{cert-manager.io/cluster-issuer: le}}\n  hosts: [{{host: a.example.com}}]\n  tls: [{{secretName: made, hosts: [a.example.com]}}]\n"
    ));
    has(
        &text,
        &[
            "kubectl create secret generic vault --namespace mlflow \\\n  --from-file=token\n",
            "kubectl wait --for=condition=Ready externalsecret/mlflow-mlflow-externalsecret --namespace mlflow",
            "kubectl get crd externalsecrets.external-secrets.io",
            "kubectl delete --namespace mlflow secret/vault\n",
        ],
    );
    lacks(&text, &["secret generic db", "secret tls"]);
}

#[test]
fn every_way_to_refer_to_a_secret() {
    let text = of(&format!(
        "{STORES}\
imagePullSecrets: [{{name: registry}}]
env:
  - {{name: AWS_ACCESS_KEY_ID, valueFrom: {{secretKeyRef: {{name: s3, key: id}}}}}}
  - {{name: OPTIONAL, valueFrom: {{secretKeyRef: {{name: perhaps, key: x, optional: true}}}}}}
  - {{name: GOOGLE_APPLICATION_CREDENTIALS, value: /etc/gcp/key.json}}
  - {{name: REGION, valueFrom: {{configMapKeyRef: {{name: settings, key: region}}}}}}
envFrom: [{{secretRef: {{name: all}}}}, {{configMapRef: {{name: more}}}}]
extraVolumes:
  - {{name: gcp, secret: {{secretName: gcp}}}}
  - {{name: some, secret: {{secretName: some, items: [{{key: a, path: b}}]}}}}
  - {{name: folder, configMap: {{name: folder}}}}
  - {{name: both, projected: {{sources: [{{secret: {{name: projected, items: [{{key: p, path: p}}]}}}}]}}}}
  - {{name: claim, persistentVolumeClaim: {{claimName: there}}}}
extraVolumeMounts:
  - {{name: gcp, mountPath: /etc/gcp}}
  - {{name: some, mountPath: /etc/some}}
  - {{name: folder, mountPath: /etc/folder}}
  - {{name: both, mountPath: /etc/both}}
  - {{name: claim, mountPath: /claim}}
serviceAccount: {{create: false, name: existing}}
"
    ));
    has(
        &text,
        &[
            "kubectl create secret docker-registry registry --namespace mlflow \\\n  --docker-server='<REGISTRY>' \\\n",
            "kubectl create secret generic db --namespace mlflow \\\n  --from-literal=uri='postgresql://<USER>:<PASSWORD>@<HOST>:5432/<DATABASE>'\n",
            "kubectl create secret generic s3 --namespace mlflow \\\n  --from-literal=id='<AWS_ACCESS_KEY_ID>'\n",
            "kubectl create configmap settings --namespace mlflow \\\n  --from-literal=region='<REGION>'\n",
            "kubectl create secret generic all --namespace mlflow \\\n  --from-env-file=all.env\n",
            "such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            "kubectl create configmap more --namespace mlflow \\\n  --from-env-file=more.env\n",
            "kubectl create secret generic gcp --namespace mlflow \\\n  --from-file=key.json\n",
            "kubectl create secret generic some --namespace mlflow \\\n  --from-file=a\n",
            "kubectl create configmap folder --namespace mlflow \\\n  --from-file=folder/\n",
            "kubectl create secret generic projected --namespace mlflow \\\n  --from-file=p\n",
            "kubectl get persistentvolumeclaim/there --namespace mlflow\n",
            "kubectl get serviceaccount/existing --namespace mlflow\n",
            "# Restart the server after you change a Secret",
        ],
    );
    lacks(&text, &["perhaps"]);
}

#[test]
fn a_certificate_with_its_authority_is_one_secret() {
    let text = of(&format!(
        "{STORES}tls: {{enabled: true}}\n\
         garbageCollection: {{enabled: true, caSecret: {{name: mlflow-tls, key: ca.crt}}}}\n"
    ));
    has(
        &text,
        &[
            "kubectl create secret generic mlflow-tls --namespace mlflow \\\n  --type=kubernetes.io/tls \\\n",
            "--from-file=ca.crt",
            "--from-file=tls.key",
        ],
    );
}

#[test]
fn public_addresses() {
    let text = of(&format!(
        "{STORES}server: {{staticPrefix: /ml}}\n\
         ingress:\n  enabled: true\n  className: nginx\n  hosts: [{{host: '*.example.com'}}, {{host: b.example.org}}]\n  tls: [{{secretName: c, hosts: ['*.example.com']}}]\n"
    ));
    has(
        &text,
        &[
            "# Open https://<NAME>.example.com/ml/\n",
            "curl --fail 'https://<NAME>.example.com/ml/health'\n",
            "curl --fail http://b.example.org/ml/health\n",
            "mlflow.set_tracking_uri(\"https://<NAME>.example.com/ml\")",
            "`tls.crt` contains the certificate for *.example.com, and `tls.key` contains its key.",
            "kubectl get ingressclass/nginx\n",
        ],
    );
    let text = of(&format!(
        "{STORES}ingress:\n  enabled: true\n  hosts: [{{host: a.b, paths: [{{path: /tracking}}]}}]\n"
    ));
    has(&text, &["mlflow.set_tracking_uri(\"http://a.b/tracking\")"]);
    let text = of(&format!(
        "{STORES}httpRoute:\n  enabled: true\n  hostnames: [a.b]\n  parentRefs: [{{name: gw, namespace: infra}}]\n"
    ));
    has(
        &text,
        &[
            "# Open https://a.b/\n",
            "write `http://`",
            "kubectl get gateway/gw --namespace infra\n",
            "kubectl get crd httproutes.gateway.networking.k8s.io\n",
        ],
    );
    for (kind, part) in [
        ("NodePort", "echo \"http://$NODE:$PORT/\"\n"),
        ("LoadBalancer", "echo \"http://$HOST:5000/\"\n"),
    ] {
        let text = of(&format!("{STORES}service: {{type: {kind}}}\n"));
        has(
            &text,
            &[part, "cors_allowed_origins", "kubectl port-forward"],
        );
    }
}

#[test]
fn a_tunnel_that_the_server_refuses_is_said_to_be() {
    const HINT: &str = "403 until its list of allowed hosts";
    let with = |hosts: &str| {
        of(&format!(
            "{STORES}server: {{value_options: {{allowed_hosts: '{hosts}'}}}}\n"
        ))
    };
    has(&with("a.example.com"), &[HINT]);
    lacks(&with("a.example.com,localhost:*"), &[HINT]);
    lacks(&of(STORES), &[HINT]);
}

#[test]
fn basic_auth_without_a_volume() {
    let text = of(&format!(
        "{STORES}\
server: {{value_options: {{app_name: basic-auth}}}}
env:
  - {{name: MLFLOW_FLASK_SERVER_SECRET_KEY, valueFrom: {{secretKeyRef: {{name: auth, key: secret-key}}}}}}
  - {{name: MLFLOW_AUTH_ADMIN_PASSWORD, valueFrom: {{secretKeyRef: {{name: auth, key: admin.password}}}}}}
  - {{name: MLFLOW_AUTH_CONFIG_PATH, value: /auth/users.ini}}
garbageCollection:
  enabled: true
  env:
    - {{name: MLFLOW_TRACKING_USERNAME, valueFrom: {{secretKeyRef: {{name: auth, key: user}}}}}}
    - {{name: MLFLOW_TRACKING_PASSWORD, valueFrom: {{secretKeyRef: {{name: auth, key: admin.password}}}}}}
extraVolumes: [{{name: auth, configMap: {{name: auth-config}}}}]
extraVolumeMounts: [{{name: auth, mountPath: /auth}}]
"
    ));
    has(
        &text,
        &[
            "kubectl create secret generic auth --namespace mlflow \\\n  \
             --from-literal=secret-key=\"$(openssl rand -hex 32)\" \\\n  \
             --from-literal=admin.password=\"$(openssl rand -base64 18)\" \\\n  \
             --from-literal=user=admin\n",
            "cat > users.ini <<'INI'\n[mlflow]\n",
            "database_uri = postgresql://<USER>:<PASSWORD>@<HOST>:5432/<DATABASE>\n",
            "kubectl create configmap auth-config --namespace mlflow \\\n  --from-file=users.ini\n",
            "jsonpath='{.data.admin\\.password}' | base64 --decode)\"",
        ],
    );
}

#[test]
fn passwords_in_values_are_not_repeated() {
    let text = of("\
mlflow:
  backendStoreUri: postgresql+psycopg2://u:hunter2@db/x
  defaultArtifactRoot: ftp://u:hunter2@host/x
");
    has(
        &text,
        &[
            "pg_dump --format=custom --file=mlflow.dump postgresql://u:PASSWORD@db/x\n",
            "Clients write artifacts directly to ftp://u:PASSWORD@host/x",
        ],
    );
    lacks(&text, &["hunter2"]);
}

#[test]
fn replacement_of_pods() {
    has(&of(STORES), &["the server stays available"]);
    has(
        &of(&format!("{STORES}replicaCount: 3\n")),
        &["one after the other"],
    );
    has(
        &of(&format!("{STORES}storage: {{enabled: true}}\n")),
        &["`Recreate`"],
    );
}

#[test]
fn words_of_a_shell() {
    for text in [
        "", "a b", "it's", "$(x)", "a=b", "=x", "-", "~", "<X>", "ü", "a\nb",
    ] {
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!("printf %s {}", quote(text)))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
    }
}

#[test]
fn a_password_from_a_variable_is_asked_for() {
    let text = of(
        "mlflow: {backendStoreUri: 'postgresql+psycopg2://u:$(PW)@db:5432/m'}\n\
                   env: [{name: PW, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n",
    );
    has(
        &text,
        &[
            "pg_dump --format=custom --file=mlflow.dump \"postgresql://u:$(kubectl get secret s \
           --namespace mlflow -o jsonpath='{.data.k}' | base64 --decode)@db:5432/m\"\n",
        ],
    );
    let text = of(
        "mlflow: {backendStoreUri: 'postgresql://u:$(PW)@db:5432/m'}\n\
                   env: [{name: PW, value: x}]\n",
    );
    has(&text, &["'postgresql://u:<PW>@db:5432/m'\n"]);
}

#[test]
fn removal_names_every_object_but_the_data() {
    let text = of(&format!(
        "{STORES}cluster_rbac: {{extraRules: [{{apiGroups: [''], resources: [namespaces], verbs: [list]}}]}}\n"
    ));
    has(
        &text,
        &[
            "# Uninstall\n",
            "  clusterrolebinding/mlflow-mlflow \\\n  clusterrole/mlflow-mlflow",
            "It does not delete `clusterrole/mlflow-mlflow` and",
        ],
    );
    lacks(
        &text,
        &["kubectl get persistentvolume ", "kubectl delete -f"],
    );
    has(
        &of(&format!("{STORES}storage: {{enabled: true}}\n")),
        &["kubectl get persistentvolume \"$(kubectl get persistentvolumeclaim/mlflow-mlflow"],
    );
}
