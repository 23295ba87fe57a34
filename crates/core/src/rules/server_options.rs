//! Options of the server and of garbage collection that MLflow refuses.

use crate::check::{Findings, path};
use crate::diagnostic::{Code, Diagnostic};
use crate::values::Values;

/// MLflow refuses to start with a static prefix that does not begin with `/`,
/// ends with one, or holds braces.
pub(super) fn static_prefix(values: &Values, findings: &mut Findings<'_>) {
    let own = values.server.static_prefix.as_str();
    let (place, prefix) = match values.server.option("static-prefix") {
        _ if !own.is_empty() => (path(&["server", "staticPrefix"]), own),
        Some(option) => (path(&["server", "value_options", "static_prefix"]), option),
        None => return,
    };
    let good = prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains(['{', '}']);
    if good {
        return;
    }
    let meant = format!("/{}", prefix.trim_matches('/').replace(['{', '}'], ""));
    let mut diagnostic = Diagnostic::error(
        Code::STATIC_PREFIX,
        place.clone(),
        format!("the server refuses to start with the static prefix {prefix:?}"),
    );
    diagnostic = if meant == "/" {
        diagnostic
            .help("to serve at the root, leave the static prefix empty")
            .fix_set("Serve at the root", &place, "")
    } else {
        diagnostic
            .help(format!(
                "start it with one `/` and end it with none: {meant}"
            ))
            .fix_set(format!("Write {meant}"), &place, meant)
    };
    findings.push(diagnostic);
}

/// A value option that another setting gives to the server as well.
pub(super) fn option_twice(values: &Values, findings: &mut Findings<'_>) {
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
        let key = values
            .server
            .value_options
            .keys()
            .find(|key| twice && key.replace('_', "-") == name);
        if let Some(key) = key {
            let place = path(&["server", "value_options", key]);
            findings.push(
                Diagnostic::error(
                    Code::OPTION_TWICE,
                    place.clone(),
                    format!("`{place}` and `{owner}` both set --{name}"),
                )
                .help(help)
                .fix_remove(format!("Remove {place}"), &place),
            );
        }
    }
}

/// `mlflow gc --older-than` takes days, hours, minutes and seconds, in this
/// order, each at most once: `^(Nd)?(Nh)?(Nm)?(Ns)?$` with decimals.
pub(super) fn older_than(values: &Values, findings: &mut Findings<'_>) {
    let text = values.garbage_collection.older_than.as_str();
    if text.is_empty() || is_age(text) {
        return;
    }
    let place = path(&["garbageCollection", "olderThan"]);
    findings.push(
        Diagnostic::error(
            Code::OLDER_THAN,
            place.clone(),
            format!("`{place}` is not an age that `mlflow gc` reads: {text:?}"),
        )
        .help("write days, hours, minutes and seconds in this order: 30d, 12h, 1d6h30m"),
    );
}

fn is_age(text: &str) -> bool {
    let mut units = "dhms".chars();
    let mut number = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() || character == '.' {
            number.push(character);
        } else if units.any(|unit| unit == character) && number.parse::<f64>().is_ok() {
            number.clear();
        } else {
            return false;
        }
    }
    number.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_age;

    #[test]
    fn ages() {
        // Accepted and refused by mlflow 3.17.2.
        for good in ["30d", "1.5d", "1d2h3m4s", "12h", "90s"] {
            assert!(is_age(good), "{good}");
        }
        for bad in [
            "30", "30 days", "1w", "30D", "P30D", "-1d", "1mo", "d", "30d ", "1.5.2d", "1h1d",
        ] {
            assert!(!is_age(bad), "{bad}");
        }
    }
}
