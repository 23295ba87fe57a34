//! Options of `mlflow server`.

use super::facts::Facts;
use super::{Finding, Proof, Rule, at};
use crate::diagnostic::{Code, Edit, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK301",
            name: "static-prefix",
            summary: "The static prefix has a form that the server refuses.",
        },
        severity: Severity::Error,
        why: "MLflow 3.17.2 starts only if the prefix begins with `/`, does not end with one, \
              and holds no braces.",
        example: "\
server:
  staticPrefix: mlflow/
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        mended: "",
        proof: Proof::Server,
        check: static_prefix,
    },
    Rule {
        code: Code {
            id: "MK302",
            name: "option-twice",
            summary: "`server.value_options` repeats an option that a setting of its own gives.",
        },
        severity: Severity::Error,
        why: "Given twice, the last one on the command line counts, and what follows from the \
              setting (probes, mounts, addresses) does not fit the server any more. The metrics \
              directory must be writable besides: elsewhere the server ends at once, with exit \
              code 0.",
        example: "\
metrics:
  enabled: true
server:
  value_options:
    expose_prometheus: /metrics
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        mended: "",
        proof: Proof::Server,
        check: option_twice,
    },
];

fn static_prefix(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let own = facts.values.server.static_prefix.as_str();
    let (place, prefix) = match facts.option("static-prefix") {
        _ if !own.is_empty() => (at("server.staticPrefix"), own),
        Some(option) => option,
        None => return,
    };
    let good = prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['{', '}']);
    if good {
        return;
    }
    let meant = format!("/{}", prefix.trim_matches('/').replace(['{', '}'], ""));
    let finding = Finding::new(
        place.clone(),
        format!("the server refuses to start with the static prefix {prefix:?}"),
    );
    findings.push(if meant == "/" {
        finding
            .help("to serve at the root, leave the static prefix empty")
            .fix("Serve at the root", [Edit::set(&place, "")])
    } else {
        finding
            .help(format!(
                "start it with one `/` and end it with none: {meant}"
            ))
            .fix(format!("Write {meant}"), [Edit::set(&place, meant)])
    });
}

fn option_twice(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let prefix = values.server.static_prefix.as_str();
    let option = |name| values.server.option(name);
    let prefix_differs =
        !prefix.is_empty() && option("static-prefix").is_some_and(|other| other != prefix);
    let metrics_twice = values.metrics.enabled && option("expose-prometheus").is_some();
    let certificate_twice = values.tls.enabled
        && option("uvicorn-opts").is_some_and(|options| {
            options.contains("--ssl-keyfile") || options.contains("--ssl-certfile")
        });
    for (twice, name, owner, help) in [
        (
            prefix_differs,
            "static-prefix",
            "server.staticPrefix",
            "keep `server.staticPrefix`, which the probes and the printed addresses follow too",
        ),
        (
            metrics_twice,
            "expose-prometheus",
            "metrics.enabled",
            "keep `metrics.enabled`, which uses a directory that is writable",
        ),
        (
            certificate_twice,
            "uvicorn-opts",
            "tls.enabled",
            "keep `tls.enabled`, which mounts the Secret and names its files; other uvicorn \
             options are passed on",
        ),
    ] {
        if let Some((place, _)) = facts.option(name).filter(|_| twice) {
            findings.push(
                Finding::new(
                    place.clone(),
                    format!("`{place}` and `{owner}` both set --{name}"),
                )
                .help(help)
                .fix(format!("Remove {place}"), [Edit::remove(&place)]),
            );
        }
    }
}
