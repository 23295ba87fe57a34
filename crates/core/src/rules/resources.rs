//! Resources and probes.

use super::example::stored;
use super::facts::Facts;
use super::{Finding, Proof, Rule, at, set};
use crate::diagnostic::{Code, Edit, Severity};
use crate::resolve::uri;
use crate::values::Probe;
use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK821",
            name: "memory-limit",
            summary: "The memory limit is less than the server needs when it does nothing.",
        },
        severity: Severity::Error,
        why: "MLflow 3.17.2 takes about 190 MiB and 175 MiB for each worker, and 1290 MiB for the \
              job runner, which runs beside every server unless it is switched off. Four workers \
              were killed with the job runner at 2 GiB; two without it at 512 MiB.",
        example: stored!("resources:\n  limits:\n    memory: 2Gi\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kernel's memory limit; source: runs with limits by cgroup v1",
        ),
        check: memory_limit,
    },
    Rule {
        code: Code {
            id: "MK822",
            name: "memory-request",
            summary: "The server's memory is not reserved.",
        },
        severity: Severity::Hint,
        why: "Without a request, the scheduler takes the pod for one that needs nothing, and under \
              pressure a node evicts such pods first. Idle, MLflow 3.17.2 takes 2.2 GiB with four \
              workers and the job runner, 350 MiB with one worker alone.",
        example: stored!(""),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a scheduler; source: the Kubernetes documentation on node-pressure eviction",
        ),
        check: memory_request,
    },
    Rule {
        code: Code {
            id: "MK823",
            name: "probe-timeout",
            summary: "With little CPU, the server is too slow for its probes.",
        },
        severity: Severity::Warning,
        why: "With four workers, the job runner and a limit of 500m, MLflow 3.17.2 took more than a \
              second for 2 of 20 requests to /health. Three slow answers in a row restart it.",
        example: stored!("resources:\n  requests:\n    memory: 3Gi\n  limits:\n    cpu: 500m\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kernel's CPU limit; source: runs with limits by cgroup v1",
        ),
        check: probe_timeout,
    },
    Rule {
        code: Code {
            id: "MK824",
            name: "startup-budget",
            summary: "The server is restarted before it can say why it does not start.",
        },
        severity: Severity::Warning,
        why: "When the database cannot be reached, MLflow 3.17.2 tries for 105 s and then ends with \
              the reason. Killed before, it only ever shows its retries. With little CPU it takes \
              up to 50 s to start.",
        example: "\
probes:
  startup:
    enabled: false
mlflow:
  backendStoreUriFrom:
    secretKeyRef:
      name: mlflow-db-secret
      key: uri
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kubelet; source: runs against a database that does not answer",
        ),
        check: startup_budget,
    },
    Rule {
        code: Code {
            id: "MK825",
            name: "graceful-shutdown",
            summary: "The server would wait for open requests longer than Kubernetes waits for it.",
        },
        severity: Severity::Warning,
        why: "Kubernetes kills a pod 30 s after it asked it to end. MLflow 3.17.2 waits for \
              unfinished uploads without an end; with `--timeout-graceful-shutdown 5` it ended in \
              order after 6 s.",
        example: stored!(
            "server:\n  value_options:\n    uvicorn_opts: --timeout-graceful-shutdown 60\n"
        ),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kubelet; source: the Kubernetes documentation on pod termination",
        ),
        check: graceful_shutdown,
    },
    Rule {
        code: Code {
            id: "MK826",
            name: "gc-memory",
            summary: "The memory limit of garbage collection is less than it needs.",
        },
        severity: Severity::Warning,
        why: "`mlflow gc` 3.17.2 took 237 MiB to remove a handful of runs.",
        example: stored!(
            "garbageCollection:\n  enabled: true\n  olderThan: 30d\n",
            "  resources:\n    requests:\n      memory: 128Mi\n    limits:\n      memory: 128Mi\n"
        ),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kernel's memory limit; source: the measured peak of `mlflow gc`",
        ),
        check: gc_memory,
    },
];

const MIB: f64 = 1024.0 * 1024.0;

/// A quantity as a number: bytes, cores.
fn amount(quantity: &Quantity) -> Option<f64> {
    let text = quantity.0.as_str();
    let digits = text
        .find(|character: char| !character.is_ascii_digit() && !".+".contains(character))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let scale = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => MIB,
        "Gi" => MIB * 1024.0,
        "Ti" => MIB * MIB,
        "Pi" => MIB * MIB * 1024.0,
        "Ei" => MIB * MIB * MIB,
        exponent => 10f64.powi(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some(number.parse::<f64>().ok()? * scale)
}

fn of(map: Option<&BTreeMap<String, Quantity>>, resource: &str) -> Option<f64> {
    map?.get(resource).and_then(amount)
}

fn limit(resources: Option<&ResourceRequirements>, resource: &str) -> Option<f64> {
    of(resources?.limits.as_ref(), resource)
}

fn request(resources: Option<&ResourceRequirements>, resource: &str) -> Option<f64> {
    of(resources?.requests.as_ref(), resource)
}

/// What the server takes when it is idle, in MiB. `None` for an MLflow that
/// was not measured.
struct Need {
    /// For sure.
    least: i64,
    /// With the job runner, where the values do not show that it is off.
    most: i64,
}

fn need(facts: &Facts<'_>) -> Option<Need> {
    const BASE: i64 = 190;
    const WORKER: i64 = 175;
    const JOBS: i64 = 1290;
    const VARIABLE: &str = "MLFLOW_SERVER_ENABLE_JOB_EXECUTION";
    if facts.is_older_than(3, 12, 0) {
        return None;
    }
    let least = facts.workers().saturating_mul(WORKER).saturating_add(BASE);
    let is_unseen = facts.may_come_from_outside(VARIABLE)
        || facts
            .env(VARIABLE)
            .is_some_and(|(_, entry)| entry.value_from.is_some());
    let most = least.saturating_add(JOBS);
    Some(match (facts.runs_jobs(), is_unseen) {
        (false, _) => Need { least, most: least },
        (true, false) => Need { least: most, most },
        (true, true) => Need { least, most },
    })
}

/// With room for requests: 15 % more, in steps of 256 MiB.
fn comfortable(need: i64) -> String {
    let roomy = need.saturating_add(need / 100 * 15).max(1);
    let steps = roomy.saturating_add(255) / 256;
    if steps % 4 == 0 {
        format!("{}Gi", steps / 4)
    } else {
        format!("{}Mi", steps.saturating_mul(256))
    }
}

/// What the memory is needed for, in words.
fn reason(facts: &Facts<'_>) -> String {
    let workers = match facts.workers() {
        1 => "1 worker".to_owned(),
        many => format!("{many} workers"),
    };
    if facts.runs_jobs() {
        format!("{workers} and the job runner")
    } else {
        workers
    }
}

#[allow(clippy::cast_precision_loss, reason = "amounts of memory in MiB")]
fn in_bytes(mebibytes: i64) -> f64 {
    mebibytes as f64 * MIB
}

fn memory_limit(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let resources = facts.values.resources.as_ref();
    let (Some(limit), Some(need)) = (limit(resources, "memory"), need(facts)) else {
        return;
    };
    let written = resources
        .and_then(|resources| resources.limits.as_ref()?.get("memory"))
        .map_or("", |quantity| quantity.0.as_str());
    let (severity, message) = if limit < in_bytes(need.least) {
        (
            Severity::Error,
            format!(
                "the server is killed at its start: {} take about {} MiB, and the limit is \
                 {written}",
                reason(facts),
                need.least
            ),
        )
    } else if limit < in_bytes(need.most) * 1.15 {
        (
            Severity::Warning,
            format!(
                "the server may be killed: {} take about {} MiB when idle, and the limit is \
                 {written}",
                reason(facts),
                need.most
            ),
        )
    } else {
        return;
    };
    let amount = comfortable(need.most);
    let mut help = format!("allow {amount}, or run fewer workers");
    if facts.runs_jobs() {
        help.push_str(
            "; without the job runner (MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false in `env`), 1.3 GiB \
             less",
        );
    }
    findings.push(
        Finding::new(at("resources.limits.memory"), message)
            .severity(severity)
            .help(help)
            .fix(
                format!("Reserve and allow {amount}"),
                [
                    set("resources.limits.memory", amount.as_str()),
                    set("resources.requests.memory", amount.as_str()),
                ],
            ),
    );
}

fn memory_request(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let resources = facts.values.resources.as_ref();
    let Some(need) = need(facts) else { return };
    let request = request(resources, "memory");
    // A limit without a request counts as one.
    let reserved = request.or(limit(resources, "memory"));
    if reserved.is_some_and(|reserved| reserved >= in_bytes(need.least)) {
        return;
    }
    // A limit that is too low has its own rule.
    if request.is_none() && reserved.is_some() {
        return;
    }
    let amount = comfortable(need.most);
    findings.push(
        Finding::new(
            at("resources.requests.memory"),
            format!(
                "less memory is reserved than the server needs: {} take about {} MiB",
                reason(facts),
                need.most
            ),
        )
        .help(format!("reserve {amount}"))
        .fix(
            format!("Reserve {amount}"),
            [set("resources.requests.memory", amount.as_str())],
        ),
    );
}

fn probe_timeout(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(cores) = limit(facts.values.resources.as_ref(), "cpu") else {
        return;
    };
    let is_small = facts.workers() == 1 && !facts.runs_jobs();
    if cores >= 1.0 || is_small {
        return;
    }
    let probes = &facts.values.probes;
    let impatient: Vec<&str> = [
        ("liveness", &probes.liveness),
        ("readiness", &probes.readiness),
    ]
    .into_iter()
    .filter(|(_, probe)| probe.enabled && probe.timeout_seconds.unwrap_or(1) <= 1)
    .map(|(name, _)| name)
    .collect();
    if impatient.is_empty() {
        return;
    }
    let edits: Vec<Edit> = impatient
        .iter()
        .map(|name| set(&format!("probes.{name}.timeoutSeconds"), 5))
        .collect();
    findings.push(
        Finding::new(
            at("resources.limits.cpu"),
            format!(
                "with less than one core, the server does not always answer its probes within a \
                 second ({})",
                impatient.join(", ")
            ),
        )
        .help("allow 5 s or more, and no CPU limit or one of 1 or more")
        .fix("Give the probes 5 s", edits),
    );
}

/// Seconds until a probe has failed for good; Kubernetes' defaults where none are set.
fn seconds(probe: &Probe) -> i64 {
    let number = |value: Option<i32>, default: i64| value.map_or(default, i64::from);
    number(probe.period_seconds, 10)
        .saturating_mul(number(probe.failure_threshold, 3))
        .saturating_add(number(probe.initial_delay_seconds, 0))
}

fn startup_budget(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let probes = &facts.values.probes;
    let (place, budget) = match (probes.startup.enabled, probes.liveness.enabled) {
        (true, _) if probes.startup.failure_threshold.is_some() => (
            at("probes.startup.failureThreshold"),
            seconds(&probes.startup),
        ),
        (true, _) => (at("probes.startup"), seconds(&probes.startup)),
        (false, true) => (at("probes.startup.enabled"), seconds(&probes.liveness)),
        (false, false) => return,
    };
    // A file is there or not: no retries, only the start itself.
    let is_file = uri::is_sqlite(&facts.values.mlflow.backend_store_uri);
    let least = if is_file { 60 } else { 120 };
    if budget >= least {
        return;
    }
    findings.push(
        Finding::new(
            place,
            if is_file {
                format!("a starting server has {budget} s, which is short where CPU is scarce")
            } else {
                format!(
                    "a server that does not reach its database is killed after {budget} s, before \
                     it says so"
                )
            },
        )
        .severity(if is_file {
            Severity::Hint
        } else {
            Severity::Warning
        })
        .help("give it 120 s or more: a startup probe of 30 times 10 s")
        .fix(
            "Give it 300 s",
            [
                set("probes.startup.enabled", true),
                set("probes.startup.periodSeconds", 10),
                set("probes.startup.failureThreshold", 30),
            ],
        ),
    );
}

fn graceful_shutdown(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const OPTION: &str = "--timeout-graceful-shutdown";
    const GRACE_PERIOD: u64 = 30;
    let Some(setting) = facts.setting("uvicorn-opts", "MLFLOW_UVICORN_OPTS") else {
        return;
    };
    let text = setting.text.unwrap_or_default();
    let Some((before, after)) = text.split_once(OPTION) else {
        return;
    };
    let value = after.trim_start_matches(['=', ' ']);
    let end = value
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(value.len());
    let (digits, rest) = value.split_at(end);
    // More digits than fit are more than 30 too.
    let is_long = !digits.is_empty()
        && digits
            .parse::<u64>()
            .map_or(true, |number| number >= GRACE_PERIOD);
    if !is_long {
        return;
    }
    let mended = format!("{before}{OPTION} 25{rest}");
    findings.push(
        Finding::new(
            setting.place.clone(),
            format!(
                "the server waits up to {digits} s for open requests, and Kubernetes kills it after \
                 {GRACE_PERIOD} s"
            ),
        )
        .help("wait for less than 30 s")
        .fix("Wait for 25 s", [Edit::set(&setting.place, mended)]),
    );
}

fn gc_memory(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const LEAST: i64 = 256;
    let settings = &facts.values.garbage_collection;
    let limit = limit(settings.resources.as_ref(), "memory");
    if !settings.enabled || limit.is_none_or(|limit| limit >= in_bytes(LEAST)) {
        return;
    }
    findings.push(
        Finding::new(
            at("garbageCollection.resources.limits.memory"),
            "garbage collection is killed: it takes about 240 MiB",
        )
        .help("allow 512Mi, as the defaults do")
        .fix(
            "Allow 512Mi",
            [set("garbageCollection.resources.limits.memory", "512Mi")],
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        for (text, expected) in [
            ("2Gi", Some(2.0 * 1024.0 * MIB)),
            ("512Mi", Some(512.0 * MIB)),
            ("500m", Some(0.5)),
            ("1e3", Some(1000.0)),
            ("+1", Some(1.0)),
            ("1x", None),
            ("", None),
        ] {
            assert_eq!(amount(&Quantity(text.to_owned())), expected, "{text}");
        }
    }

    #[test]
    fn rounded_up() {
        assert_eq!(comfortable(2180), "2560Mi");
        assert_eq!(comfortable(365), "512Mi");
        assert_eq!(comfortable(890), "1Gi");
        assert!(comfortable(i64::MAX).ends_with('i'));
    }
}
