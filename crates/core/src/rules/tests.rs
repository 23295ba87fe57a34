use serde_json::json;

use super::*;
use crate::layers::Layer;
use crate::{Outcome, Rules};
use std::collections::BTreeSet;

mod style;

fn check(text: &str) -> Outcome {
    crate::render(
        &[Layer::File {
            name: "values.yaml".to_owned(),
            text: text.to_owned(),
        }],
        &Release::default(),
        &Rules::Run,
    )
}

fn findings(outcome: &Outcome) -> Vec<String> {
    outcome
        .diagnostics
        .iter()
        .map(|found| {
            format!(
                "{} {} {}: {}",
                found.severity.as_str(),
                found.code,
                found.path,
                found.message
            )
        })
        .collect()
}

#[test]
fn each_example_has_its_finding() {
    for (_, rule) in catalogue() {
        let outcome = check(rule.page.example);
        let found = outcome
            .diagnostics
            .iter()
            .find(|found| found.code == rule.code);
        let Some(found) = found else {
            panic!("{}: no finding, but {:#?}", rule.code, findings(&outcome));
        };
        assert_eq!(found.severity, rule.severity, "{}", rule.code);
        assert!(
            found.span.is_some()
                || rule.page.example.is_empty()
                || found.fix.is_some()
                || found.help.is_some(),
            "{}",
            rule.code
        );
    }
}

#[test]
fn each_example_has_no_other_fault() {
    for (_, rule) in catalogue() {
        let outcome = check(rule.page.example);
        let others: Vec<_> = outcome
            .diagnostics
            .iter()
            .filter(|found| found.code != rule.code && found.severity < Severity::Hint)
            .map(|found| format!("{} {}: {}", found.code, found.path, found.message))
            .collect();
        assert!(others.is_empty(), "{}: {others:#?}", rule.code);
    }
}

#[test]
fn each_example_can_be_fixed() {
    for (_, rule) in catalogue() {
        let Some(fixed) = fixed_example(rule) else {
            panic!("{}: no fix", rule.code);
        };
        let outcome = check(&fixed);
        let left: Vec<_> = outcome
            .diagnostics
            .iter()
            .filter(|found| found.code == rule.code || found.severity < Severity::Hint)
            .map(|found| format!("{} {}: {}", found.code, found.path, found.message))
            .collect();
        assert!(left.is_empty(), "{}: {left:#?}\n{fixed}", rule.code);
    }
}

#[test]
fn codes_are_unique_and_texts_are_sentences() {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    let checks = Code::CHECKS.iter().copied();
    for code in checks.chain(catalogue().map(|(_, rule)| rule.code)) {
        assert!(ids.insert(code.id), "{code} twice");
        assert!(names.insert(code.name), "{code} twice");
        assert!(code.summary.ends_with('.'), "{code}: {}", code.summary);
    }
    for (_, rule) in catalogue() {
        assert!(
            rule.page.why.ends_with('.') || rule.page.why.ends_with(".`"),
            "{}",
            rule.code
        );
        assert!(rule.page.example.ends_with('\n'), "{}", rule.code);
        if let Proof::Elsewhere(reason) = rule.page.proof {
            assert!(!reason.ends_with('.'), "{}", rule.code);
        }
    }
}

#[test]
fn presets_have_nothing_above_a_hint() {
    for preset in crate::presets::PRESETS {
        let outcome = crate::render(
            &[Layer::Preset(preset.name.to_owned())],
            &Release::default(),
            &Rules::Run,
        );
        assert!(
            outcome
                .diagnostics
                .iter()
                .all(|found| found.severity == Severity::Hint),
            "{}: {:#?}",
            preset.name,
            findings(&outcome)
        );
    }
}

#[test]
fn an_ignored_rule_is_silent_and_says_so() {
    let text = "\
garbageCollection:
  enabled: true
storage:
  enabled: true
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
";
    let codes = |found: &[Diagnostic]| -> Vec<&str> {
        found
            .iter()
            .filter(|found| found.severity < Severity::Hint)
            .map(|found| found.code.name)
            .collect()
    };
    let outcome = check(text);
    assert_eq!(codes(&outcome.diagnostics), ["gc-without-age"]);
    for entry in ["gc-without-age", "MK702", "mk702"] {
        let outcome = check(&format!("{text}x-mlflow-k8s: {{ignore: [{entry}]}}\n"));
        assert_eq!(codes(&outcome.diagnostics), [""; 0], "{entry}");
        assert_eq!(codes(&outcome.silenced), ["gc-without-age"], "{entry}");
    }
}

#[test]
fn a_page_tells_all() {
    let page = page(find("MK301").unwrap());
    for part in [
        "# MK301 static-prefix\n",
        "Severity: error. Topic: Server options.",
        "error[MK301]: MLflow refuses the static prefix",
        "`mlflow-k8s check --fix` makes this change: Set the static prefix to /mlflow (`server.staticPrefix: \"/mlflow\"`).",
        "  staticPrefix: /mlflow\n",
        "    - MK301 # because",
    ] {
        assert!(page.contains(part), "{part:?}\n{page}");
    }
    // Its fixed example is the rule's own text.
    assert!(super::page(find("MK701").unwrap()).contains("There is no automatic fix"));
}

#[test]
fn the_index_has_every_code_once() {
    let index = index();
    let rules = catalogue().map(|(_, rule)| format!("| [{0}]({0}.md) |", rule.code.id));
    let checks = Code::CHECKS.iter().map(|code| format!("| {} |", code.id));
    for row in rules.chain(checks) {
        assert_eq!(index.matches(&row).count(), 1, "{row}");
    }
}

#[test]
fn only_rules_can_be_ignored() {
    let text = "mlflow: {backendStoreUri: \"postgresql://db/mlflow\"}\nx-mlflow-k8s: {ignore: [MK102, MK999]}\n";
    let outcome = check(text);
    let faults: Vec<_> = outcome
        .diagnostics
        .iter()
        .filter(|found| found.code == Code::INVALID_VALUE)
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(
        faults,
        [
            "`x-mlflow-k8s.ignore` lists MK102 wrong-type, which cannot be ignored",
            "`x-mlflow-k8s.ignore` lists \"MK999\", but there is no such rule"
        ]
    );
}

/// Sensible values of several kinds: other controllers, wildcards, Gateways,
/// OpenShift, a policy, small servers.
const SENSIBLE: &[&str] = &[
    r#"
mlflow:
  backendStoreUri: "postgresql://mlflow@db:5433/mlflow"
  artifactsDestination: s3://bucket/mlflow
serviceAccount:
  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/mlflow"}
env: [{name: MLFLOW_SERVER_ENABLE_JOB_EXECUTION, value: "false"}]
server:
  staticPrefix: /mlflow
  value_options:
    workers: 2
    allowed_hosts: "*.example.com,mlflow-mlflow*,localhost:*,10.*"
    cors_allowed_origins: "https://*.example.com"
ingress:
  enabled: true
  className: traefik
  hosts: [{host: ml.example.com, paths: [{path: /mlflow}]}]
httpRoute:
  enabled: true
  parentRefs: [{name: gateway}]
  hostnames: ["*.example.com"]
  matches: [{path: {type: PathPrefix, value: /mlflow}}]
networkPolicy: {enabled: true}
metrics: {enabled: true}
serviceMonitor: {enabled: true, interval: 30s, scrapeTimeout: 10s}
resources: {requests: {memory: 768Mi, cpu: 250m}, limits: {memory: 768Mi, cpu: "1"}}
"#,
    r#"
mlflow: {backendStoreUri: "sqlite:////mlflow/mlflow.db", artifactsDestination: /mlflow/artifacts}
storage: {enabled: true}
podSecurityContext: {runAsUser: null, fsGroup: null}
ingress:
  enabled: true
  className: openshift-default
  annotations: {route.openshift.io/termination: edge}
  hosts: [{host: mlflow.apps.example.com}]
service: {type: NodePort}
"#,
    r#"
mlflow: {backendStoreUri: "sqlite:////mlflow/mlflow.db", artifactsDestination: /mlflow/artifacts}
storage: {enabled: true}
tls: {enabled: true}
ingress:
  enabled: true
  className: nginx
  annotations:
    nginx.ingress.kubernetes.io/ssl-passthrough: "true"
    nginx.ingress.kubernetes.io/proxy-body-size: "0"
  hosts: [{host: mlflow.example.com, paths: [{path: /, pathType: ImplementationSpecific}]}]
server: {value_options: {cors_allowed_origins: "https://mlflow.example.com:8443"}}
image: {repository: registry.example.com/mirror/mlflow/mlflow}
metrics: {enabled: true}
serviceMonitor: {enabled: true, tlsConfig: {insecureSkipVerify: true}}
"#,
];

#[test]
fn sensible_values_have_nothing_above_a_hint() {
    for text in SENSIBLE {
        let outcome = check(text);
        let faults: Vec<_> = findings(&outcome)
            .into_iter()
            .filter(|found| !found.starts_with("hint "))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
    }
}

#[test]
fn the_official_document_s_recipe_has_findings() {
    let outcome = check(
        r"
mlflow:
  backendStoreUriFrom: {secretKeyRef: {name: mlflow-db-secret, key: uri}}
  artifactsDestination: s3://my-bucket/mlflow
serviceAccount:
  annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::123456789012:role/mlflow'}
server: {value_options: {allowed_hosts: mlflow.example.com}}
ingress:
  enabled: true
  className: nginx
  hosts: [{host: mlflow.example.com}]
  tls: [{secretName: mlflow-tls, hosts: [mlflow.example.com]}]
resources: {requests: {cpu: 500m, memory: 512Mi}, limits: {cpu: 2000m, memory: 2Gi}}
",
    );
    let codes: Vec<_> = outcome
        .diagnostics
        .iter()
        .filter(|found| found.severity < Severity::Hint)
        .map(|found| found.code.name)
        .collect();
    assert_eq!(codes, ["memory-limit", "clients-shut-out", "upload-limit"]);
}

/// What is found of a code, as `severity path: message`.
fn of(text: &str, code: &str) -> Vec<String> {
    check(text)
        .diagnostics
        .iter()
        .filter(|found| found.code.id == code)
        .map(|found| {
            format!(
                "{} {}: {}",
                found.severity.as_str(),
                found.path,
                found.message
            )
        })
        .collect()
}

/// The values after the first fix of a code.
fn fixed(text: &str, code: &str) -> serde_json::Value {
    let outcome = check(text);
    let found = outcome
        .diagnostics
        .iter()
        .find(|found| found.code.id == code && found.fix.is_some());
    let found = found.unwrap_or_else(|| panic!("no fix: {:#?}", findings(&outcome)));
    let mut document = crate::document::Document::new(text);
    document.apply(&found.fix.as_ref().unwrap().edits).unwrap();
    document.root().unwrap().to_json()
}

#[test]
fn a_store_among_the_options_becomes_a_setting() {
    let error = |key: &str| format!("error server.value_options.{key}: ");
    let warning = |key: &str| format!("warning server.value_options.{key}: ");
    let text = |mlflow: &str, options: &str| {
        format!(
            "mlflow: {{{mlflow}}}\nserver: {{value_options: {{{options}}}}}\n\
             storage: {{enabled: true}}\n"
        )
    };
    let db = "sqlite:////mlflow/a.db";
    for (mlflow, options, expected, fixed_stores) in [
        // Another database than garbage collection's.
        (
            "backendStoreUri: 'sqlite:////mlflow/b.db'",
            format!("backend_store_uri: '{db}'"),
            error("backend_store_uri"),
            serde_json::json!({"backendStoreUri": db}),
        ),
        // Instead of the setting, however the key is spelt.
        (
            "",
            format!("backend-store-uri: '{db}'"),
            error("backend-store-uri"),
            serde_json::json!({"backendStoreUri": db}),
        ),
        (
            "backendStoreUriFrom: {secretKeyRef: {name: s, key: k}}",
            format!("backend_store_uri: '{db}'"),
            error("backend_store_uri"),
            serde_json::json!({"backendStoreUri": db}),
        ),
        (
            "backendStoreUri: 'sqlite:////mlflow/a.db'",
            format!("backend_store_uri: '{db}'"),
            warning("backend_store_uri"),
            serde_json::json!({"backendStoreUri": db}),
        ),
        (
            "backendStoreUri: 'sqlite:////mlflow/a.db'",
            "artifacts_destination: /mlflow/artifacts".to_owned(),
            warning("artifacts_destination"),
            serde_json::json!({"backendStoreUri": db, "artifactsDestination": "/mlflow/artifacts"}),
        ),
        (
            "backendStoreUri: 'sqlite:////mlflow/a.db', defaultArtifactRoot: 's3://a/b'",
            "default_artifact_root: s3://c/d".to_owned(),
            error("default_artifact_root"),
            serde_json::json!({"backendStoreUri": db, "defaultArtifactRoot": "s3://c/d"}),
        ),
        (
            "backendStoreUri: 'sqlite:////mlflow/a.db'",
            "registry_store_uri: 'sqlite:////mlflow/r.db'".to_owned(),
            warning("registry_store_uri"),
            serde_json::json!({
                "backendStoreUri": db, "registryStoreUri": "sqlite:////mlflow/r.db",
            }),
        ),
    ] {
        let text = text(mlflow, &options);
        let found = of(&text, "MK311");
        assert_eq!(found.len(), 1, "{found:?}\n{text}");
        assert!(found[0].starts_with(&expected), "{found:?}\n{text}");
        let fixed = fixed(&text, "MK311");
        assert_eq!(fixed["mlflow"], fixed_stores, "{text}");
        assert_eq!(fixed["server"]["value_options"], serde_json::json!({}));
        assert!(of(&fixed.to_string(), "MK311").is_empty());
    }
    // A password is not shown.
    let secret = text(
        "backendStoreUri: 'sqlite:////mlflow/a.db'",
        "backend_store_uri: 'postgresql://a:hush@db/m'",
    );
    let fix = check(&secret)
        .diagnostics
        .into_iter()
        .find(|found| found.code.id == "MK311")
        .and_then(|found| found.fix)
        .unwrap();
    assert!(!format!("{fix:?}").contains("hush"), "{fix:?}");
    assert_eq!(
        fixed(&secret, "MK311")["mlflow"],
        serde_json::json!({
            "backendStoreUriFrom": {"secretKeyRef": {"name": "mlflow-db-secret", "key": "uri"}},
        })
    );
    // A reference to a variable means something else in another place.
    let text = text(
        "backendStoreUri: 'sqlite:////mlflow/a.db'",
        "backend_store_uri: $(URI)",
    );
    let outcome = check(&text);
    let found = outcome
        .diagnostics
        .iter()
        .find(|found| found.code.id == "MK311");
    assert_eq!(found.unwrap().fix, None);
}

#[test]
fn a_variable_that_becomes_a_setting_goes_on_winning() {
    let db = "sqlite:////mlflow/a.db";
    let text = format!(
        "env: [{{name: MLFLOW_BACKEND_STORE_URI, value: '{db}'}}]\n\
         mlflow: {{backendStoreUriFrom: {{secretKeyRef: {{name: s, key: k}}}}}}\n\
         storage: {{enabled: true}}\n"
    );
    let values = fixed(&text, "MK850");
    assert_eq!(values["mlflow"], serde_json::json!({"backendStoreUri": db}));
    assert_eq!(values["env"], serde_json::json!([]));
}

#[test]
fn a_missing_database_names_the_option_that_holds_it() {
    let outcome = check("server: {value_options: {backend_store_uri: 'sqlite:////mlflow/a.db'}}\n");
    let found = outcome
        .diagnostics
        .iter()
        .find(|found| found.code == Code::MISSING_BACKEND_STORE);
    let help = found.unwrap().help.as_deref().unwrap();
    assert!(
        help.contains("move the URI from `server.value_options.backend_store_uri`"),
        "{help}"
    );
}

const ON_THE_VOLUME: &str = "\
mlflow: {backendStoreUri: 'sqlite:////mlflow/a.db', artifactsDestination: /mlflow/artifacts}
storage: {enabled: true}
";

#[test]
fn a_certificate_among_uvicorn_s_options_is_found() {
    let mounted = "\
extraVolumes: [{name: pair, secret: {secretName: my-pair}}]
extraVolumeMounts: [{name: pair, mountPath: /pair}]
";
    for (options, volumes, left, secret) in [
        (
            "--ssl-keyfile=/x --ssl-certfile=/y",
            "",
            serde_json::Value::Null,
            serde_json::Value::Null,
        ),
        (
            "--ssl-certfile /pair/tls.crt --timeout-keep-alive 75 --ssl-keyfile /pair/tls.key",
            mounted,
            "--timeout-keep-alive 75".into(),
            "my-pair".into(),
        ),
    ] {
        let text = format!(
            "{ON_THE_VOLUME}{volumes}server: {{value_options: {{uvicorn_opts: '{options}'}}}}\n"
        );
        let found = of(&text, "MK312");
        assert_eq!(found.len(), 1, "{text}");
        assert!(
            found[0].starts_with("error server.value_options.uvicorn_opts: "),
            "{found:?}"
        );
        let fixed = fixed(&text, "MK312");
        assert_eq!(fixed["tls"]["enabled"], true);
        assert_eq!(fixed["tls"]["secretName"], secret);
        assert_eq!(fixed["server"]["value_options"]["uvicorn_opts"], left);
        assert!(of(&fixed.to_string(), "MK312").is_empty());
    }
    let by_env =
        format!("{ON_THE_VOLUME}env: [{{name: MLFLOW_UVICORN_OPTS, value: --ssl-certfile=/y}}]\n");
    assert_eq!(of(&by_env, "MK312").len(), 1);
    let fixed = fixed(&by_env, "MK312");
    assert_eq!(fixed["env"], serde_json::json!([]));
    let other = format!(
        "{ON_THE_VOLUME}server: {{value_options: {{uvicorn_opts: --timeout-keep-alive=75}}}}\n"
    );
    assert!(of(&other, "MK312").is_empty());
}

#[test]
fn a_list_of_hosts_that_would_be_derived_goes() {
    let with = |list: &str| {
        format!(
            "{ON_THE_VOLUME}ingress: {{enabled: true, hosts: [{{host: a.example.com}}]}}\n\
                 server: {{value_options: {{allowed_hosts: '{list}'}}}}\n"
        )
    };
    for list in [
        "a.example.com",
        "a.example.com:443,localhost:*, mlflow-mlflow.other",
    ] {
        let fixed = fixed(&with(list), "MK505");
        let hosts = &fixed["server"]["value_options"]["allowed_hosts"];
        if list.contains("other") {
            let hosts = hosts.as_str().unwrap();
            assert!(hosts.ends_with(",0.0.0.0:*"), "{hosts}");
        } else {
            assert_eq!(*hosts, serde_json::Value::Null, "{list}");
        }
        assert_eq!(of(&fixed.to_string(), "MK505"), [""; 0]);
        assert_eq!(of(&fixed.to_string(), "MK527"), [""; 0]);
    }
    // `envFrom` changes nothing: they are derived there too.
    let unseen = format!(
        "{}envFrom: [{{secretRef: {{name: s}}}}]\n",
        with("a.example.com")
    );
    let fixed = fixed(&unseen, "MK505");
    let hosts = &fixed["server"]["value_options"]["allowed_hosts"];
    assert_eq!(*hosts, serde_json::Value::Null);
}

#[test]
fn who_could_ask_for_a_login_is_what_is_there() {
    for (way, who) in [
        (
            "ingress: {enabled: true, hosts: [{host: a.example.com}]}",
            "ingress controller",
        ),
        (
            "httpRoute: {enabled: true, parentRefs: [{name: g}], hostnames: [a.example.com]}",
            "Gateway",
        ),
        ("service: {type: LoadBalancer}", "proxy"),
    ] {
        let outcome = check(&format!("{ON_THE_VOLUME}{way}\n"));
        let found = outcome
            .diagnostics
            .iter()
            .find(|found| found.code.id == "MK525");
        let help = found.unwrap().help.as_deref().unwrap();
        for other in ["ingress controller", "Gateway", "proxy"] {
            assert_eq!(help.contains(other), other == who, "{help}");
        }
    }
}

#[test]
fn what_env_from_may_define_silences_no_certain_fault() {
    const SIGN_IN: &str = "server: {value_options: {app_name: basic-auth}}\n";
    const COLLECTS: &str =
        "garbageCollection: {enabled: true, olderThan: 30d, allWorkspaces: true}\n";
    for (text, code, variables) in [
        (
            "mlflow: {backendStoreUri: 'sqlite:////mlflow/a.db'}\nstorage: {enabled: true}\n"
                .to_owned(),
            "MK441",
            "MLFLOW_ARTIFACTS_DESTINATION",
        ),
        (
            format!("{ON_THE_VOLUME}server: {{flag_options: [no_serve_artifacts]}}\n"),
            "MK444",
            "MLFLOW_DEFAULT_ARTIFACT_ROOT",
        ),
        (
            format!("{ON_THE_VOLUME}{SIGN_IN}"),
            "MK601",
            "MLFLOW_FLASK_SERVER_SECRET_KEY",
        ),
        (
            format!("{ON_THE_VOLUME}{SIGN_IN}"),
            "MK602",
            "MLFLOW_AUTH_ADMIN_PASSWORD",
        ),
        (
            format!("{ON_THE_VOLUME}{SIGN_IN}"),
            "MK603",
            "MLFLOW_AUTH_CONFIG_PATH",
        ),
        (
            format!("{ON_THE_VOLUME}{COLLECTS}"),
            "MK622",
            "MLFLOW_ENABLE_WORKSPACES",
        ),
        (
            format!("{ON_THE_VOLUME}{SIGN_IN}{COLLECTS}"),
            "MK703",
            "MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD",
        ),
        (
            format!("{ON_THE_VOLUME}server: {{value_options: {{host: null}}}}\n"),
            "MK310",
            "MLFLOW_HOST",
        ),
        (
            format!("{ON_THE_VOLUME}server: {{staticPrefix: /a}}\n"),
            "MK527",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION",
        ),
    ] {
        let without = of(&text, code);
        assert_eq!(without.len(), 1, "{code} {without:?}");
        assert!(!without[0].contains("unless"), "{without:?}");

        let with = of(
            &format!("{text}envFrom: [{{secretRef: {{name: s3-credentials}}}}]\n"),
            code,
        );
        let condition =
            format!(", unless a Secret or ConfigMap in `envFrom` defines `{variables}`");
        assert_eq!(with.len(), 1, "{code} {with:?}");
        let expected = without[0].replacen("error ", "warning ", 1) + &condition;
        assert_eq!(with[0], expected);

        // A prefix that none of MLflow's variables has leaves nothing open.
        let prefixed = of(
            &format!("{text}envFrom: [{{prefix: S3_, secretRef: {{name: s3-credentials}}}}]\n"),
            code,
        );
        assert_eq!(prefixed, without);
    }
}

#[test]
fn an_option_that_is_switched_off_stays_off() {
    let values = |option: &str, value: &str| {
        format!(
            "server: {{value_options: {{{option}: {value}}}}}\n\
             mlflow:\n  backendStoreUri: postgresql://db/mlflow\n  \
             defaultArtifactRoot: s3://my-bucket/mlflow\n"
        )
    };
    for (option, value, flags) in [
        ("serve_artifacts", "false", json!(["no_serve_artifacts"])),
        ("serve_artifacts", "true", json!(["serve_artifacts"])),
        ("enable_workspaces", "false", json!(null)),
    ] {
        let fixed = fixed(&values(option, value), "MK305");
        assert_eq!(fixed["server"]["flag_options"], flags, "{option}: {value}");
    }
}

#[test]
fn a_middleware_that_stays_on_is_no_reason_to_be_silent() {
    let with = |entry: &str| {
        format!(
            "{ON_THE_VOLUME}ingress: {{enabled: true, hosts: [{{host: a.example.com}}]}}\n\
             server: {{value_options: {{allowed_hosts: 'localhost:*,mlflow-mlflow:*'}}}}\n\
             env: [{{name: MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE, {entry}}}]\n"
        )
    };
    for (entry, severity) in [
        ("value: 'false'", Some("error ")),
        ("value: 'off'", Some("error ")),
        ("value: ''", Some("error ")),
        ("value: 'true'", None),
        ("value: 'yes'", None),
        (
            "valueFrom: {configMapKeyRef: {name: s, key: k}}",
            Some("warning "),
        ),
    ] {
        let found = of(&with(entry), "MK501");
        match severity {
            None => assert!(found.is_empty(), "{entry} {found:?}"),
            Some(severity) => {
                assert_eq!(found.len(), 1, "{entry}");
                assert!(found[0].starts_with(severity), "{entry} {found:?}");
                let condition = ", unless `env[0]` disables the security middleware";
                assert_eq!(found[0].ends_with(condition), severity == "warning ");
            }
        }
    }
}

#[test]
fn a_password_leaves_the_uri_without_a_reference_in_its_place() {
    let text = "mlflow: {backendStoreUri: 'postgresql://u:p%40ss@db:5433/mlflow', \
                artifactsDestination: 's3://a/b'}\nenv: [{name: A, value: b}]\n";
    let outcome = check(text);
    let found = outcome.diagnostics.iter();
    let mut found = found.filter(|found| found.code.id == "MK461");
    let fix = found.find_map(|found| found.fix.as_ref()).unwrap();
    assert!(!format!("{fix:?}").contains("p%40ss"), "{fix:?}");
    let then = fix.then.as_deref().unwrap();
    assert!(
        then.starts_with("Before you apply the manifests, create the Secret, ")
            && then.contains("secret generic mlflow-db-password --namespace mlflow"),
        "{then}"
    );

    let mut document = crate::document::Document::new(text);
    document.apply(&fix.edits).unwrap();
    let fixed = check(document.text());
    assert!(of(document.text(), "MK461").is_empty());
    let manifests = fixed.manifests.unwrap();
    let deployment = manifests
        .manifests()
        .iter()
        .find(|manifest| manifest.kind() == "Deployment")
        .unwrap();
    let env = deployment
        .object()
        .pointer("/spec/template/spec/containers/0/env")
        .unwrap();
    // Kubernetes refuses `valueFrom` beside the `value` of a running object, which
    // stays there where nobody recorded what was applied last.
    assert_eq!(
        env[1],
        serde_json::json!({
            "name": "MLFLOW_BACKEND_STORE_URI",
            "value": "postgresql://u:$(DATABASE_PASSWORD)@db:5433/mlflow",
        })
    );
    assert_eq!(env[0]["name"], "DATABASE_PASSWORD");
}

#[test]
fn a_fix_that_changes_how_updates_go_says_so() {
    let fix = |text: &str, code: &str| {
        let outcome = check(text);
        let found = outcome
            .diagnostics
            .into_iter()
            .find(|found| found.code.id == code);
        let found = found.unwrap_or_else(|| panic!("{code}"));
        (found.fix, found.help.unwrap_or_default())
    };
    let server = "mlflow: {backendStoreUri: 'postgresql://db/mlflow'}\n";
    for (text, reason) in [
        (server.to_owned(), "Recreate"),
        (format!("{server}replicaCount: 2\n"), "ReadWriteMany"),
        (
            format!("{server}replicaCount: 2\nstorage: {{enabled: true}}\n"),
            "ReadWriteMany",
        ),
    ] {
        let (fix, help) = fix(&text, "MK441");
        assert_eq!(fix, None, "{text}");
        assert!(
            help.starts_with("set `mlflow.artifactsDestination` to an object store"),
            "{help}"
        );
        assert!(help.contains(reason), "{help}");
    }
    let says_so = |fix: Option<Fix>| {
        fix.unwrap()
            .then
            .is_some_and(|then| then.contains("Recreate"))
    };
    let sqlite = "mlflow: {backendStoreUri: 'sqlite:////mlflow/a.db'}\n";
    assert!(!says_so(fix(sqlite, "MK441").0));
    let elsewhere =
        "mlflow: {backendStoreUri: 'postgresql://db/mlflow', artifactsDestination: /a}\n";
    assert!(says_so(fix(elsewhere, "MK442").0));
    let with_volume = format!("{elsewhere}storage: {{enabled: true}}\n");
    assert!(!says_so(fix(&with_volume, "MK442").0));
    let folder = "mlflow: {backendStoreUri: /mlruns}\n";
    assert!(says_so(fix(folder, "MK404").0));
}

#[test]
fn passwords_need_a_certificate_for_each_host() {
    let with = |tls: &str| {
        format!(
            "{ON_THE_VOLUME}server: {{value_options: {{app_name: basic-auth}}}}\n\
             ingress: {{enabled: true, hosts: [{{host: a.example.com}}, {{host: b.example.org}}], tls: {tls}}}\n"
        )
    };
    for (tls, expected) in [
        ("[{secretName: s}]", None),
        (
            "[{secretName: s, hosts: [a.example.com, b.example.org]}]",
            None,
        ),
        (
            "[]",
            Some(
                "warning ingress.tls: the Ingress has no certificate, so clients send passwords of basic auth over plain HTTP",
            ),
        ),
        (
            "[{secretName: s, hosts: ['*.example.com']}]",
            Some(
                "warning ingress.tls: the Ingress has no certificate for b.example.org, so clients send passwords of basic auth over plain HTTP",
            ),
        ),
    ] {
        let found = of(&with(tls), "MK524");
        assert_eq!(found.first().map(String::as_str), expected, "{tls}");
    }
    let values = fixed(&with("[{secretName: s, hosts: [a.example.com]}]"), "MK524");
    let certificates = &values["ingress"]["tls"];
    assert_eq!(certificates[0]["secretName"], "s");
    assert_eq!(
        certificates[1]["hosts"],
        serde_json::json!(["b.example.org"])
    );
    assert!(of(&values.to_string(), "MK524").is_empty());
}

/// Every place of a tree, as a JSON pointer.
fn places(value: &serde_json::Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(pointer.clone());
                places(value, &pointer, found);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                found.push(pointer.clone());
                places(item, &pointer, found);
            }
        }
        _ => {}
    }
}

/// The values of `text` with something of the wrong type at each place, one after the other.
fn with_one_fault(text: &str) -> Vec<(String, String)> {
    let root = crate::document::Document::new(text)
        .root()
        .unwrap()
        .to_json();
    let mut pointers = Vec::new();
    places(&root, "", &mut pointers);
    pointers
        .into_iter()
        .map(|pointer| {
            let mut broken = root.clone();
            let place = broken.pointer_mut(&pointer).unwrap();
            *place = match place {
                serde_json::Value::Object(_) | serde_json::Value::Array(_) => "wrong".into(),
                _ => serde_json::json!([["wrong"]]),
            };
            (pointer, broken.to_string())
        })
        .collect()
}

#[test]
fn nothing_follows_from_what_could_not_be_read() {
    let fixed: Vec<String> = catalogue()
        .filter_map(|(_, rule)| fixed_example(rule))
        .collect();
    let presets = crate::presets::PRESETS
        .iter()
        .map(|preset| preset.values.to_owned());
    let sensible = SENSIBLE.iter().map(|text| (*text).to_owned());
    let mut missing = BTreeSet::new();
    for text in fixed.into_iter().chain(presets).chain(sensible) {
        let codes = |outcome: &Outcome| -> BTreeSet<&'static str> {
            let all = outcome.diagnostics.iter().chain(&outcome.silenced);
            all.map(|found| found.code.id).collect()
        };
        let before = codes(&check(&text));
        for (pointer, broken) in with_one_fault(&text) {
            let outcome = check(&broken);
            let new: Vec<_> = codes(&outcome).difference(&before).copied().collect();
            for code in new {
                if !["MK102", "MK103", "MK104"].contains(&code) {
                    missing.insert(format!("{code} {pointer}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
