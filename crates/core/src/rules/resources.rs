//! Resources and probes.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::{Edit, Severity};
use crate::kubernetes::ResourceRequirements;
use crate::setting;
use crate::values::Probe;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK821, memory_limit),
    Rule::new(&texts::MK822, memory_request),
    Rule::new(&texts::MK823, cpu_limit),
    Rule::new(&texts::MK824, startup_time),
    Rule::new(&texts::MK825, graceful_shutdown),
    Rule::new(&texts::MK826, gc_memory_limit),
];

const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// More than at rest, as requests are handled.
const HEADROOM: f64 = 1.15;

/// What the server needs at rest, in MiB: measured, see MK821.
fn needed_memory(facts: &Facts<'_>) -> f64 {
    let workers = f64::from(u32::try_from(facts.resolved.server.workers).unwrap_or(u32::MAX));
    let jobs = if facts.resolved.server.jobs.is_off() {
        0.0
    } else {
        1290.0
    };
    190.0 + 175.0 * workers + jobs
}

/// What is good to set: with headroom, in whole steps of 256 MiB.
fn good_memory(facts: &Facts<'_>) -> String {
    const STEP: f64 = 256.0;
    let steps = (needed_memory(facts) * HEADROOM / STEP).ceil();
    format!("{}Mi", steps * STEP)
}

/// An amount of `limits` or `requests` as a number: bytes, or cores.
fn amount(
    resources: Option<&ResourceRequirements>,
    which: fn(&ResourceRequirements) -> Option<&Amounts>,
    name: &str,
) -> Option<f64> {
    let quantity = which(resources?)?.get(name)?;
    crate::check::number(&quantity.0)
}

type Amounts = std::collections::BTreeMap<String, crate::kubernetes::Quantity>;

fn limits(resources: &ResourceRequirements) -> Option<&Amounts> {
    resources.limits.as_ref()
}

fn requests(resources: &ResourceRequirements) -> Option<&Amounts> {
    resources.requests.as_ref()
}

fn memory_limit(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let resources = facts.values.resources.as_ref();
    let Some(limit) = amount(resources, limits, "memory").map(|bytes| bytes / MEBIBYTE) else {
        return;
    };
    let needed = needed_memory(facts);
    if limit >= needed * HEADROOM {
        return;
    }
    let good = good_memory(facts);
    let workers = match facts.resolved.server.workers {
        1 => "1 worker".to_owned(),
        several => format!("{several} workers"),
    };
    let jobs = if facts.resolved.server.jobs.is_off() {
        ""
    } else {
        " and the job runner"
    };
    let place = setting!("resources.limits.memory");
    let (severity, message) = if limit < needed {
        (
            Severity::Error,
            format!(
                "the memory limit is {limit:.0} MiB, but the server needs about {needed:.0} MiB at \
                 rest ({workers}{jobs}), so the kernel kills it"
            ),
        )
    } else {
        (
            Severity::Warning,
            format!(
                "the memory limit is {limit:.0} MiB, which leaves little room: the server needs \
                 about {needed:.0} MiB at rest ({workers}{jobs})"
            ),
        )
    };
    let mut edits = vec![Edit::set(&place, good.as_str())];
    // A reservation may not be larger than the limit, and should not be smaller.
    if amount(resources, requests, "memory").is_some() {
        edits.push(Edit::set(
            &setting!("resources.requests.memory"),
            good.as_str(),
        ));
    }
    findings.push(
        Finding::new(place, message)
            .severity(severity)
            .help(
                "raise the limit, run fewer workers (`server.value_options.workers`), or disable \
                 the job runner (`MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false` in `env`)",
            )
            .fix(format!("Set the limit to {good}"), edits),
    );
}

fn memory_request(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let resources = facts.values.resources.as_ref();
    let request = amount(resources, requests, "memory")
        // Without a request, the limit is reserved.
        .or_else(|| amount(resources, limits, "memory"))
        .map(|bytes| bytes / MEBIBYTE);
    let needed = needed_memory(facts);
    // Too low a limit has a rule of its own.
    let limited = amount(resources, limits, "memory")
        .is_some_and(|bytes| bytes / MEBIBYTE < needed * HEADROOM);
    if limited || request.is_some_and(|request| request >= needed) {
        return;
    }
    let message = match request {
        Some(request) => format!(
            "the container requests {request:.0} MiB of memory, but needs about {needed:.0} MiB"
        ),
        None => format!("the container has no memory request, but needs about {needed:.0} MiB"),
    };
    let good = good_memory(facts);
    findings.push(
        Finding::new(setting!("resources.requests.memory"), message)
            .help(format!("set `resources.requests.memory` to `{good}`"))
            .fix(
                format!("Request {good}"),
                [Edit::set(
                    &setting!("resources.requests.memory"),
                    good.as_str(),
                )],
            ),
    );
}

fn cpu_limit(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    /// With less, answers took longer than a second.
    const LEAST_CORES: f64 = 1.0;
    let Some(cores) = amount(facts.values.resources.as_ref(), limits, "cpu") else {
        return;
    };
    // Kubernetes' default where no timeout is set.
    let is_hasty = |probe: &Probe| probe.enabled && probe.timeout_seconds.unwrap_or(1) <= 1;
    let probes = &facts.values.probes;
    let hasty: Vec<&str> = [
        ("liveness", &probes.liveness),
        ("readiness", &probes.readiness),
    ]
    .into_iter()
    .filter(|(_, probe)| is_hasty(probe))
    .map(|(name, _)| name)
    .collect();
    if cores >= LEAST_CORES || hasty.is_empty() {
        return;
    }
    let edits: Vec<Edit> = hasty
        .iter()
        .map(|name| Edit::set(&setting!("probes").join(*name).join("timeoutSeconds"), 5))
        .collect();
    findings.push(
        Finding::new(
            setting!("resources.limits.cpu"),
            "`resources.limits.cpu` is less than one core, so answers can take longer than the 1 s \
             that the probes wait",
        )
        .help("remove the CPU limit, or set `timeoutSeconds` of the probes to 5")
        .fix("Set the timeout of the probes to 5 s", edits),
    );
}

fn startup_time(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    /// The retries of an unreachable database, and what comes before and after.
    const NEEDED: i32 = 120;
    // Kubernetes' defaults where nothing is set.
    let budget = |probe: &Probe| {
        let period = probe.period_seconds.unwrap_or(10);
        let failures = probe.failure_threshold.unwrap_or(3);
        probe
            .initial_delay_seconds
            .unwrap_or(0)
            .saturating_add(period.saturating_mul(failures))
    };
    let probes = &facts.values.probes;
    let (name, probe) = if probes.startup.enabled {
        ("startup", &probes.startup)
    } else if probes.liveness.enabled {
        ("liveness", &probes.liveness)
    } else {
        return;
    };
    let seconds = budget(probe);
    if seconds >= NEEDED {
        return;
    }
    let finding = Finding::new(
        setting!("probes.startup"),
        format!(
            "the {name} probe gives the server only {seconds} s to start, but it can need {NEEDED} \
             s"
        ),
    )
    .help(
        "allow at least two minutes, for example with 30 failures of `probes.startup` every 10 s",
    );
    findings.push(if name == "startup" {
        finding.fix(
            "Allow five minutes",
            [
                Edit::set(&setting!("probes.startup.periodSeconds"), 10),
                Edit::set(&setting!("probes.startup.failureThreshold"), 30),
            ],
        )
    } else {
        finding.fix(
            "Enable the startup probe",
            [Edit::set(&setting!("probes.startup.enabled"), true)],
        )
    });
}

fn graceful_shutdown(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const OPTION: &str = "--timeout-graceful-shutdown";
    /// Kubernetes' terminationGracePeriodSeconds.
    const GRACE: i64 = 30;
    let Some((place, options)) = facts.option("uvicorn-opts") else {
        return;
    };
    let Some((before, after)) = options.split_once(OPTION) else {
        return;
    };
    let value = after.trim_start_matches([' ', '=']);
    let (number, rest) = value.split_at(
        value
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(value.len()),
    );
    if number.parse::<i64>().is_ok_and(|seconds| seconds >= GRACE) {
        findings.push(
            Finding::new(
                place.clone(),
                format!(
                    "`{place}` lets the server wait {number} s for uploads, but Kubernetes kills \
                     it after {GRACE} s"
                ),
            )
            .help("wait less than 30 s: clients repeat an upload that was interrupted")
            .fix(
                "Wait for 25 s",
                [Edit::set(&place, format!("{before}{OPTION} 25{rest}"))],
            ),
        );
    }
}

fn gc_memory_limit(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const LEAST: f64 = 256.0;
    let settings = &facts.values.garbage_collection;
    let limit = amount(settings.resources.as_ref(), limits, "memory").map(|bytes| bytes / MEBIBYTE);
    if let Some(limit) = limit.filter(|limit| settings.enabled && *limit < LEAST) {
        let place = setting!("garbageCollection.resources.limits.memory");
        let mut edits = vec![Edit::set(&place, "512Mi")];
        let request = amount(settings.resources.as_ref(), requests, "memory");
        if request.is_some_and(|bytes| bytes / MEBIBYTE > 512.0) {
            edits.push(Edit::set(
                &setting!("garbageCollection.resources.requests.memory"),
                "512Mi",
            ));
        }
        findings.push(
            Finding::new(
                place,
                format!(
                    "the memory limit of garbage collection is {limit:.0} MiB, but it needs about \
                     237 MiB"
                ),
            )
            .help("set the limit to `512Mi`")
            .fix("Set the limit to 512Mi", edits),
        );
    }
}
