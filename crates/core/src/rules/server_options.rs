//! Options of `mlflow server`.

use super::access::how_to_make;
use super::facts::Facts;
use super::{Finding, PROVED_VERSION, Rule, secrets, texts};
use crate::diagnostic::{Edit, Severity};
use crate::path::ValuePath;
use crate::resolve::flag::{self, Reader, Reading};
use crate::resolve::{MlflowVersion, Origin, StoreName, TLS_MOUNT_PATH, is_below};
use crate::setting;
use crate::values::nearest;
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK301, static_prefix),
    Rule::new(&texts::MK302, option_twice),
    Rule::new(&texts::MK303, unknown_option),
    Rule::new(&texts::MK304, option_of_newer_mlflow),
    Rule::new(&texts::MK305, flag_with_value),
    Rule::new(&texts::MK306, option_value),
    Rule::new(&texts::MK307, exclusive_options),
    Rule::new(&texts::MK308, other_web_server),
    Rule::new(&texts::MK309, development_server),
    Rule::new(&texts::MK310, unreachable_host),
    Rule::new(&texts::MK311, store_by_option),
    Rule::new(&texts::MK312, certificate_by_option),
    Rule::new(&texts::MK313, unreadable_switch),
];

fn static_prefix(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let own = facts.values.server.static_prefix.as_str();
    let (place, prefix) = match facts.option("static-prefix") {
        _ if !own.is_empty() => (setting!("server.staticPrefix"), own),
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
        format!("MLflow refuses the static prefix {prefix:?} in `{place}`"),
    );
    findings.push(if meant == "/" {
        finding
            .help("to serve at the root, leave the static prefix empty")
            .fix("Serve at the root", [Edit::set(&place, "")])
    } else {
        finding
            .help(format!(
                "write `{meant}`: a static prefix starts with `/` and does not end with `/`"
            ))
            .fix(
                format!("Set the static prefix to {meant}"),
                [Edit::set(&place, meant)],
            )
    });
}

fn option_twice(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let prefix = values.server.static_prefix.as_str();
    let option = |name| facts.inputs().option_text(name);
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
            setting!("server.staticPrefix"),
            "keep `server.staticPrefix`: the probes and the printed addresses use it too",
        ),
        (
            metrics_twice,
            "expose-prometheus",
            setting!("metrics.enabled"),
            "keep `metrics.enabled`: it uses a directory that the server can write to",
        ),
        (
            certificate_twice,
            "uvicorn-opts",
            setting!("tls.enabled"),
            "keep `tls.enabled`: it mounts the Secret and passes its files to uvicorn, beside your \
             other uvicorn options",
        ),
    ] {
        if let Some((place, _)) = facts.option(name).filter(|_| twice) {
            findings.push(
                Finding::new(
                    place.clone(),
                    format!("`{place}` and `{owner}` both set `--{name}`"),
                )
                .help(help)
                .fix(format!("Remove {place}"), [Edit::remove(&place)]),
            );
        }
    }
}

/// An option of `mlflow server`, as its own help lists it.
struct KnownOption {
    /// `allowed-hosts`.
    name: &'static str,
    takes_value: bool,
    /// `TEXT`, `INTEGER 10..300`.
    type_: &'static str,
    since: Option<MlflowVersion>,
}

impl KnownOption {
    /// The numbers that it takes, if it takes a limited number.
    fn range(&self) -> Option<RangeInclusive<i64>> {
        if self.name == "workers" {
            // click takes any text, the server a number, and 0 for 1.
            return Some(1..=i64::MAX);
        }
        let (lowest, highest) = self.type_.strip_prefix("INTEGER ")?.split_once("..")?;
        Some(lowest.parse().ok()?..=highest.parse().ok()?)
    }
}

/// The options of the proved version. Generated from `mlflow server --help`.
static KNOWN_OPTIONS: LazyLock<Vec<KnownOption>> = LazyLock::new(|| {
    include_str!("mlflow_options.tsv")
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            (columns.next()? == "server").then_some(())?;
            Some(KnownOption {
                name: columns.next()?.strip_prefix("--")?,
                takes_value: columns.next()? == "value",
                type_: columns.next()?,
                since: columns.nth(1).and_then(MlflowVersion::from_tag),
            })
        })
        .collect()
});

fn known(name: &str) -> Option<&'static KnownOption> {
    KNOWN_OPTIONS.iter().find(|option| option.name == name)
}

/// The flag that switches off what a flag switches on, as `server.flag_options` spells it:
/// `no_serve_artifacts`. Without one, the flag is off when it is not there.
fn opposite(flag: &str) -> Option<String> {
    let opposite = format!("no-{flag}");
    known(&opposite).map(|_| opposite.replace('-', "_"))
}

/// An option as the values give it.
struct GivenOption<'a> {
    place: ValuePath,
    key: &'a str,
    /// `None` for a flag.
    value: Option<&'a str>,
}

impl GivenOption<'_> {
    /// `allowed-hosts`.
    fn name(&self) -> String {
        self.key.replace('_', "-")
    }
}

/// Every option that reaches the command line.
fn given_options<'a>(facts: &Facts<'a>) -> Vec<GivenOption<'a>> {
    let server = &facts.values.server;
    let valued = server.value_options.iter().filter_map(|(key, value)| {
        let value = value.as_ref()?.0.as_str();
        (!value.is_empty()).then(|| GivenOption {
            place: setting!("server.value_options").join(key.as_str()),
            key,
            value: Some(value),
        })
    });
    let flags = server
        .flag_options
        .iter()
        .enumerate()
        .map(|(index, key)| GivenOption {
            place: setting!("server.flag_options").join(index),
            key,
            value: None,
        });
    valued.chain(flags).collect()
}

fn unknown_option(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for option in given_options(facts) {
        let name = option.name();
        // A name of another form is reported before.
        let has_form = name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '-')
            && !name.starts_with('-');
        if known(&name).is_some() || !has_form {
            continue;
        }
        // A newer MLflow, or one of the user's own making, may have it.
        let newer = facts
            .resolved
            .version
            .is_some_and(|version| version > PROVED_VERSION);
        let severity = match (newer, facts.official_image()) {
            (true, _) => Severity::Hint,
            (false, true) => Severity::Error,
            (false, false) => Severity::Warning,
        };
        let mut finding = Finding::new(
            option.place.clone(),
            format!("MLflow {PROVED_VERSION} has no server option `--{name}`"),
        )
        .severity(severity);
        let names: Vec<&str> = KNOWN_OPTIONS.iter().map(|option| option.name).collect();
        finding = match nearest(&name, &names) {
            Some(meant) => {
                let key = meant.replace('-', "_");
                let edits = match option.value {
                    Some(value) => vec![
                        Edit::remove(&option.place),
                        Edit::set(&setting!("server.value_options").join(key.as_str()), value),
                    ],
                    None => vec![Edit::set(&option.place, key.as_str())],
                };
                finding
                    .help(format!("if you mean `--{meant}`, write `{key}`"))
                    .fix(format!("Rename it to {key}"), edits)
            }
            None => finding.help(format!(
                "remove `{}`; `mlflow server --help` lists the options",
                option.key
            )),
        };
        findings.push(finding);
    }
}

fn option_of_newer_mlflow(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(version) = facts.resolved.version else {
        return;
    };
    for option in given_options(facts) {
        let name = option.name();
        let since = known(&name).and_then(|known| known.since);
        if let Some(since) = since.filter(|since| *since > version) {
            findings.push(
                Finding::new(
                    option.place,
                    format!(
                        "`--{name}` needs MLflow {since} or newer, but the image has {version}"
                    ),
                )
                .help(format!(
                    "use an image of MLflow {since} or newer, or remove the option"
                )),
            );
        }
    }
}

fn flag_with_value(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for option in given_options(facts) {
        let name = option.name();
        let Some(known) = known(&name) else {
            continue;
        };
        let GivenOption { place, key, value } = option;
        match (known.takes_value, value) {
            (false, Some(value)) => {
                let finding = Finding::new(
                    place.clone(),
                    format!("`--{name}` takes no value, but `{place}` gives it one"),
                );
                let flag = match value.to_lowercase().as_str() {
                    "true" | "yes" | "on" | "1" => Some(key.to_owned()),
                    "false" | "no" | "off" | "0" => opposite(&name),
                    _ => None,
                };
                let mut edits = vec![Edit::remove(&place)];
                let title = match flag {
                    None => format!("Remove {key}"),
                    Some(flag) => {
                        let title = format!("Use the flag {flag} in server.flag_options");
                        let flags = &facts.values.server.flag_options;
                        edits.push(Edit::set(
                            &setting!("server.flag_options").join(flags.len()),
                            flag,
                        ));
                        title
                    }
                };
                findings.push(
                    finding
                        .help(
                            "move the option to `server.flag_options`, which is for options \
                             without a value, or remove it",
                        )
                        .fix(title, edits),
                );
            }
            (true, None) => findings.push(
                Finding::new(
                    place.clone(),
                    format!("`--{name}` needs a value, but `{place}` gives it none"),
                )
                .help(format!(
                    "set `server.value_options.{}` instead",
                    name.replace('-', "_")
                )),
            ),
            _ => {}
        }
    }
}

fn option_value(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for option in given_options(facts) {
        let (Some(known), Some(text)) = (known(&option.name()), option.value) else {
            continue;
        };
        let Some(range) = known.range() else {
            continue;
        };
        if !text
            .parse()
            .is_ok_and(|number: i64| range.contains(&number))
        {
            let (lowest, highest) = range.into_inner();
            let range = if highest == i64::MAX {
                format!("a whole number, {lowest} or more")
            } else {
                format!("a whole number from {lowest} to {highest}")
            };
            findings.push(
                Finding::new(
                    option.place,
                    format!("`--{}` does not accept the value {text:?}", known.name),
                )
                .help(format!("use {range}")),
            );
        }
    }
}

/// The options of the web servers.
const WEB_SERVERS: &[&str] = &["uvicorn-opts", "gunicorn-opts", "waitress-opts"];

fn exclusive_options(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let valued = |name| facts.option(name).map(|(place, _)| place);
    let mut clash = |place: ValuePath, what: &str, other: &str, fixable: bool| {
        let finding = Finding::new(
            place.clone(),
            format!("{what} cannot be combined with {other}"),
        );
        findings.push(if fixable {
            finding
                .help(format!("remove `{place}`"))
                .fix(format!("Remove {place}"), [Edit::remove(&place)])
        } else {
            finding.help("keep only one of the two")
        });
    };

    let tls = facts.values.tls.enabled;
    let mut first = tls.then_some("TLS (`tls.enabled`), which needs uvicorn");
    for (name, shown) in [
        ("uvicorn-opts", "`--uvicorn-opts`"),
        ("gunicorn-opts", "`--gunicorn-opts`"),
        ("waitress-opts", "`--waitress-opts`"),
    ] {
        // TLS and uvicorn's options are joined.
        if let Some(place) = valued(name)
            && !(tls && name == "uvicorn-opts")
        {
            match first {
                Some(other) => clash(place, shown, other, true),
                None => first = Some(shown),
            }
        }
    }
    if valued("gunicorn-opts").is_some() && !tls {
        for name in ["allowed-hosts", "cors-allowed-origins"] {
            if let Some(place) = valued(name) {
                clash(place, &format!("`--{name}`"), "`--gunicorn-opts`", false);
            }
        }
        if let Some(place) = facts.flag("disable-security-middleware") {
            clash(
                place,
                "`--disable-security-middleware`",
                "`--gunicorn-opts`",
                true,
            );
        }
    }
    if let Some(place) = facts.flag("dev") {
        let others: Vec<&str> = ["uvicorn-opts", "gunicorn-opts", "app-name"]
            .into_iter()
            .filter(|name| valued(name).is_some())
            .collect();
        if let Some(other) = others.first() {
            clash(place, "`--dev`", &format!("`--{other}`"), true);
        } else if tls {
            clash(place, "`--dev`", "TLS (`tls.enabled`)", true);
        }
    }
    if let Some(place) = facts.flag("artifacts-only") {
        clash(
            place,
            "`--artifacts-only`",
            "a database, which this server always has",
            true,
        );
    }
}

fn other_web_server(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (name, severity, consequence) in [
        (
            "gunicorn-opts",
            Severity::Warning,
            "runs the server on gunicorn, which does not accept OpenTelemetry traces",
        ),
        (
            "waitress-opts",
            Severity::Error,
            "runs the server on waitress, which is not in the image",
        ),
    ] {
        // With a second web server it does not start at all, which another rule says.
        let alone = !facts.values.tls.enabled
            && WEB_SERVERS
                .iter()
                .filter(|other| facts.option(other).is_some())
                .count()
                == 1;
        if let Some((place, _)) = facts.option(name).filter(|_| alone) {
            findings.push(
                Finding::new(place.clone(), format!("`{place}` {consequence}"))
                    .severity(severity)
                    .help("remove it; put options for uvicorn into `uvicorn_opts`")
                    .fix(format!("Remove {place}"), [Edit::remove(&place)]),
            );
        }
    }
}

fn unreadable_switch(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for flag in flag::READ_AT_START {
        // An option on the command line wins, and the variable is not read.
        let Some(Origin::Variable(index, entry)) = flag.switch(facts.inputs()).origin else {
            continue;
        };
        let text = entry.value.as_deref().unwrap_or_default();
        if entry.value_from.is_some() || flag.reader.read(text) != Reading::Refused {
            continue;
        }
        let place = Origin::Variable(index, entry).entry().join("value");
        let finding = Finding::new(
            place.clone(),
            format!(
                "`{}` is {text:?}, which MLflow cannot read as true or false",
                flag.variable
            ),
        )
        .help("set it to `true` or `false`");
        findings.push(match Reader::Click.read(text) {
            Reading::Is(on) => {
                let meant = on.to_string();
                finding.fix(format!("Set it to {meant}"), [Edit::set(&place, meant)])
            }
            Reading::Unset | Reading::Refused => finding,
        });
    }
}

fn development_server(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some(place) = facts.flag("dev") {
        findings.push(
            Finding::new(
                place.clone(),
                "`--dev` runs the server in development mode, with one process and debug logs",
            )
            .help("remove `dev` from `server.flag_options`")
            .fix("Remove dev", [Edit::remove(&place)]),
        );
    }
}

fn unreachable_host(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some((place, host)) = facts.option("host") else {
        // Without the option it listens on 127.0.0.1, unless the environment says more.
        if facts.env("MLFLOW_HOST").is_some() {
            return;
        }
        let place = setting!("server.value_options.host");
        findings.push(
            Finding::new(
                place.clone(),
                "without `--host`, the server listens only on 127.0.0.1, inside its own container",
            )
            .unless(facts.unless_defined(&["MLFLOW_HOST"]))
            .help("set `server.value_options.host` to `0.0.0.0`, every address of the Pod")
            .fix("Listen on every address", [Edit::set(&place, "0.0.0.0")]),
        );
        return;
    };
    let loopback = host == "localhost" || host == "::1" || host.starts_with("127.");
    if loopback {
        findings.push(
            Finding::new(
                place.clone(),
                format!("`{place}` is {host}, so the server listens only inside its own container"),
            )
            .help("set it to `0.0.0.0`, every address of the Pod")
            .fix("Listen on every address", [Edit::set(&place, "0.0.0.0")]),
        );
    }
}

fn store_by_option(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for store in facts.resolved.stores.all() {
        let Some((place, text)) = facts.option(store.name.option()) else {
            continue;
        };
        let setting = store.name.setting();
        let reference = store.name.reference();
        let by_reference = reference.as_ref().filter(|_| store.given_from.is_some());
        let repeats = store.given == text && by_reference.is_none();
        let owner = by_reference.unwrap_or(&setting);
        let (severity, message) = if repeats {
            (
                Severity::Warning,
                format!("`{place}` repeats the value of `{setting}`"),
            )
        } else if !store.is_unset() {
            (
                Severity::Error,
                format!("the server uses `{place}`, but the rest of the release uses `{owner}`"),
            )
        } else {
            // Nothing can do without the database.
            let severity = if store.name == StoreName::Backend {
                Severity::Error
            } else {
                Severity::Warning
            };
            (
                severity,
                format!(
                    "only the server uses `{place}`: the rest of the release uses `{setting}`, \
                     which is not set"
                ),
            )
        };
        let finding = Finding::new(place.clone(), message).severity(severity);
        // A variable of the container may not be known yet where the setting's
        // own is made, and one of the same name would win over the setting.
        let stays_the_same = !text.contains("$(") && facts.env(store.name.variable()).is_none();
        findings.push(if repeats {
            finding
                .help(format!("keep only `{setting}`"))
                .fix(format!("Remove {place}"), [Edit::remove(&place)])
        } else if let (Some((_, shown)), Some(reference)) = (
            secrets::password(text).filter(|_| stays_the_same),
            &reference,
        ) {
            // What a finding shows ends up in logs, so the password stays out of the fix.
            let secret = secrets::secret_for(store.name);
            let key = json!({"secretKeyRef": {"name": secret, "key": "uri"}});
            let mut edits = vec![Edit::remove(&place), Edit::set(reference, key)];
            if !store.given.is_empty() {
                edits.push(Edit::remove(&setting));
            }
            finding
                .help(format!(
                    "keep the URI in a Secret and refer to it with `{reference}`"
                ))
                .fix(format!("Refer to the Secret {secret} instead"), edits)
                .then(secrets::how_to_create(secret, &shown, facts))
        } else if stays_the_same {
            let mut edits = vec![Edit::remove(&place), Edit::set(&setting, text)];
            edits.extend(by_reference.map(Edit::remove));
            finding
                .help(format!("move the value to `{setting}`, or remove it"))
                .fix(format!("Move it to {setting}"), edits)
        } else {
            finding.help(format!("set only `{setting}`, and remove `{place}`"))
        });
    }
}

/// The options by which uvicorn gets its key pair.
const KEY_PAIR: [&str; 2] = ["--ssl-keyfile", "--ssl-certfile"];

/// The files of a key pair among uvicorn's options, and the other options.
fn key_pair(options: &str) -> (Vec<&str>, String) {
    let mut files = Vec::new();
    let mut others = Vec::new();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let (name, file) = match word.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (word, None),
        };
        if KEY_PAIR.contains(&name) {
            files.extend(file.or_else(|| words.next()));
        } else {
            others.push(word);
        }
    }
    (files, others.join(" "))
}

fn certificate_by_option(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(setting) = facts.setting("uvicorn-opts", "MLFLOW_UVICORN_OPTS") else {
        return;
    };
    let (files, others) = key_pair(setting.text.unwrap_or_default());
    // Beside `tls.enabled` it is another rule's.
    if files.is_empty() || facts.values.tls.enabled {
        return;
    }
    let values = facts.values;
    let mount = values
        .extra_volume_mounts
        .iter()
        .enumerate()
        .find(|(_, mount)| files.iter().all(|file| is_below(file, &mount.mount_path)));
    let mounted_secret = mount.and_then(|(_, mount)| {
        let volume = values
            .extra_volumes
            .iter()
            .find(|volume| volume.name == mount.name)?;
        volume.secret.as_ref()?.secret_name.as_deref()
    });
    let secret = mounted_secret.unwrap_or(&values.tls.secret_name);

    let own = setting!("server.value_options.uvicorn_opts");
    let entry = setting.origin.entry();
    let is_variable = matches!(setting.origin, Origin::Variable(..));
    let mut edits = match (others.is_empty(), is_variable) {
        (true, _) => vec![Edit::remove(&entry)],
        (false, false) => vec![Edit::set(&setting.place(), others)],
        // Beside the options of TLS, the variable has no effect.
        (false, true) => vec![Edit::remove(&entry), Edit::set(&own, others)],
    };
    edits.push(Edit::set(&setting!("tls.enabled"), true));
    if secret != values.tls.secret_name {
        edits.push(Edit::set(&setting!("tls.secretName"), secret));
    }
    // The place where `tls` mounts the Secret itself.
    if let Some((index, mount)) = mount
        && mount.mount_path.trim_end_matches('/') == TLS_MOUNT_PATH
    {
        edits.push(Edit::remove(&setting!("extraVolumeMounts").join(index)));
    }
    let has_usual_names = files
        .iter()
        .all(|file| file.ends_with("/tls.key") || file.ends_with("/tls.crt"));
    let finding = Finding::new(
        setting.place(),
        format!(
            "`{}` makes the server accept only HTTPS, but the probes use HTTP, so the Pod never \
             becomes Ready",
            setting.place()
        ),
    )
    .help(
        "set `tls.enabled` and name the Secret in `tls.secretName`: the Secret is then mounted, \
         and everything uses HTTPS",
    )
    .fix(format!("Use the certificate in the Secret {secret}"), edits);
    findings.push(if mounted_secret.is_some() && has_usual_names {
        finding
    } else {
        finding.then(how_to_make(secret, facts))
    });
}
